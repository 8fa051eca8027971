using TradingSystem.Hosting.Rest;

namespace TradingSystem.Dashboard.Storage;

/// <summary>
/// Who did what to whom, when and from where. <c>Actor</c> is null where nobody was signed in, <c>Subject</c> where nobody of the users is meant.
/// </summary>
public sealed class UserAuditEntry
{
    public long Id { get; init; }

    public DateTimeOffset At { get; init; }

    public string? Actor { get; init; }

    /// <summary>A word of <see cref="UserActions"/>.</summary>
    public required string Action { get; init; }

    public string? Subject { get; init; }

    public string? Address { get; init; }

    public string? Detail { get; init; }
}

/// <summary>What the audit calls each act.</summary>
public static class UserActions
{
    public const string Created = "user_created";
    public const string Deleted = "user_deleted";
    public const string RoleChanged = "role_changed";
    public const string Disabled = "user_disabled";
    public const string Enabled = "user_enabled";

    /// <summary>By its owner.</summary>
    public const string PasswordChanged = "password_changed";

    /// <summary>By an administrator, the settings or an operator at the console.</summary>
    public const string PasswordReset = "password_reset";

    public const string SignedIn = "signed_in";

    /// <summary>Refused sign-ins of an address, counted over a minute.</summary>
    public const string SignInsRefused = "sign_ins_refused";

    public const string SignedOut = "signed_out";
    public const string SignedOutEverywhere = "signed_out_everywhere";
    public const string TokenReused = "token_reused";
}

/// <summary>Who acts in a request: null where nobody is signed in.</summary>
public sealed record Actor(string? Name, string? Address)
{
    /// <summary>The service itself, as its settings say.</summary>
    public static readonly Actor Settings = new("settings", null);

    /// <summary>Whoever has the machine.</summary>
    public static readonly Actor Operator = new("operator", "console");

    public static Actor Of(HttpContext http) => new(http.User.Identity?.Name, ClientAddress.Of(http));
}

internal static class Audits
{
    public static void Note(this DashboardDb db, DateTimeOffset at, Actor actor, string action, string? subject, string? detail = null) =>
        db.UserAudit.Add(new UserAuditEntry { At = at, Actor = actor.Name, Action = action, Subject = subject, Address = actor.Address, Detail = detail });
}
