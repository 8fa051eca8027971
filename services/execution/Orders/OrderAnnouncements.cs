using TradingSystem.Contracts.Bus;

namespace TradingSystem.Execution.Orders;

/// <summary>The updates of an order, always the same for the same row.</summary>
public static class OrderAnnouncements
{
    public static IEnumerable<OrderUpdate> Of(Order order)
    {
        var steps = OrderStatus.StepsTo(order.Status);
        return steps.Select((status, i) => Update(order, status, terminal: i == steps.Count - 1));
    }

    /// <summary>The table pads decimals to 18 places; without the padding a rebuilt update equals the first to the letter.</summary>
    public static decimal Plain(decimal value) => value / 1.0000000000000000000000000000m;

    private static OrderUpdate Update(Order order, string status, bool terminal)
    {
        var filled = status is OrderStatus.Filled or OrderStatus.Closed;
        return new OrderUpdate(
            OrderIds.Update(order.Id, status),
            order.Id,
            order.DecisionId,
            order.ClientDecisionId,
            order.GroupId,
            order.GroupName,
            order.AccountId,
            order.Mode,
            status,
            terminal,
            order.Symbol,
            order.Side,
            Plain(order.Qty),
            filled && order.AvgPrice is { } price ? Plain(price) : null,
            filled ? Plain(order.Fee) : 0m,
            filled ? Plain(order.RealizedPnl) : 0m,
            order.Reason,
            order.TriggerEventId,
            order.CorrelationId,
            order.CreatedAt,
            order.TraceParent);
    }
}
