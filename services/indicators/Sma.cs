namespace TradingSystem.Indicators;

/// <summary>Simple moving average of the last <paramref name="period"/> closes, in their unit.</summary>
public sealed class Sma(int period) : IIndicator
{
    private readonly Window _window = new(Period.Checked(period));

    public int WarmUp => period;

    public double? Value { get; private set; }

    public double? this[int output] => Value;

    public void Add(in Bar bar) => Add(bar.Close);

    public void Add(double value)
    {
        _window.Add(value);
        if (_window.IsFull)
        {
            Value = _window.Mean();
        }
    }
}
