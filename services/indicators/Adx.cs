namespace TradingSystem.Indicators;

/// <summary>0 to 100 each. <c>PlusDi</c> and <c>MinusDi</c> are the moves up and down as parts of the true range.</summary>
public readonly record struct AdxValue(double Adx, double PlusDi, double MinusDi);

/// <summary>
/// Average directional index as Wilder's: how much of a trend there is, whichever way. Of two bars that reach equally far up and down neither way
/// counts. A market that stands still has no direction: 0.
/// </summary>
public sealed class Adx(int period = 14) : IIndicator
{
    private readonly WilderAverage _range = new(Period.Checked(period));
    private readonly WilderAverage _up = new(period);
    private readonly WilderAverage _down = new(period);
    private readonly WilderAverage _index = new(period);
    private Bar? _before;

    public int WarmUp => 2 * period;

    public AdxValue? Value { get; private set; }

    public double? this[int output] => output switch { 0 => Value?.Adx, 1 => Value?.PlusDi, _ => Value?.MinusDi };

    public void Add(in Bar bar)
    {
        if (_before is { } before)
        {
            Move(bar, before);
        }

        _before = bar;
    }

    private void Move(in Bar bar, in Bar before)
    {
        var range = bar.TrueRange(before.Close);
        if (range != 0 || !_range.IsWarm || _range.Value >= WilderAverage.Faint)
        {
            var (up, down) = (bar.High - before.High, before.Low - bar.Low);
            _range.Add(range);
            _up.Add(up > down && up > 0 ? up : 0);
            _down.Add(down > up && down > 0 ? down : 0);
        }

        if (!_range.IsWarm)
        {
            return;
        }

        var (plus, minus) = _range.Value > 0 ? (100 * _up.Value / _range.Value, 100 * _down.Value / _range.Value) : (0, 0);
        _index.Add(plus + minus > 0 ? 100 * Math.Abs(plus - minus) / (plus + minus) : 0);
        if (_index.IsWarm)
        {
            Value = new(_index.Value, plus, minus);
        }
    }
}
