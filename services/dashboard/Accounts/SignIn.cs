using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Dashboard.Sessions;
using TradingSystem.Dashboard.Settings;
using TradingSystem.Dashboard.Storage;

namespace TradingSystem.Dashboard.Accounts;

/// <summary>Checks a password and begins a session.</summary>
public sealed class SignIn(IDbContextFactory<DashboardDb> databases, IPasswordHasher<User> hasher, SessionStore sessions)
{
    // An unknown name costs the same as a known one with a wrong password.
    private readonly User _nobody = new() { Username = string.Empty, Role = string.Empty, PasswordHash = hasher.Hash(Guid.NewGuid().ToString()) };

    /// <summary>Null when name and password do not belong together, or the person may not sign in.</summary>
    public async Task<Issued?> TryAsync(HashQueue.Place place, string username, string password, string address, CancellationToken cancellationToken)
    {
        User? user;
        await using (var db = await databases.CreateDbContextAsync(cancellationToken))
        {
            user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Username == username, cancellationToken);
        }

        return await IsRightAsync(place, user ?? _nobody, password, cancellationToken) && user is { Disabled: false }
            ? await sessions.BeginAsync(user, address, cancellationToken)
            : null;
    }

    public async Task<bool> IsRightAsync(HashQueue.Place place, User user, string password, CancellationToken cancellationToken) =>
        await place.RunAsync(() => hasher.VerifyHashedPassword(user, user.PasswordHash, password), cancellationToken) != PasswordVerificationResult.Failed;
}
