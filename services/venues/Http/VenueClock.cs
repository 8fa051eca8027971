namespace TradingSystem.Venues.Http;

/// <summary>The exchange's clock, as far as we know it.</summary>
public sealed class VenueClock(TimeProvider time)
{
    private long _offsetTicks;
    private long _measuredAt;
    private int _measurements;

    public TimeSpan Offset => new(Volatile.Read(ref _offsetTicks));

    public DateTimeOffset Now => time.GetUtcNow() + Offset;

    /// <summary>How often it was measured.</summary>
    public int Measurements => Volatile.Read(ref _measurements);

    public bool IsMeasured => Measurements > 0;

    public bool IsOlderThan(TimeSpan age) => !IsMeasured || time.GetElapsedTime(Volatile.Read(ref _measuredAt)) > age;

    /// <summary>The exchange read <paramref name="server"/> at some moment between the two; the middle is off by half the round trip at most.</summary>
    public void Measured(DateTimeOffset server, DateTimeOffset sent, DateTimeOffset received)
    {
        var middle = sent + ((received - sent) / 2);
        Volatile.Write(ref _offsetTicks, (server - middle).Ticks);
        Volatile.Write(ref _measuredAt, time.GetTimestamp());
        Interlocked.Increment(ref _measurements);
    }
}
