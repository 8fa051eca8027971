namespace TradingSystem.Indicators;

/// <summary>The line in quote currency: below the price while <c>Direction</c> is 1, above it while it is -1.</summary>
public readonly record struct SuperTrendValue(double Line, int Direction);

/// <summary>
/// A stop that follows the price at a number of average true ranges from the middle of the bars, never goes back, and changes sides when a close goes
/// beyond it. It begins rising, unless the first close lies at its lower band or below.
/// </summary>
public sealed class SuperTrend(int period = 10, double multiplier = 3) : IIndicator
{
    private readonly Atr _atr = new(Period.Checked(period));
    private double _upper;
    private double _lower;
    private double _close;

    public int WarmUp => period + 1;

    public SuperTrendValue? Value { get; private set; }

    public double? this[int output] => output == 0 ? Value?.Line : Value?.Direction;

    public void Add(in Bar bar)
    {
        _atr.Add(bar);
        if (_atr.Value is { } range)
        {
            Follow(bar, multiplier * range);
        }

        _close = bar.Close;
    }

    private void Follow(in Bar bar, double distance)
    {
        var (upper, lower) = (bar.Median + distance, bar.Median - distance);
        if (Value is { } before)
        {
            _upper = upper < _upper || _close > _upper ? upper : _upper;
            _lower = lower > _lower || _close < _lower ? lower : _lower;
            Tell(before.Direction > 0 ? bar.Close >= _lower : bar.Close > _upper);
        }
        else
        {
            (_upper, _lower) = (upper, lower);
            Tell(bar.Close > _lower || distance == 0);
        }
    }

    private void Tell(bool rises) => Value = rises ? new(_lower, 1) : new(_upper, -1);
}
