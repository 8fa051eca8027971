using TradingSystem.Trigger.Storage;

namespace TradingSystem.Tests.Trigger.Rules;

/// <summary>What an engine is told of the past.</summary>
public static class RuleMemories
{
    public static readonly IReadOnlyDictionary<RuleKey, RuleMemory> None = new Dictionary<RuleKey, RuleMemory>();

    /// <summary>As the database makes it of what it was given to keep.</summary>
    public static Dictionary<RuleKey, RuleMemory> Of(IEnumerable<RuleEvaluationRow> kept) =>
        kept.GroupBy(e => new RuleKey(e.Market, e.RuleId, e.Symbol))
            .ToDictionary(g => g.Key, g => new RuleMemory(g.Where(e => e.EventId is not null).Max(e => (DateTimeOffset?)e.At), g.Max(e => e.At)));
}
