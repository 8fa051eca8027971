using Microsoft.EntityFrameworkCore;
using Npgsql;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Accounts;

/// <summary>One change of accounts, in one transaction with its audit rows.</summary>
public sealed class AccountWork(IDbContextFactory<ExecutionDb> databases, IEnumerable<IAccountListener> listeners, TimeProvider time, ILogger<AccountWork> log)
{
    private const int Attempts = 5;

    /// <summary>
    /// Runs <paramref name="work"/> and saves what it changed, also when it answers: null is success, anything else is the answer. It may
    /// run more than once: decisions lock the same rows, and whoever the database chose to give way begins again.
    /// </summary>
    /// <param name="name">The account's, for the answer to a name that is taken.</param>
    public async Task<RestError?> RunAsync(string name, Func<ExecutionDb, DateTimeOffset, Task<RestError?>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var answer = await TryAsync(work, cancellationToken);
                foreach (var listener in listeners)
                {
                    listener.AccountsSaved();
                }

                return answer;
            }
            catch (Exception e) when (Failure(e) is { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure } && attempt < Attempts)
            {
                // Nothing was written.
            }
            catch (DbUpdateException e) when (Failure(e) is { } failure && AccountRefusals.Of(failure, name) is { } answer)
            {
                return answer;
            }
        }
    }

    private async Task<RestError?> TryAsync(Func<ExecutionDb, DateTimeOffset, Task<RestError?>> work, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var answer = await work(db, time.GetUtcNow());
        var steps = db.ChangeTracker.Entries<AccountAuditRow>().Select(e => e.Entity).ToList();
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        foreach (var step in steps)
        {
            AccountWorkLog.Stepped(log, step.AccountId, step.AccountName, step.Action, step.Actor, step.Detail);
        }

        return answer;
    }

    private static PostgresException? Failure(Exception e) => e as PostgresException ?? e.InnerException as PostgresException;
}

public static class AccountLocks
{
    /// <summary>
    /// The accounts that exist, held until the transaction ends: decisions on them wait and then see what became of them. In the order
    /// of the ids, so that two changes do not wait for each other.
    /// </summary>
    public static Task<List<Account>> LockAsync(this ExecutionDb db, Guid[] ids, CancellationToken cancellationToken) =>
        db.Accounts.FromSql($"select * from execution.accounts where id = any({ids}) order by id for update").ToListAsync(cancellationToken);

    public static async Task<Account?> LockAsync(this ExecutionDb db, Guid id, CancellationToken cancellationToken) =>
        (await db.LockAsync([id], cancellationToken)).SingleOrDefault();
}

internal static partial class AccountWorkLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Account {AccountId} {AccountName}: {Action} by {Actor}; {Detail}")]
    public static partial void Stepped(ILogger logger, Guid accountId, string accountName, string action, string actor, string? detail);
}
