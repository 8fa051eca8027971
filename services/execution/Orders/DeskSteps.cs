using System.Globalization;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.Execution.Orders;

/// <summary>Updates of orders at venues, to be announced in the order in which they are saved.</summary>
public static class DeskSteps
{
    /// <summary>The order as it is now, under a status.</summary>
    /// <param name="exit">What ended its position, whose figures the update then has; null for an update of the order itself.</param>
    /// <param name="limit">Where its limit order rests, in quote currency; null of a market order.</param>
    /// <param name="occurrence">Counts how often the order told this status: the first has the id that every order's has.</param>
    public static OrderStepRow Of(Order order, string status, bool terminal, int occurrence, DateTimeOffset now, Exit? exit = null, decimal? limit = null)
    {
        var name = occurrence == 1 ? status : string.Create(CultureInfo.InvariantCulture, $"{status}:{occurrence}");
        var told = exit ?? Exit.Of(order);
        var update = new OrderUpdate
        {
            Id = OrderIds.Update(order.Id, name),
            OrderId = told.OrderId,
            DecisionId = order.DecisionId,
            ClientDecisionId = order.ClientDecisionId,
            GroupId = order.GroupId,
            GroupName = order.GroupName,
            AccountId = order.AccountId,
            Mode = order.Mode,
            Status = status,
            Terminal = terminal,
            Symbol = order.Symbol,
            Side = told.Side,
            Action = order.Action,
            Type = order.Type,
            Price = limit,
            Qty = OrderAnnouncements.Plain(told.Qty),
            AvgPrice = told.AvgPrice is { } price ? OrderAnnouncements.Plain(price) : null,
            Fee = OrderAnnouncements.Plain(told.Fee),
            RealizedPnl = OrderAnnouncements.Plain(told.RealizedPnl),
            Reason = order.Reason,
            TriggerEventId = order.TriggerEventId,
            CorrelationId = order.CorrelationId,
            CreatedAt = now,
            TraceParent = order.TraceParent,
            MarketTime = told.MarketTime,
        };
        return new OrderStepRow { Id = update.Id, OrderId = order.Id, AccountId = order.AccountId, Payload = DeskJson.Write(update), CreatedAt = now };
    }
}
