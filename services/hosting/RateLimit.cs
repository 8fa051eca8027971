namespace TradingSystem.Hosting;

/// <summary>A token bucket: <paramref name="perSecond"/> in the long run, <paramref name="burst"/> at once. Not for several threads.</summary>
public struct RateLimit(double perSecond, int burst)
{
    private double _left = burst;
    private long _at;

    /// <summary>Milliseconds until the next one is allowed; 0 takes it.</summary>
    public int TryTake(TimeProvider time)
    {
        Refill(time);
        if (_left < 1)
        {
            return Until(1);
        }

        _left--;
        return 0;
    }

    /// <summary>Takes so many although they may not be there; milliseconds until there is no debt any more.</summary>
    public int Spend(TimeProvider time, int amount)
    {
        Refill(time);
        _left -= amount;
        return _left < 0 ? Until(0) : 0;
    }

    /// <summary>True when it has nothing to remember any more.</summary>
    public readonly bool IsFull(TimeProvider time) =>
        _at == 0 || _left + (time.GetElapsedTime(_at).TotalSeconds * perSecond) >= burst;

    private void Refill(TimeProvider time)
    {
        var now = time.GetTimestamp();
        if (_at != 0)
        {
            _left = Math.Min(burst, _left + (time.GetElapsedTime(_at, now).TotalSeconds * perSecond));
        }

        _at = now;
    }

    /// <summary>Gives back one that was taken.</summary>
    public void Return() => _left = Math.Min(burst, _left + 1);

    private readonly int Until(double there) => (int)Math.Ceiling((there - _left) * 1000 / perSecond);
}
