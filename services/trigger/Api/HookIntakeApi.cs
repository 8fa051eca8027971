using Microsoft.AspNetCore.Http.HttpResults;
using TradingSystem.Hosting.BotTokens;
using TradingSystem.Hosting.Hooks;
using TradingSystem.Hosting.Rest;
using TradingSystem.Trigger.Hooks;

namespace TradingSystem.Trigger.Api;

/// <summary><c>/hooks/{name}</c>: where others post their alerts.</summary>
public static class HookIntakeApi
{
    public static void MapHookIntake(this WebApplication app)
    {
        // No token of ours is looked at; what is in the header may be the sender's own.
        var hooks = app.MapGroup(HookPath.Prefix).WithTags("hooks").AllowAnonymous().WithBotTokens(BotTokenUse.Dropped)
            .WithMetadata(new HookCredential(), new ProducesResponseTypeMetadata(StatusCodes.Status413PayloadTooLarge, typeof(ApiError), ["application/json"]));
        hooks.MapPost("/{name}", TakeAsync).Operation("postAlert", "An alert for a webhook that has its secret in the body, or signs it; any content type, at most 64 KiB");
        hooks.MapPost("/{name}/{secret}", TakeWithSecretAsync).Operation("postAlertWithSecret", "An alert for a webhook that has its secret in the address");
    }

    /// <param name="name">The hook's.</param>
    private static async Task<Results<Ok<HookReceipt>, Accepted<HookReceipt>, RestError, UnauthorizedError, ConflictError, TooManyError>> TakeAsync(
        HttpContext http, HookDesk desk, string name)
    {
        var (receipt, error) = await desk.TakeAsync(http, name);
        if (receipt is not null)
        {
            return receipt.Duplicate ? TypedResults.Ok(receipt) : TypedResults.Accepted((string?)null, receipt);
        }

        return error switch
        {
            UnauthorizedError unauthorized => unauthorized,
            ConflictError conflict => conflict,
            TooManyError tooMany => tooMany,
            _ => error!,
        };
    }

    /// <param name="name">The hook's.</param>
    /// <param name="secret">The hook's; no log and no trace has it.</param>
    private static Task<Results<Ok<HookReceipt>, Accepted<HookReceipt>, RestError, UnauthorizedError, ConflictError, TooManyError>> TakeWithSecretAsync(
        HttpContext http, HookDesk desk, string name, string secret)
    {
        // It was taken out of the path long before it was bound.
        return secret == HookPath.Redacted ? TakeAsync(http, desk, name) : throw new InvalidOperationException("A hook's secret was not taken out of the path.");
    }
}
