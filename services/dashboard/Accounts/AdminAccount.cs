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
/// Makes the first administrator, from the settings; ready once there is one. The settings' password is followed until a person changes it;
/// after that only a person, or <see cref="ResetAdminPassword"/>, does.
/// </summary>
public sealed class AdminAccount(
    UserChanges changes,
    IPasswordHasher<User> hasher,
    LoginOptions options,
    TimeProvider time,
    ILogger<AdminAccount> log) : BackgroundService, IReadyCheck
{
    private volatile bool _ready = !options.HasAdmin;

    public string Name => "admin_account";

    public bool IsReady => _ready;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var warned = false;
        while (!_ready)
        {
            try
            {
                await EnsureAsync(stoppingToken);
                _ready = true;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // The schema may not be migrated yet.
                if (!warned)
                {
                    AdminAccountLog.Waiting(log, e.Message);
                    warned = true;
                }

                await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken);
            }
        }
    }

    private async Task EnsureAsync(CancellationToken cancellationToken)
    {
        var saved = await changes.RunAsync(async (db, now) =>
        {
            var user = await db.Users.SingleOrDefaultAsync(u => u.Username == options.AdminUsername, cancellationToken);
            if (user is null)
            {
                // Who removed the settings' user has another administrator, and meant it.
                if (await db.Users.AnyAsync(u => u.Role == Roles.Admin && !u.Disabled, cancellationToken))
                {
                    return false;
                }

                db.Users.Add(new User
                {
                    Id = Guid.CreateVersion7(now),
                    Username = options.AdminUsername!,
                    PasswordHash = hasher.Hash(options.AdminPassword!),
                    PasswordFromSettings = true,
                    Role = Roles.Admin,
                    CreatedAt = now,
                    UpdatedAt = now,
                });
                db.Note(now, Actor.Settings, UserActions.Created, options.AdminUsername, Roles.Admin);
                return true;
            }

            if (!user.PasswordFromSettings || hasher.VerifyHashedPassword(user, user.PasswordHash, options.AdminPassword!) == PasswordVerificationResult.Success)
            {
                return false;
            }

            user.PasswordHash = hasher.Hash(options.AdminPassword!);
            user.UpdatedAt = now;
            await db.EndAllAsync(user, SessionEnds.PasswordChanged, now, options, null, cancellationToken);
            db.Note(now, Actor.Settings, UserActions.PasswordReset, user.Username);
            return true;
        }, cancellationToken);
        if (saved)
        {
            AdminAccountLog.Saved(log);
        }
    }
}

internal static partial class AdminAccountLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The administrator could not be saved yet, retrying: {Error}")]
    public static partial void Waiting(ILogger logger, string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "The administrator's password was saved")]
    public static partial void Saved(ILogger logger);
}
