namespace TradingSystem.Indicators;

/// <summary>Simple average and the bands around it, in the unit of the closes.</summary>
public readonly record struct BollingerValue(double Middle, double Upper, double Lower)
{
    /// <summary>How far the bands are apart, as a part of the middle; 0 in a market that stands still.</summary>
    public double Width => Middle == 0 ? 0 : (Upper - Lower) / Middle;

    /// <summary>Where a price lies: 0 on the lower band, 1 on the upper one; half when the bands have no width.</summary>
    public double PercentB(double price) => Upper > Lower ? (price - Lower) / (Upper - Lower) : 0.5;
}

/// <summary>Bands at a number of population standard deviations of the last <paramref name="period"/> closes.</summary>
public sealed class Bollinger(int period = 20, double deviations = 2) : IIndicator
{
    private readonly Window _window = new(Period.Checked(period));
    private double _close;

    public int WarmUp => period;

    public BollingerValue? Value { get; private set; }

    public double? this[int output] => output switch
    {
        0 => Value?.Middle,
        1 => Value?.Upper,
        2 => Value?.Lower,
        3 => Value?.PercentB(_close),
        _ => Value?.Width,
    };

    public void Add(in Bar bar) => Add(bar.Close);

    public void Add(double close)
    {
        _close = close;
        _window.Add(close);
        if (_window.IsFull)
        {
            var mean = _window.Mean();
            var away = deviations * _window.Deviation(mean);
            Value = new(mean, mean + away, mean - away);
        }
    }
}
