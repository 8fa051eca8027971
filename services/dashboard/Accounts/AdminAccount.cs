using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Hosting;

namespace TradingSystem.Dashboard.Accounts;

/// <summary>Makes the configured administrator exist with the configured password; ready once that is so.</summary>
public sealed class AdminAccount(
    IDbContextFactory<DashboardDb> database,
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
                // The schema may not be migrated yet, or another node inserted the same user first.
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
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow();
        var user = await db.Users.SingleOrDefaultAsync(u => u.Username == options.AdminUsername, cancellationToken);
        if (user is null)
        {
            user = new User { Id = Guid.CreateVersion7(now), Username = options.AdminUsername!, PasswordHash = string.Empty, Role = "admin", CreatedAt = now };
            db.Users.Add(user);
        }
        else if (user.Role == "admin" && hasher.VerifyHashedPassword(user, user.PasswordHash, options.AdminPassword!) == PasswordVerificationResult.Success)
        {
            return;
        }

        user.PasswordHash = hasher.HashPassword(user, options.AdminPassword!);
        user.Role = "admin";
        user.UpdatedAt = now;
        await db.SaveChangesAsync(cancellationToken);
        AdminAccountLog.Saved(log);
    }
}

internal static partial class AdminAccountLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The administrator could not be saved yet, retrying: {Error}")]
    public static partial void Waiting(ILogger logger, string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "The administrator's password was saved")]
    public static partial void Saved(ILogger logger);
}
