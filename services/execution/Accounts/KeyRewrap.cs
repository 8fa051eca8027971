using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Accounts.Secrets;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Accounts;

/// <summary>
/// Wraps every data key anew with the newest key-encryption key, after which older ones can go. Services may run meanwhile if they have
/// the newest key already. Each row for itself: what was done stays done.
/// </summary>
public sealed class KeyRewrap(IDbContextFactory<ExecutionDb> databases, Envelope envelope, KeyRing keys, TimeProvider time)
{
    /// <summary>How many rows were wrapped anew, and why others could not be; those stay as they are.</summary>
    public async Task<(int Done, IReadOnlyList<string> Failures)> RunAsync(string actor, CancellationToken cancellationToken)
    {
        List<Guid> old;
        await using (var db = await databases.CreateDbContextAsync(cancellationToken))
        {
            old = await db.AccountSecrets.AsNoTracking().Where(s => s.KeyVersion != keys.Newest).Select(s => s.AccountId).ToListAsync(cancellationToken);
        }

        var done = 0;
        var failures = new List<string>();
        foreach (var id in old)
        {
            try
            {
                done += await RewrapAsync(id, actor, cancellationToken) ? 1 : 0;
            }
            catch (SecretUnreadableException e)
            {
                failures.Add(e.Message);
            }
        }

        return (done, failures);
    }

    private async Task<bool> RewrapAsync(Guid id, string actor, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Whoever changes the credentials holds the account, too.
        if (await db.LockAsync(id, cancellationToken) is not { } account
            || await db.AccountSecrets.SingleOrDefaultAsync(s => s.AccountId == id, cancellationToken) is not { } row
            || row.KeyVersion == keys.Newest)
        {
            return false;
        }

        var before = row.KeyVersion;
        var wrapped = envelope.Rewrap(id, account.Exchange, row.Sealed);
        (row.KeyVersion, row.WrappedKey, row.UpdatedAt) = (wrapped.KeyVersion, wrapped.WrappedKey, time.GetUtcNow());
        db.Audit(account, AuditActions.KeyRewrapped, actor, row.UpdatedAt, $"from key version {before} to {row.KeyVersion}");
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
