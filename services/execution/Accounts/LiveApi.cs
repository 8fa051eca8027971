using Microsoft.AspNetCore.Http.HttpResults;
using TradingSystem.Contracts.Wire;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Accounts;

/// <summary>The second step of trading live: <c>confirm-live</c> with the code that the first step answered, <c>live-code</c> for another code.</summary>
internal static class LiveApi
{
    public static void MapLive(this RouteGroupBuilder accounts)
    {
        accounts.MapPost("/{id:guid}/confirm-live", ConfirmAsync).RequireRole(Roles.Admin).Operation("confirmLive", "The second step of trading live, with the code of the first");
        accounts.MapPost("/{id:guid}/live-code", CodeAsync).RequireRole(Roles.Admin).Operation("createLiveCode", "Another code for confirm-live; the one before is over");
    }

    private static async Task<Results<Ok<AccountView>, RestError, NotFoundError, ConflictError, UnprocessableError>> ConfirmAsync(
        HttpContext http, RestBody<LiveConfirm> body, AccountWork work, AccountReader reader, StoredCredentials credentials, Guid id, CancellationToken cancellationToken)
    {
        if (!body.TryRead(Read, out var confirm, out var invalid))
        {
            return invalid;
        }

        if (await reader.FindAsync(id, cancellationToken) is not { } before)
        {
            return RestError.NotFound(id);
        }

        if (before.LiveConfirmation != LiveConfirmations.Pending)
        {
            return NotPending(before);
        }

        var (verdict, error) = await credentials.CheckBeforeUseAsync(before, switchModes: false, cancellationToken);
        if (error is not null)
        {
            return error;
        }

        var refused = await work.RunAsync(
            before.Name,
            async (db, now) =>
            {
                if (await db.LockAsync(id, cancellationToken) is not { } account)
                {
                    return RestError.NotFound(id);
                }

                if (account.Revision != before.Revision)
                {
                    return AccountRefusals.Meanwhile(account);
                }

                if (verdict is not null && StoredCredentials.Apply(db, account, verdict, http.User.Actor(), now) is { } unfit)
                {
                    return unfit;
                }

                if (await LiveSteps.ConfirmAsync(db, account, confirm.Name, confirm.Code, http.User.Actor(), now, cancellationToken) is { } wrong)
                {
                    return wrong;
                }

                account.Active = true;
                account.Changed(now);
                return null;
            },
            cancellationToken);
        return refused is not null ? refused
            : await reader.ViewAsync(id, cancellationToken) is { } view ? TypedResults.Ok(view)
            : RestError.NotFound(id);
    }

    private static async Task<Results<Ok<LiveCodeView>, RestError, NotFoundError, ConflictError>> CodeAsync(
        HttpContext http, AccountWork work, Guid id, CancellationToken cancellationToken)
    {
        LiveCodeView? code = null;
        var failure = await work.RunAsync(
            "",
            async (db, now) =>
            {
                if (await db.LockAsync(id, cancellationToken) is not { } account)
                {
                    return RestError.NotFound(id);
                }

                if (account.LiveConfirmation != LiveConfirmations.Pending)
                {
                    return NotPending(account);
                }

                await LiveSteps.ForgetAsync(db, account, cancellationToken);
                code = LiveSteps.Request(db, account, http.User.Actor(), now);
                return null;
            },
            cancellationToken);
        http.Response.Headers.CacheControl = "no-store";
        return failure is null ? TypedResults.Ok(code) : failure;
    }

    private static LiveConfirm Read(RestBody<LiveConfirm> body) =>
        new(body.Fields.Text("name", 200, 1, required: true) ?? "", body.Fields.Text("code", 64, 1, required: true) ?? "");

    private static ConflictError NotPending(Account account) =>
        RestError.Conflict("live_confirmation", "pending", account.LiveConfirmation, RestCodes.LiveNotPending);
}
