using TradingSystem.Contracts.Bus;
using TradingSystem.Indicators;

namespace TradingSystem.TradingGroup.Roles;

/// <summary><c>Direction</c> is 1, -1 or 0; <c>Score</c> -100 to 100.</summary>
public sealed record TechnicalView(Opinion Opinion, int Direction, double Score);

/// <summary>Reads trend, momentum and position in the bands. Points add up to a score; its sign is the direction.</summary>
public static class TechnicalAnalyst
{
    public const string Role = "technical_analyst";
    private const int FreshBars = 3;
    private const double NeutralBelow = 25;

    public static TechnicalView Assess(Briefing briefing, GroupMember member)
    {
        var closes = briefing.Closes;
        var price = (double)briefing.Price;
        double[] fast = Ema.Series(closes, 8), slow = Ema.Series(closes, 21);
        var cross = Ema.BarsSinceCross(fast, slow);
        var rsi = new Rsi().Over(briefing.Window).Value ?? 50;
        var macd = new Macd().Over(briefing.Window);
        var percentB = briefing.Bands?.PercentB(price) ?? 0.5;
        var score = Math.Clamp(
            Trend(fast[^1] - slow[^1], cross, briefing.Atr.Value ?? 0) + Momentum(macd) + Strength(rsi) + Place(percentB) + (10 * briefing.EventDirection),
            -100,
            100);
        var direction = score >= NeutralBelow ? 1 : score <= -NeutralBelow ? -1 : 0;
        var stance = direction switch { 1 => "bullish", -1 => "bearish", _ => "neutral" };
        var crossed = cross is { } bars ? $"crossed {bars} bar(s) ago" : "no recent cross";
        var histogram = macd.Value is { } known ? $"histogram {briefing.Text(known.Histogram)}" : "not enough bars";
        var reasoning =
            $"{briefing.Group.Symbol} {briefing.Interval}: EMA 8 {briefing.Text(fast[^1])} {(fast[^1] > slow[^1] ? "above" : "below")} EMA 21 {briefing.Text(slow[^1])} ({crossed}); "
            + $"RSI 14 {rsi:0.0}; MACD 12/26/9 {histogram}; price {briefing.Text(briefing.Price)} at {percentB:P0} of the Bollinger 20/2 range. Score {score:0} of 100: {stance}.";
        return new(Opinion.Of(member, stance, direction == 0 ? 50 - (Math.Abs(score) / 2) : 50 + (Math.Abs(score) / 2), reasoning, new Dictionary<string, double>
        {
            ["ema_8"] = fast[^1],
            ["ema_21"] = slow[^1],
            ["bars_since_cross"] = cross ?? double.NaN,
            ["rsi_14"] = rsi,
            ["macd"] = macd.Value?.Line ?? double.NaN,
            ["macd_signal"] = macd.Value?.Signal ?? double.NaN,
            ["macd_histogram"] = macd.Value?.Histogram ?? double.NaN,
            ["bollinger_percent_b"] = percentB,
            ["event_direction"] = briefing.EventDirection,
            ["score"] = score,
        }), direction, score);
    }

    // A fresh cross is the clearest sign although the averages are still close; later their distance counts.
    private static double Trend(double gap, int? cross, double atr) =>
        cross < FreshBars ? 45 * Math.Sign(gap) : 40 * Math.Sign(gap) * (atr > 0 ? Math.Min(1, Math.Abs(gap) / (0.5 * atr)) : 0);

    private static double Momentum(Macd macd)
    {
        if (macd.Value is not { Histogram: var now })
        {
            return 0;
        }

        var grows = macd.Before is { Histogram: var before } && Math.Abs(now) >= Math.Abs(before) && Math.Sign(before) == Math.Sign(now);
        return Math.Sign(now) * (grows ? 20 : 12);
    }

    // Strength speaks for going on until it is exhausted.
    private static double Strength(double rsi) => rsi > 75 ? -10 : rsi < 25 ? 10 : Math.Clamp((rsi - 50) * 0.75, -15, 15);

    private static double Place(double percentB) => percentB > 1 ? -10 : percentB < 0 ? 10 : (percentB - 0.5) * 20;
}
