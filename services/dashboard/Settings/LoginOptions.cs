using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Dashboard.Storage;
using TradingSystem.Hosting.Settings;

namespace TradingSystem.Dashboard.Settings;

/// <summary>From <c>AUTH__…</c>. Without both admin values no user is created at start.</summary>
public sealed class LoginOptions
{
    public string? AdminUsername { get; set; }

    public string? AdminPassword { get; set; }

    /// <summary>
    /// How long a token is good for; a session gets new ones until it ends. A revoked token that a service did not hear of is good for as long.
    /// </summary>
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a sign-in lasts.</summary>
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromHours(12);

    public bool HasAdmin => !string.IsNullOrEmpty(AdminUsername) && !string.IsNullOrEmpty(AdminPassword);

    public static LoginOptions Read(IConfiguration configuration)
    {
        var options = configuration.Read<LoginOptions>("Auth");
        if (string.IsNullOrEmpty(options.AdminUsername) != string.IsNullOrEmpty(options.AdminPassword))
        {
            throw new InvalidOperationException("Auth:AdminUsername and Auth:AdminPassword are set together or not at all.");
        }

        if (options.HasAdmin && (options.AdminUsername!.Length > User.MaxNameLength || ControlCharacters.First(options.AdminUsername) is not null))
        {
            throw new InvalidOperationException($"Auth:AdminUsername must be 1 to {User.MaxNameLength} characters, {ControlCharacters.Rule}.");
        }

        if (options.HasAdmin && Passwords.Fault(options.AdminPassword!) is { } rule)
        {
            throw new InvalidOperationException($"Auth:AdminPassword must be {rule}.");
        }

        if (options.TokenLifetime < TimeSpan.FromSeconds(1) || options.SessionLifetime < TimeSpan.FromSeconds(1))
        {
            throw new InvalidOperationException("Auth:TokenLifetime and Auth:SessionLifetime must be at least a second.");
        }

        return options;
    }
}
