using Microsoft.AspNetCore.Http.HttpResults;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Accounts;

/// <summary>Whether an account may be traded on: activate, deactivate, and the check that stands before it.</summary>
internal static class AccountSwitches
{
    public static void MapSwitches(this RouteGroupBuilder accounts)
    {
        accounts.MapPost("/{id:guid}/activate", ActivateAsync)
            .RequireRole(Roles.Admin).Operation("activateAccount", "Lets the account be traded on, after its credentials were checked");
        accounts.MapPost("/{id:guid}/deactivate", DeactivateAsync).RequireRole(Roles.Admin).Operation("deactivateAccount", "Lets the account not be traded on");
        accounts.MapPost("/{id:guid}/verify", VerifyAsync).RequireRole(Roles.Admin).Operation("verifyAccount", "Asks the exchange whether the saved credentials are good");
    }

    private static async Task<Results<Ok<AccountView>, RestError, NotFoundError, ConflictError, UnprocessableError>> ActivateAsync(
        HttpContext http, RestBody<ModeSwitch> body, AccountWork work, AccountReader reader, StoredCredentials credentials, Guid id, CancellationToken cancellationToken)
    {
        if (await reader.FindAsync(id, cancellationToken) is not { } before)
        {
            return RestError.NotFound(id);
        }

        if (before.Mode == Modes.Live && before.LiveConfirmation != LiveConfirmations.Confirmed)
        {
            return RestError.Conflict("live_confirmation", "confirmed with confirm-live", before.LiveConfirmation, RestCodes.LiveNotConfirmed);
        }

        if (!body.TryRead(ModeSwitch.Read, out var asked, out var invalid))
        {
            return invalid;
        }

        var (verdict, error) = await credentials.CheckBeforeUseAsync(before, asked, cancellationToken);
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

                if (verdict is not null && StoredCredentials.Apply(db, account, verdict, http.User.Actor(), now) is { } wrong)
                {
                    return wrong;
                }

                if (!account.Active)
                {
                    account.Active = true;
                    account.Changed(now);
                    db.Audit(account, AuditActions.Activated, http.User.Actor(), now);
                }

                return null;
            },
            cancellationToken);
        return refused is not null ? refused
            : await reader.ViewAsync(id, cancellationToken) is { } view ? TypedResults.Ok(view)
            : RestError.NotFound(id);
    }

    private static async Task<Results<Ok<AccountView>, RestError, NotFoundError>> DeactivateAsync(
        HttpContext http, AccountWork work, AccountReader reader, Guid id, CancellationToken cancellationToken)
    {
        var refused = await work.RunAsync(
            "",
            async (db, now) =>
            {
                if (await db.LockAsync(id, cancellationToken) is not { } account)
                {
                    return RestError.NotFound(id);
                }

                if (account.Active)
                {
                    account.Active = false;
                    account.Changed(now);
                    db.Audit(account, AuditActions.Deactivated, http.User.Actor(), now);
                }

                return null;
            },
            cancellationToken);
        return refused is not null ? refused
            : await reader.ViewAsync(id, cancellationToken) is { } view ? TypedResults.Ok(view)
            : RestError.NotFound(id);
    }

    private static async Task<Results<Ok<AccountView>, RestError, NotFoundError, ConflictError, UnprocessableError>> VerifyAsync(
        HttpContext http, RestBody<ModeSwitch> body, AccountWork work, AccountReader reader, StoredCredentials credentials, Guid id, CancellationToken cancellationToken)
    {
        if (await reader.FindAsync(id, cancellationToken) is not { } before)
        {
            return RestError.NotFound(id);
        }

        var refused = before.IsSimulated ? null : await AskAsync(before, http, body, work, credentials, cancellationToken);
        return refused is not null ? refused
            : await reader.ViewAsync(id, cancellationToken) is { } view ? TypedResults.Ok(view)
            : RestError.NotFound(id);
    }

    private static async Task<RestError?> AskAsync(
        Account before, HttpContext http, RestBody<ModeSwitch> body, AccountWork work, StoredCredentials credentials, CancellationToken cancellationToken)
    {
        if (!body.TryRead(ModeSwitch.Read, out var asked, out var invalid))
        {
            return invalid;
        }

        var (verdict, error) = await credentials.CheckAsync(before, StoredCredentials.Settings(before) with { SwitchModes = asked }, cancellationToken);
        return error ?? await work.RunAsync(
            before.Name,
            async (db, now) =>
                await db.LockAsync(before.Id, cancellationToken) is not { } account ? RestError.NotFound(before.Id)
                : account.Revision != before.Revision ? AccountRefusals.Meanwhile(account)
                : StoredCredentials.Apply(db, account, verdict!, http.User.Actor(), now),
            cancellationToken);
    }
}
