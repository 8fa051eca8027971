using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Accounts;

/// <summary>Whether an account may be traded on: activate, deactivate, and the check that stands before it.</summary>
internal static class AccountSwitches
{
    public static void MapSwitches(this RouteGroupBuilder accounts)
    {
        accounts.MapPost("/{id:guid}/activate", ActivateAsync).RequireRole(Roles.Admin).Operation("activateAccount", "Lets the account be traded on, after its credentials were checked")
            .Accepts<ModeSwitch>(isOptional: true, "application/json")
            .Produces<AccountView>().Produces<AccountError>(400).Produces<AccountError>(404).Produces<AccountError>(409).Produces<AccountError>(422);
        accounts.MapPost("/{id:guid}/deactivate", DeactivateAsync).RequireRole(Roles.Admin).Operation("deactivateAccount", "Lets the account not be traded on").Produces<AccountView>().Produces<AccountError>(404);
        accounts.MapPost("/{id:guid}/verify", VerifyAsync).RequireRole(Roles.Admin).Operation("verifyAccount", "Asks the exchange whether the saved credentials are good")
            .Accepts<ModeSwitch>(isOptional: true, "application/json")
            .Produces<AccountView>().Produces<AccountError>(400).Produces<AccountError>(404).Produces<AccountError>(409).Produces<AccountError>(422);
    }

    private static async Task<IResult> ActivateAsync(HttpContext http, AccountWork work, AccountReader reader, StoredCredentials credentials, Guid id, CancellationToken cancellationToken)
    {
        if (await reader.FindAsync(id, cancellationToken) is not { } before)
        {
            return AccountErrors.NotFound(id);
        }

        if (before.Mode == Modes.Live && before.LiveConfirmation != LiveConfirmations.Confirmed)
        {
            return AccountErrors.Conflict(AccountCodes.LiveNotConfirmed, "live_confirmation", "confirmed with confirm-live", before.LiveConfirmation);
        }

        var (asked, invalid) = await ModeSwitch.ReadAsync(http.Request, cancellationToken);
        if (invalid is not null)
        {
            return invalid;
        }

        var (verdict, error) = await credentials.CheckBeforeUseAsync(before, asked, cancellationToken);
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
                    return Meanwhile(account);
                }

                if (verdict is not null && StoredCredentials.Apply(db, account, verdict, http.User.Actor(), now) is { } refused)
                {
                    return refused;
                }

                if (!account.Active)
                {
                    account.Active = true;
                    account.Changed(now);
                    db.Audit(account, AuditActions.Activated, http.User.Actor(), now);
                }

                return null;
            },
            cancellationToken) ?? await reader.AnswerAsync(id, cancellationToken);
    }

    private static async Task<IResult> DeactivateAsync(HttpContext http, AccountWork work, AccountReader reader, Guid id, CancellationToken cancellationToken) =>
        await work.RunAsync(
            "",
            async (db, now) =>
            {
                if (await db.LockAsync(id, cancellationToken) is not { } account)
                {
                    return AccountErrors.NotFound(id);
                }

                if (account.Active)
                {
                    account.Active = false;
                    account.Changed(now);
                    db.Audit(account, AuditActions.Deactivated, http.User.Actor(), now);
                }

                return null;
            },
            cancellationToken) ?? await reader.AnswerAsync(id, cancellationToken);

    private static async Task<IResult> VerifyAsync(HttpContext http, AccountWork work, AccountReader reader, StoredCredentials credentials, Guid id, CancellationToken cancellationToken)
    {
        if (await reader.FindAsync(id, cancellationToken) is not { } before)
        {
            return AccountErrors.NotFound(id);
        }

        if (before.IsSimulated)
        {
            return await reader.AnswerAsync(id, cancellationToken);
        }

        var (asked, invalid) = await ModeSwitch.ReadAsync(http.Request, cancellationToken);
        if (invalid is not null)
        {
            return invalid;
        }

        var (verdict, error) = await credentials.CheckAsync(before, StoredCredentials.Settings(before) with { SwitchModes = asked }, cancellationToken);
        return error ?? await work.RunAsync(
            before.Name,
            async (db, now) =>
                await db.LockAsync(id, cancellationToken) is not { } account ? AccountErrors.NotFound(id)
                : account.Revision != before.Revision ? Meanwhile(account)
                : StoredCredentials.Apply(db, account, verdict!, http.User.Actor(), now),
            cancellationToken) ?? await reader.AnswerAsync(id, cancellationToken);
    }

    internal static IResult Meanwhile(Account account) =>
        AccountErrors.Conflict(AccountCodes.ChangedMeanwhile, "$", "unchanged since it was read; try again", account.Name);
}
