using System.Text.Json.Serialization;

namespace TradingSystem.Hosting.Sessions;

/// <summary>
/// People's tokens that end before their time, all that are known: told on every change and every few seconds by the service that signs people in.
/// Not durable: the next one replaces a lost one, and a token that nobody heard of is short-lived.
/// </summary>
public sealed record RevokedTokens(IReadOnlyList<RevokedToken> Items);

/// <summary>
/// The tokens of one session, or those of one user with a lower generation than <c>Generation</c>. <c>Reason</c> is a word of
/// <see cref="SessionEnds"/>; after <c>Until</c> such a token has ended by itself.
/// </summary>
public sealed record RevokedToken(Guid? SessionId, Guid? UserId, long Generation, string Reason, DateTimeOffset Until);

/// <summary>Why a session or a token is not good any more, as 401 answers and the hub say it.</summary>
public static class SessionEnds
{
    public const string SignedOut = "signed_out";
    public const string SignedOutEverywhere = "signed_out_everywhere";
    public const string PasswordChanged = "password_changed";
    public const string RoleChanged = "role_changed";
    public const string UserDisabled = "user_disabled";
    public const string UserDeleted = "user_deleted";

    /// <summary>A refresh token that had been used before came again: somebody has a copy.</summary>
    public const string TokenReused = "token_reused";

    /// <summary>It was one session too many of its user.</summary>
    public const string TooMany = "too_many_sessions";

    public const string Expired = "session_expired";
    public const string None = "no_session";
}

/// <summary>How the messages of this namespace are written and read.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    PropertyNameCaseInsensitive = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RevokedTokens))]
public sealed partial class SessionsJson : JsonSerializerContext;
