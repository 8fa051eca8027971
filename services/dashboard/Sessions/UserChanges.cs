using Microsoft.EntityFrameworkCore;
using TradingSystem.Dashboard.Storage;

namespace TradingSystem.Dashboard.Sessions;

/// <summary>
/// Changes of users, one at a time over all nodes: whether an administrator is the last one can only be said while nobody else changes any. What
/// a change revokes is told at once.
/// </summary>
public sealed class UserChanges(IDbContextFactory<DashboardDb> databases, RevocationRounds revocations, TimeProvider time)
{
    // "users" in ASCII; its own among the advisory locks of the database.
    private const long Key = 0x75_73_65_72_73;

    /// <summary>Runs <paramref name="change"/>, which must be repeatable, and saves what it did to the context; the time is the change's.</summary>
    public async Task<T> RunAsync<T>(Func<DashboardDb, DateTimeOffset, Task<T>> change, CancellationToken cancellationToken)
    {
        T result;
        await using (var db = await databases.CreateDbContextAsync(cancellationToken))
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock({Key})", cancellationToken);
            result = await change(db, time.GetUtcNow());
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        revocations.Wake();
        return result;
    }
}
