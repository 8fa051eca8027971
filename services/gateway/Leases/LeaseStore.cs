using System.Threading.Channels;
using Npgsql;
using NpgsqlTypes;
using TradingSystem.Gateway.Connections;
using TradingSystem.Hosting;

namespace TradingSystem.Gateway.Leases;

/// <summary>The session that has a token, and the node it is on.</summary>
public sealed record LeaseHolder(Guid NodeId, Guid SessionId);

/// <summary>A session that must end: its token was taken by another one, or fenced.</summary>
public sealed record LostSession(Guid SessionId, bool IsFenced);

/// <summary>What became of a claim. At most one of the two is there; neither means that no such token exists.</summary>
public sealed record LeaseAnswer(Identity? Taken, LeaseHolder? Held);

/// <summary>
/// One session per token over all nodes: a row per token with its holder and an epoch that grows with every holder. Claims and returns
/// that arrive together share one round trip and one commit, so that ten thousand bots can come back at once.
/// </summary>
public sealed class LeaseStore(NpgsqlDataSource database, Node node, ILogger<LeaseStore> log) : BackgroundService
{
    private const int MaxBatch = 512;
    private const int Capacity = 20_000;
    private const int CommandTimeoutSeconds = 3;

    /// <summary>
    /// A node that missed this is dead; its tokens can be taken. Counted to the statement's start, which is when its view of the nodes is
    /// from: a claim that waited long for a row must not take that time for the node's silence.
    /// </summary>
    internal const string NodePatience = "1500 milliseconds";

    private const string ClaimSql = $"""
        with asked as (
            select * from unnest($1, $2, $3) with ordinality as a(hash, owner_kind, session_id, n)),
        found as (
            select a.n, a.session_id, t.id, t.owner_kind, t.owner_id, row_number() over (partition by t.id order by a.n) as turn
            from asked a join gateway.tokens t on t.hash = a.hash
            where t.revoked_at is null and (a.owner_kind = '' or a.owner_kind = t.owner_kind)),
        before as (
            select l.* from gateway.leases l join found f on f.id = l.token_id where f.turn = 1),
        taken as (
            insert into gateway.leases as l (token_id, epoch, node_id, session_id)
            select id, 1, $4, session_id from found where turn = 1
            on conflict (token_id) do update set epoch = l.epoch + 1, node_id = excluded.node_id, session_id = excluded.session_id
            where l.session_id is null or not exists (
                select 1 from gateway.nodes n where n.id = l.node_id and n.seen_at > statement_timestamp() - interval '{NodePatience}')
            returning token_id, epoch, session_id)
        select f.n, f.id, f.owner_kind, f.owner_id, t.epoch, b.node_id, b.session_id
        from found f left join taken t on t.session_id = f.session_id left join before b on b.token_id = f.id
        """;

    private readonly Channel<Work> _work = Channel.CreateBounded<Work>(new BoundedChannelOptions(Capacity) { SingleReader = true });

    private readonly Channel<Settlement> _settlements = Channel.CreateBounded<Settlement>(1);

    /// <summary>Null when the database cannot say just now.</summary>
    public async Task<LeaseAnswer?> ClaimAsync(byte[] hash, string? ownerKind, Guid sessionId)
    {
        var work = new Work(hash, ownerKind ?? "", sessionId);
        return _work.Writer.TryWrite(work) ? await work.Answer.Task : null;
    }

    /// <summary>Gives the token back. What is lost on the way is found by <see cref="SettleAsync"/>.</summary>
    public void Return(Guid sessionId) => _work.Writer.TryWrite(new Work(null, "", sessionId));

    /// <summary>
    /// After being out of touch: gives back what no session here has, and tells which of <paramref name="entered"/> lost their token
    /// meanwhile, or have it with another epoch than theirs. Runs between claims, so that it cannot mistake a token that is just being
    /// claimed. Null when the database cannot say.
    /// </summary>
    public async Task<IReadOnlyList<LostSession>?> SettleAsync(IReadOnlyList<(Guid SessionId, long Epoch)> entered, Func<IReadOnlyList<Guid>> present)
    {
        var work = new Settlement(entered, present);
        return _settlements.Writer.TryWrite(work) && _work.Writer.TryWrite(Work.WakeUp) ? await work.Lost.Task : null;
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // After the last session has given its token back.
        _work.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Work>();
        while (await _work.Reader.WaitToReadAsync(CancellationToken.None))
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _work.Reader.TryRead(out var work))
            {
                if (!ReferenceEquals(work, Work.WakeUp))
                {
                    batch.Add(work);
                }
            }

            _settlements.Reader.TryRead(out var settlement);
            try
            {
                if (batch.Count > 0)
                {
                    await RunAsync(batch);
                }

                settlement?.Lost.TrySetResult(await SettleAsync(settlement));
            }
            catch (Exception e)
            {
                LeaseStoreLog.Unreachable(log, e.Message);
                batch.ForEach(w => w.Answer.TrySetResult(null));
                settlement?.Lost.TrySetResult(null);
            }
        }
    }

    private async Task RunAsync(List<Work> works)
    {
        await using var batch = database.CreateBatch();
        batch.Timeout = CommandTimeoutSeconds;
        var returns = works.Where(w => w.Hash is null).Select(w => w.SessionId).ToArray();
        var claims = works.Where(w => w.Hash is not null).ToList();
        if (returns.Length > 0)
        {
            var command = new NpgsqlBatchCommand("update gateway.leases set session_id = null where session_id = any($1)");
            command.Parameters.AddWithValue(returns);
            batch.BatchCommands.Add(command);
        }

        if (claims.Count > 0)
        {
            var command = new NpgsqlBatchCommand(ClaimSql);
            command.Parameters.Add(new() { Value = claims.Select(c => c.Hash!).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
            command.Parameters.AddWithValue(claims.Select(c => c.OwnerKind).ToArray());
            command.Parameters.AddWithValue(claims.Select(c => c.SessionId).ToArray());
            command.Parameters.AddWithValue(node.Id);
            batch.BatchCommands.Add(command);
        }

        var answers = new LeaseAnswer?[claims.Count];
        await using (var rows = await batch.ExecuteReaderAsync(CancellationToken.None))
        {
            while (await rows.ReadAsync())
            {
                answers[rows.GetInt64(0) - 1] = rows.IsDBNull(4)
                    ? new(null, rows.IsDBNull(6) ? new(Guid.Empty, Guid.Empty) : new(rows.GetGuid(5), rows.GetGuid(6)))
                    : new(new Identity(rows.GetGuid(1), rows.GetString(2), rows.GetGuid(3), rows.GetInt64(4)), null);
            }
        }

        for (var i = 0; i < claims.Count; i++)
        {
            claims[i].Answer.TrySetResult(answers[i] ?? new(null, null));
        }
    }

    private async Task<IReadOnlyList<LostSession>> SettleAsync(Settlement settlement)
    {
        await using var batch = database.CreateBatch();
        batch.Timeout = CommandTimeoutSeconds;
        var stale = new NpgsqlBatchCommand("update gateway.leases set session_id = null where node_id = $1 and session_id is not null and session_id <> all($2)");
        stale.Parameters.AddWithValue(node.Id);
        stale.Parameters.AddWithValue(settlement.Present().ToArray());
        var lost = new NpgsqlBatchCommand("""
            select s.id, l.epoch is not null from unnest($1, $2) as s(id, epoch)
            left join gateway.leases l on l.node_id = $3 and l.session_id = s.id where l.epoch is distinct from s.epoch
            """);
        lost.Parameters.AddWithValue(settlement.Entered.Select(e => e.SessionId).ToArray());
        lost.Parameters.AddWithValue(settlement.Entered.Select(e => e.Epoch).ToArray());
        lost.Parameters.AddWithValue(node.Id);
        batch.BatchCommands.Add(stale);
        batch.BatchCommands.Add(lost);
        var sessions = new List<LostSession>();
        await using var rows = await batch.ExecuteReaderAsync(CancellationToken.None);
        while (await rows.ReadAsync())
        {
            sessions.Add(new(rows.GetGuid(0), rows.GetBoolean(1)));
        }

        return sessions;
    }

    private sealed record Settlement(IReadOnlyList<(Guid SessionId, long Epoch)> Entered, Func<IReadOnlyList<Guid>> Present)
    {
        public TaskCompletionSource<IReadOnlyList<LostSession>?> Lost { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed record Work(byte[]? Hash, string OwnerKind, Guid SessionId)
    {
        public static readonly Work WakeUp = new(null, "", Guid.Empty);

        public TaskCompletionSource<LeaseAnswer?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

internal static partial class LeaseStoreLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Tokens cannot be checked: {Reason}")]
    public static partial void Unreachable(ILogger logger, string reason);
}
