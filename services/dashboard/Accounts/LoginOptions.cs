namespace TradingSystem.Dashboard.Accounts;

/// <summary>From <c>AUTH__…</c>. Without both admin values no user is created at start.</summary>
public sealed class LoginOptions
{
    public string? AdminUsername { get; set; }

    public string? AdminPassword { get; set; }

    /// <summary>How long a token is good for.</summary>
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromHours(12);

    public bool HasAdmin => !string.IsNullOrEmpty(AdminUsername) && !string.IsNullOrEmpty(AdminPassword);

    public static LoginOptions Read(IConfiguration configuration)
    {
        var options = configuration.GetSection("Auth").Get<LoginOptions>() ?? new LoginOptions();
        if (string.IsNullOrEmpty(options.AdminUsername) != string.IsNullOrEmpty(options.AdminPassword))
        {
            throw new InvalidOperationException("Auth:AdminUsername and Auth:AdminPassword are set together or not at all.");
        }

        if (options.AdminUsername?.Length > User.MaxNameLength || options.AdminPassword?.Length > SignIn.MaxPasswordLength)
        {
            throw new InvalidOperationException($"Auth:AdminUsername has at most {User.MaxNameLength} characters, Auth:AdminPassword {SignIn.MaxPasswordLength}.");
        }

        if (options.TokenLifetime <= TimeSpan.Zero)
        {
            throw new InvalidOperationException("Auth:TokenLifetime must be positive.");
        }

        return options;
    }
}
