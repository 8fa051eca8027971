using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Desk;

/// <summary>
/// Has every entry and exit order of groups cancelled, wherever the account's desk runs: the wish is in the tables, and the desk that
/// finds it acts. Protection stays as long as its position does, and so do the closing orders of commands, which are a person's own.
/// </summary>
public sealed class OpenOrderCancel(IDbContextFactory<ExecutionDb> databases, DeskHost host, ExitWatch exits, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>Returns when all orders have ended or a deadline passed, after which the desks go on.</summary>
    public async Task<CancelOutcome> RunAsync(IReadOnlyList<Guid> groups, CancellationToken cancellationToken)
    {
        var (waited, waiting) = await exits.EndHeldAsync(groups, cancellationToken);
        var (wanted, now) = (groups.ToArray(), time.GetUtcNow());
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var open = await db.DeskOrders.AsNoTracking()
            .Where(o => wanted.Contains(o.GroupId) && o.Leg == DeskLegs.Entry && !o.ByCommand)
            .Where(DeskStates.AreOpen)
            .Select(o => new { o.ClientId, o.GroupId, o.AccountId }).ToListAsync(cancellationToken);
        if (open.Count == 0)
        {
            return new(waited, waiting);
        }

        var ids = open.ConvertAll(o => o.ClientId).ToArray();
        await db.DeskOrders.Where(o => ids.Contains(o.ClientId) && o.CancelRequestedAt == null)
            .ExecuteUpdateAsync(s => s.SetProperty(o => o.CancelRequestedAt, now), cancellationToken);
        foreach (var account in open.Select(o => o.AccountId).Distinct())
        {
            host.Wake(account);
        }

        var started = time.GetTimestamp();
        List<string> left;
        do
        {
            left = await db.DeskOrders.AsNoTracking()
                .Where(o => ids.Contains(o.ClientId))
                .Where(DeskStates.AreOpen)
                .Select(o => o.ClientId).ToListAsync(cancellationToken);
            if (left.Count > 0)
            {
                await Task.Delay(Poll, time, cancellationToken);
            }
        }
        while (left.Count > 0 && time.GetElapsedTime(started) < Patience);
        // One that was filled meanwhile has ended, too, and is a position; one that was refused for the hold counts.
        var unfilled = await db.DeskOrders
            .AsNoTracking().Where(o => ids.Contains(o.ClientId) && o.State != DeskStates.Filled).Select(o => o.ClientId)
            .ToListAsync(cancellationToken);
        var ended = open.Where(o => unfilled.Contains(o.ClientId) && !left.Contains(o.ClientId)).GroupBy(o => o.GroupId).ToDictionary(g => g.Key, g => g.Count());
        return new(groups.Distinct().ToDictionary(g => g, g => ended.GetValueOrDefault(g) + waited.GetValueOrDefault(g)), left.Count + waiting);
    }
}
