using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Dashboard.Sessions;
using TradingSystem.Dashboard.Settings;
using TradingSystem.Dashboard.Storage;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Rest;
using TradingSystem.Hosting.Sessions;

namespace TradingSystem.Dashboard.Accounts;

/// <summary>
/// <c>--reset-admin-password</c>: with the service's own settings, without starting it. The user is <c>AUTH__ADMINUSERNAME</c>, the password
/// <c>AUTH__ADMINPASSWORD</c>, or with <c>--reset-admin-password=stdin</c> the first line of the input. The user is made if it is missing, may sign
/// in as administrator, and is signed out everywhere.
/// </summary>
public static class ResetAdminPassword
{
    public const string Switch = "--reset-admin-password";
    public const string FromInput = Switch + "=stdin";

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    public static bool IsAsked(string[] args) => args.Any(a => a is Switch or FromInput);

    /// <summary>The exit code.</summary>
    public static async Task<int> RunAsync(string[] args, IServiceModule dashboard, TextReader? input = null)
    {
        if (await ServiceApp.TryBuildAsync("dashboard", [.. args.Where(a => a is not (Switch or FromInput))], topologyOnly: true, dashboard) is not { } built)
        {
            return 1;
        }

        await using var app = built;
        var options = app.Services.GetRequiredService<LoginOptions>();
        var fromInput = args.Contains(FromInput);
        var password = fromInput ? await (input ?? Console.In).ReadLineAsync() : options.AdminPassword;
        if (string.IsNullOrEmpty(password) || Passwords.Fault(password) is not null)
        {
            await Console.Error.WriteLineAsync(
                $"No password: {(fromInput ? "the first line of the input" : $"AUTH__ADMINPASSWORD (or use {FromInput})")} must be {Passwords.MinLength} to {Passwords.MaxLength} characters without control characters.");
            return 1;
        }

        var username = string.IsNullOrEmpty(options.AdminUsername) ? "admin" : options.AdminUsername;
        var hash = app.Services.GetRequiredService<IPasswordHasher<User>>().Hash(password);
        using var deadline = new CancellationTokenSource(Deadline, app.Services.GetRequiredService<TimeProvider>());
        await app.Services.GetRequiredService<UserChanges>().RunAsync(
            (db, now) => ResetAsync(db, username, hash, fromSettings: !fromInput, options, now, deadline.Token), deadline.Token);
        await Console.Out.WriteLineAsync($"The password of {username} is reset; whoever was signed in as {username} is not any more.");
        return 0;
    }

    private static async Task<bool> ResetAsync(
        DashboardDb db, string username, string hash, bool fromSettings, LoginOptions options, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var user = await db.Users.SingleOrDefaultAsync(u => u.Username == username, cancellationToken);
        if (user is null)
        {
            user = new User { Id = Guid.CreateVersion7(now), Username = username, PasswordHash = hash, Role = Roles.Admin, CreatedAt = now };
            db.Users.Add(user);
        }

        user.PasswordHash = hash;
        user.PasswordFromSettings = fromSettings;
        user.Role = Roles.Admin;
        user.Disabled = false;
        user.UpdatedAt = now;
        await db.EndAllAsync(user, SessionEnds.PasswordChanged, now, options, null, cancellationToken);
        db.Note(now, Actor.Operator, UserActions.PasswordReset, username);
        return true;
    }
}
