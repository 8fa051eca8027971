using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire;
using TradingSystem.Trigger.Blackouts;
using TradingSystem.Trigger.Rules;
using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.Trigger.Api;

/// <summary>What the blackouts that there are now would have kept rules' events from, at any time.</summary>
internal sealed class RuleMutes(Mutes mutes, IReadOnlyList<TargetedGroup> groups)
{
    public static async Task<RuleMutes> ReadAsync(TriggerDb db, CancellationToken cancellationToken)
    {
        var blackouts = await db.Blackouts.AsNoTracking().Where(b => b.DeletedAt == null).ToListAsync(cancellationToken);
        return new(new(blackouts.ConvertAll(Blackout.Of)), await TargetedGroups.ActiveAsync(db, cancellationToken));
    }

    /// <summary>The blackout that all whom a rule's events are for are muted by. What is for nobody who is known is kept from nobody.</summary>
    public Func<DateTimeOffset, Mute?> Of(RuleDocument rule, string symbol)
    {
        var targets = rule.Targets ?? [$"symbol:{symbol}"];
        var addressed = groups.Where(g => TargetSelector.Matches(targets, g.Name, g.Market, g.Symbol)).ToList();
        return at =>
        {
            if (addressed.Count == 0)
            {
                return null;
            }

            var found = addressed.ConvertAll(g => mutes.Of(g.Name, g.Market, g.Symbol, at));
            return found.Contains(null) ? null : found.MinBy(m => m!.Until);
        };
    }
}
