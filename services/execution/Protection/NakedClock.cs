using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Settings;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Protection;

/// <summary>
/// Counts every second in which a position stands without a leg that its decision asked for, and after <see cref="ExecutionOptions.NakedGrace"/>
/// restores the leg or closes the position. It goes by the tables alone: a memory that is wrong is what it is there to find.
/// </summary>
public sealed class NakedClock(
    IDbContextFactory<ExecutionDb> databases, DecisionProcessor processor, Announcer announcer, ExecutionOptions options, TimeProvider time, ILogger<NakedClock> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>One look at every position that asked for protection; those that stand without it.</summary>
    public async Task<IReadOnlyList<ProtectionPlan>> LookAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        IReadOnlyList<ProtectionPlan> naked;
        await using (var db = await databases.CreateDbContextAsync(cancellationToken))
        {
            naked = await CountAsync(db, now, cancellationToken);
        }

        List<ProtectionPlan> overdue = [.. naked.Where(p => now - p.NakedSince >= options.NakedGrace)];
        if (overdue.Count > 0)
        {
            await ActAsync(overdue, now, cancellationToken);
        }

        return naked;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await LookAsync(stoppingToken);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    NakedClockLog.RoundFailed(log, e);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    /// <summary>Whoever counts, counts from where the last one did, so several nodes do not count a second twice.</summary>
    private static async Task<IReadOnlyList<ProtectionPlan>> CountAsync(ExecutionDb db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var before = await db.ProtectionPlans.AsNoTracking().Where(p => p.NakedSince != null).ToListAsync(cancellationToken);
        var naked = await db.ProtectionPlans.FromSql(
            $"""
            update execution.protection_plans p set
                naked_since = coalesce(p.naked_since, {now}),
                naked_seconds = p.naked_seconds + greatest(0, extract(epoch from {now} - coalesce(p.naked_counted_at, {now}))),
                naked_counted_at = greatest({now}, p.naked_counted_at)
            from execution.positions q
            where p.active and q.account_id = p.account_id and q.group_id = p.group_id and q.symbol = p.symbol and q.qty <> 0
                and not exists (select from execution.protection_legs l where l.decision_id = p.decision_id and l.kind = p.kind and l.status = 'waiting')
            returning p.*
            """).AsNoTracking().ToListAsync(cancellationToken);
        foreach (var plan in naked)
        {
            if (before.Find(p => (p.AccountId, p.GroupId, p.Symbol, p.Kind) == (plan.AccountId, plan.GroupId, plan.Symbol, plan.Kind)) is { } was)
            {
                ExecutionTelemetry.Naked(plan.Kind, (double)(plan.NakedSeconds - was.NakedSeconds));
            }
        }

        if (before.Count > naked.Count || before.Exists(b => !naked.Any(n => n.DecisionId == b.DecisionId && n.Kind == b.Kind)))
        {
            await db.ProtectionPlans.Where(p => p.NakedSince != null && p.NakedCountedAt < now)
                .ExecuteUpdateAsync(s => s.SetProperty(p => p.NakedSince, (DateTimeOffset?)null).SetProperty(p => p.NakedCountedAt, (DateTimeOffset?)null), cancellationToken);
        }

        return naked;
    }

    private async Task ActAsync(List<ProtectionPlan> overdue, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var plan in overdue)
        {
            NakedClockLog.Naked(log, plan.Symbol, plan.GroupId, plan.Kind, (now - plan.NakedSince!.Value).TotalSeconds, options.NakedPolicy);
        }

        if (options.NakedPolicy == "restore")
        {
            ExecutionTelemetry.ActedOnNaked(options.NakedPolicy, await processor.RestoreAsync(overdue, cancellationToken));
            return;
        }

        // Of a position without both legs, the first one closes it.
        var orders = await processor.CommandAsync([.. overdue.DistinctBy(p => (p.AccountId, p.GroupId, p.Symbol)).Select(p => p.Closing(now))], cancellationToken);
        ExecutionTelemetry.ActedOnNaked(options.NakedPolicy, orders.Count);
        announcer.Add([new DecisionDelivery([], seenBefore: false, CancellationToken.None)], orders);
    }
}

internal static partial class NakedClockLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The {Symbol} position of group {Group} stands without its {Kind} for {Seconds} s: {Policy}")]
    public static partial void Naked(ILogger logger, string symbol, Guid group, string kind, double seconds, string policy);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Positions could not be looked at for missing protection this round")]
    public static partial void RoundFailed(ILogger logger, Exception exception);
}
