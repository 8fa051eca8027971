using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Orders;

/// <summary>An order as REST shows it. Quantities are in the base asset, the rest in quote currency.</summary>
/// <param name="ProtectsDecisionId">The decision whose position this order ended where no decision asked for it: a leg, or what the exchange or a person closed.</param>
/// <param name="Mode">Whose money: nobody's, the venue's play money, or real.</param>
/// <param name="Side">BUY or SELL; null where it became no order.</param>
/// <param name="Action">LONG, SHORT, CLOSE or NO_TRADE, as it was decided.</param>
/// <param name="Type">market or limit, or the kind of the leg.</param>
/// <param name="PriceAtDecision">Latest price in quote currency when it was decided here.</param>
/// <param name="Fee">Quote currency, of all its fills.</param>
/// <param name="RealizedPnl">Profit or loss of what it closed, in quote currency, without fees.</param>
/// <param name="Reason">Why it became no order, or was ended; null where all went well.</param>
public sealed record OrderView(
    Guid Id, Guid DecisionId, Guid? ProtectsDecisionId, string? ClientDecisionId, Guid GroupId, string GroupName, Guid AccountId, [property: Words(typeof(Modes))] string Mode, string Symbol,
    string? Side, string Action, string Type, [property: Words(typeof(OrderStatus))] string Status, decimal Qty, decimal? AvgPrice, decimal? PriceAtDecision, decimal Fee,
    decimal RealizedPnl, decimal Leverage, decimal MarginUsd, RejectionReason? Reason, Guid? TriggerEventId, string? CorrelationId,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static OrderView Of(Order o) => new(
        o.Id, o.DecisionId, o.ProtectsDecisionId, o.ClientDecisionId, o.GroupId, o.GroupName, o.AccountId, o.Mode, o.Symbol,
        o.Side, o.Action, o.Type, o.Status, OrderAnnouncements.Plain(o.Qty), Plain(o.AvgPrice), Plain(o.PriceAtDecision), OrderAnnouncements.Plain(o.Fee),
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
            ? TypedResults.Ok(OrderView.Of(order))
            : RestError.NotFound(id);

    private static async Task<Results<Ok<Page<OrderView>>, RestError>> ListAsync(
        ExecutionDb db, GroupScope scope, Guid? group_id, string? symbol, Guid? decision_id, [Words(typeof(OrderStatus))] string? status, [AsParameters] ListQuery list, CancellationToken cancellationToken)
    {
        if (scope.Narrow(ref group_id) is { } refusal)
        {
            return refusal;
        }

        // Symbols are kept in capitals.
        var traded = symbol is null ? null : OrderBuilder.Text(symbol.ToUpperInvariant());
        var query = db.Orders.AsNoTracking().Where(o => o.Seq < list.Before);
        query = group_id is { } g ? query.Where(o => o.GroupId == g) : query;
        query = decision_id is { } d ? query.Where(o => o.DecisionId == d) : query;
        query = traded is null ? query : query.Where(o => o.Symbol == traded);
        query = status is null ? query : query.Where(o => o.Status == status);
        var rows = await query.OrderByDescending(o => o.Seq).Take(list.Take).ToListAsync(cancellationToken);
        return TypedResults.Ok(list.Page(rows, o => o.Seq, OrderView.Of));
    }
}
