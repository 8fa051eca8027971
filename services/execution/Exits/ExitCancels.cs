using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Exits;

/// <summary>Exits that wait for a price and are taken back before one comes.</summary>
public static class ExitCancels
{
    /// <summary>
    /// Ends those of the exits that still wait, in the caller's transaction; how many. Their orders become <c>canceled</c>, which <see cref="ExitWatch"/>
    /// announces from the table, and what they would have closed stays.
    /// </summary>
    public static async Task<int> EndWaitingAsync(this ExecutionDb db, IReadOnlyList<WaitingExit> exits, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (db.Database.CurrentTransaction is null)
        {
            throw new InvalidOperationException("Exits are taken back within a transaction.");
        }

        if (exits.Count == 0)
        {
            return 0;
        }

        // The account first, as whoever settles does: one of the two waits here, and then finds that the other was faster. In the order of ids, so that
        // two of them do not wait for each other.
        foreach (var account in exits.Select(e => e.AccountId).Distinct().Order())
        {
            await db.Accounts.Where(a => a.Id == account).ExecuteUpdateAsync(s => s.SetProperty(a => a.Version, a => a.Version + 1), cancellationToken);
        }

        var asked = exits.Select(e => e.DecisionId).ToArray();
        var waiting = await db.WaitingExits.Where(e => asked.Contains(e.DecisionId) && e.SettledAt == null).Select(e => e.DecisionId).ToArrayAsync(cancellationToken);
        if (waiting.Length == 0)
        {
            return 0;
        }

        DateTimeOffset? settled = now;
        var reason = Refusals.CanceledFor(null);
        var ended = await db.WaitingExits.Where(e => waiting.Contains(e.DecisionId) && e.SettledAt == null)
            .ExecuteUpdateAsync(s => s.SetProperty(e => e.SettledAt, settled), cancellationToken);
        var orders = await db.Orders.Where(o => waiting.Contains(o.DecisionId) && o.Status == OrderStatus.Accepted && !o.IsAtVenue)
            .ExecuteUpdateAsync(
                s => s.SetProperty(o => o.Status, OrderStatus.Canceled)
                    .SetProperty(o => o.ReasonCode, reason.Code.Word)
                    .SetProperty(o => o.ReasonLimit, reason.Limit)
                    .SetProperty(o => o.ReasonValue, reason.Value)
                    .SetProperty(o => o.ReasonNearestAcceptable, reason.NearestAcceptable)
                    .SetProperty(o => o.ReasonMessage, reason.Message)
                    .SetProperty(o => o.UpdatedAt, now),
                cancellationToken);
        return ended == waiting.Length && orders == waiting.Length
            ? ended
            : throw new InvalidOperationException($"Of {waiting.Length} exits that wait {ended} rows and {orders} orders could be ended; none was.");
    }
}
