using TradingSystem.Execution.Secrets;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Accounts;

/// <summary>Asks the venue about credentials that are saved already.</summary>
public sealed class StoredCredentials(CredentialVault vault, ICredentialCheck check)
{
    /// <summary>A verdict, or the answer when they cannot be decrypted.</summary>
    internal async Task<(CredentialVerdict? Verdict, IResult? Error)> CheckAsync(Account account, CancellationToken cancellationToken)
    {
        try
        {
            using var credentials = await vault.OpenAsync(account.Id, account.Exchange, cancellationToken);
            return credentials is null
                ? (null, AccountErrors.Unverified("none saved"))
                : (await check.CheckAsync(new(account.Id, account.Exchange, account.Mode, account.MarginMode, account.PositionMode), credentials, cancellationToken), null);
        }
        catch (SecretUnreadableException e)
        {
            return (null, AccountErrors.Conflict(AccountCodes.CredentialsUnreadable, "api_secret", "decrypted with a key of the service", e.Why));
        }
    }

    /// <summary>Writes the verdict down; null when the venue took them. Credentials that it refused trade no longer.</summary>
    internal static IResult? Apply(ExecutionDb db, Account account, CredentialVerdict verdict, string actor, DateTimeOffset now)
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
                return AccountErrors.Refused(refused);
            default:
                return AccountErrors.Unverified(((CredentialVerdict.Unreachable)verdict).Why);
        }
    }
}
