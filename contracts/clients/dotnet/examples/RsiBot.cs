namespace TradingSystem.Client.Examples;

/// <summary>
/// A direct algorithmic bot: buys when the RSI says oversold, closes when it says overbought. No model, no trigger. Copy it, change <see cref="Decide"/>.
/// Settings: RSI_PERIOD (14), RSI_OVERSOLD (30), RSI_OVERBOUGHT (70), MARGIN_USD (50), and those of <see cref="Kit"/>.
/// </summary>
internal static class RsiBot
{
    private static readonly int Period = (int)Kit.Setting("RSI_PERIOD", 14);
    private static readonly double Oversold = (double)Kit.Setting("RSI_OVERSOLD", 30);
    private static readonly double Overbought = (double)Kit.Setting("RSI_OVERBOUGHT", 70);

    public static (string? Action, string Reason) Decide(IReadOnlyList<double> closes, bool isLong) => Indicators.Rsi(closes, Period) switch
    {
        null => (null, "too few candles"),
        { } value when value < Oversold && !isLong => ("LONG", $"RSI {value:0.0} is below {Oversold}"),
        { } value when value > Overbought && isLong => ("CLOSE", $"RSI {value:0.0} is above {Overbought}"),
        { } value => (null, $"RSI {value:0.0}"),
    };
}
