using Npgsql;

namespace TradingSystem.Trigger.Blackouts;

/// <summary>Blackouts as they were read last. As long as the list's revision is the same they are neither sent nor read again. Safe on several threads.</summary>
public sealed class BlackoutMemory
{
    /// <summary>One row at least, with the list's revision; the blackouts there are where it is another than $1.</summary>
    public const string Query =
        """
        select l.revision, b.id, b.name, b.version, b.document::text from trigger.blackout_list l
        left join trigger.blackouts b on b.deleted_at is null and l.revision <> $1
        order by b.seq
        """;

    private volatile Known _known = new(0, [], Mutes.None);

    /// <summary>What is known by now: its revision goes with the query.</summary>
    public Known Last => _known;

    public async Task<Mutes> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var known = Last;
        await using var command = new NpgsqlCommand(Query, connection);
        command.Parameters.Add(new() { Value = known.Revision });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await ReadAsync(reader, known, cancellationToken);
    }

    /// <param name="reader">At the rows of <see cref="Query"/>.</param>
    /// <param name="known">What was known when it was asked.</param>
    public async Task<Mutes> ReadAsync(NpgsqlDataReader reader, Known known, CancellationToken cancellationToken)
    {
        var (revision, blackouts) = (known.Revision, new List<Blackout>());
        while (await reader.ReadAsync(cancellationToken))
        {
            revision = reader.GetInt64(0);
            if (!await reader.IsDBNullAsync(1, cancellationToken))
            {
                var (id, version) = (reader.GetGuid(1), reader.GetInt32(3));
                blackouts.Add(known.Blackouts.FirstOrDefault(b => b.Id == id && b.Version == version)
                    ?? Blackout.Of(new() { Id = id, Name = reader.GetString(2), Version = version, Document = reader.GetString(4) }));
            }
        }

        if (revision == known.Revision)
        {
            return known.Mutes;
        }

        var mutes = new Mutes(blackouts);
        _known = new(revision, blackouts, mutes);
        return mutes;
    }

    /// <summary>The blackouts of a revision of the list.</summary>
    public sealed record Known(long Revision, IReadOnlyList<Blackout> Blackouts, Mutes Mutes);
}
