using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;

namespace TradingSystem.TradingGroup.Roles;

/// <summary>What the group decided. <c>Direction</c> is where the group stands after it; money in quote currency.</summary>
public sealed record Verdict(
    Opinion Opinion,
    TradeAction Action,
    int Direction,
    decimal MarginUsd,
    decimal? StopLoss,
    decimal? TakeProfit,
    decimal ConfidencePct,
    string Reasoning);

/// <summary>Weighs the opinions against where the group stands. Never adds to a position; a reversal closes it, or flips it when confidence is high.</summary>
public static class GroupLeader
{
    public const string Role = "group_leader";
    private const decimal TechnicalWeight = 0.7m;

    public static Verdict Decide(Briefing briefing, GroupMember member, IReadOnlyList<TechnicalView> technical, IReadOnlyList<RiskView> risk, int standing)
    {
        var direction = Math.Sign(technical.Sum(t => t.Direction * t.Opinion.ConfidencePct));
        var technicalConfidence = technical.Average(t => t.Direction == direction ? t.Opinion.ConfidencePct : 0);
        var cautious = risk.MinBy(r => r.Opinion.ConfidencePct)!;
        var confidence = Math.Round((TechnicalWeight * technicalConfidence) + ((1 - TechnicalWeight) * cautious.Opinion.ConfidencePct), 1);
        var side = direction > 0 ? "long" : "short";
        var vote = $"technical {technicalConfidence:0.#}% × {TechnicalWeight} + risk {cautious.Opinion.ConfidencePct:0.#}% × {1 - TechnicalWeight} = {confidence:0.#}%";
        if (risk.FirstOrDefault(r => r.Veto) is { } veto)
        {
            return NoTrade(member, standing, 0, $"NO_TRADE: risk vetoes. {veto.Opinion.Reasoning}");
        }

        if (direction == 0)
        {
            return NoTrade(member, standing, technical.Max(t => t.Opinion.ConfidencePct), "NO_TRADE: the technical picture is neutral.");
        }

        if (confidence < briefing.Options.MinConfidencePct)
        {
            return NoTrade(member, standing, confidence, $"NO_TRADE: {side} is favoured, but {vote} is below the threshold of {briefing.Options.MinConfidencePct:0.#}%.");
        }

        if (standing == direction)
        {
            return NoTrade(member, standing, confidence, $"NO_TRADE: already {side}; {vote} confirms it, and the group does not pyramid.");
        }

        var sized = briefing.Group.MarginUsdt * cautious.SizeFactor;
        if (standing == 0)
        {
            return Trade(member, direction, sized, cautious, confidence, $"{Name(direction)}: {vote}. {technical[0].Opinion.Reasoning} {cautious.Opinion.Reasoning}");
        }

        if (confidence < briefing.Options.FlipConfidencePct)
        {
            var reasoning = $"CLOSE: the picture turned {side} while the group is {(standing > 0 ? "long" : "short")}; {vote} is below {briefing.Options.FlipConfidencePct:0.#}%, so the position is closed and not flipped.";
            return new(Opinion.Of(member, "close", (double)confidence, reasoning), TradeAction.Close, 0, 0, null, null, confidence, reasoning);
        }

        // One netting order: what stands is closed by as much margin as opened it at most, the rest opens the other way.
        return Trade(
            member, direction, briefing.Group.MarginUsdt + sized, cautious, confidence,
            $"{Name(direction)}: flips from {(standing > 0 ? "long" : "short")}; {vote}. {technical[0].Opinion.Reasoning} {cautious.Opinion.Reasoning}");
    }

    public static Verdict NoTrade(GroupMember member, int standing, decimal confidence, string reasoning) =>
        new(Opinion.Of(member, "no_trade", (double)confidence, reasoning), TradeAction.NoTrade, standing, 0, null, null, confidence, reasoning);

    private static Verdict Trade(GroupMember member, int direction, decimal margin, RiskView risk, decimal confidence, string reasoning) =>
        new(
            Opinion.Of(member, direction > 0 ? "long" : "short", (double)confidence, reasoning),
            direction > 0 ? TradeAction.Long : TradeAction.Short,
            direction,
            Math.Round(margin, 2, MidpointRounding.ToZero),
            risk.StopLoss,
            risk.TakeProfit,
            confidence,
            reasoning);

    private static string Name(int direction) => direction > 0 ? PositionWords.Long : PositionWords.Short;
}
