using TradingSystem.Contracts.Bus;

namespace TradingSystem.Indicators;

/// <summary><c>Before</c> is the average without the last bar, against which <c>LastRange</c>, that bar's true range, is judged.</summary>
public sealed record AtrValue(double Value, double Before, double LastRange);

/// <summary>Average true range with Wilder's smoothing, in quote currency.</summary>
public static class Atr
{
    /// <summary>Null with fewer than <c>period + 2</c> candles.</summary>
    public static AtrValue? Last(IReadOnlyList<Candle> candles, int period = 14)
    {
        if (candles.Count < period + 2)
        {
            return null;
        }

        double average = 0, before = 0, range = 0;
        for (var i = 1; i < candles.Count; i++)
        {
            range = TrueRange(candles[i], candles[i - 1]);
            before = average;
            average = i <= period ? average + (range / period) : ((average * (period - 1)) + range) / period;
        }

        return new(average, before, range);
    }

    private static double TrueRange(Candle candle, Candle previous)
    {
        var high = Math.Max(candle.High, previous.Close);
        var low = Math.Min(candle.Low, previous.Close);
        return (double)(high - low);
    }
}
