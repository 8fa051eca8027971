using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Settings;
using TradingSystem.Execution.Simulation;
using TradingSystem.Execution.Storage;

namespace TradingSystem.Execution.Desk;

/// <summary>The tables as one owner of an account may change them: one transaction at a time, each of which makes sure that it still owns it.</summary>
public sealed class DeskStore(IDbContextFactory<ExecutionDb> databases, Action saved, ExecutionOptions options, TimeProvider time, Guid accountId, long epoch)
{
    public Guid AccountId => accountId;

    /// <summary>Counts up the owners of an account; the one before can save nothing from here on.</summary>
    public static async Task<long> OwnAsync(IDbContextFactory<ExecutionDb> databases, Guid accountId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return (await db.Database.SqlQuery<long>(
            $"""
            insert into execution.desk_owners as o (account_id, epoch, owned_at) values ({accountId}, 1, {now})
            on conflict (account_id) do update set epoch = o.epoch + 1, owned_at = excluded.owned_at returning epoch as "Value"
            """).ToListAsync(cancellationToken))[0];
    }

    /// <summary>Runs and commits; nothing of it is saved when it throws.</summary>
    public async Task<T> RunAsync<T>(Func<DeskWork, Task<T>> change, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var work = await BeginAsync(db, cancellationToken);
        var result = await change(work);
        work.TakeLedger();
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        saved();
        return result;
    }

    /// <summary>Runs like <see cref="RunAsync"/> on what is so now, and keeps nothing of it.</summary>
    public async Task<T> TryAsync<T>(Func<DeskWork, Task<T>> change, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        return await change(await BeginAsync(db, cancellationToken));
    }

    public async Task<T> ReadAsync<T>(Func<ExecutionDb, Task<T>> read, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await read(db);
    }

    private async Task<DeskWork> BeginAsync(ExecutionDb db, CancellationToken cancellationToken)
    {
        var held = await db.Database
            .SqlQuery<long>($"select epoch as \"Value\" from execution.desk_owners where account_id = {accountId} for update")
            .ToListAsync(cancellationToken);
        return held is [var current] && current == epoch
            ? new DeskWork(db, accountId, options, ControlStore.Micros(time.GetUtcNow()), cancellationToken)
            : throw new DeskLostException();
    }

    /// <summary>Every order that is not done.</summary>
    public Task<List<DeskOrder>> OpenAsync(CancellationToken cancellationToken) => ReadAsync(
        db => db.DeskOrders.AsNoTracking()
            .Where(o => o.AccountId == accountId)
            .Where(DeskStates.AreOpen)
            .OrderBy(o => o.Seq).ToListAsync(cancellationToken),
        cancellationToken);
}
