using TradingSystem.Contracts.Bus;

namespace TradingSystem.TradingGroup.Roles;

/// <summary>Stop and target are prices in quote currency, null without a direction; <c>SizeFactor</c> scales the group's margin, 0.25 to 1.</summary>
public sealed record RiskView(Opinion Opinion, bool Veto, decimal? StopLoss, decimal? TakeProfit, decimal SizeFactor);

/// <summary>Judges a proposed direction by volatility, by the room to the band ahead, and vetoes spikes.</summary>
public static class RiskAnalyst
{
    public const string Role = "risk_analyst";
    private const double CalmVolatility = 0.005;
    private const double WildVolatility = 0.03;

    public static RiskView Assess(Briefing briefing, GroupMember member, int direction)
    {
        var price = (double)briefing.Price;
        if (briefing.Atr is not { Value: > 0 and var range } atr || briefing.Bands is not { } bands || price <= 0)
        {
            return new(Opinion.Of(member, "veto", 90, "The market does not move: the average true range is zero, so no stop can be placed."), true, null, null, 1);
        }

        var volatility = range / price;
        var spike = atr.Before is > 0 and var usual ? atr.LastRange / usual : 1;
        var room = (direction >= 0 ? bands.Upper - price : price - bands.Lower) / range;
        var factor = (decimal)Math.Clamp(CalmVolatility / volatility, 0.25, 1);
        // A level between two prices that the market is quoted in could not be placed, and one on the price itself is none.
        var tick = new decimal(1, 0, 0, false, (byte)briefing.Places);
        var distance = Math.Max(briefing.Options.StopAtr * range, price * briefing.Options.MinStopPct / 100);
        decimal? stop = direction == 0 ? null : briefing.Price - (direction * OnGrid(distance));
        decimal? target = direction == 0 ? null : briefing.Price + (direction * OnGrid(distance * briefing.Options.RewardRatio));
        var veto = spike >= briefing.Options.SpikeAtr || stop <= 0 || target <= 0;
        var (stance, confidence, because) = veto ? ("veto", 90.0, $"the last bar spans {spike:0.0} average ranges, a spike")
            : volatility > WildVolatility ? ("caution", 35.0, "volatility is extreme")
            : room < 0 ? ("caution", 45.0, "price is already beyond the band ahead")
            : room > 1 ? ("support", 85.0, $"there is room of {room:0.0} average ranges to the band ahead")
            : ("support", 75.0, $"the band ahead is {room:0.0} average ranges away");
        var levels = direction == 0 ? "No direction is proposed." : $"Stop {briefing.Text(stop!.Value)}, target {briefing.Text(target!.Value)}, size factor {factor:0.##}.";
        var reasoning = $"ATR 14 {briefing.Text(range)} is {volatility:P2} of the price {briefing.Text(briefing.Price)}; {because}. {levels}";
        return new(Opinion.Of(member, stance, confidence, reasoning, new Dictionary<string, double>
        {
            ["atr_14"] = range,
            ["atr_pct"] = 100 * volatility,
            ["last_range_atr"] = spike,
            ["bollinger_upper"] = bands.Upper,
            ["bollinger_lower"] = bands.Lower,
            ["room_atr"] = room,
            ["size_factor"] = (double)factor,
        }), veto, stop, target, Math.Round(factor, 4));

        decimal OnGrid(double length) => Math.Max(tick, Math.Round((decimal)length, briefing.Places));
    }
}
