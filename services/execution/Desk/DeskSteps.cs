using System.Globalization;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Orders;

namespace TradingSystem.Execution.Desk;

/// <summary>Updates of orders at venues, to be announced in the order in which they are saved.</summary>
public static class DeskSteps
{
    /// <summary>The order as it is now, under a status.</summary>
    /// <param name="exit">What ended its position, whose figures the update then has; null for an update of the order itself.</param>
    /// <param name="occurrence">Counts how often the order told this status: the first has the id that every order's has.</param>
    public static OrderStepRow Of(Order order, string status, bool terminal, int occurrence, DateTimeOffset now, Exit? exit = null)
    {
        var name = occurrence == 1 ? status : string.Create(CultureInfo.InvariantCulture, $"{status}:{occurrence}");
        var told = exit ?? Exit.Of(order);
        var update = new OrderUpdate(
            OrderIds.Update(order.Id, name),
            told.OrderId,
            order.DecisionId,
            order.ClientDecisionId,
            order.GroupId,
            order.GroupName,
            order.AccountId,
            order.Mode,
            status,
            terminal,
            order.Symbol,
            told.Side,
            OrderAnnouncements.Plain(told.Qty),
            told.AvgPrice is { } price ? OrderAnnouncements.Plain(price) : null,
            OrderAnnouncements.Plain(told.Fee),
            OrderAnnouncements.Plain(told.RealizedPnl),
            order.Reason,
            order.TriggerEventId,
            order.CorrelationId,
            now,
            order.TraceParent,
            MarketTime: told.MarketTime);
        return new OrderStepRow { Id = update.Id, OrderId = order.Id, AccountId = order.AccountId, Payload = DeskJson.Write(update), CreatedAt = now };
    }
}
