using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Orders;

/// <summary>An order as REST shows it. Quantities are in the base asset, the rest in quote currency.</summary>
/// <param name="ProtectsDecisionId">The decision whose position this order ended where no decision asked for it: a leg, or what the exchange or a
/// person closed.</param>
/// <param name="Mode">Whose money: nobody's, the venue's play money, or real.</param>
/// <param name="Side">BUY or SELL; null where it became no order.</param>
/// <param name="Action">LONG, SHORT, CLOSE or NO_TRADE, as it was decided.</param>
/// <param name="Type">market or limit, or the kind of the leg.</param>
/// <param name="Price">Where its limit order rests or rested, in quote currency; null of a market order, and of one that was refused before it came
/// to an exchange.</param>
/// <param name="PriceAtDecision">Latest price in quote currency when it was decided here.</param>
/// <param name="Fee">Quote currency, of all its fills.</param>
/// <param name="RealizedPnl">Profit or loss of what it closed, in quote currency, without fees.</param>
/// <param name="Reason">Why it became no order, or was ended; null where all went well.</param>
public sealed record OrderView(
    Guid Id, Guid DecisionId, Guid? ProtectsDecisionId, string? ClientDecisionId, Guid GroupId, string GroupName, Guid AccountId,
    [property: Words(typeof(Modes))] string Mode, string Symbol,
    [property: Words(typeof(SideWords))] string? Side, [property: Words(typeof(ActionWords))] string Action, string Type,
    [property: Words(typeof(OrderStatus))] string Status, decimal Qty, decimal? AvgPrice, decimal? Price, decimal? PriceAtDecision, decimal Fee,
    decimal RealizedPnl, decimal Leverage, decimal MarginUsd, RejectionReason? Reason, Guid? TriggerEventId, string? CorrelationId,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <param name="limit">Of its limit order.</param>
    public static OrderView Of(Order o, decimal? limit) => new(
        o.Id, o.DecisionId, o.ProtectsDecisionId, o.ClientDecisionId, o.GroupId, o.GroupName, o.AccountId, o.Mode, o.Symbol,
        o.Side, o.Action, o.Type, o.Status, OrderAnnouncements.Plain(o.Qty), Plain(o.AvgPrice), Plain(limit), Plain(o.PriceAtDecision), OrderAnnouncements.Plain(o.Fee),
        OrderAnnouncements.Plain(o.RealizedPnl), OrderAnnouncements.Plain(o.Leverage), OrderAnnouncements.Plain(o.MarginUsd), o.Reason, o.TriggerEventId, o.CorrelationId,
        o.CreatedAt, o.UpdatedAt);

    private static decimal? Plain(decimal? value) => value is { } v ? OrderAnnouncements.Plain(v) : null;
}

public static class OrdersApi
{
    public static void MapOrders(this WebApplication app)
    {
        app.MapGet("/api/v1/orders", ListAsync).RequireRole(Roles.Viewer).AllowGroup().WithTags("execution").Operation("listOrders", "The orders of all groups, newest first");
        app.MapGet("/api/v1/orders/{id:guid}", GetAsync).RequireRole(Roles.Viewer).AllowGroup().WithTags("execution").Operation("getOrder", "One order");
    }

    private static async Task<Results<Ok<OrderView>, NotFoundError>> GetAsync(ExecutionDb db, GroupScope scope, Guid id, CancellationToken cancellationToken) =>
        await db.Orders.AsNoTracking().SingleOrDefaultAsync(o => o.Id == id, cancellationToken) is { } order && scope.Covers(order.GroupId)
            ? TypedResults.Ok(OrderView.Of(order, (await LimitsAsync(db, [order], cancellationToken)).GetValueOrDefault(order.Id)))
            : RestError.NotFound(id);

    private static async Task<Results<Ok<Page<OrderView>>, RestError>> ListAsync(
        ExecutionDb db, GroupScope scope, Guid? group_id, string? symbol, Guid? decision_id, [Words(typeof(OrderStatus))] string? status, [AsParameters] ListQuery list, CancellationToken cancellationToken)
    {
        if (scope.Narrow(ref group_id) is { } refusal)
        {
            return refusal;
        }

        // Symbols are kept in capitals.
        var traded = symbol is null ? null : StoredText.Of(symbol.ToUpperInvariant());
        var query = db.Orders.AsNoTracking().Where(o => o.Seq < list.Before);
        query = group_id is { } g ? query.Where(o => o.GroupId == g) : query;
        query = decision_id is { } d ? query.Where(o => o.DecisionId == d) : query;
        query = traded is null ? query : query.Where(o => o.Symbol == traded);
        query = status is null ? query : query.Where(o => o.Status == status);
        var rows = await query.OrderByDescending(o => o.Seq).Take(list.Take).ToListAsync(cancellationToken);
        var limits = await LimitsAsync(db, rows, cancellationToken);
        return TypedResults.Ok(list.Page(rows, o => o.Seq, o => OrderView.Of(o, limits.GetValueOrDefault(o.Id))));
    }

    /// <summary>Where the limit orders among them rest, by the order's id.</summary>
    private static async Task<Dictionary<Guid, decimal?>> LimitsAsync(ExecutionDb db, List<Order> orders, CancellationToken cancellationToken)
    {
        var ids = orders.Where(o => o.IsAtVenue && o.Type == OrderTypes.Limit).Select(o => o.Id).ToArray();
        return ids.Length == 0
            ? []
            : await db.DeskOrders.AsNoTracking().Where(o => ids.Contains(o.OrderId) && o.Leg == DeskLegs.Entry).ToDictionaryAsync(o => o.OrderId, o => o.Price, cancellationToken);
    }
}
