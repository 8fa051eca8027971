namespace TradingSystem.Indicators;

/// <summary>
/// Relative strength index of closes with Wilder's smoothing, 0 to 100. Of a market that never fell it is 100, whether it ever rose or not; while one
/// stands still it stays what it was.
/// </summary>
public sealed class Rsi(int period = 14) : IIndicator
{
    private readonly WilderAverage _gain = new(Period.Checked(period));
    private readonly WilderAverage _loss = new(period);
    private double? _before;

    public int WarmUp => period + 1;

    public double? Value =>
        !_gain.IsWarm ? null
        : _loss.Value == 0 ? 100
        : 100 * _gain.Value / (_gain.Value + _loss.Value);

    public double? this[int output] => Value;

    public void Add(in Bar bar) => Add(bar.Close);

    public void Add(double close)
    {
        var change = close - (_before ?? close);
        if (_before is not null && !(change == 0 && _gain.IsWarm && _gain.Value + _loss.Value < WilderAverage.Faint))
        {
            _gain.Add(Math.Max(change, 0));
            _loss.Add(Math.Max(-change, 0));
        }

        _before = close;
    }
}
