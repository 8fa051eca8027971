namespace TradingSystem.Indicators;

/// <summary><c>Histogram</c> is line minus signal; <c>Previous</c> is the histogram one bar before.</summary>
public sealed record MacdValue(double Line, double Signal, double Histogram, double? Previous);

/// <summary>Difference of a fast and a slow exponential average, with an average of itself as signal.</summary>
public static class Macd
{
    /// <summary>Null with fewer than <c>slow + signal - 1</c> values.</summary>
    public static MacdValue? Last(IReadOnlyList<double> closes, int fast = 12, int slow = 26, int signal = 9)
    {
        if (closes.Count < slow + signal - 1)
        {
            return null;
        }

        var quick = Ema.Series(closes, fast);
        var calm = Ema.Series(closes, slow);
        var line = new double[closes.Count - slow + 1];
        for (var i = 0; i < line.Length; i++)
        {
            line[i] = quick[slow - 1 + i] - calm[slow - 1 + i];
        }

        var average = Ema.Series(line, signal);
        var previous = line.Length > 1 ? line[^2] - average[^2] : double.NaN;
        return new(line[^1], average[^1], line[^1] - average[^1], double.IsNaN(previous) ? null : previous);
    }
}
