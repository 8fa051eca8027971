using System.Buffers.Binary;
using Npgsql;
using NpgsqlTypes;

namespace TradingSystem.Trigger.Storage;

/// <summary>What is kept of a delivery: itself, or the one that it repeats.</summary>
public sealed record KeptDelivery(Guid Id, bool IsNew, byte[] BodyHash, string? Outcome, string? Event);

/// <summary>A delivery whose event is not known to be durable.</summary>
public sealed record OpenDelivery(Guid Id, Guid HookId, bool HasKey, string Event, DateTimeOffset ReceivedAt);

/// <summary>A delivery as it is shown: the beginning of its body, and how long that is.</summary>
public sealed record ShownDelivery(Guid Id, long Seq, int Version, string? Key, DateTimeOffset ReceivedAt, string? Outcome, string? Reason, int Bytes, byte[] Body);

/// <summary>Deliveries in the database; every call is one round trip with a deadline and throws when it is over or the database is away.</summary>
public sealed class DeliveryStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>How long deliveries are kept, and a key is known; a hook's newest event stays, for its silence counts from there.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    private const string Columns = "id, hook_id, version, key, body_hash, body, event, received_at, outcome, reason";
    private const int MostOpen = 100;
    private const int MostPruned = 5_000;

    // Who sends answers within three seconds, or nobody listens any more.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RoundDeadline = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Keeps a delivery unless it repeats another: one of its key where it has one, else one of the same body. Two nodes that keep the same at once come to
    /// the same.
    /// </summary>
    /// <param name="repetition">How long the same body without a key repeats another.</param>
    public async Task<KeptDelivery> KeepAsync(HookDeliveryRow row, TimeSpan repetition, TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within, time);
        await using var batch = database.CreateBatch();
        batch.Timeout = (int)Math.Ceiling(within.TotalSeconds) + 1;
        // Statements of a batch are one transaction, and each sees what was committed before it begins.
        var insert = row.Key is null ? AddByBody(batch, row, row.ReceivedAt - repetition) : AddByKey(batch, row);
        await using var reader = await batch.ExecuteReaderAsync(deadline.Token);
        while (reader.FieldCount != 4 && await reader.NextResultAsync(deadline.Token))
        {
        }

        await reader.ReadAsync(deadline.Token);
        return new(
            reader.GetGuid(0), insert.RecordsAffected == 1, reader.GetFieldValue<byte[]>(1), reader.IsDBNull(2) ? null : reader.GetString(2),
            reader.IsDBNull(3) ? null : reader.GetString(3));
    }

    /// <summary>Keeps one that was refused.</summary>
    public async Task RefuseAsync(HookDeliveryRow row)
    {
        using var deadline = new CancellationTokenSource(Deadline, time);
        await using var command = database.CreateCommand($"insert into trigger.hook_deliveries ({Columns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
        AddColumns(command.Parameters, row);
        await command.ExecuteNonQueryAsync(deadline.Token);
    }

    /// <summary>Says what became of them where nothing was said; what is durable is so whatever was said.</summary>
    public async Task MarkAsync(IReadOnlyCollection<Guid> ids, string outcome)
    {
        using var deadline = new CancellationTokenSource(RoundDeadline, time);
        await using var command = database.CreateCommand(
            """
            update trigger.hook_deliveries set outcome = $2
            where id = any($1) and (outcome is null or ($2 = 'published' and outcome in ('withdrawn', 'given_up')))
            """);
        command.Parameters.Add(new() { Value = ids.Order().ToArray() });
        command.Parameters.Add(new() { Value = outcome });
        await command.ExecuteNonQueryAsync(deadline.Token);
    }

    /// <summary>The oldest that nobody knows to be durable, of before a time.</summary>
    public async Task<IReadOnlyList<OpenDelivery>> OpenAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(RoundDeadline);
        await using var command = database.CreateCommand(
            $"select id, hook_id, key is not null, event, received_at from trigger.hook_deliveries where outcome is null and received_at < $1 "
            + $"order by received_at limit {MostOpen}");
        command.Parameters.Add(new() { Value = before });
        await using var reader = await command.ExecuteReaderAsync(deadline.Token);
        var open = new List<OpenDelivery>();
        while (await reader.ReadAsync(deadline.Token))
        {
            open.Add(new(reader.GetGuid(0), reader.GetGuid(1), reader.GetBoolean(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4)));
        }

        return open;
    }

    /// <summary>A hook's deliveries as they are shown, newest first.</summary>
    /// <param name="before">Of a smaller place.</param>
    /// <param name="bytes">Of each body at most.</param>
    public async Task<IReadOnlyList<ShownDelivery>> ListAsync(Guid hook, long before, int take, int bytes, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(RoundDeadline);
        await using var command = database.CreateCommand(
            """
            select id, seq, version, key, received_at, outcome, reason, length(body), substring(body from 1 for $4)
            from trigger.hook_deliveries where hook_id = $1 and seq < $2 order by seq desc limit $3
            """);
        command.Parameters.Add(new() { Value = hook });
        command.Parameters.Add(new() { Value = before });
        command.Parameters.Add(new() { Value = take });
        command.Parameters.Add(new() { Value = bytes });
        await using var reader = await command.ExecuteReaderAsync(deadline.Token);
        var shown = new List<ShownDelivery>();
        while (await reader.ReadAsync(deadline.Token))
        {
            shown.Add(new(
                reader.GetGuid(0), reader.GetInt64(1), reader.GetInt32(2), reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4),
                reader.IsDBNull(5) ? null : reader.GetString(5), reader.IsDBNull(6) ? null : reader.GetString(6), reader.GetInt32(7), reader.GetFieldValue<byte[]>(8)));
        }

        return shown;
    }

    /// <summary>Takes away what is old, some at a time, so that much of it does not fail for ever.</summary>
    public async Task PruneAsync(CancellationToken cancellationToken)
    {
        int pruned;
        do
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(RoundDeadline);
            await using var command = database.CreateCommand(
                """
                delete from trigger.hook_deliveries where id in (
                  select id from trigger.hook_deliveries d where received_at < $1 and (
                    event is null or outcome in ('withdrawn', 'given_up')
                    or exists (
                      select 1 from trigger.hook_deliveries n
                      where n.hook_id = d.hook_id and n.received_at > d.received_at and n.event is not null and (n.outcome is null or n.outcome = 'published'))
                    or exists (select 1 from trigger.hooks h where h.id = d.hook_id and h.deleted_at < $1))
                  limit $2)
                """);
            command.Parameters.Add(new() { Value = time.GetUtcNow() - Kept });
            command.Parameters.Add(new() { Value = MostPruned });
            pruned = await command.ExecuteNonQueryAsync(deadline.Token);
        }
        while (pruned == MostPruned);

        // A hook's newest event stays, its key does not: what comes with it now is news.
        using var last = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        last.CancelAfter(RoundDeadline);
        await using var forget = database.CreateCommand("update trigger.hook_deliveries set key = null where received_at < $1 and key is not null");
        forget.Parameters.Add(new() { Value = time.GetUtcNow() - Kept });
        await forget.ExecuteNonQueryAsync(last.Token);
    }

    private static NpgsqlBatchCommand AddByKey(NpgsqlBatch batch, HookDeliveryRow row)
    {
        var insert = Add(
            batch, $"insert into trigger.hook_deliveries ({Columns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (hook_id, key) do nothing");
        AddColumns(insert.Parameters, row);
        var read = Add(batch, "select id, body_hash, outcome, event from trigger.hook_deliveries where hook_id = $1 and key = $2");
        read.Parameters.Add(new() { Value = row.HookId });
        read.Parameters.Add(new() { Value = row.Key! });
        return insert;
    }

    private static NpgsqlBatchCommand AddByBody(NpgsqlBatch batch, HookDeliveryRow row, DateTimeOffset since)
    {
        const string same = "hook_id = $2 and body_hash = $5 and key is null and received_at > $11 and (outcome is null or outcome = 'published')";
        // Whoever else keeps the same body waits until this one is committed.
        var wait = Add(batch, "select pg_advisory_xact_lock($1)");
        wait.Parameters.Add(new() { Value = BinaryPrimitives.ReadInt64LittleEndian(row.BodyHash) });
        var insert = Add(
            batch,
            $"""
            insert into trigger.hook_deliveries ({Columns}) select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
            where not exists (select 1 from trigger.hook_deliveries where {same})
            """);
        AddColumns(insert.Parameters, row);
        insert.Parameters.Add(new() { Value = since });
        var read = Add(
            batch,
            """
            select id, body_hash, outcome, event from trigger.hook_deliveries
            where hook_id = $1 and body_hash = $2 and key is null and received_at > $3 and (outcome is null or outcome = 'published')
            order by received_at desc limit 1
            """);
        read.Parameters.Add(new() { Value = row.HookId });
        read.Parameters.Add(new() { Value = row.BodyHash });
        read.Parameters.Add(new() { Value = since });
        return insert;
    }

    private static NpgsqlBatchCommand Add(NpgsqlBatch batch, string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        batch.BatchCommands.Add(command);
        return command;
    }

    private static void AddColumns(NpgsqlParameterCollection parameters, HookDeliveryRow row)
    {
        parameters.Add(Column(NpgsqlDbType.Uuid, row.Id));
        parameters.Add(Column(NpgsqlDbType.Uuid, row.HookId));
        parameters.Add(Column(NpgsqlDbType.Integer, row.Version));
        parameters.Add(Column(NpgsqlDbType.Text, row.Key));
        parameters.Add(Column(NpgsqlDbType.Bytea, row.BodyHash));
        parameters.Add(Column(NpgsqlDbType.Bytea, row.Body));
        parameters.Add(Column(NpgsqlDbType.Text, row.Event));
        parameters.Add(Column(NpgsqlDbType.TimestampTz, row.ReceivedAt));
        parameters.Add(Column(NpgsqlDbType.Text, row.Outcome));
        parameters.Add(Column(NpgsqlDbType.Text, row.Reason));
    }

    private static NpgsqlParameter Column(NpgsqlDbType type, object? value) => new() { NpgsqlDbType = type, Value = value ?? DBNull.Value };
}
