using Npgsql;
using TradingSystem.Gateway.Connections;
using TradingSystem.Hosting.Outages;

namespace TradingSystem.Gateway.Leases;

/// <summary>Who has a session open, on whichever node: here the sessions say so, elsewhere the leases of nodes that live.</summary>
public sealed class OpenSessions(NpgsqlDataSource database, SessionRegistry sessions, Node node)
{
    private const int CommandTimeoutSeconds = 3;

    /// <summary>The same behind a change, which is made whatever the database says now: then what is known here.</summary>
    public async Task<IReadOnlySet<Guid>> BehindChangeAsync(Guid owner, CancellationToken cancellationToken)
    {
        try
        {
            return await OfAsync([owner], cancellationToken);
        }
        catch (Exception e) when (Outage.IsOutage(e))
        {
            return sessions.Count(owner) > 0 ? new HashSet<Guid> { owner } : [];
        }
    }

    /// <param name="owners">Groups and triggers.</param>
    /// <returns>Those of them that have one.</returns>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task<IReadOnlySet<Guid>> OfAsync(IReadOnlyCollection<Guid> owners, CancellationToken cancellationToken)
    {
        var open = owners.Where(o => sessions.Count(o) > 0).ToHashSet();
        var others = owners.Where(o => !open.Contains(o)).ToArray();
        if (others.Length == 0)
        {
            return open;
        }

        await using var command = database.CreateCommand($"""
            select distinct t.owner_id
            from gateway.tokens t
            join gateway.leases l on l.token_id = t.id
            join gateway.nodes n on n.id = l.node_id
            where t.owner_id = any($1) and l.session_id is not null and l.node_id <> $2
              and n.seen_at > statement_timestamp() - interval '{LeaseStore.NodePatience}'
            """);
        command.Parameters.AddWithValue(others);
        command.Parameters.AddWithValue(node.Id);
        command.CommandTimeout = CommandTimeoutSeconds;
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            open.Add(rows.GetGuid(0));
        }

        return open;
    }
}
