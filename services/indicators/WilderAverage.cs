namespace TradingSystem.Indicators;

/// <summary>
/// Wilder's smoothing: begun with the simple average of the first <paramref name="period"/> numbers, then each counts one part in as many.
/// </summary>
internal sealed class WilderAverage(int period)
{
    /// <summary>
    /// Far below any price and far above the smallest numbers, whose digits get lost: who divides two averages stops adding zeros to both here, which
    /// changes nothing but would end in 0 / 0 after some ten thousand of them.
    /// </summary>
    public const double Faint = 1e-200;

    private int _count;

    public bool IsWarm => _count == period;

    /// <summary>In the numbers' unit; of no meaning before it is warm.</summary>
    public double Value { get; private set; }

    public void Add(double value)
    {
        _count = Math.Min(_count + 1, period);
        Value += (value - Value) / _count;
    }
}
