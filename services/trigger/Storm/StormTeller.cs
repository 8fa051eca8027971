using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Storm;

/// <summary>
/// Sends what is kept to be sent and is not known to be out, says of each event that was held back why, and of each that could not be sent in time that. All of it is
/// told again until the bus has it, under the same id.
/// </summary>
public sealed partial class StormTeller(
    IDbContextFactory<TriggerDb> database, StormBook book, StormGate gate, StormCounter counter, IDurablePublisher publisher, BusReadiness bus, TimeProvider time,
    ILogger<StormTeller> log)
    : BackgroundService
{
    /// <summary>How long what was held back, and its summary, are kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    /// <summary>What nobody has counted yet, because a blackout is on, is kept longer.</summary>
    private static readonly TimeSpan KeptUncounted = TimeSpan.FromDays(31);

    private const int Most = 500;
    private const int MostPruned = 5_000;

    /// <summary>What was let through says nothing any more behind the longest time that the three numbers look back.</summary>
    private static readonly TimeSpan KeptSent = TimeSpan.FromHours(1);
    private static readonly TimeSpan Confirming = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SitOut = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pruning = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    /// <summary>Longer than a node takes to send and to write that it did.</summary>
    private static readonly TimeSpan Claim = TimeSpan.FromSeconds(30);

    /// <summary>Tells what is to be told and nobody else is about to tell. False where some of it is left.</summary>
    public async Task<bool> TellAsync(CancellationToken cancellationToken)
    {
        int? told;
        do
        {
            told = await TellSomeAsync(cancellationToken);
        }
        while (told == Most);
        return told is not null;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await bus.WaitAsync(stoppingToken);
        // What fails of one keeps none of the others from its work.
        await Task.WhenAll(
            Rounds.EveryAsync(Confirming, time, log, gate.ConfirmAsync, stoppingToken),
            Rounds.EveryAsync(Round, time, log, counter.CountAsync, stoppingToken),
            Rounds.EveryAsync(Round, time, log, RoundAsync, stoppingToken),
            Rounds.EveryAsync(Pruning, time, log, PruneAsync, stoppingToken));
    }

    private async Task RoundAsync(CancellationToken cancellationToken)
    {
        if (!await TellAsync(cancellationToken))
        {
            // It may be this node that has no bus: the others have their turn.
            await Task.Delay(SitOut, time, cancellationToken);
        }
    }

    /// <returns>How many there were; null where one of them failed.</returns>
    private async Task<int?> TellSomeAsync(CancellationToken cancellationToken)
    {
        var rows = await ClaimAsync(cancellationToken);
        if (rows.Count == 0)
        {
            return 0;
        }

        var works = rows.ConvertAll(r => new Work(r));
        using (var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            deadline.CancelAfter(Deadline);
            // Of one source in the order in which they were raised.
            await Task.WhenAll(works.GroupBy(w => w.Row.SourceId).Select(g => TellAsync(g, deadline.Token)));
        }

        await MarkAsync(works, cancellationToken);
        if (works.Count(w => !w.IsDone) is > 0 and var left)
        {
            StormTellerLog.NotTold(log, left);
            return null;
        }

        return rows.Count;
    }

    private async Task<List<SignalRow>> ClaimAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        await using var db = await database.CreateDbContextAsync(deadline.Token);
        await using var transaction = await db.Database.BeginTransactionAsync(deadline.Token);
        var now = time.GetUtcNow();
        // A node that is frozen with these in its hand keeps the others no longer than this.
        await db.Database.ExecuteSqlAsync($"set local idle_in_transaction_session_timeout = '5s'", deadline.Token);
        var rows = await db.Signals.FromSql(
            $"""
            select * from trigger.signals s
            where ((event is not null and confirmed_at is null and given_up_at is null) or told_at is null) and (claimed_until is null or claimed_until < {now})
              and (event is null or not exists (
                select from trigger.signals o
                where o.source_id = s.source_id and o.seq < s.seq and o.event is not null and o.confirmed_at is null and o.given_up_at is null and o.claimed_until >= {now}))
            order by event is null, seq limit {Most} for update skip locked
            """).AsNoTracking().ToListAsync(deadline.Token);
        var ids = rows.ConvertAll(r => r.Id);
        var holds = (await db.Holds.AsNoTracking().Where(h => ids.Contains(h.SignalId)).ToListAsync(deadline.Token)).ToLookup(h => h.SignalId);
        rows.ForEach(r => r.Holds.AddRange(holds[r.Id]));
        await db.Signals.Where(s => ids.Contains(s.Id)).ExecuteUpdateAsync(s => s.SetProperty(r => r.ClaimedUntil, now + Claim), deadline.Token);
        await transaction.CommitAsync(deadline.Token);
        return [.. rows.OrderBy(r => r.Seq)];
    }

    private async Task TellAsync(IEnumerable<Work> works, CancellationToken cancellationToken)
    {
        foreach (var work in works)
        {
            try
            {
                if (work.Row.ToldAt is null && work.Row.Holds.Count > 0)
                {
                    work.IsTold = await PublishAsync(StormLogs.Of(work.Row), cancellationToken);
                }

                if (work.Row is { Event: { } item, ConfirmedAt: null, GivenUpAt: null })
                {
                    var isOld = time.GetUtcNow() > work.Row.NewsUntil;
                    work.IsGivenUp = isOld && await PublishAsync(StormLogs.OfGivenUp(work.Row), cancellationToken);
                    work.IsOut = !isOld && await PublishAsync(SignalRows.Read(item), cancellationToken);
                    if (!work.IsGivenUp && !work.IsOut)
                    {
                        // What comes behind it waits for it.
                        return;
                    }
                }

                work.IsDone = work.Row.ToldAt is not null || work.IsTold;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                StormTellerLog.Failed(log, work.Row.Id, e.Message);
                return;
            }
        }
    }

    private async Task<bool> PublishAsync<TItem>(TItem item, CancellationToken cancellationToken)
        where TItem : class => await publisher.PublishAsync(item, cancellationToken) == PublishOutcome.Durable;

    /// <summary>What is done is written down, and the claim of the rest ends.</summary>
    private async Task MarkAsync(List<Work> works, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        await book.ConfirmAsync(works.Where(w => w.IsOut).Select(w => w.Row.Id).ToList(), deadline.Token);
        await using var db = await database.CreateDbContextAsync(deadline.Token);
        var now = time.GetUtcNow();
        var (told, givenUp) = (Ids(w => w.IsTold), Ids(w => w.IsGivenUp));
        var open = Ids(w => !w.IsDone);
        await db.Signals.Where(s => told.Contains(s.Id)).ExecuteUpdateAsync(s => s.SetProperty(r => r.ToldAt, now), deadline.Token);
        await db.Signals.Where(s => givenUp.Contains(s.Id)).ExecuteUpdateAsync(s => s.SetProperty(r => r.GivenUpAt, now), deadline.Token);
        await db.Signals.Where(s => open.Contains(s.Id)).ExecuteUpdateAsync(s => s.SetProperty(r => r.ClaimedUntil, now), deadline.Token);

        List<Guid> Ids(Func<Work, bool> which) => [.. works.Where(which).Select(w => w.Row.Id)];
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
                  where told_at is not null and (event is null or confirmed_at is not null or given_up_at is not null)
                    and (created_at < {now - KeptUncounted} or not exists (select from trigger.holds h where h.signal_id = s.id and h.counted_at is null))
                    and (created_at < {now - Kept} or (outcome = {StormWords.Sent} and given_up_at is null and created_at < {now - KeptSent}
                      and not exists (select from trigger.holds h where h.signal_id = s.id)))
                  limit {MostPruned})
                """,
                deadline.Token);
        }
        while (pruned == MostPruned);
    }

    private sealed class Work(SignalRow row)
    {
        public SignalRow Row => row;

        public bool IsTold { get; set; }

        public bool IsOut { get; set; }

        public bool IsGivenUp { get; set; }

        /// <summary>Nothing of it is left to be told.</summary>
        public bool IsDone { get; set; }
    }
}

internal static partial class StormTellerLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "What became of event {EventId} could not be told: {Reason}")]
    public static partial void Failed(ILogger logger, Guid eventId, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What became of {Count} events is not known to be told; it is told again")]
    public static partial void NotTold(ILogger logger, int count);
}
