using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Settings;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting.Outages;

namespace TradingSystem.Execution.Limits;

/// <summary>
/// Changes controls so that no decision can slip past: a change waits for every write of decisions that has begun and holds up those
/// that begin, which then find another generation and decide again.
/// </summary>
public sealed class ControlStore(IDbContextFactory<ExecutionDb> databases, IEnumerable<IControlListener> listeners, TimeProvider time)
{
    /// <summary>Shared by writes of decisions, alone for a change of controls.</summary>
    public const long LockKey = 0x54535F434F4E5452;

    private const int Attempts = 3;

    public static async Task<ControlSet> ReadAsync(ExecutionDb db, ExecutionOptions options, CancellationToken cancellationToken)
    {
        // One statement, so that the generation is that of the rows.
        var rows = await (
            from generation in db.ControlGeneration
            from control in db.Set<Control>().DefaultIfEmpty()
            from holds in db.Set<EntryHoldsRow>().DefaultIfEmpty()
            select new { generation.Value, control, IsHolding = holds != null && holds.Items != HeldEntries.Nothing }).AsNoTracking().ToListAsync(cancellationToken);
        // Once, and not beside each row. It may be newer than the generation, never older: what is decided on it is then decided again.
        var held = rows.Count > 0 && rows[0].IsHolding ? await db.Set<EntryHoldsRow>().AsNoTracking().Select(h => h.Items).SingleAsync(cancellationToken) : null;
        return rows.Count > 0
            ? new ControlSet(rows[0].Value, rows.Select(r => r.control).OfType<Control>(), options, HeldEntries.Of(held))
            : throw new InvalidOperationException("execution.control_generation has no row; nothing is traded without it.");
    }

    /// <summary>
    /// Runs <paramref name="change"/> and saves what it did. The time it is given is one at which no write of decisions runs and after which none
    /// that rests on the old controls can: nothing that they forbid can leave since then.
    /// </summary>
    public async Task<T> ChangeAsync<T>(Func<ExecutionDb, DateTimeOffset, Task<T>> change, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var result = await TryAsync(change, cancellationToken);
                foreach (var listener in listeners)
                {
                    listener.ControlsChanged();
                }

                return result;
            }
            catch (Exception e) when (attempt < Attempts && !cancellationToken.IsCancellationRequested && Outage.IsOutage(e))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100 * attempt), time, cancellationToken);
            }
        }
    }

    private async Task<T> TryAsync<T>(Func<ExecutionDb, DateTimeOffset, Task<T>> change, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock({LockKey})", cancellationToken);
        var result = await change(db, Micros(time.GetUtcNow()));
        await db.SaveChangesAsync(cancellationToken);
        await db.ControlGeneration.ExecuteUpdateAsync(s => s.SetProperty(g => g.Value, g => g.Value + 1), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    /// <summary>As the table keeps it.</summary>
    public static DateTimeOffset Micros(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));
}
