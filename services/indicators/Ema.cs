namespace TradingSystem.Indicators;

/// <summary>Exponential moving average of closes, in their unit: begun with the simple average of the first <paramref name="period"/>.</summary>
public sealed class Ema(int period) : IIndicator
{
    private readonly double _weight = 2.0 / (Period.Checked(period) + 1);
    private double _value;
    private int _count;

    public int WarmUp => period;

    public double? Value => _count == period ? _value : null;

    public double? this[int output] => Value;

    public void Add(in Bar bar) => Add(bar.Close);

    public void Add(double value)
    {
        // Both ways equal values leave the average exactly at them.
        _value += (value - _value) * (_count == period ? _weight : 1.0 / ++_count);
    }

    /// <summary>One value per input; NaN before the first full period.</summary>
    public static double[] Series(IReadOnlyList<double> values, int period)
    {
        var ema = new Ema(period);
        var result = new double[values.Count];
        for (var i = 0; i < values.Count; i++)
        {
            ema.Add(values[i]);
            result[i] = ema.Value ?? double.NaN;
        }

        return result;
    }

    /// <summary>Bars since the fast average changed sides of the slow one; 0 is the last bar, null when it never did.</summary>
    public static int? BarsSinceCross(double[] fast, double[] slow)
    {
        var now = Side(fast[^1], slow[^1]);
        for (var i = fast.Length - 2; i >= 0 && now != 0; i--)
        {
            var before = Side(fast[i], slow[i]);
            if (before == -now)
            {
                return fast.Length - 2 - i;
            }

            if (double.IsNaN(fast[i]) || double.IsNaN(slow[i]))
            {
                break;
            }
        }

        return null;
    }

    private static int Side(double fast, double slow) => fast > slow ? 1 : fast < slow ? -1 : 0;
}
