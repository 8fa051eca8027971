using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;

namespace TradingSystem.Execution.Desk;

/// <summary>
/// Orders at venues that no decision asked for by itself: legs, the way out of a position that could not be protected, and what the exchange or
/// a person closed of a protected position. Each has a row of its own among the orders, as on accounts that fill at once.
/// </summary>
internal static class Exits
{
    /// <summary>The row of such an order, made when it is first asked for.</summary>
    public static async Task<Order> ExitAsync(this DeskWork work, Order entry, string name, string side, CancellationToken cancellationToken)
    {
        var id = OrderIds.Exit(entry.DecisionId, name);
        if ((work.Db.Orders.Local.FirstOrDefault(o => o.DecisionId == id) ?? await work.Db.Orders.SingleOrDefaultAsync(o => o.DecisionId == id, cancellationToken)) is { } known)
        {
            return known;
        }

        var exit = new Order
        {
            Id = OrderIds.Order(id),
            DecisionId = id,
            ProtectsDecisionId = entry.DecisionId,
            ClientOrderId = name,
            ClientDecisionId = entry.ClientDecisionId,
            GroupId = entry.GroupId,
            GroupName = entry.GroupName,
            AccountId = entry.AccountId,
            Mode = entry.Mode,
            IsAtVenue = true,
            Symbol = entry.Symbol,
            Action = ActionWords.Close,
            Side = side,
            Type = OrderTypes.Market,
            Status = OrderStatus.Submitted,
            Leverage = entry.Leverage,
            TriggerEventId = entry.TriggerEventId,
            CorrelationId = entry.CorrelationId,
            TraceParent = entry.TraceParent,
            CreatedAt = work.Now,
            UpdatedAt = work.Now,
        };
        work.Db.Orders.Add(exit);
        return exit;
    }

    /// <summary>The row says what was filled so far.</summary>
    public static void Takes(this Order exit, Exit filled, string status, DateTimeOffset now) =>
        (exit.Qty, exit.AvgPrice, exit.Fee, exit.RealizedPnl, exit.MarketTime, exit.Status, exit.UpdatedAt) =
            (filled.Qty, filled.AvgPrice, filled.Fee, filled.RealizedPnl, filled.MarketTime, status, now);

    /// <summary>The fills of an order, also those that are being saved.</summary>
    public static async Task<Exit> FilledAsync(this DeskWork work, Order order, CancellationToken cancellationToken)
    {
        var saved = await work.Db.Fills.Where(f => f.OrderId == order.Id).ToListAsync(cancellationToken);
        return Exit.Of([.. saved.Union(work.Db.Fills.Local.Where(f => f.OrderId == order.Id))], order.Id);
    }

    /// <summary>Everything that made the entry's position smaller since the entry's first fill, whoever sent it.</summary>
    public static async Task<Exit> SinceAsync(this DeskWork work, Order entry, CancellationToken cancellationToken)
    {
        var (account, group, symbol, side) = (entry.AccountId, entry.GroupId, entry.Symbol, SideWords.Opposite(entry.Side!));
        var first = await work.Db.Fills.Where(f => f.OrderId == entry.Id).MinAsync(f => (long?)f.Seq, cancellationToken);
        var saved = first is null
            ? []
            : await work.Db.Fills
                .Where(f => f.AccountId == account && f.GroupId == group && f.Symbol == symbol && f.Side == side && f.Seq > first).OrderBy(f => f.Seq)
                .ToListAsync(cancellationToken);
        return Exit.Of([.. saved.Union(work.Db.Fills.Local.Where(f => f.GroupId == group && f.Symbol == symbol && f.Side == side && f.Seq == 0))], entry.Id);
    }
}
