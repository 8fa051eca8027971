namespace TradingSystem.Indicators;

/// <summary>
/// Volume-weighted average of typical prices since 00:00 UTC of the bar's day, in quote currency. Of a day that nothing was traded on yet it is the
/// typical price.
/// </summary>
public sealed class Vwap : IIndicator
{
    private long _day = long.MinValue;
    private double _origin;
    private double _distance;
    private double _volume;

    public int WarmUp => 1;

    public double? Value { get; private set; }

    public double? this[int output] => Value;

    public void Add(in Bar bar)
    {
        var day = bar.OpenTime.UtcTicks / TimeSpan.TicksPerDay;
        if (day != _day)
        {
            (_day, _origin, _distance, _volume) = (day, bar.Typical, 0, 0);
        }

        // Distances from the day's first, so that the average of equal prices is that price exactly.
        _distance += (bar.Typical - _origin) * bar.Volume;
        _volume += bar.Volume;
        Value = _volume > 0 ? _origin + (_distance / _volume) : bar.Typical;
    }
}
