using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Exits;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Desk;

/// <summary>An order at a venue that is not done. Quantities in the base asset, prices in quote currency.</summary>
/// <param name="Leg">entry (in or out), stop_loss, take_profit or flatten.</param>
/// <param name="Side">BUY or SELL.</param>
/// <param name="Type">market, limit, stop_loss or take_profit: what it waits for at the venue.</param>
/// <param name="State">
/// pending, sending, working, unknown or held (unknown for so long that a person should look), and canceled in the answer to who took back an exit
/// that waited for a price.
/// </param>
/// <param name="Price">Of a limit order, in quote currency.</param>
/// <param name="ReduceOnly">It only makes a position smaller.</param>
/// <param name="UnknownSince">Since when its outcome is not known, RFC 3339.</param>
/// <param name="CancelRequestedAt">When it was to be cancelled, RFC 3339.</param>
public sealed record OpenOrderView(
    string ClientOrderId, Guid OrderId, Guid DecisionId, Guid AccountId, Guid GroupId,
    [property: Words(typeof(DeskApi), nameof(DeskApi.Legs))] string Leg, string Symbol, string? Side, string Type, string State, decimal Qty,
    decimal Filled,
    decimal? Price, decimal? TriggerPrice, bool ReduceOnly, DateTimeOffset? UnknownSince, DateTimeOffset? CancelRequestedAt, DateTimeOffset? ExpiresAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static OpenOrderView Of(DeskOrder o) => new(
        o.ClientId, o.OrderId, o.DecisionId, o.AccountId, o.GroupId,
        o.Leg switch { DeskLegs.StopLoss => "stop_loss", DeskLegs.TakeProfit => "take_profit", DeskLegs.Flatten => "flatten", _ => "entry" },
        o.Symbol, o.Side, o.Type, o.State, OrderAnnouncements.Plain(o.Qty), OrderAnnouncements.Plain(o.Filled), Plain(o.Price), Plain(o.TriggerPrice), o.ReduceOnly,
        o.UnknownAt, o.CancelRequestedAt, o.ExpiresAt, o.CreatedAt, o.UpdatedAt);

    /// <summary>An exit that waited for a price on an account that fills at once, and was taken back.</summary>
    public static OpenOrderView OfEndedExit(Order o) => new(
        o.ClientOrderId, o.Id, o.DecisionId, o.AccountId, o.GroupId, "entry", o.Symbol, o.Side, o.Type, DeskStates.Canceled, OrderAnnouncements.Plain(o.Qty), Filled: 0m,
        Price: null, TriggerPrice: null, ReduceOnly: true, UnknownSince: null, CancelRequestedAt: o.UpdatedAt, ExpiresAt: null, o.CreatedAt, o.UpdatedAt);

    private static decimal? Plain(decimal? value) => value is { } v ? OrderAnnouncements.Plain(v) : null;
}

/// <summary>A difference between venue and tables and what was done about it.</summary>
/// <param name="Kind">What differed.</param>
/// <param name="VenueValue">As it is at the exchange.</param>
/// <param name="OurValue">As it was here.</param>
/// <param name="Done">What was done about it.</param>
public sealed record ReconciliationView(
    Guid AccountId, [property: Words(typeof(ReconciliationEntry), nameof(ReconciliationEntry.Kinds))] string Kind, string? Symbol, string? VenueValue,
    string? OurValue, string Done, DateTimeOffset CreatedAt);

/// <summary>Orders at venues as people see and steer them.</summary>
public static class DeskApi
{
    public static readonly string[] Legs = ["entry", "stop_loss", "take_profit", "flatten"];

    public static void MapDesk(this WebApplication app)
    {
        app.MapGet("/api/v1/orders/open", OpenAsync)
            .RequireRole(Roles.Viewer).AllowGroup().WithTags("execution")
            .Operation("listOpenOrders", "Orders at exchanges that are not done, newest first");
        app.MapPost("/api/v1/orders/{id:guid}/cancel", CancelAsync)
            .RequireRole(Roles.Trader).WithTags("execution")
            .Operation("cancelOrder", "Cancels what rests of an order; what becomes of it comes as its update");
        app.MapGet("/api/v1/reconciliations", ReconciliationsAsync)
            .RequireRole(Roles.Viewer).WithTags("execution")
            .Operation("listReconciliations", "Differences between exchange and tables and what was done about them, newest first");
    }

    private static async Task<Results<Ok<Page<OpenOrderView>>, RestError>> OpenAsync(
        ExecutionDb db, GroupScope scope, Guid? group_id, Guid? account_id, [Words(typeof(DeskStates), nameof(DeskStates.Open))] string? state, [AsParameters] ListQuery list, CancellationToken cancellationToken)
    {
        if (scope.Narrow(ref group_id) is { } refusal)
        {
            return refusal;
        }

        var query = db.DeskOrders.AsNoTracking()
            .Where(o => o.Seq < list.Before)
            .Where(DeskStates.AreOpen);
        query = group_id is { } g ? query.Where(o => o.GroupId == g) : query;
        query = account_id is { } a ? query.Where(o => o.AccountId == a) : query;
        query = state is null ? query : query.Where(o => o.State == state);
        var rows = await query.OrderByDescending(o => o.Seq).Take(list.Take).ToListAsync(cancellationToken);
        return TypedResults.Ok(list.Page(rows, o => o.Seq, OpenOrderView.Of));
    }

    /// <summary>
    /// The wish is saved and the desk acts on it; what became of the order comes as its update. An exit that waits for a price here ends at once.
    /// </summary>
    private static async Task<Results<Accepted<OpenOrderView>, NotFoundError, ConflictError>> CancelAsync(
        HttpContext http, ExecutionDb db, DeskHost host, ExitWatch exits, TimeProvider time, Guid id, CancellationToken cancellationToken)
    {
        var now = ControlStore.Micros(time.GetUtcNow());
        if (await db.Orders.AsNoTracking().Where(o => o.Id == id).Select(o => new { o.GroupId, o.DecisionId }).SingleOrDefaultAsync(cancellationToken) is not { } order)
        {
            return RestError.NotFound(id);
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var wished = await db.DeskOrders
            .Where(o => o.OrderId == id && o.Leg == DeskLegs.Entry)
            .Where(DeskStates.AreOpen)
            .ExecuteUpdateAsync(s => s.SetProperty(o => o.CancelRequestedAt, o => o.CancelRequestedAt ?? now), cancellationToken);
        var waiting = wished > 0 ? [] : await db.WaitingExits.AsNoTracking().Where(e => e.SettledAt == null && e.DecisionId == order.DecisionId).ToListAsync(cancellationToken);
        if (wished == 0 && await db.EndWaitingAsync(waiting, now, cancellationToken) == 0)
        {
            return RestError.Conflict("id", "an order that is not done", id.ToString(), RestCodes.OrderEnded);
        }

        db.ControlAudit.Add(
            new ControlAudit { Scope = ControlWords.Group, ScopeId = order.GroupId, Action = "cancel_orders", Actor = http.User.Actor(), After = order.DecisionId.ToString(), CreatedAt = now });
        // From here on it is done, whether or not somebody waits for the answer.
        await db.SaveChangesAsync(CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        if (wished == 0)
        {
            exits.Wake();
            return TypedResults.Accepted((string?)null, OpenOrderView.OfEndedExit(await db.Orders.AsNoTracking().SingleAsync(o => o.Id == id, CancellationToken.None)));
        }

        var asked = await db.DeskOrders.AsNoTracking().SingleAsync(o => o.OrderId == id && o.Leg == DeskLegs.Entry, CancellationToken.None);
        host.Wake(asked.AccountId);
        return TypedResults.Accepted((string?)null, OpenOrderView.Of(asked));
    }

    private static async Task<Ok<Page<ReconciliationView>>> ReconciliationsAsync(
        ExecutionDb db, Guid? account_id, [Words(typeof(ReconciliationEntry), nameof(ReconciliationEntry.Kinds))] string? kind, [AsParameters] ListQuery list,
        CancellationToken cancellationToken)
    {
        var query = db.ReconciliationLog.AsNoTracking().Where(r => r.Seq < list.Before);
        query = account_id is { } a ? query.Where(r => r.AccountId == a) : query;
        query = kind is null ? query : query.Where(r => r.Kind == kind);
        var rows = await query.OrderByDescending(r => r.Seq).Take(list.Take).ToListAsync(cancellationToken);
        return TypedResults.Ok(list.Page(rows, r => r.Seq, r => new ReconciliationView(r.AccountId, r.Kind, r.Symbol, r.VenueValue, r.OurValue, r.Done, r.CreatedAt)));
    }
}
