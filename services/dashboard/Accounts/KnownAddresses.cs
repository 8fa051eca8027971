using Microsoft.EntityFrameworkCore;
using TradingSystem.Dashboard.Storage;

namespace TradingSystem.Dashboard.Accounts;

/// <summary>
/// Addresses from which somebody signed in within the last thirty days, the latest <see cref="Most"/> of them: <see cref="HashQueue"/> lets
/// them go ahead, so that strangers, however many, do not keep the owner out. Sign-ins on another node are known after a minute.
/// </summary>
public sealed class KnownAddresses(IDbContextFactory<DashboardDb> databases, TimeProvider time, ILogger<KnownAddresses> log)
{
    public const int Most = HashQueue.Capacity / HashQueue.PerLine;

    private static readonly TimeSpan Remembered = TimeSpan.FromDays(30);
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private volatile HashSet<string> _latest = [];
    private Task _reading = Task.CompletedTask;
    private bool _isOld = true;
    private long _readAt;

    /// <summary>
    /// Answers at once from what was read last, and has it read again when that is old: nobody may wait for the database before there is a
    /// place for him.
    /// </summary>
    public bool Contains(string address)
    {
        lock (_lock)
        {
            if (_reading.IsCompleted && (_isOld || time.GetElapsedTime(_readAt) > Fresh))
            {
                _isOld = false;
                _readAt = time.GetTimestamp();
                _reading = Task.Run(ReadAsync);
            }
        }

        return _latest.Contains(address);
    }

    /// <summary>Somebody has signed in just now.</summary>
    public void Changed()
    {
        lock (_lock)
        {
            _isOld = true;
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            using var deadline = new CancellationTokenSource(Deadline, time);
            var since = time.GetUtcNow() - Remembered;
            await using var db = await databases.CreateDbContextAsync(deadline.Token);
            _latest = [.. await db.UserAudit.Where(e => e.Action == UserActions.SignedIn && e.At > since && e.Address != null)
                .GroupBy(e => e.Address!).OrderByDescending(g => g.Max(e => e.At)).Select(g => g.Key).Take(Most).ToListAsync(deadline.Token)];
        }
        catch (Exception e)
        {
            // What was read last is good for another minute.
            KnownAddressesLog.NotRead(log, e.Message);
        }
    }
}

internal static partial class KnownAddressesLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The addresses of earlier sign-ins were not read: {Reason}")]
    public static partial void NotRead(ILogger logger, string reason);
}
