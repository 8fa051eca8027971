using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Accounts.Secrets;
using TradingSystem.Execution.Settings;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Accounts;

/// <summary>Creating, changing and deleting accounts. The venue is asked before anything is locked.</summary>
internal static class AccountChanges
{
    private const string Route = "/api/v1/accounts";

    public static void MapChanges(this RouteGroupBuilder accounts)
    {
        accounts.MapPost("/", CreateAsync).RequireRole(Roles.Admin).Operation("createAccount", "Makes a trade account; a live one stays inactive until it is confirmed");
        accounts.MapPatch("/{id:guid}", ChangeAsync).RequireRole(Roles.Admin).Operation("changeAccount", "Changes what is given of a trade account");
        accounts.MapDelete("/{id:guid}", DeleteAsync).RequireRole(Roles.Admin).Operation("deleteAccount", "Deletes a trade account that never had an order and has no group");
    }

    private static async Task<Results<Created<AccountView>, RestError, NotFoundError, ConflictError, UnprocessableError>> CreateAsync(
        HttpContext http, RestBody<NewAccount> body, AccountWork work, AccountReader reader, CredentialVault vault, ICredentialCheck check, IDbContextFactory<ExecutionDb> databases, ExecutionOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!body.TryRead(AccountDraft.Read, out var read, out var invalid))
        {
            return invalid;
        }

        using var draft = read;
        var id = Guid.CreateVersion7(time.GetUtcNow());
        var sealing = await SealAsync(
            draft.Credentials, new(id, draft.Exchange, draft.Mode, draft.MarginMode, draft.PositionMode) { SwitchModes = draft.SwitchModes }, vault,
            check, cancellationToken);
        if (sealing.Error is not null)
        {
            return sealing.Error;
        }

        LiveCodeView? code = null;
        var failure = await work.RunAsync(
            draft.Name,
            (db, now) =>
            {
                var account = Build(id, draft, sealing, options.InitialBalance, now);
                db.Accounts.Add(account);
                if (sealing.Secret is { } secret)
                {
                    db.AccountSecrets.Add(AccountSecret.Of(id, secret, now));
                }

                db.Audit(
                    account, AuditActions.Created, http.User.Actor(), now,
                    Detail(account.IsSimulated ? $"{account.Exchange} {account.FillModel}" : $"{account.Exchange} {account.Mode}", sealing.Note));
                code = account.Mode == Modes.Live ? LiveSteps.Request(db, account, http.User.Actor(), now) : null;
                return Task.FromResult<RestError?>(null);
            },
            cancellationToken);
        if (failure is not null)
        {
            return failure;
        }

        await using var fresh = await databases.CreateDbContextAsync(cancellationToken);
        http.Response.Headers.CacheControl = "no-store";
        return await reader.ViewAsync(fresh, id, cancellationToken) is { } view ? TypedResults.Created($"{Route}/{id}", view with { LiveCode = code }) : RestError.NotFound(id);
    }

    private static async Task<Results<Ok<AccountView>, RestError, NotFoundError, ConflictError, UnprocessableError>> ChangeAsync(
        HttpContext http, RestBody<AccountChange> body, AccountWork work, AccountReader reader, CredentialVault vault, ICredentialCheck check, StoredCredentials stored, IDbContextFactory<ExecutionDb> databases, Guid id, CancellationToken cancellationToken)
    {
        if (await reader.FindAsync(id, cancellationToken) is not { } before)
        {
            return RestError.NotFound(id);
        }

        if (!body.TryRead(b => AccountPatch.Read(b, before), out var read, out var invalid))
        {
            return invalid;
        }

        using var patch = read;
        // Saved keys are asked with, too: the exchange must have the modes that the account is going to have.
        if (patch.Credentials is null && !before.IsSimulated && patch.ChangesModes(before)
            && await stored.CheckAsync(before, patch.Over(before), cancellationToken) is var (verdict, unasked)
            && (unasked ?? ModesRefused(verdict)) is { } refusal)
        {
            return refusal;
        }

        var sealing = await SealAsync(patch.Credentials, patch.Over(before), vault, check, cancellationToken);
        if (sealing.Error is not null)
        {
            return sealing.Error;
        }

        LiveCodeView? code = null;
        var failure = await work.RunAsync(
            patch.Name ?? before.Name,
            async (db, now) =>
            {
                code = null;
                if (await db.LockAsync(id, cancellationToken) is not { } account)
                {
                    return RestError.NotFound(id);
                }

                if (account.Revision != before.Revision)
                {
                    return AccountRefusals.Meanwhile(account);
                }

                if (patch.ChangesModes(account) && await InUseAsync(db, account, cancellationToken) is { } used)
                {
                    return used;
                }

                code = await ApplyAsync(db, account, patch, sealing, http.User.Actor(), now, cancellationToken);
                return null;
            },
            cancellationToken);
        if (failure is not null)
        {
            return failure;
        }

        await using var fresh = await databases.CreateDbContextAsync(cancellationToken);
        http.Response.Headers.CacheControl = "no-store";
        return await reader.ViewAsync(fresh, id, cancellationToken) is { } view ? TypedResults.Ok(view with { LiveCode = code }) : RestError.NotFound(id);
    }

    private static async Task<Results<NoContent, RestError, NotFoundError, ConflictError>> DeleteAsync(
        HttpContext http, AccountWork work, Guid id, CancellationToken cancellationToken)
    {
        var refused = await work.RunAsync(
            "",
            async (db, now) =>
            {
                if (await db.LockAsync(id, cancellationToken) is not { } account)
                {
                    return RestError.NotFound(id);
                }

                if (await db.HasOrdersAsync(id, cancellationToken))
                {
                    return RestError.Conflict("id", "without an order, refused ones included; deactivate it instead", account.Name, RestCodes.AccountHasOrders);
                }

                if (await db.Bindings.Where(b => b.AccountId == id).Select(b => b.GroupName).FirstOrDefaultAsync(cancellationToken) is { } group)
                {
                    return RestError.Conflict("id", "without a group; bind the group to another account first", group, RestCodes.AccountBound);
                }

                await db.Equity.Where(e => e.AccountId == id).ExecuteDeleteAsync(cancellationToken);
                db.Accounts.Remove(account);
                db.Audit(account, AuditActions.Deleted, http.User.Actor(), now);
                return null;
            },
            cancellationToken);
        return refused is null ? TypedResults.NoContent() : refused;
    }

    private static Account Build(Guid id, AccountDraft draft, Sealing sealing, decimal initialBalance, DateTimeOffset now)
    {
        var balance = draft.Credentials is null ? draft.InitialBalance ?? initialBalance : 0m;
        return new Account
        {
            Id = id,
            Name = draft.Name,
            Exchange = draft.Exchange,
            FillModel = draft.FillModel,
            Mode = draft.Mode,
            MarginMode = draft.MarginMode,
            PositionMode = draft.PositionMode,
            Active = draft.Active != false && draft.Mode != Modes.Live && sealing.Status != CredentialStatuses.Unverified,
            CredentialStatus = sealing.Status ?? CredentialStatuses.None,
            ApiKeyHint = draft.Credentials?.Hint,
            InitialBalance = balance,
            Balance = balance,
            CreatedAt = now,
            UpdatedAt = now,
        };
    }

    private static async Task<LiveCodeView?> ApplyAsync(
        ExecutionDb db, Account account, AccountPatch patch, Sealing sealing, string actor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var toLive = patch.Mode == Modes.Live && account.Mode != Modes.Live;
        (account.Name, account.Mode) = (patch.Name ?? account.Name, patch.Mode ?? account.Mode);
        (account.MarginMode, account.PositionMode) = (patch.MarginMode ?? account.MarginMode, patch.PositionMode ?? account.PositionMode);
        db.Audit(account, AuditActions.Changed, actor, now, patch.Fields);
        if (sealing.Secret is { } secret)
        {
            await db.AccountSecrets.Where(s => s.AccountId == account.Id).ExecuteDeleteAsync(cancellationToken);
            db.AccountSecrets.Add(AccountSecret.Of(account.Id, secret, now));
            (account.CredentialStatus, account.ApiKeyHint) = (sealing.Status!, patch.Credentials!.Hint);
            account.Active &= sealing.Status == CredentialStatuses.Verified;
            db.Audit(account, AuditActions.CredentialsChanged, actor, now, Detail(sealing.Status!, sealing.Note));
        }

        account.Changed(now);
        if (account.Mode != Modes.Live)
        {
            await LiveSteps.ForgetAsync(db, account, cancellationToken);
            return null;
        }

        // Another key may be another account of the venue: whoever put it in says once more that it is meant.
        if (!toLive && sealing.Secret is null)
        {
            return null;
        }

        await LiveSteps.ForgetAsync(db, account, cancellationToken);
        return LiveSteps.Request(db, account, actor, now);
    }

    private static async Task<RestError?> InUseAsync(ExecutionDb db, Account account, CancellationToken cancellationToken) =>
        await db.OpenPositionAsync(account.Id, null, cancellationToken) is { } symbol
            ? RestError.Conflict("$", "modes change without an open position only", symbol, RestCodes.AccountInUse)
        : await db.UnfinishedOrderAsync(account.Id, null, cancellationToken) is { } order
            ? RestError.Conflict("$", "modes change without an unfinished order only", order.ToString(), RestCodes.AccountInUse)
        : null;

    /// <summary>Asks the venue and seals; an account without credentials has nothing to seal.</summary>
    private static async Task<Sealing> SealAsync(
        Credentials? credentials, AccountSettings account, CredentialVault vault, ICredentialCheck check, CancellationToken cancellationToken)
    {
        if (credentials is null)
        {
            return default;
        }

        if (!vault.CanSeal)
        {
            return new() { Error = RestError.Conflict("api_secret", $"{KeyRing.KeysSetting} or {KeyRing.FileSetting} set at the service, to encrypt it with", "no key", RestCodes.KeyMissing) };
        }

        return await check.CheckAsync(account, credentials, cancellationToken) switch
        {
            CredentialVerdict.Refused refused => new() { Error = AccountRefusals.Refused(refused) },
            CredentialVerdict.ModesDiffer differ => new() { Error = AccountRefusals.ModesDiffer(differ) },
            CredentialVerdict.Verified verified => new() { Secret = vault.Seal(account.Id, account.Exchange, credentials), Status = CredentialStatuses.Verified, Note = verified.Warning },
            CredentialVerdict.Unreachable unreachable => new() { Secret = vault.Seal(account.Id, account.Exchange, credentials), Status = CredentialStatuses.Unverified, Note = unreachable.Why },
            _ => throw new InvalidOperationException("A verdict that nobody knows."),
        };
    }

    private static RestError? ModesRefused(CredentialVerdict? verdict) => verdict switch
    {
        CredentialVerdict.Verified => null,
        CredentialVerdict.ModesDiffer differ => AccountRefusals.ModesDiffer(differ),
        CredentialVerdict.Refused refused => AccountRefusals.Refused(refused),
        CredentialVerdict.Unreachable away => AccountRefusals.Unverified(away.Why),
        _ => throw new InvalidOperationException("A verdict that nobody knows."),
    };

    private static string Detail(string what, string? note) => note is null ? what : $"{what}: {note}";

    private readonly record struct Sealing
    {
        public RestError? Error { get; init; }

        public SealedSecret? Secret { get; init; }

        public string? Status { get; init; }

        public string? Note { get; init; }
    }
}
