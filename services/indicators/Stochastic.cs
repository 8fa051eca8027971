namespace TradingSystem.Indicators;

/// <summary>0 to 100 each. <c>D</c> is the simple average of <c>K</c>.</summary>
public readonly record struct StochasticValue(double K, double D);

/// <summary>
/// Where the close lies between the lowest low and the highest high of the last <paramref name="period"/> bars, averaged over
/// <paramref name="smoothing"/> (1: the fast one), and that averaged again over <paramref name="signal"/>. Of bars without any range it is 50: a market
/// that stands still is neither dear nor cheap, and a rule that waits for 20 must not hear of it.
/// </summary>
public sealed class Stochastic(int period = 14, int smoothing = 1, int signal = 3) : IIndicator
{
    private readonly Extremes _highs = new(Period.Checked(period));
    private readonly Extremes _lows = new(period);
    private readonly Sma _k = new(Period.Checked(smoothing, nameof(smoothing)));
    private readonly Sma _d = new(Period.Checked(signal, nameof(signal)));

    public int WarmUp => period + smoothing + signal - 2;

    public StochasticValue? Value { get; private set; }

    public double? this[int output] => output == 0 ? Value?.K : Value?.D;

    public void Add(in Bar bar)
    {
        _highs.Add(bar.High);
        _lows.Add(-bar.Low);
        if (!_highs.IsFull)
        {
            return;
        }

        var (high, low) = (_highs.Highest, -_lows.Highest);
        _k.Add(high > low ? 100 * (bar.Close - low) / (high - low) : 50);
        if (_k.Value is not { } k)
        {
            return;
        }

        _d.Add(k);
        if (_d.Value is { } d)
        {
            Value = new(k, d);
        }
    }
}
