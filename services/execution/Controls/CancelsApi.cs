using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Controls;

/// <summary>Body of POST: exactly one of <c>DecisionId</c> and <c>All</c>.</summary>
/// <param name="DecisionId">The decision's id or the bot's own key for it, 1 to 128 characters.</param>
/// <param name="All">true for everything of the group that rests.</param>
/// <param name="Reason">What the person says about it, at most 500 characters; kept in the audit.</param>
[NoNulls(nameof(Reason))]
public sealed record CancelBody(Guid GroupId, string? DecisionId = null, bool? All = null, string? Reason = null);

/// <summary>What became of a cancel.</summary>
/// <param name="DecisionId">Whose orders; null for all of the group's.</param>
/// <param name="Outcome">requested (orders are being cancelled, each tells its own end), remembered (the decision was not seen yet and ends when it
/// comes), ended (it came and found its end) or nothing (nothing rests).</param>
/// <param name="Orders">How many orders are being cancelled.</param>
public sealed record CancelView(
    Guid Id, Guid GroupId, string? DecisionId, [property: Words(typeof(CancelOutcomes))] string Outcome, int Orders, string RequestedBy,
    DateTimeOffset CreatedAt)
{
    public static CancelView Of(OrderCancel c) => new(c.Id, c.GroupId, c.DecisionKey, c.Outcome, c.Orders, c.RequestedBy, c.CreatedAt);
}

/// <summary><c>POST /api/v1/orders/cancel</c>: what groups ask for with <c>cancel</c>, asked for by a person.</summary>
public static class CancelsApi
{
    private const int MaxKey = 128;

    public static void MapCancels(this WebApplication app) =>
        app.MapPost("/api/v1/orders/cancel", CancelAsync)
            .RequireRole(Roles.Trader).WithTags("execution").Operation("cancelOrders", "Cancels what rests of a decision, or of all of a group");

    private static async Task<Results<Ok<CancelView>, Accepted<CancelView>, RestError, NotFoundError>> CancelAsync(
        HttpContext http, RestBody<CancelBody> body, ExecutionDb db, OrderCancels cancels, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!body.TryRead(Read, out var asked, out var refusal))
        {
            return refusal;
        }

        var (group, decision) = (asked.GroupId, asked.DecisionId);
        if (!await db.ExistsAsync(new(ControlWords.Group, group), cancellationToken))
        {
            return RestError.NotFound(group, "group_id");
        }

        var now = ControlStore.Micros(time.GetUtcNow());
        var name = await db.Orders
            .AsNoTracking().Where(o => o.GroupId == group).OrderByDescending(o => o.Seq).Select(o => o.GroupName)
            .FirstOrDefaultAsync(cancellationToken)
            ?? "";
        db.ControlAudit.Add(
            new ControlAudit { Scope = ControlWords.Group, ScopeId = group, Action = "cancel_orders", Actor = http.User.Actor(), Reason = asked.Reason, After = decision ?? "all", CreatedAt = now });
        // From here on it is done, whether or not somebody waits for the answer.
        await db.SaveChangesAsync(CancellationToken.None);
        var cancel = await cancels.ApplyAsync(
            new GroupSteering(Guid.CreateVersion7(now), group, name, http.User.Actor(), new CancelOrders(decision), null, null, null, now, System.Diagnostics.Activity.Current?.Id), byPerson: true, CancellationToken.None);
        return cancel.Outcome == CancelOutcomes.Nothing ? TypedResults.Ok(CancelView.Of(cancel)) : TypedResults.Accepted((string?)null, CancelView.Of(cancel));
    }

    private static CancelBody Read(RestBody<CancelBody> body)
    {
        var fields = body.Fields;
        var group = fields.Uuid("group_id", required: true);
        var decision = fields.Text("decision_id", MaxKey, 1);
        var reason = fields.Reason(required: false);
        var all = fields.Flag("all");
        if (body.Faults.Count == 0 && (decision is not null) == (all == true))
        {
            fields.Fail(decision is null ? "decision_id" : "all", "exactly one of decision_id and all: true");
        }

        return new(group ?? Guid.Empty, decision, all, reason);
    }
}
