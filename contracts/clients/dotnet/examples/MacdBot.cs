namespace TradingSystem.Client.Examples;

/// <summary>
/// Follows the trend: long while the MACD line is above its signal line, out while it is below. Settings: MACD_FAST (12), MACD_SLOW (26),
/// MACD_SIGNAL (9), MARGIN_USD (50), and those of <see cref="Kit"/>.
/// </summary>
internal static class MacdBot
{
    private static readonly int Fast = (int)Kit.Setting("MACD_FAST", 12);
    private static readonly int Slow = (int)Kit.Setting("MACD_SLOW", 26);
    private static readonly int Signal = (int)Kit.Setting("MACD_SIGNAL", 9);

    public static (string? Action, string Reason) Decide(IReadOnlyList<double> closes, bool isLong) => Indicators.Macd(closes, Fast, Slow, Signal) switch
    {
        null => (null, "too few candles"),
        var (line, signal) when line > signal && !isLong => ("LONG", $"MACD {line:0.00} is above its signal {signal:0.00}"),
        var (line, signal) when line < signal && isLong => ("CLOSE", $"MACD {line:0.00} is below its signal {signal:0.00}"),
        var (line, signal) => (null, $"MACD {(line > signal ? "above" : "below")} its signal"),
    };
}
