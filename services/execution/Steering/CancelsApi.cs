using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Steering;

/// <summary>Body of POST: exactly one of <c>DecisionId</c> and <c>All</c>.</summary>
/// <param name="DecisionId">The decision's id or the bot's own key for it, 1 to 128 characters.</param>
/// <param name="All">true for everything of the group that rests.</param>
/// <param name="Reason">What the person says about it, at most 500 characters; kept in the audit.</param>
[NoNulls(nameof(Reason))]
public sealed record CancelBody(Guid GroupId, string? DecisionId = null, bool? All = null, string? Reason = null);

/// <summary>What became of a cancel.</summary>
/// <param name="DecisionId">Whose orders; null for all of the group's.</param>
/// <param name="Outcome">requested (orders are being cancelled, each tells its own end), remembered (the decision was not seen yet and ends when it comes), ended (it came and found its end) or nothing (nothing rests).</param>
/// <param name="Orders">How many orders are being cancelled.</param>
public sealed record CancelView(Guid Id, Guid GroupId, string? DecisionId, [property: Words(typeof(CancelOutcomes))] string Outcome, int Orders, string RequestedBy, DateTimeOffset CreatedAt)
{
    public static CancelView Of(OrderCancel c) => new(c.Id, c.GroupId, c.DecisionKey, c.Outcome, c.Orders, c.RequestedBy, c.CreatedAt);
}

/// <summary><c>POST /api/v1/orders/cancel</c>: what groups ask for with <c>cancel</c>, asked for by a person.</summary>
public static class CancelsApi
{
    private const int MaxKey = 128;

    private static readonly string[] Fields = BodyShape.FieldsOf<CancelBody>();

    public static void MapCancels(this WebApplication app) =>
        app.MapPost("/api/v1/orders/cancel", CancelAsync).RequireRole(Roles.Trader).WithTags("execution").Operation("cancelOrders", "Cancels what rests of a decision, or of all of a group").Accepts<CancelBody>("application/json")
            .Produces<CancelView>(StatusCodes.Status202Accepted).Produces<CancelView>().Produces<ApiError>(StatusCodes.Status404NotFound);

    private static async Task<IResult> CancelAsync(HttpContext http, ExecutionDb db, OrderCancels cancels, TimeProvider time, CancellationToken cancellationToken)
    {
        using var body = await ControlBody.ReadAsync(http.Request, Fields, cancellationToken);
        if (body.Error is { } broken)
        {
            return broken;
        }

        var fields = body.Fields;
        var group = fields.Uuid("group_id", required: true);
        var decision = fields.Text("decision_id", MaxKey, 1);
        var reason = body.Reason(required: false);
        if (body.Errors.Count == 0 && (decision is not null) == (fields.Flag("all") == true))
        {
            fields.Fail(decision is null ? "decision_id" : "all", "exactly one of decision_id and all: true");
        }

        if (body.Error is { } wrong)
        {
            return wrong;
        }

        if (!await db.ExistsAsync(new(ControlWords.Group, group!.Value), cancellationToken))
        {
            return ControlBody.NotFound("group_id", group.Value);
        }

        var now = ControlStore.Micros(time.GetUtcNow());
        var name = await db.Orders.AsNoTracking().Where(o => o.GroupId == group).OrderByDescending(o => o.Seq).Select(o => o.GroupName).FirstOrDefaultAsync(cancellationToken) ?? "";
        db.ControlAudit.Add(new ControlAudit { Scope = ControlWords.Group, ScopeId = group.Value, Action = "cancel_orders", Actor = http.User.Actor(), Reason = reason, After = decision ?? "all", CreatedAt = now });
        // From here on it is done, whether or not somebody waits for the answer.
        await db.SaveChangesAsync(CancellationToken.None);
        var cancel = await cancels.ApplyAsync(
            new GroupSteering(Guid.CreateVersion7(now), group.Value, name, http.User.Actor(), new CancelOrders(decision), null, null, null, now, System.Diagnostics.Activity.Current?.Id), byPerson: true, CancellationToken.None);
        return Results.Json(CancelView.Of(cancel), statusCode: cancel.Outcome == CancelOutcomes.Nothing ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);
    }
}
