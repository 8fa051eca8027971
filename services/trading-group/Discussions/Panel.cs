using TradingSystem.Contracts.Bus;
using TradingSystem.TradingGroup.Roles;

namespace TradingSystem.TradingGroup.Discussions;

/// <summary>A held discussion: the members' opinions in the order they spoke, the leader last.</summary>
public sealed record Minutes(IReadOnlyList<Opinion> Opinions, Verdict Verdict);

/// <summary>Gives each member of a group the word. A role nobody holds is filled by a house member.</summary>
public static class Panel
{
    /// <summary>The analysts speak; the answer lets the leader decide once it is known where the group stands.</summary>
    public static Func<int, Minutes> Hear(Briefing briefing)
    {
        var technical = Holders(briefing.Group, TechnicalAnalyst.Role).ConvertAll(m => TechnicalAnalyst.Assess(briefing, m));
        var direction = Math.Sign(technical.Sum(t => t.Direction * t.Opinion.ConfidencePct));
        var risk = Holders(briefing.Group, RiskAnalyst.Role).ConvertAll(m => RiskAnalyst.Assess(briefing, m, direction));
        var leader = Leader(briefing.Group);
        List<Opinion> spoken = [.. technical.Select(t => t.Opinion), .. risk.Select(r => r.Opinion), .. Silent(briefing.Group)];
        return standing =>
        {
            var verdict = GroupLeader.Decide(briefing, leader, technical, risk, standing);
            return new([.. spoken, verdict.Opinion], verdict);
        };
    }

    /// <summary>Nothing to discuss with: every analyst says so and the leader does not trade.</summary>
    public static Func<int, Minutes> WithoutData(GroupConfig group, string because)
    {
        List<Opinion> spoken =
        [
            .. Holders(group, TechnicalAnalyst.Role).Concat(Holders(group, RiskAnalyst.Role)).Select(m => Opinion.Of(m, "no_data", 0, $"No data: {because}.")),
            .. Silent(group),
        ];
        return standing =>
        {
            var verdict = GroupLeader.NoTrade(Leader(group), standing, 0, $"NO_TRADE: no data, {because}.");
            return new([.. spoken, verdict.Opinion], verdict);
        };
    }

    private static GroupMember Leader(GroupConfig group) => Holders(group, GroupLeader.Role)[0];

    private static List<GroupMember> Holders(GroupConfig group, string role)
    {
        var members = group.Members.Where(m => m.Role == role).ToList();
        return members.Count > 0 ? members : [new(Guid.Empty, role, role, Opinion.RulesProvider, Opinion.RulesModel, "")];
    }

    private static IEnumerable<Opinion> Silent(GroupConfig group) =>
        group.Members
            .Where(m => m.Role is not (TechnicalAnalyst.Role or RiskAnalyst.Role or GroupLeader.Role))
            .Select(m => Opinion.Of(m, "abstain", 0, $"There are no rules for the role {m.Role}."));
}
