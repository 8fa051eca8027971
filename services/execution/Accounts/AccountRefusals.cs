using Npgsql;
using TradingSystem.Contracts.Wire;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Accounts;

/// <summary>Why a change of an account is refused, where more than one route says it.</summary>
internal static class AccountRefusals
{
    /// <summary>The venue's words; the check has taken the credentials out of them.</summary>
    public static UnprocessableError Refused(CredentialVerdict.Refused refused) =>
        RestError.Unprocessable("credentials_refused", RestCodes.CredentialsRefused, "api_key", refused.Meaning, $"{refused.VenueCode} {refused.Message}".Trim());

    /// <summary>Names both values and the two ways out.</summary>
    public static ConflictError ModesDiffer(CredentialVerdict.ModesDiffer differ)
    {
        var why = differ.Why is { } reason ? $"; it did not switch: {reason}" : "";
        return RestError.Conflict(
            differ.Field,
            $"{differ.There}, as it is at the exchange, or switch_modes true to have the exchange switched to {differ.Here} while it has no positions and orders{why}",
            differ.Here,
            differ.Field == "position_mode" ? RestCodes.PositionModeMismatch : RestCodes.MarginModeMismatch);
    }

    public static ConflictError Unverified(string why) =>
        RestError.Conflict("credential_status", "verified by the venue before the account becomes active", why, RestCodes.CredentialsUnverified);

    public static ConflictError Meanwhile(Account account) =>
        RestError.Conflict("$", "unchanged since it was read; try again", account.Name, RestCodes.ChangedMeanwhile);

    /// <summary>Null for what is nobody's fault here.</summary>
    public static ConflictError? Of(PostgresException e, string name) =>
        e.SqlState == PostgresErrorCodes.UniqueViolation ? RestError.Conflict("name", "unique among accounts on exchanges", name, RestCodes.NameTaken) : null;
}
