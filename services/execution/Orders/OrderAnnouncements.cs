using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Hosting;

namespace TradingSystem.Execution.Orders;

/// <summary>The update of an order, with the steps that led to it; always the same for the same row.</summary>
public static class OrderAnnouncements
{
    public static OrderUpdate Of(Order order)
    {
        var steps = OrderStatus.StepsTo(order.Status);
        return new OrderUpdate
        {
            Id = OrderIds.Update(order.Id, order.Status),
            OrderId = order.Id,
            DecisionId = order.ProtectsDecisionId ?? order.DecisionId,
            ClientDecisionId = order.ClientDecisionId,
            GroupId = order.GroupId,
            GroupName = order.GroupName,
            AccountId = order.AccountId,
            Mode = order.Mode,
            Status = order.Status,
            Terminal = order.Status != OrderStatus.Accepted,
            Symbol = order.Symbol,
            Side = order.Side,
            Action = order.Action,
            Type = order.Type,
            Qty = Plain(order.Qty),
            AvgPrice = order.AvgPrice is { } price ? Plain(price) : null,
            Fee = Plain(order.Fee),
            RealizedPnl = Plain(order.RealizedPnl),
            Reason = order.Reason,
            TriggerEventId = order.TriggerEventId,
            CorrelationId = order.CorrelationId,
            // An exit that waited is told of when it was traded.
            CreatedAt = order.UpdatedAt,
            TraceParent = order.TraceParent,
            Before = steps.Count == 1 ? null : Before(order.Id, steps),
            MarketTime = order.MarketTime,
        };
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
