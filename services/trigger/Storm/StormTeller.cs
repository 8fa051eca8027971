using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Storm;

/// <summary>
/// Says of each event that was held back why, and sends the summaries. What is to be told is kept first, and told again until the bus has it, under the same id.
/// </summary>
public sealed partial class StormTeller(
    IDbContextFactory<TriggerDb> database, StormGate gate, StormCounter counter, IDurablePublisher publisher, BusReadiness bus, TimeProvider time,
    ILogger<StormTeller> log)
    : BackgroundService
{
    /// <summary>How long what was held back, and its summary, are kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    /// <summary>A summary of nothing newer is a log line and wakes nobody.</summary>
    public static readonly TimeSpan News = TimeSpan.FromMinutes(5);

    private const int Most = 500;
    private const int MostPruned = 5_000;

    /// <summary>What was let through says nothing any more behind the longest time that the three numbers look back.</summary>
    private static readonly TimeSpan KeptSent = TimeSpan.FromHours(1);
    private static readonly TimeSpan Confirming = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pruning = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    /// <summary>Longer than a node takes to send and to write that it did.</summary>
    private static readonly TimeSpan Claim = TimeSpan.FromSeconds(30);

    /// <summary>Tells what is to be told and nobody else is about to tell.</summary>
    public async Task TellAsync(CancellationToken cancellationToken)
    {
        while (await TellSomeAsync(cancellationToken) == Most)
        {
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await bus.WaitAsync(stoppingToken);
        // What fails of one keeps none of the others from its work.
        await Task.WhenAll(
            Rounds.EveryAsync(Confirming, time, log, _ => gate.SettleAsync(), stoppingToken),
            Rounds.EveryAsync(Round, time, log, counter.CountAsync, stoppingToken),
            Rounds.EveryAsync(Round, time, log, TellAsync, stoppingToken),
            Rounds.EveryAsync(Pruning, time, log, PruneAsync, stoppingToken));
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        // What is out must be known to be, or the next start lets the same through.
        await gate.SettleAsync();
    }

    /// <returns>How many there were.</returns>
    private async Task<int> TellSomeAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        var rows = await ClaimAsync(deadline.Token);
        if (rows.Count == 0)
        {
            return 0;
        }

        var told = await Task.WhenAll(rows.Select(r => TellAsync(r, deadline.Token)));
        var done = rows.Where((_, i) => told[i]).Select(r => r.Id).ToList();
        await using var db = await database.CreateDbContextAsync(deadline.Token);
        var now = time.GetUtcNow();
        await db.Signals.Where(s => done.Contains(s.Id)).ExecuteUpdateAsync(s => s.SetProperty(r => r.ToldAt, now), deadline.Token);
        if (done.Count < rows.Count)
        {
            StormTellerLog.NotTold(log, rows.Count - done.Count);
            return 0;
        }

        return rows.Count;
    }

    /// <summary>Summaries first: somebody waits for them.</summary>
    private async Task<List<SignalRow>> ClaimAsync(CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var now = time.GetUtcNow();
        var rows = await db.Signals.FromSql(
            $"""
            select * from trigger.signals where told_at is null and (claimed_until is null or claimed_until < {now})
            order by event is null, seq limit {Most} for update skip locked
            """).AsNoTracking().ToListAsync(cancellationToken);
        var ids = rows.ConvertAll(r => r.Id);
        var holds = (await db.Holds.AsNoTracking().Where(h => ids.Contains(h.SignalId)).ToListAsync(cancellationToken)).ToLookup(h => h.SignalId);
        rows.ForEach(r => r.Holds.AddRange(holds[r.Id]));
        await db.Signals.Where(s => ids.Contains(s.Id)).ExecuteUpdateAsync(s => s.SetProperty(r => r.ClaimedUntil, now + Claim), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return rows;
    }

    private async Task<bool> TellAsync(SignalRow row, CancellationToken cancellationToken)
    {
        try
        {
            return await (row.Event is null ? publisher.PublishAsync(StormLogs.Of(row), cancellationToken)
                : time.GetUtcNow() - row.RaisedAt > News ? publisher.PublishAsync(StormLogs.OfLate(row), cancellationToken)
                : publisher.PublishAsync(StormSummaries.Read(row.Event), cancellationToken)) == PublishOutcome.Durable;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The claim ends, and it is told again.
            StormTellerLog.Failed(log, row.Id, e.Message);
            return false;
        }
    }

    private async Task PruneAsync(CancellationToken cancellationToken)
    {
        int pruned;
        do
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(Deadline);
            await using var db = await database.CreateDbContextAsync(deadline.Token);
            var now = time.GetUtcNow();
            pruned = await db.Database.ExecuteSqlAsync(
                $"""
                delete from trigger.signals where id in (
                  select id from trigger.signals s
                  where told_at is not null and not exists (select from trigger.holds h where h.signal_id = s.id and h.counted_at is null)
                    and (created_at < {now - Kept} or (outcome = {StormWords.Sent} and created_at < {now - KeptSent}
                      and not exists (select from trigger.holds h where h.signal_id = s.id)))
                  limit {MostPruned})
                """,
                deadline.Token);
        }
        while (pruned == MostPruned);
    }
}

internal static partial class StormTellerLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "What became of event {EventId} could not be told: {Reason}")]
    public static partial void Failed(ILogger logger, Guid eventId, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What became of {Count} events is not known to be told; it is told again")]
    public static partial void NotTold(ILogger logger, int count);
}
