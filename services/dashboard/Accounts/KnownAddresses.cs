using Microsoft.EntityFrameworkCore;

namespace TradingSystem.Dashboard.Accounts;

/// <summary>
/// Addresses from which somebody signed in within the last thirty days, the latest <see cref="Most"/> of them: <see cref="HashQueue"/> lets
/// them go ahead, so that strangers, however many, do not keep the owner out. Sign-ins on another node are known after a minute.
/// </summary>
public sealed class KnownAddresses(IDbContextFactory<DashboardDb> databases, TimeProvider time)
{
    public const int Most = HashQueue.Capacity / HashQueue.PerLine;

    private static readonly TimeSpan Remembered = TimeSpan.FromDays(30);
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private Task<HashSet<string>>? _read;
    private long _readAt;

    /// <summary>Throws what the database throws; the next call asks it again.</summary>
    public async Task<bool> ContainsAsync(string address, CancellationToken cancellationToken) =>
        (await Current().WaitAsync(cancellationToken)).Contains(address);

    /// <summary>Somebody has signed in just now: the next call reads again.</summary>
    public void Changed()
    {
        lock (_lock)
        {
            _read = null;
        }
    }

    private Task<HashSet<string>> Current()
    {
        lock (_lock)
        {
            // Many who ask at once share one question, which none of them can cancel for the others.
            if (_read is null or { IsFaulted: true } or { IsCanceled: true } || time.GetElapsedTime(_readAt) > Fresh)
            {
                _readAt = time.GetTimestamp();
                _read = Task.Run(ReadAsync);
            }

            return _read;
        }
    }

    private async Task<HashSet<string>> ReadAsync()
    {
        var since = time.GetUtcNow() - Remembered;
        await using var db = await databases.CreateDbContextAsync();
        return [.. await db.UserAudit.Where(e => e.Action == UserActions.SignedIn && e.At > since && e.Address != null)
            .GroupBy(e => e.Address!).OrderByDescending(g => g.Max(e => e.At)).Select(g => g.Key).Take(Most).ToListAsync()];
    }
}
