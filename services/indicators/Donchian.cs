namespace TradingSystem.Indicators;

/// <summary>Highest high and lowest low, in quote currency.</summary>
public readonly record struct DonchianValue(double Upper, double Lower)
{
    public double Middle => Lower + ((Upper - Lower) / 2);
}

/// <summary>
/// Channel of the last <paramref name="period"/> bars, the newest among them: a breakout is a cross of the channel of the bars before.
/// </summary>
public sealed class Donchian(int period = 20) : IIndicator
{
    private readonly Extremes _highs = new(Period.Checked(period));
    private readonly Extremes _lows = new(period);

    public int WarmUp => period;

    public DonchianValue? Value { get; private set; }

    public double? this[int output] => output switch { 0 => Value?.Upper, 1 => Value?.Middle, _ => Value?.Lower };

    public void Add(in Bar bar)
    {
        _highs.Add(bar.High);
        _lows.Add(-bar.Low);
        if (_highs.IsFull)
        {
            Value = new(_highs.Highest, -_lows.Highest);
        }
    }
}
