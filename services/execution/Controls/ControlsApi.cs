using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Controls;

/// <summary>A scope's own state.</summary>
/// <param name="State">ACTIVE trades, REDUCING only makes positions smaller, HALTED does nothing.</param>
/// <param name="Mode">running, paused (new decisions do nothing) or stopped (open orders cancelled and tokens fenced as well).</param>
/// <param name="FencedAt">When its tokens were fenced last, RFC 3339.</param>
/// <param name="Version">Grows with every change of this scope.</param>
public sealed record ControlView(
    [property: Words(typeof(ControlWords), nameof(ControlWords.Scopes))] string Scope, Guid? ScopeId,
    [property: Words(typeof(ControlWords), nameof(ControlWords.States))] string State, [property: Words(typeof(ControlWords), nameof(ControlWords.Modes))] string Mode, DateTimeOffset? FencedAt, string? Reason, string? ChangedBy, DateTimeOffset? ChangedAt, long Version)
{
    public static ControlView Of(Control c) => new(
        c.Scope, c.Scope == ControlWords.System ? null : c.ScopeId, c.State, c.Mode, c.FencedAt, c.Reason, c.ChangedBy, c.ChangedAt, c.Version);
}

/// <summary>Every scope that something was decided about.</summary>
/// <param name="Generation">Grows with every change of any scope.</param>
/// <param name="Items">Each scope's own state.</param>
public sealed record ControlsView(long Generation, IReadOnlyList<ControlView> Items);

/// <summary>One act of steering.</summary>
/// <param name="Before">What it was before, where that is known.</param>
/// <param name="After">What it is after.</param>
public sealed record ControlAuditView(
    [property: Words(typeof(ControlWords), nameof(ControlWords.Scopes))] string Scope, Guid? ScopeId, string Action, string Actor, string? Reason, string? Before, string? After, DateTimeOffset CreatedAt);

/// <summary><c>/api/v1/controls</c>: states, pause, stop, close-all, their receipts and who did what.</summary>
public static class ControlsApi
{
    public static void MapControls(this WebApplication app)
    {
        var controls = app.MapGroup("/api/v1/controls").WithTags("execution");
        controls.MapGet("/", ListAsync).RequireRole(Roles.Viewer).Operation("listControls", "What may be traded, of every scope that something was decided about");
        controls.MapGet("/audit", AuditAsync).RequireRole(Roles.Viewer).Operation("listControlAudit", "Who steered what, newest first");
        controls.MapPut("/state", SetStateAsync).RequireRole(Roles.Trader).Operation("setState", "Sets what a scope may trade");
        controls.MapPost("/pause", (HttpContext http, RestBody<ScopeBody> body, ExecutionDb db, ControlChanges changes, CancellationToken cancellationToken) =>
            ChangeAsync(http, body, db, (order, token) => changes.PauseAsync(order, token), cancellationToken))
            .RequireRole(Roles.Trader).Operation("pause", "New decisions do nothing; positions and open orders stay");
        controls.MapPost("/resume", (HttpContext http, RestBody<ScopeBody> body, ExecutionDb db, ControlChanges changes, CancellationToken cancellationToken) =>
            ChangeAsync(http, body, db, (order, token) => changes.ResumeAsync(order, token), cancellationToken))
            .RequireRole(Roles.Trader).Operation("resume", "Decisions act again");
        controls.MapPost(
            "/stop",
            (HttpContext http, RestBody<ScopeBody> body, ExecutionDb db, ControlChanges changes, CommandAnswers answers, CancellationToken cancellationToken) =>
            CommandAsync(http, body, db, (order, token) => changes.StopAsync(order, token), answers, cancellationToken))
            .RequireRole(Roles.Trader).Operation("stop", "As pause, with open orders cancelled and tokens fenced");
        controls.MapPost(
            "/close-all",
            (HttpContext http, RestBody<ScopeBody> body, ExecutionDb db, ControlChanges changes, CommandAnswers answers, CancellationToken cancellationToken) =>
            CommandAsync(http, body, db, (order, token) => changes.CloseAllAsync(order, token), answers, cancellationToken))
            .RequireRole(Roles.Trader).Operation("closeAll", "Closes every position of a scope");
        controls.MapGet(
            "/commands",
            (ExecutionDb db, ReceiptReader receipts, [AsParameters] ListQuery list, CancellationToken cancellationToken) => CommandsAsync(db, receipts, null, list, cancellationToken))
            .RequireRole(Roles.Viewer).Operation("listCommands", "Receipts of kills, stops and closings, newest first");
        controls.MapGet(
            "/commands/{id:guid}",
            (ExecutionDb db, ReceiptReader receipts, Guid id, CancellationToken cancellationToken) => CommandAsync(db, receipts, null, id, cancellationToken))
            .RequireRole(Roles.Viewer).Operation("getCommand", "The receipt of a kill, a stop or a closing");
    }

    public static async Task<Ok<Page<Receipt>>> CommandsAsync(ExecutionDb db, ReceiptReader receipts, string? kind, ListQuery list, CancellationToken cancellationToken)
    {
        var rows = await db.ControlCommands.AsNoTracking().Where(c => c.Seq < list.Before && (kind == null || c.Kind == kind))
            .OrderByDescending(c => c.Seq).Take(list.Take).ToListAsync(cancellationToken);
        var told = await receipts.ReadAsync(rows, cancellationToken);
        return TypedResults.Ok(list.Page(rows, c => c.Seq, c => told[c.Id]));
    }

    /// <summary>200 with the receipt of one that has ended, 202 while it runs.</summary>
    public static async Task<Results<Ok<Receipt>, Accepted<Receipt>, NotFoundError>> CommandAsync(
        ExecutionDb db, ReceiptReader receipts, string? kind, Guid id, CancellationToken cancellationToken)
    {
        if (await db.ControlCommands.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id && (kind == null || c.Kind == kind), cancellationToken) is not { } command)
        {
            return RestError.NotFound(id);
        }

        var receipt = (await receipts.ReadAsync([command], cancellationToken))[id];
        return command.CompletedAt is null ? TypedResults.Accepted((string?)null, receipt) : TypedResults.Ok(receipt);
    }

    private static async Task<Ok<ControlsView>> ListAsync(ExecutionDb db, CancellationToken cancellationToken)
    {
        var rows = await db.Controls.AsNoTracking().OrderBy(c => c.Scope).ThenBy(c => c.ScopeId).ToListAsync(cancellationToken);
        var generation = await db.ControlGeneration.AsNoTracking().Select(g => g.Value).SingleAsync(cancellationToken);
        return TypedResults.Ok(new ControlsView(generation, rows.ConvertAll(ControlView.Of)));
    }

    private static async Task<Ok<Page<ControlAuditView>>> AuditAsync(ExecutionDb db, [AsParameters] ListQuery list, CancellationToken cancellationToken)
    {
        var rows = await db.ControlAudit.AsNoTracking().Where(a => a.Seq < list.Before).OrderByDescending(a => a.Seq).Take(list.Take).ToListAsync(cancellationToken);
        return TypedResults.Ok(list.Page(rows, a => a.Seq, a => new ControlAuditView(
            a.Scope, a.Scope == ControlWords.System ? null : a.ScopeId, a.Action, a.Actor, a.Reason, a.Before, a.After, a.CreatedAt)));
    }

    private static async Task<Results<Ok<ControlView>, RestError, NotFoundError>> SetStateAsync(
        HttpContext http, RestBody<StateBody> body, ExecutionDb db, ControlChanges changes, CancellationToken cancellationToken)
    {
        if (!body.TryRead(b => (Scope: b.Fields.Scope(), Reason: b.Fields.Reason(), State: b.Fields.OneOf("state", required: true, ControlWords.States)), out var asked, out var refusal))
        {
            return refusal;
        }

        var order = new ControlOrder(asked.Scope, http.User.Actor(), asked.Reason);
        return await MissingAsync(db, order.Scope, cancellationToken) is { } missing
            ? missing
            : TypedResults.Ok(ControlView.Of(await changes.SetStateAsync(order, ControlWords.State(asked.State!), CancellationToken.None)));
    }

    private static async Task<Results<Ok<ControlView>, RestError, NotFoundError>> ChangeAsync(
        HttpContext http, RestBody<ScopeBody> body, ExecutionDb db, Func<ControlOrder, CancellationToken, Task<Control>> change, CancellationToken cancellationToken)
    {
        var (order, refusal) = await OrderAsync(http, body, db, cancellationToken);
        // What was asked for is done, whether or not somebody waits for the answer.
        return refusal is null ? TypedResults.Ok(ControlView.Of(await change(order!, CancellationToken.None))) : refusal;
    }

    private static async Task<Results<Ok<Receipt>, Accepted<Receipt>, RestError, NotFoundError>> CommandAsync(
        HttpContext http, RestBody<ScopeBody> body, ExecutionDb db, Func<ControlOrder, CancellationToken, Task<ControlCommand>> change, CommandAnswers answers,
        CancellationToken cancellationToken)
    {
        var (order, refusal) = await OrderAsync(http, body, db, cancellationToken);
        return refusal is null ? await answers.AnswerAsync(await change(order!, CancellationToken.None)) : refusal;
    }

    private static async Task<(ControlOrder? Order, RestError? Refusal)> OrderAsync(HttpContext http, RestBody<ScopeBody> body, ExecutionDb db, CancellationToken cancellationToken)
    {
        if (!body.TryRead(b => new ControlOrder(b.Fields.Scope(), http.User.Actor(), b.Fields.Reason()), out var order, out var refusal))
        {
            return (null, refusal);
        }

        return (order, await MissingAsync(db, order.Scope, cancellationToken));
    }

    public static async Task<NotFoundError?> MissingAsync(ExecutionDb db, ControlScope scope, CancellationToken cancellationToken) =>
        await db.ExistsAsync(scope, cancellationToken) ? null : RestError.NotFound(scope.Id);
}
