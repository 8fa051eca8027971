using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Controls;

/// <summary><c>/api/v1/kill</c>: halts, fences, drains, cancels, optionally flattens, and proves it.</summary>
public static class KillApi
{
    private static readonly string[] Fields = BodyShape.FieldsOf<KillBody>();

    public static void MapKill(this WebApplication app)
    {
        var kill = app.MapGroup("/api/v1/kill").WithTags("execution");
        kill.MapPost("/", KillAsync).RequireRole(Roles.Trader).Operation("kill", "Halts, fences tokens, cancels, closes where it is asked to, and proves it")
            .Accepts<KillBody>("application/json").Produces<Receipt>().Produces<Receipt>(202).Produces<ApiError>(404);
        kill.MapGet("/", (ExecutionDb db, ReceiptReader receipts, string? limit, string? cursor, CancellationToken cancellationToken) =>
            ControlsApi.CommandsAsync(db, receipts, CommandKinds.Kill, limit, cursor, cancellationToken))
            .RequireRole(Roles.Viewer).Operation("listKills", "Receipts of kills, newest first").Produces<Page<Receipt>>();
        kill.MapGet("/{id:guid}", (ExecutionDb db, ReceiptReader receipts, Guid id, CancellationToken cancellationToken) =>
            ControlsApi.CommandAsync(db, receipts, CommandKinds.Kill, id, cancellationToken))
            .RequireRole(Roles.Viewer).Operation("getKill", "The receipt of a kill").Produces<Receipt>().Produces<Receipt>(202).Produces<ApiError>(404);
    }

    private static async Task<IResult> KillAsync(HttpContext http, ExecutionDb db, ControlChanges changes, CommandAnswers answers, CancellationToken cancellationToken)
    {
        using var body = await ControlBody.ReadAsync(http.Request, Fields, cancellationToken);
        if (body.Error is { } broken)
        {
            return broken;
        }

        var order = new ControlOrder(body.Scope(), http.User.Actor(), body.Reason());
        var flatten = body.Fields.Flag("flatten") ?? false;
        return body.Error
            ?? await ControlsApi.MissingAsync(db, order.Scope, cancellationToken)
            ?? await answers.AnswerAsync(await changes.KillAsync(order, flatten, CancellationToken.None));
    }
}
