namespace TradingSystem.Venues.Http;

/// <summary>
/// How much may be spent in any stretch of a given length. Stricter than a bucket that refills: exchanges count in windows of
/// their own, and whatever they start at, no more than the limit falls into one. Not safe for threads; <see cref="RateGate"/> is.
/// </summary>
/// <param name="reserve">Part of the limit that reads leave for orders and cancels.</param>
public sealed class RateWindow(int limit, TimeSpan length, int reserve = 0)
{
    private readonly Queue<(DateTimeOffset At, int Weight)> _spent = new();
    private int _sum;

    /// <summary>A documented limit, scaled, of which reads leave a tenth.</summary>
    public static RateWindow Documented(int limit, TimeSpan length, double factor)
    {
        var scaled = Math.Max(1, (int)Math.Min(limit * factor, int.MaxValue));
        return new(scaled, length, scaled / 10);
    }

    /// <summary>How long until <paramref name="weight"/> fits; zero for now.</summary>
    public TimeSpan Wait(DateTimeOffset now, int weight, bool mayUseReserve)
    {
        Forget(now);
        var room = (mayUseReserve ? limit : limit - reserve) - weight;
        var excess = _sum - Math.Max(room, 0);
        if (excess <= 0)
        {
            return TimeSpan.Zero;
        }

        foreach (var (at, spent) in _spent)
        {
            excess -= spent;
            if (excess <= 0)
            {
                return at + length - now;
            }
        }

        return length;
    }

    public void Spend(DateTimeOffset now, int weight)
    {
        _spent.Enqueue((now, weight));
        _sum += weight;
    }

    /// <summary>The exchange says that so much is spent; others may share the limit.</summary>
    public void Observe(DateTimeOffset now, int spent)
    {
        Forget(now);
        if (spent > _sum)
        {
            Spend(now, spent - _sum);
        }
    }

    private void Forget(DateTimeOffset now)
    {
        while (_spent.TryPeek(out var oldest) && oldest.At + length <= now)
        {
            _sum -= _spent.Dequeue().Weight;
        }
    }
}

public readonly record struct RateCharge(RateWindow Window, int Weight);
