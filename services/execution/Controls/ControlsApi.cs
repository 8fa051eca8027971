using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting;
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
    private static readonly string[] ScopeFields = BodyShape.FieldsOf<ScopeBody>();
    private static readonly string[] StateFields = BodyShape.FieldsOf<StateBody>();

    public static void MapControls(this WebApplication app)
    {
        var controls = app.MapGroup("/api/v1/controls").WithTags("execution");
        controls.MapGet("/", ListAsync).RequireRole(Roles.Viewer).Operation("listControls", "What may be traded, of every scope that something was decided about").Produces<ControlsView>();
        controls.MapGet("/audit", AuditAsync).RequireRole(Roles.Viewer).Operation("listControlAudit", "Who steered what, newest first").Produces<Page<ControlAuditView>>();
        controls.MapPut("/state", SetStateAsync).RequireRole(Roles.Trader).Operation("setState", "Sets what a scope may trade").Accepts<StateBody>("application/json")
            .Produces<ControlView>().Produces<ApiError>(404);
        controls.MapPost("/pause", (HttpContext http, ExecutionDb db, ControlChanges changes, CancellationToken cancellationToken) =>
            ChangeAsync(http, db, (order, token) => changes.PauseAsync(order, token), cancellationToken))
            .RequireRole(Roles.Trader).Operation("pause", "New decisions do nothing; positions and open orders stay").Accepts<ScopeBody>("application/json").Produces<ControlView>().Produces<ApiError>(404);
        controls.MapPost("/resume", (HttpContext http, ExecutionDb db, ControlChanges changes, CancellationToken cancellationToken) =>
            ChangeAsync(http, db, (order, token) => changes.ResumeAsync(order, token), cancellationToken))
            .RequireRole(Roles.Trader).Operation("resume", "Decisions act again").Accepts<ScopeBody>("application/json").Produces<ControlView>().Produces<ApiError>(404);
        controls.MapPost("/stop", (HttpContext http, ExecutionDb db, ControlChanges changes, CommandAnswers answers, CancellationToken cancellationToken) =>
            CommandAsync(http, db, (order, token) => changes.StopAsync(order, token), answers, cancellationToken))
            .RequireRole(Roles.Trader).Operation("stop", "As pause, with open orders cancelled and tokens fenced").Accepts<ScopeBody>("application/json").Produces<Receipt>().Produces<Receipt>(202).Produces<ApiError>(404);
        controls.MapPost("/close-all", (HttpContext http, ExecutionDb db, ControlChanges changes, CommandAnswers answers, CancellationToken cancellationToken) =>
            CommandAsync(http, db, (order, token) => changes.CloseAllAsync(order, token), answers, cancellationToken))
            .RequireRole(Roles.Trader).Operation("closeAll", "Closes every position of a scope").Accepts<ScopeBody>("application/json").Produces<Receipt>().Produces<Receipt>(202).Produces<ApiError>(404);
        controls.MapGet("/commands", (ExecutionDb db, ReceiptReader receipts, string? limit, string? cursor, CancellationToken cancellationToken) => CommandsAsync(db, receipts, null, limit, cursor, cancellationToken))
            .RequireRole(Roles.Viewer).Operation("listCommands", "Receipts of kills, stops and closings, newest first").Produces<Page<Receipt>>();
        controls.MapGet("/commands/{id:guid}", (ExecutionDb db, ReceiptReader receipts, Guid id, CancellationToken cancellationToken) => CommandAsync(db, receipts, null, id, cancellationToken))
            .RequireRole(Roles.Viewer).Operation("getCommand", "The receipt of a kill, a stop or a closing").Produces<Receipt>().Produces<Receipt>(202).Produces<ApiError>(404);
    }

    public static async Task<IResult> CommandsAsync(ExecutionDb db, ReceiptReader receipts, string? kind, string? limit, string? cursor, CancellationToken cancellationToken)
    {
        var violations = new List<FieldError>();
        if (ListRequest.Read(limit, cursor, violations) is not { } request)
        {
            return ListRequest.Refuse(violations);
        }

        var rows = await db.ControlCommands.AsNoTracking().Where(c => c.Seq < request.Before && (kind == null || c.Kind == kind))
            .OrderByDescending(c => c.Seq).Take(request.Limit + 1).ToListAsync(cancellationToken);
        var told = await receipts.ReadAsync(rows, cancellationToken);
        return Results.Ok(Paging.Cut(rows, request.Limit, c => c.Seq, c => told[c.Id]));
    }

    /// <summary>200 with the receipt of one that has ended, 202 while it runs.</summary>
    public static async Task<IResult> CommandAsync(ExecutionDb db, ReceiptReader receipts, string? kind, Guid id, CancellationToken cancellationToken)
    {
        if (await db.ControlCommands.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id && (kind == null || c.Kind == kind), cancellationToken) is not { } command)
        {
            return ControlBody.NotFound("id", id);
        }

        var receipt = (await receipts.ReadAsync([command], cancellationToken))[id];
        return command.CompletedAt is null ? Results.Json(receipt, statusCode: StatusCodes.Status202Accepted) : Results.Ok(receipt);
    }

    private static async Task<IResult> ListAsync(ExecutionDb db, CancellationToken cancellationToken)
    {
        var rows = await db.Controls.AsNoTracking().OrderBy(c => c.Scope).ThenBy(c => c.ScopeId).ToListAsync(cancellationToken);
        var generation = await db.ControlGeneration.AsNoTracking().Select(g => g.Value).SingleAsync(cancellationToken);
        return Results.Ok(new ControlsView(generation, rows.ConvertAll(ControlView.Of)));
    }

    private static async Task<IResult> AuditAsync(ExecutionDb db, string? limit, string? cursor, CancellationToken cancellationToken)
    {
        var violations = new List<FieldError>();
        if (ListRequest.Read(limit, cursor, violations) is not { } request)
        {
            return ListRequest.Refuse(violations);
        }

        var rows = await db.ControlAudit.AsNoTracking().Where(a => a.Seq < request.Before).OrderByDescending(a => a.Seq).Take(request.Limit + 1).ToListAsync(cancellationToken);
        return Results.Ok(Paging.Cut(rows, request.Limit, a => a.Seq, a => new ControlAuditView(
            a.Scope, a.Scope == ControlWords.System ? null : a.ScopeId, a.Action, a.Actor, a.Reason, a.Before, a.After, a.CreatedAt)));
    }

    private static async Task<IResult> SetStateAsync(HttpContext http, ExecutionDb db, ControlChanges changes, CancellationToken cancellationToken)
    {
        using var body = await ControlBody.ReadAsync(http.Request, StateFields, cancellationToken);
        if (body.Error is { } broken)
        {
            return broken;
        }

        var order = new ControlOrder(body.Scope(), http.User.Actor(), body.Reason());
        var state = body.Fields.OneOf("state", required: true, ControlWords.States);
        return body.Error
            ?? await MissingAsync(db, order.Scope, cancellationToken)
            ?? Results.Ok(ControlView.Of(await changes.SetStateAsync(order, ControlWords.State(state!), CancellationToken.None)));
    }

    private static async Task<IResult> ChangeAsync(HttpContext http, ExecutionDb db, Func<ControlOrder, CancellationToken, Task<Control>> change, CancellationToken cancellationToken)
    {
        var (order, refusal) = await OrderAsync(http, db, cancellationToken);
        // What was asked for is done, whether or not somebody waits for the answer.
        return refusal ?? Results.Ok(ControlView.Of(await change(order!, CancellationToken.None)));
    }

    private static async Task<IResult> CommandAsync(
        HttpContext http, ExecutionDb db, Func<ControlOrder, CancellationToken, Task<ControlCommand>> change, CommandAnswers answers, CancellationToken cancellationToken)
    {
        var (order, refusal) = await OrderAsync(http, db, cancellationToken);
        return refusal ?? await answers.AnswerAsync(await change(order!, CancellationToken.None));
    }

    private static async Task<(ControlOrder? Order, IResult? Refusal)> OrderAsync(HttpContext http, ExecutionDb db, CancellationToken cancellationToken)
    {
        using var body = await ControlBody.ReadAsync(http.Request, ScopeFields, cancellationToken);
        if (body.Error is { } broken)
        {
            return (null, broken);
        }

        var order = new ControlOrder(body.Scope(), http.User.Actor(), body.Reason());
        return (order, body.Error ?? await MissingAsync(db, order.Scope, cancellationToken));
    }

    public static async Task<IResult?> MissingAsync(ExecutionDb db, ControlScope scope, CancellationToken cancellationToken) =>
        await db.ExistsAsync(scope, cancellationToken) ? null : ControlBody.NotFound("id", scope.Id);
}
