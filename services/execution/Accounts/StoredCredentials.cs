using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Accounts.Secrets;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Accounts;

/// <summary>Asks the venue about credentials that are saved already.</summary>
public sealed class StoredCredentials(CredentialVault vault, ICredentialCheck check)
{
    /// <summary>
    /// Before an account becomes active: a verdict that counts, or the answer to a refusal. An account that is verified already may become
    /// active while its venue is away; whatever is different there is then refused with its first entry.
    /// </summary>
    internal async Task<(CredentialVerdict? Verdict, RestError? Error)> CheckBeforeUseAsync(Account account, bool switchModes, CancellationToken cancellationToken)
    {
        if (account.IsSimulated)
        {
            return default;
        }

        var (verdict, error) = await CheckAsync(account, Settings(account) with { SwitchModes = switchModes }, cancellationToken);
        // Nothing new about an account that is verified is nothing to write down.
        return account.CredentialStatus == CredentialStatuses.Verified
            && verdict is CredentialVerdict.Unreachable or CredentialVerdict.Verified { Warning: null }
            ? default
            : (verdict, error);
    }

    internal static AccountSettings Settings(Account account) => new(account.Id, account.Exchange, account.Mode, account.MarginMode, account.PositionMode);

    /// <summary>A verdict, or the answer when they cannot be decrypted.</summary>
    /// <param name="settings">The account as it is, or as it is going to be.</param>
    internal async Task<(CredentialVerdict? Verdict, RestError? Error)> CheckAsync(Account account, AccountSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            using var credentials = await vault.OpenAsync(account.Id, account.Exchange, cancellationToken);
            return credentials is null
                ? (null, AccountRefusals.Unverified("none saved"))
                : (await check.CheckAsync(settings, credentials, cancellationToken), null);
        }
        catch (SecretUnreadableException e)
        {
            return (null, RestError.Conflict("api_secret", "decrypted with a key of the service", e.Why, RestCodes.CredentialsUnreadable));
        }
    }

    /// <summary>Writes the verdict down; null when the venue took them. Credentials that it refused trade no longer.</summary>
    internal static RestError? Apply(ExecutionDb db, Account account, CredentialVerdict verdict, string actor, DateTimeOffset now)
    {
        switch (verdict)
        {
            case CredentialVerdict.Verified verified:
                account.CredentialStatus = CredentialStatuses.Verified;
                db.Audit(account, AuditActions.CredentialsVerified, actor, now, verified.Warning);
                return null;
            case CredentialVerdict.Refused refused:
                account.CredentialStatus = CredentialStatuses.Unverified;
                account.Active = false;
                account.Changed(now);
                db.Audit(account, AuditActions.CredentialsRefused, actor, now, $"{refused.Meaning}: {refused.VenueCode} {refused.Message}".Trim());
                return AccountRefusals.Refused(refused);
            case CredentialVerdict.ModesDiffer differ:
                db.Audit(account, AuditActions.ModesDiffer, actor, now, $"{differ.Field} {differ.There} at the venue, {differ.Here} here");
                return AccountRefusals.ModesDiffer(differ);
            default:
                return AccountRefusals.Unverified(((CredentialVerdict.Unreachable)verdict).Why);
        }
    }
}
