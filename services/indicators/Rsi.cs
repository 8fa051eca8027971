namespace TradingSystem.Indicators;

/// <summary>Relative strength index with Wilder's smoothing, 0 to 100.</summary>
public static class Rsi
{
    /// <summary>Null with fewer than <c>period + 1</c> values; 50 when nothing moved.</summary>
    public static double? Last(IReadOnlyList<double> closes, int period = 14)
    {
        if (closes.Count <= period)
        {
            return null;
        }

        double gain = 0, loss = 0;
        for (var i = 1; i < closes.Count; i++)
        {
            var change = closes[i] - closes[i - 1];
            var (up, down) = (Math.Max(change, 0), Math.Max(-change, 0));
            if (i <= period)
            {
                gain += up / period;
                loss += down / period;
            }
            else
            {
                gain = ((gain * (period - 1)) + up) / period;
                loss = ((loss * (period - 1)) + down) / period;
            }
        }

        return gain + loss == 0 ? 50 : 100 * gain / (gain + loss);
    }
}
