using System.Globalization;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Orders;

namespace TradingSystem.Execution.Desk;

/// <summary>Updates of orders at venues, to be announced in the order in which they are saved.</summary>
public static class DeskSteps
{
    /// <summary>The order as it is now, under a status.</summary>
    /// <param name="occurrence">Counts how often the order told this status: the first has the id that every order's has.</param>
    public static OrderStepRow Of(Order order, string status, bool terminal, int occurrence, DateTimeOffset now)
    {
        var name = occurrence == 1 ? status : string.Create(CultureInfo.InvariantCulture, $"{status}:{occurrence}");
        var update = new OrderUpdate(
            OrderIds.Update(order.Id, name),
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
            OrderAnnouncements.Plain(order.Qty),
            order.AvgPrice is { } price ? OrderAnnouncements.Plain(price) : null,
            OrderAnnouncements.Plain(order.Fee),
            OrderAnnouncements.Plain(order.RealizedPnl),
            order.Reason,
            order.TriggerEventId,
            order.CorrelationId,
            now,
            order.TraceParent);
        return new OrderStepRow { Id = update.Id, OrderId = order.Id, AccountId = order.AccountId, Payload = DeskJson.Write(update), CreatedAt = now };
    }
}
