namespace TradingSystem.Indicators;

/// <summary>
/// On-balance volume, in the base asset: volume is added where the close rose, taken off where it fell. It begins at 0 with the first bar, so only its
/// changes mean anything.
/// </summary>
public sealed class Obv : IIndicator
{
    private double? _close;

    public int WarmUp => 1;

    public double? Value { get; private set; }

    public double? this[int output] => Value;

    public void Add(in Bar bar)
    {
        Value = (Value ?? 0) + (bar.Volume * Math.Sign(bar.Close - (_close ?? bar.Close)));
        _close = bar.Close;
    }
}
