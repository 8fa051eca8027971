namespace TradingSystem.Gateway.Connections;

/// <summary>A token bucket: <paramref name="perSecond"/> in the long run, <paramref name="burst"/> at once. Not for several threads.</summary>
public struct RateLimit(int perSecond, int burst)
{
    private double _left = burst;
    private long _at;

    /// <summary>Milliseconds until the next one is allowed; 0 takes it.</summary>
    public int TryTake(TimeProvider time)
    {
        var now = time.GetTimestamp();
        if (_at != 0)
        {
            _left = Math.Min(burst, _left + (time.GetElapsedTime(_at, now).TotalSeconds * perSecond));
        }

        _at = now;
        if (_left < 1)
        {
            return (int)Math.Ceiling((1 - _left) * 1000 / perSecond);
        }

        _left--;
        return 0;
    }

    /// <summary>Gives back one that was taken.</summary>
    public void Return() => _left = Math.Min(burst, _left + 1);

    /// <summary>True when it has nothing to remember any more.</summary>
    public readonly bool IsFull(TimeProvider time) =>
        _at == 0 || _left + (time.GetElapsedTime(_at).TotalSeconds * perSecond) >= burst;
}
