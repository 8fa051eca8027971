using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Accounts;

/// <summary>The second step of trading live: <c>confirm-live</c> with the code that the first step answered, <c>live-code</c> for another code.</summary>
internal static class LiveApi
{
    private static readonly string[] Fields = BodyShape.FieldsOf<LiveConfirm>();

    public static void MapLive(this RouteGroupBuilder accounts)
    {
        accounts.MapPost("/{id:guid}/confirm-live", ConfirmAsync).RequireRole(Roles.Admin).Operation("confirmLive", "The second step of trading live, with the code of the first").Accepts<LiveConfirm>("application/json")
            .Produces<AccountView>().Produces<AccountError>(400).Produces<AccountError>(404).Produces<AccountError>(409).Produces<AccountError>(422);
        accounts.MapPost("/{id:guid}/live-code", CodeAsync).RequireRole(Roles.Admin).Operation("createLiveCode", "Another code for confirm-live; the one before is over").Produces<LiveCodeView>().Produces<AccountError>(404).Produces<AccountError>(409);
    }

    private static async Task<IResult> ConfirmAsync(HttpContext http, AccountWork work, AccountReader reader, StoredCredentials credentials, Guid id, CancellationToken cancellationToken)
    {
        var (name, code, invalid) = await ReadAsync(http.Request, cancellationToken);
        if (invalid is not null)
        {
            return invalid;
        }

        if (await reader.FindAsync(id, cancellationToken) is not { } before)
        {
            return AccountErrors.NotFound(id);
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

        return await work.RunAsync(
            before.Name,
            async (db, now) =>
            {
                if (await db.LockAsync(id, cancellationToken) is not { } account)
                {
                    return AccountErrors.NotFound(id);
                }

                if (account.Revision != before.Revision)
                {
                    return AccountSwitches.Meanwhile(account);
                }

                if (verdict is not null && StoredCredentials.Apply(db, account, verdict, http.User.Actor(), now) is { } refused)
                {
                    return refused;
                }

                if (await LiveSteps.ConfirmAsync(db, account, name, code, http.User.Actor(), now, cancellationToken) is { } wrong)
                {
                    return wrong;
                }

                account.Active = true;
                account.Changed(now);
                return null;
            },
            cancellationToken) ?? await reader.AnswerAsync(id, cancellationToken);
    }

    private static async Task<IResult> CodeAsync(HttpContext http, AccountWork work, Guid id, CancellationToken cancellationToken)
    {
        LiveCodeView? code = null;
        var failure = await work.RunAsync(
            "",
            async (db, now) =>
            {
                if (await db.LockAsync(id, cancellationToken) is not { } account)
                {
                    return AccountErrors.NotFound(id);
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
        return failure ?? Results.Ok(code);
    }

    private static async Task<(string Name, string Code, IResult? Error)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = await AccountBody.ReadAsync(request, Fields, cancellationToken);
        if (body.Error is not null)
        {
            return ("", "", body.Error);
        }

        var name = body.Fields.Text("name", 200, 1, required: true) ?? "";
        var code = body.Fields.Text("code", 64, 1, required: true) ?? "";
        return (name, code, body.Error);
    }

    private static IResult NotPending(Account account) =>
        AccountErrors.Conflict(AccountCodes.LiveNotPending, "live_confirmation", "pending", account.LiveConfirmation);
}
