using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Npgsql;

namespace TradingSystem.Trigger.Storage;

/// <summary>
/// Keeps what came of rules, so that they can say why they did or did not raise an event, and where they stand, so that a cooldown outlasts a restart.
/// The market never waits for it; what does not fit the queue is dropped, counted and logged.
/// </summary>
public sealed partial class EvaluationWriter(NpgsqlDataSource database, TimeProvider time, ILogger<EvaluationWriter> log) : BackgroundService
{
    /// <summary>How long it is kept; the last that is older stays, for it was so until the next.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    private const int Capacity = 20_000;
    private const int MaxBatch = 1_000;
    private static readonly TimeSpan Pruning = TimeSpan.FromHours(1);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PruningDeadline = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);
    private static readonly Counter<long> Drops = new Meter("TradingSystem.Trigger").CreateCounter<long>("trigger.evaluations.dropped");

    private readonly Channel<RuleEvaluationRow> _queue = Channel.CreateBounded<RuleEvaluationRow>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private long? _prunedAt;
    private long _dropped;

    public void Keep(RuleEvaluationRow evaluation)
    {
        // What raised an event is what a cooldown goes by: the rest leaves room for it.
        if ((evaluation.EventId is not null || _queue.Reader.Count < Capacity / 2) && _queue.Writer.TryWrite(evaluation))
        {
            return;
        }

        Drops.Add(1);
        if (Interlocked.Increment(ref _dropped) is var dropped && dropped % 1_000 == 1)
        {
            EvaluationWriterLog.Dropped(log, dropped);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new Dictionary<(RuleKey, string, DateTimeOffset), RuleEvaluationRow>();
        while (await _queue.Reader.WaitToReadAsync(stoppingToken))
        {
            // One statement must not touch a row twice; what raised an event says more.
            batch.Clear();
            while (batch.Count < MaxBatch && _queue.Reader.TryRead(out var e))
            {
                var key = (new RuleKey(e.Market, e.RuleId, e.Symbol), e.Run, e.At);
                batch[key] = batch.TryGetValue(key, out var other) && other.EventId is not null ? other : e;
            }

            while (!await TryAsync("kept", () => WriteAsync(InOrder(batch.Values), stoppingToken), stoppingToken))
            {
                await Task.Delay(Retry, time, stoppingToken);
            }

            if (_prunedAt is not { } before || time.GetElapsedTime(before) > Pruning)
            {
                // What fails is left to the next hour.
                _prunedAt = time.GetTimestamp();
                await TryAsync("pruned", () => PruneAsync(stoppingToken), stoppingToken);
            }
        }
    }

    /// <summary>Of their keys, so that two nodes take the rows' locks in the same order.</summary>
    private static List<RuleEvaluationRow> InOrder(IEnumerable<RuleEvaluationRow> rows) =>
        [.. rows.OrderBy(r => r.Market, StringComparer.Ordinal).ThenBy(r => r.RuleId).ThenBy(r => r.Symbol, StringComparer.Ordinal).ThenBy(r => r.At)];

    private async Task WriteAsync(IReadOnlyList<RuleEvaluationRow> rows, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        await using var batch = database.CreateBatch();
        // Another node may have kept the same close: what raised an event stays.
        batch.BatchCommands.Add(Command(
            """
            insert into trigger.rule_evaluations as t
              (market, run, rule_id, symbol, at, version, met, outcome, clauses, event_id, created_at)
            select u.market, u.run, u.rule_id, u.symbol, u.at, u.version, u.met, u.outcome, u.clauses::jsonb, u.event_id, $11
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
              as u(market, run, rule_id, symbol, at, version, met, outcome, clauses, event_id)
            on conflict (market, rule_id, symbol, run, at) do update
            set version = excluded.version, met = excluded.met, outcome = excluded.outcome, clauses = excluded.clauses, event_id = excluded.event_id
            where t.event_id is null and excluded.event_id is not null
            """,
            rows.Select(r => r.Market).ToArray(), rows.Select(r => r.Run).ToArray(), rows.Select(r => r.RuleId).ToArray(), rows.Select(r => r.Symbol).ToArray(),
            rows.Select(r => r.At).ToArray(), rows.Select(r => r.Version).ToArray(), rows.Select(r => r.Met).ToArray(), rows.Select(r => r.Outcome).ToArray(),
            rows.Select(r => r.Clauses).ToArray(), rows.Select(r => r.EventId).ToArray(), time.GetUtcNow()));
        batch.BatchCommands.Add(Command(
            """
            insert into trigger.rule_states as t (market, rule_id, symbol, kept_until, fired_at, event_id)
            select * from unnest($1, $2, $3, $4, $5, $6)
            on conflict (market, rule_id, symbol) do update
            set kept_until = greatest(t.kept_until, excluded.kept_until),
              fired_at = greatest(t.fired_at, excluded.fired_at),
              event_id = case when excluded.fired_at >= t.fired_at or t.fired_at is null then excluded.event_id else t.event_id end
            """,
            [.. States(rows)]));
        await batch.ExecuteNonQueryAsync(deadline.Token);
    }

    /// <summary>Where each rule stands after them, by column.</summary>
    private static IEnumerable<Array> States(IReadOnlyList<RuleEvaluationRow> rows)
    {
        var states = rows.GroupBy(r => new RuleKey(r.Market, r.RuleId, r.Symbol)).Select(g => (
            g.Key, KeptUntil: g.Max(r => r.At), Fired: g.Where(r => r.EventId is not null).MaxBy(r => r.At))).ToList();
        return
        [
            states.Select(s => s.Key.Market).ToArray(), states.Select(s => s.Key.Rule).ToArray(), states.Select(s => s.Key.Symbol).ToArray(),
            states.Select(s => s.KeptUntil).ToArray(), states.Select(s => s.Fired?.At).ToArray(), states.Select(s => s.Fired?.EventId).ToArray(),
        ];
    }

    private async Task PruneAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(PruningDeadline);
        await using var batch = database.CreateBatch();
        var end = time.GetUtcNow() - Kept;
        batch.BatchCommands.Add(Command(
            """
            delete from trigger.rule_evaluations e where created_at < $1 and (
              run <> market
              or exists (select 1 from trigger.rules r where r.id = e.rule_id and r.deleted_at < $1)
              or exists (
                select 1 from trigger.rule_evaluations n
                where n.market = e.market and n.rule_id = e.rule_id and n.symbol = e.symbol and n.run = e.run and n.at > e.at and n.created_at < $1))
            """,
            end));
        batch.BatchCommands.Add(Command(
            "delete from trigger.rule_states s where exists (select 1 from trigger.rules r where r.id = s.rule_id and r.deleted_at < $1)", end));
        await batch.ExecuteNonQueryAsync(deadline.Token);
    }

    private static NpgsqlBatchCommand Command(string sql, params object[] columns)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var column in columns)
        {
            command.Parameters.Add(new() { Value = column });
        }

        return command;
    }

    private async Task<bool> TryAsync(string what, Func<Task> run, CancellationToken cancellationToken)
    {
        try
        {
            await run();
            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            EvaluationWriterLog.Failed(log, what, e);
            return false;
        }
    }
}

internal static partial class EvaluationWriterLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "What came of rules was not {What}: the database did not take it")]
    public static partial void Failed(ILogger logger, string what, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "What came of {Count} looks at rules since the start is not kept, too many wait")]
    public static partial void Dropped(ILogger logger, long count);
}
