namespace TradingSystem.Dashboard.Accounts;

/// <summary>
/// Slows guessing: after <see cref="FreeAttempts"/> failures of an address for a user name the pair is locked,
/// for 2 s, then 4 s, 8 s … up to 15 minutes. An attempt counts when it starts, so parallel ones gain nothing.
/// </summary>
public sealed class LoginGuard(TimeProvider time)
{
    public const int FreeAttempts = 5;

    private const int Capacity = 10_000;
    private static readonly TimeSpan MaxLock = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Address, string Username), Attempts> _attempts = [];

    /// <summary>Null when the attempt may go on, else how long the caller has to wait.</summary>
    public TimeSpan? TryBegin(string address, string username)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            if (_attempts.Count >= Capacity)
            {
                Forget(now);
            }

            _attempts.TryGetValue((address, username), out var known);
            if (known.LockedUntil > now)
            {
                return known.LockedUntil - now;
            }

            var count = now - known.Last > Memory ? 1 : known.Count + 1;
            var locked = count < FreeAttempts ? default : now + LockAfter(count - FreeAttempts);
            _attempts[(address, username)] = new Attempts(count, now, locked);
            return null;
        }
    }

    public void Succeeded(string address, string username)
    {
        lock (_lock)
        {
            _attempts.Remove((address, username));
        }
    }

    private static TimeSpan LockAfter(int failures) =>
        failures >= 10 ? MaxLock : TimeSpan.FromSeconds(Math.Min(MaxLock.TotalSeconds, 2 << failures));

    // The table is bounded; a flood of made-up names pushes out what is no longer locked, then everything.
    private void Forget(DateTimeOffset now)
    {
        foreach (var key in _attempts.Where(a => a.Value.LockedUntil <= now).Select(a => a.Key).ToList())
        {
            _attempts.Remove(key);
        }

        if (_attempts.Count >= Capacity)
        {
            _attempts.Clear();
        }
    }

    private readonly record struct Attempts(int Count, DateTimeOffset Last, DateTimeOffset LockedUntil);
}
