using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting;

namespace TradingSystem.Execution.Controls;

/// <summary>
/// Lets cancels go whose decisions cannot be acted upon any more, should they still come. One that met none is told so, once: what tells it
/// is saved with its end.
/// </summary>
/// <param name="told">Something is to be announced.</param>
public sealed class CancelMemory(IDbContextFactory<ExecutionDb> databases, Action told, TimeProvider time, ILogger<CancelMemory> log) : BackgroundService
{
    private const int MostAtOnce = 500;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    /// <summary>How many cancels came to their end.</summary>
    public async Task<int> ForgetAsync(CancellationToken cancellationToken)
    {
        var now = ControlStore.Micros(time.GetUtcNow());
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var over = await db.OrderCancels
            .FromSql(
                $"select * from execution.order_cancels where outcome = 'remembered' and remembered_until < {now} order by remembered_until limit {MostAtOnce} for update skip locked")
            .ToListAsync(cancellationToken);
        foreach (var cancel in over)
        {
            var (group, decisions) = (cancel.GroupId, OrderCancel.DecisionsOf(cancel.GroupId, cancel.DecisionKey!));
            cancel.Outcome = await db.Orders.AnyAsync(o => decisions.Contains(o.DecisionId) && o.GroupId == group, cancellationToken)
                ? CancelOutcomes.Ended
                : CancelOutcomes.Nothing;
            if (cancel.Outcome == CancelOutcomes.Nothing)
            {
                await db.TellAsync(cancel, CancelReasons.Nothing(cancel.DecisionKey, null), null, now, cancellationToken);
            }
        }

        await db.SaveChangesAsync(cancellationToken);
        await db.RememberedCancels.Where(r => r.Until < now).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (over.Count > 0)
        {
            told();
        }

        return over.Count;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var cleaned = time.GetTimestamp();
        try
        {
            await Rounds.EveryAsync(
                Period,
                time,
                log,
                async token =>
                {
                    while (await ForgetAsync(token) == MostAtOnce)
                    {
                    }

                    if (time.GetElapsedTime(cleaned) > TimeSpan.FromHours(1))
                    {
                        cleaned = time.GetTimestamp();
                        await using var db = await databases.CreateDbContextAsync(token);
                        var before = time.GetUtcNow() - Kept;
                        await db.OrderCancels.Where(c => c.CreatedAt < before && c.Outcome != CancelOutcomes.Remembered).ExecuteDeleteAsync(token);
                    }
                },
                stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }
}
