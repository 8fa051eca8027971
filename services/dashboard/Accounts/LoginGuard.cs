namespace TradingSystem.Dashboard.Accounts;

/// <summary>
/// Slows guessing: after <see cref="FreeAttempts"/> failures of an address for a user name the pair is locked, for 2 s, then 4 s, 8 s … up to
/// 15 minutes; after <see cref="FreeOfAddress"/> over all names the address is. An attempt counts when it starts, so parallel ones gain nothing,
/// and is undone when nothing came of it. Nobody elsewhere is locked by it.
/// </summary>
public sealed class LoginGuard(TimeProvider time)
{
    public const int FreeAttempts = 5;
    public const int FreeOfAddress = 20;

    private const int Capacity = 10_000;
    private static readonly TimeSpan MaxLock = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(30);

    private readonly Lock _lock = new();

    // Without a name: all names of the address.
    private readonly Dictionary<(string Address, string? Username), Attempts> _attempts = [];

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

            var one = _attempts.GetValueOrDefault((address, username));
            var all = _attempts.GetValueOrDefault((address, null));
            var locked = one.LockedUntil > all.LockedUntil ? one.LockedUntil : all.LockedUntil;
            if (locked > now)
            {
                return locked - now;
            }

            _attempts[(address, username)] = one.Another(now, FreeAttempts);
            _attempts[(address, null)] = all.Another(now, FreeOfAddress);
            return null;
        }
    }

    /// <summary>
    /// The password was right: the wrong ones before it are forgotten for this name. The address's others are not, or whoever has one name could
    /// guess the rest.
    /// </summary>
    public void Succeeded(string address, string username)
    {
        lock (_lock)
        {
            _attempts.Remove((address, username));
            Undo((address, null), FreeOfAddress);
        }
    }

    /// <summary>Whether the password was right did not come out.</summary>
    public void Undo(string address, string username)
    {
        lock (_lock)
        {
            Undo((address, username), FreeAttempts);
            Undo((address, null), FreeOfAddress);
        }
    }

    private static TimeSpan LockAfter(int failures) =>
        failures >= 10 ? MaxLock : TimeSpan.FromSeconds(Math.Min(MaxLock.TotalSeconds, 2 << failures));

    private void Undo((string Address, string? Username) key, int free)
    {
        if (_attempts.TryGetValue(key, out var known) && known.Count > 1)
        {
            // Others under way at the same time keep what they locked.
            var left = known.Count - 1;
            _attempts[key] = known with { Count = left, LockedUntil = left < free ? default : known.LockedUntil };
        }
        else
        {
            _attempts.Remove(key);
        }
    }

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

    private readonly record struct Attempts(int Count, DateTimeOffset Last, DateTimeOffset LockedUntil)
    {
        public Attempts Another(DateTimeOffset now, int free)
        {
            var count = now - Last > Memory ? 1 : Count + 1;
            return new(count, now, count < free ? default : now + LockAfter(count - free));
        }
    }
}
