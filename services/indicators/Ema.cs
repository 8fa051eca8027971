namespace TradingSystem.Indicators;

/// <summary>Exponential moving average, begun with the simple average of the first <c>period</c> values.</summary>
public static class Ema
{
    /// <summary>One value per input; NaN before the first full period.</summary>
    public static double[] Series(IReadOnlyList<double> values, int period)
    {
        var result = new double[values.Count];
        Array.Fill(result, double.NaN);
        if (values.Count < period)
        {
            return result;
        }

        var sum = 0.0;
        for (var i = 0; i < period; i++)
        {
            sum += values[i];
        }

        result[period - 1] = sum / period;
        var weight = 2.0 / (period + 1);
        for (var i = period; i < values.Count; i++)
        {
            result[i] = result[i - 1] + (weight * (values[i] - result[i - 1]));
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
