using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;

namespace TradingSystem.Trigger.Market;

/// <summary>Candles made of shorter ones.</summary>
internal static class LongerCandles
{
    /// <summary>
    /// A longer bar that began before the first of them would be a bar of half its time, and so would one that some of them lack in. Of marks it has what the
    /// last of them has.
    /// </summary>
    /// <param name="shorter">The interval of <paramref name="candles"/>, which are closed and oldest first.</param>
    public static (IReadOnlyList<Candle> Candles, bool IsTorn) Of(string symbol, Interval interval, Interval shorter, IReadOnlyList<Candle> candles)
    {
        var marks = new Marks();
        var series = new CandleSeries(symbol, interval, marks: marks);
        var closed = new List<Candle>();
        DateTimeOffset? end = null;
        foreach (var c in candles.SkipWhile(c => interval.Floor(c.OpenTime) != c.OpenTime))
        {
            if (end < c.OpenTime)
            {
                series.Advance(end.Value, false, closed);
                series.Miss(c.OpenTime);
            }

            series.Apply(c.OpenTime, c.Open, c.High, c.Low, c.Close, c.Volume, closed);
            end = c.OpenTime + shorter.Length;
            if (c.MarkPrice is { } price && interval.Floor(end.Value) == end)
            {
                marks.Keep(end.Value, new(price, c.FundingRate));
            }
        }

        return (series.Current is { } moving ? [.. closed, marks.Beside(moving, interval.Length)] : closed, series.IsTorn);
    }
}
