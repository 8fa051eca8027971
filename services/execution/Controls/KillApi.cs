using Microsoft.AspNetCore.Http.HttpResults;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Controls;

/// <summary><c>/api/v1/kill</c>: halts, fences, drains, cancels, optionally flattens, and proves it.</summary>
public static class KillApi
{
    public static void MapKill(this WebApplication app)
    {
        var kill = app.MapGroup("/api/v1/kill").WithTags("execution");
        kill.MapPost("/", KillAsync).RequireRole(Roles.Trader).Operation("kill", "Halts, fences tokens, cancels, closes where it is asked to, and proves it");
        kill.MapGet("/", (ExecutionDb db, ReceiptReader receipts, [AsParameters] ListQuery list, CancellationToken cancellationToken) =>
            ControlsApi.CommandsAsync(db, receipts, CommandKinds.Kill, list, cancellationToken))
            .RequireRole(Roles.Viewer).Operation("listKills", "Receipts of kills, newest first");
        kill.MapGet("/{id:guid}", (ExecutionDb db, ReceiptReader receipts, Guid id, CancellationToken cancellationToken) =>
            ControlsApi.CommandAsync(db, receipts, CommandKinds.Kill, id, cancellationToken))
            .RequireRole(Roles.Viewer).Operation("getKill", "The receipt of a kill");
    }

    private static async Task<Results<Ok<Receipt>, Accepted<Receipt>, RestError, NotFoundError>> KillAsync(
        HttpContext http, RestBody<KillBody> body, ExecutionDb db, ControlChanges changes, CommandAnswers answers, CancellationToken cancellationToken)
    {
        if (!body.TryRead(b => (Scope: b.Fields.Scope(), Reason: b.Fields.Reason(), Flatten: b.Fields.Flag("flatten") ?? false), out var asked, out var refusal))
        {
            return refusal;
        }

        var order = new ControlOrder(asked.Scope, http.User.Actor(), asked.Reason);
        return await ControlsApi.MissingAsync(db, order.Scope, cancellationToken) is { } missing
            ? missing
            : await answers.AnswerAsync(await changes.KillAsync(order, asked.Flatten, CancellationToken.None));
    }
}
