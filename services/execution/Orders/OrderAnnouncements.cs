using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;

namespace TradingSystem.Execution.Orders;

/// <summary>The update of an order, with the steps that led to it; always the same for the same row.</summary>
public static class OrderAnnouncements
{
    public static OrderUpdate Of(Order order)
    {
        var steps = OrderStatus.StepsTo(order.Status);
        return new OrderUpdate(
            OrderIds.Update(order.Id, order.Status),
            order.Id,
            order.ProtectsDecisionId ?? order.DecisionId,
            order.ClientDecisionId,
            order.GroupId,
            order.GroupName,
            order.AccountId,
            order.Mode,
            order.Status,
            Terminal: order.Status != OrderStatus.Accepted,
            order.Symbol,
            order.Side,
            Plain(order.Qty),
            order.AvgPrice is { } price ? Plain(price) : null,
            Plain(order.Fee),
            Plain(order.RealizedPnl),
            order.Reason,
            order.TriggerEventId,
            order.CorrelationId,
            // An exit that waited is told of when it was traded.
            order.UpdatedAt,
            order.TraceParent,
            steps.Count == 1 ? null : Before(order.Id, steps),
            order.MarketTime);
    }

    /// <summary>Without zeros at the end: an update that is rebuilt from the table equals the first to the letter.</summary>
    public static decimal Plain(decimal value) => PlainDecimal.Of(value);

    private static OrderStep[] Before(Guid orderId, IReadOnlyList<string> steps)
    {
        var before = new OrderStep[steps.Count - 1];
        for (var i = 0; i < before.Length; i++)
        {
            before[i] = new(OrderIds.Update(orderId, steps[i]), steps[i]);
        }

        return before;
    }
}
