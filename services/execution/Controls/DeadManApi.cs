using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Controls;

/// <summary>A group's dead-man's switch.</summary>
/// <param name="Action">What is done when the bot has had no session for so long.</param>
/// <param name="AfterS">Seconds without a session; null where it was never set.</param>
/// <param name="Armed">A session was there since it was set or fired.</param>
/// <param name="SilentSince">Since when there is no session, RFC 3339; null while one is there or none was yet.</param>
/// <param name="FiredAt">When it fired last, RFC 3339.</param>
public sealed record DeadManView(
    Guid GroupId, [property: Words(typeof(DeadManActions))] string Action, int? AfterS, bool Armed, DateTimeOffset? SilentSince, DateTimeOffset? FiredAt, string? ChangedBy, DateTimeOffset? ChangedAt)
{
    public static DeadManView Of(DeadMan d) => new(d.GroupId, d.Action, d.AfterS, d.Armed, d.SilentSince, d.FiredAt, d.ChangedBy, d.ChangedAt);
}

/// <summary><c>/api/v1/controls/dead-man/{group}</c>.</summary>
public static class DeadManApi
{
    private const int ShortestS = 1;
    private const int LongestS = 86_400;

    public static void MapDeadMan(this WebApplication app)
    {
        var switches = app.MapGroup("/api/v1/controls/dead-man").WithTags("execution");
        switches.MapGet("/{groupId:guid}", GetAsync).RequireRole(Roles.Viewer).Operation("getDeadMan", "A group's dead-man's switch");
        switches.MapPut("/{groupId:guid}", PutAsync).RequireRole(Roles.Trader).Operation("setDeadMan", "Sets what is done when a group's bot has had no session for some time");
    }

    private static async Task<Results<Ok<DeadManView>, NotFoundError>> GetAsync(ExecutionDb db, Guid groupId, CancellationToken cancellationToken)
    {
        if (await ControlsApi.MissingAsync(db, new(ControlWords.Group, groupId), cancellationToken) is { } missing)
        {
            return missing;
        }

        return TypedResults.Ok(await db.DeadMen.AsNoTracking().SingleOrDefaultAsync(d => d.GroupId == groupId, cancellationToken) is { } held
            ? DeadManView.Of(held)
            : new DeadManView(groupId, DeadManActions.None, null, false, null, null, null, null));
    }

    private static async Task<Results<Ok<DeadManView>, RestError, NotFoundError>> PutAsync(
        HttpContext http, RestBody<DeadManBody> body, ExecutionDb db, ControlStore store, Guid groupId, CancellationToken cancellationToken)
    {
        if (!body.TryRead(Read, out var asked, out var refusal))
        {
            return refusal;
        }

        var order = new ControlOrder(new(ControlWords.Group, groupId), http.User.Actor(), asked.Reason);
        if (await ControlsApi.MissingAsync(db, order.Scope, cancellationToken) is { } missing)
        {
            return missing;
        }

        return TypedResults.Ok(DeadManView.Of(await store.ChangeAsync((change, now) => SetAsync(change, order, asked.Action, asked.AfterS ?? 0, now), CancellationToken.None)));
    }

    private static DeadManBody Read(RestBody<DeadManBody> body)
    {
        var action = body.Fields.OneOf("action", required: true, DeadManActions.All);
        var after = body.Fields.Whole("after_s", ShortestS, LongestS);
        if (after is null && action is not null and not DeadManActions.None)
        {
            body.Fields.Fail("after_s", $"whole number {ShortestS} to {LongestS}");
        }

        return new(action!, after, body.Fields.Reason(required: false));
    }

    /// <summary>Begins anew: it arms with the next look at a session, and a silence counts from then.</summary>
    private static async Task<DeadMan> SetAsync(ExecutionDb db, ControlOrder order, string action, int afterS, DateTimeOffset now)
    {
        var row = await db.DeadMen.SingleOrDefaultAsync(d => d.GroupId == order.Scope.Id);
        var before = row is null ? null : $"{row.Action} after {row.AfterS} s";
        if (row is null)
        {
            row = new DeadMan { GroupId = order.Scope.Id, Action = action, ChangedBy = order.Actor };
            db.DeadMen.Add(row);
        }

        (row.Action, row.AfterS, row.Armed, row.SilentSince, row.FiredAt, row.ChangedBy, row.ChangedAt) = (action, afterS, false, null, null, order.Actor, now);
        db.ControlAudit.Add(new ControlAudit
        {
            Scope = order.Scope.Scope,
            ScopeId = order.Scope.Id,
            Action = "dead_man",
            Actor = order.Actor,
            Reason = order.Reason,
            Before = before,
            After = $"{action} after {afterS} s",
            CreatedAt = now,
        });
        return row;
    }
}
