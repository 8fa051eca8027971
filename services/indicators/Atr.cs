namespace TradingSystem.Indicators;

/// <summary>
/// Average true range with Wilder's smoothing, in quote currency. A true range needs the close before it, so the first bar has none.
/// </summary>
public sealed class Atr(int period = 14) : IIndicator
{
    private readonly WilderAverage _average = new(Period.Checked(period));
    private double? _close;

    public int WarmUp => period + 1;

    public double? Value => _average.IsWarm ? _average.Value : null;

    /// <summary>The average without the last bar, against which that one's range is judged. Null where it was not warm then.</summary>
    public double? Before { get; private set; }

    /// <summary>The last bar's true range; 0 before the second.</summary>
    public double LastRange { get; private set; }

    public double? this[int output] => Value;

    public void Add(in Bar bar)
    {
        if (_close is { } close)
        {
            Before = Value;
            LastRange = bar.TrueRange(close);
            _average.Add(LastRange);
        }

        _close = bar.Close;
    }
}
