namespace TradingSystem.Indicators;

/// <summary>Every indicator that there is, by its name.</summary>
public static class IndicatorList
{
    private static readonly string[] OneValue = ["value"];

    public static IReadOnlyList<IndicatorDefinition> All { get; } =
    [
        new("sma", [IndicatorParameter.Bars("period", 20)], OneValue, p => new Sma((int)p[0])),
        new("ema", [IndicatorParameter.Bars("period", 20)], OneValue, p => new Ema((int)p[0])),
        new("rsi", [IndicatorParameter.Bars("period", 14)], OneValue, p => new Rsi((int)p[0])),
        new(
            "macd", [IndicatorParameter.Bars("fast", 12), IndicatorParameter.Bars("slow", 26), IndicatorParameter.Bars("signal", 9)],
            ["line", "signal", "histogram"], p => new Macd((int)p[0], (int)p[1], (int)p[2])),
        new(
            "bollinger", [IndicatorParameter.Bars("period", 20), Multiple("deviations", 2)],
            ["middle", "upper", "lower", "percent_b", "width"], p => new Bollinger((int)p[0], p[1])),
        new("atr", [IndicatorParameter.Bars("period", 14)], OneValue, p => new Atr((int)p[0])),
        new("vwap", [], OneValue, _ => new Vwap()),
        new("donchian", [IndicatorParameter.Bars("period", 20)], ["upper", "middle", "lower"], p => new Donchian((int)p[0])),
        new("adx", [IndicatorParameter.Bars("period", 14)], ["adx", "plus_di", "minus_di"], p => new Adx((int)p[0])),
        new(
            "stochastic", [IndicatorParameter.Bars("period", 14), IndicatorParameter.Bars("smoothing", 1), IndicatorParameter.Bars("signal", 3)],
            ["k", "d"], p => new Stochastic((int)p[0], (int)p[1], (int)p[2])),
        new("obv", [], OneValue, _ => new Obv()),
        new(
            "supertrend", [IndicatorParameter.Bars("period", 10), Multiple("multiplier", 3)],
            ["line", "direction"], p => new SuperTrend((int)p[0], p[1])),
    ];

    private static IndicatorParameter Multiple(string name, double normally) => new(name, normally, 0.1, 20, IsWhole: false);
}
