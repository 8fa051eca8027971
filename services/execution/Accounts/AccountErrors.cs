using System.Text.Json.Serialization;
using Npgsql;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Accounts;

/// <summary>Body of an error of the accounts: as every other, with the rule's code where there is one.</summary>
/// <param name="Message">What kind of error: validation_error, not_found, conflict or credentials_refused.</param>
/// <param name="Detail">Which fields broke which rules.</param>
public sealed record AccountError(string Message, IReadOnlyList<FieldError> Detail)
{
    /// <summary>Which rule refused a change; left out where it was a field.</summary>
    [Words(typeof(AccountCodes))]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }
}

/// <summary>The codes with which a change of an account is refused.</summary>
public static class AccountCodes
{
    public const string KeyMissing = "KEY_MISSING";
    public const string NameTaken = "NAME_TAKEN";
    public const string ChangedMeanwhile = "CHANGED_MEANWHILE";
    public const string AccountHasOrders = "ACCOUNT_HAS_ORDERS";
    public const string AccountBound = "ACCOUNT_BOUND";
    public const string AccountInUse = "ACCOUNT_IN_USE";
    public const string GroupHasPosition = "GROUP_HAS_POSITION";
    public const string GroupHasOrder = "GROUP_HAS_UNFINISHED_ORDER";
    public const string CredentialsUnverified = "CREDENTIALS_UNVERIFIED";
    public const string CredentialsRefused = "CREDENTIALS_REFUSED";
    public const string CredentialsUnreadable = "CREDENTIALS_UNREADABLE";
    public const string PositionModeMismatch = "POSITION_MODE_MISMATCH";
    public const string MarginModeMismatch = "MARGIN_MODE_MISMATCH";
    public const string LiveNotConfirmed = "LIVE_NOT_CONFIRMED";
    public const string LiveNotPending = "LIVE_NOT_PENDING";
    public const string LiveNameDiffers = "LIVE_NAME_DIFFERS";
    public const string LiveCodeWrong = "LIVE_CODE_WRONG";
    public const string LiveCodeOver = "LIVE_CODE_OVER";

    public static readonly string[] All =
    [
        KeyMissing, NameTaken, ChangedMeanwhile, AccountHasOrders, AccountBound, AccountInUse, GroupHasPosition, GroupHasOrder, CredentialsUnverified, CredentialsRefused,
        CredentialsUnreadable, PositionModeMismatch, MarginModeMismatch, LiveNotConfirmed, LiveNotPending, LiveNameDiffers, LiveCodeWrong, LiveCodeOver,
    ];
}

internal static class AccountErrors
{
    public static IResult Validation(IReadOnlyList<FieldError> errors) =>
        Results.Json(new AccountError("validation_error", errors), statusCode: StatusCodes.Status400BadRequest);

    public static IResult TooLarge(int most) =>
        Results.Json(new AccountError(ApiError.TooLarge, [new("$", $"at most {most} bytes", "more")]), statusCode: StatusCodes.Status413PayloadTooLarge);

    public static IResult NotFound(Guid id, string path = "id") =>
        Results.Json(new AccountError("not_found", [new(path, "existing", id.ToString())]), statusCode: StatusCodes.Status404NotFound);

    public static IResult Conflict(string code, string path, string rule, string got) =>
        Results.Json(new AccountError("conflict", [new(path, rule, FieldError.Shorten(got))]) { Code = code }, statusCode: StatusCodes.Status409Conflict);

    /// <summary>The venue's words; the check has taken the credentials out of them.</summary>
    public static IResult Refused(CredentialVerdict.Refused refused) =>
        Results.Json(
            new AccountError("credentials_refused", [new("api_key", refused.Meaning, FieldError.Shorten($"{refused.VenueCode} {refused.Message}".Trim()))]) { Code = AccountCodes.CredentialsRefused },
            statusCode: StatusCodes.Status422UnprocessableEntity);

    /// <summary>Names both values and the two ways out.</summary>
    public static IResult ModesDiffer(CredentialVerdict.ModesDiffer differ) => Conflict(
        differ.Field == "position_mode" ? AccountCodes.PositionModeMismatch : AccountCodes.MarginModeMismatch,
        differ.Field,
        $"{differ.There}, as it is at the exchange, or switch_modes true to have the exchange switched to {differ.Here} while it has no positions and orders{(differ.Why is { } why ? $"; it did not switch: {why}" : "")}",
        differ.Here);

    public static IResult Unverified(string why) =>
        Conflict(AccountCodes.CredentialsUnverified, "credential_status", "verified by the venue before the account becomes active", why);

    /// <summary>Null for what is nobody's fault here.</summary>
    public static IResult? Of(PostgresException e, string name) =>
        e.SqlState == PostgresErrorCodes.UniqueViolation ? Conflict(AccountCodes.NameTaken, "name", "unique among accounts on exchanges", name) : null;
}
