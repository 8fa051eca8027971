namespace TradingSystem.Client.Examples;

/// <summary>Indicators of the example bots, the same in every language.</summary>
public static class Indicators
{
    /// <summary>Wilder's relative strength index of the last close, or null while there are too few.</summary>
    public static double? Rsi(IReadOnlyList<double> closes, int period)
    {
        if (closes.Count <= period)
        {
            return null;
        }

        var changes = closes.Skip(1).Zip(closes, (close, before) => close - before).ToList();
        var gain = changes.Take(period).Sum(c => Math.Max(c, 0)) / period;
        var loss = changes.Take(period).Sum(c => Math.Max(-c, 0)) / period;
        foreach (var change in changes.Skip(period))
        {
            gain = ((gain * (period - 1)) + Math.Max(change, 0)) / period;
            loss = ((loss * (period - 1)) + Math.Max(-change, 0)) / period;
        }

        return gain == 0 && loss == 0 ? 50 : loss == 0 ? 100 : 100 - (100 / (1 + (gain / loss)));
    }

    /// <summary>The exponential moving average at every value; the first is its own average.</summary>
    public static IReadOnlyList<double> Ema(IReadOnlyList<double> values, int period)
    {
        var weight = 2.0 / (period + 1);
        var averages = values.Take(1).ToList();
        foreach (var value in values.Skip(1))
        {
            averages.Add(averages[^1] + (weight * (value - averages[^1])));
        }

        return averages;
    }

    /// <summary>Line and signal line at the last close, or null while there are too few.</summary>
    public static (double Line, double Signal)? Macd(IReadOnlyList<double> closes, int fast, int slow, int signal)
    {
        if (closes.Count < slow + signal)
        {
            return null;
        }

        var line = Ema(closes, fast).Zip(Ema(closes, slow), (quick, lazy) => quick - lazy).ToList();
        return (line[^1], Ema(line, signal)[^1]);
    }
}
