using TradingSystem.Contracts.Bus;

namespace TradingSystem.Indicators;

/// <summary>
/// One closed candle as indicators take it: prices in quote currency, volume in the base asset. Indicators are estimates, not money, so these are
/// floating point; a quoted price is the nearest double to the exact one, and always the same.
/// </summary>
public readonly record struct Bar(DateTimeOffset OpenTime, double Open, double High, double Low, double Close, double Volume)
{
    /// <summary>The middle between highest and lowest.</summary>
    public double Median => Low + ((High - Low) / 2);

    /// <summary>Mean of high, low and close; exactly the price where all three are one.</summary>
    public double Typical => Close + ((High - Close + (Low - Close)) / 3);

    public static Bar Of(Candle candle) =>
        new(candle.OpenTime, (double)candle.Open, (double)candle.High, (double)candle.Low, (double)candle.Close, (double)candle.Volume);

    /// <summary>The way of this bar, and from the close before it: Wilder's true range.</summary>
    public double TrueRange(double previousClose) => Math.Max(High, previousClose) - Math.Min(Low, previousClose);
}
