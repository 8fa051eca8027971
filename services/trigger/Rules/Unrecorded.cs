using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Trigger.Rules;

/// <summary>A clause that can be neither true nor false over recorded candles, for none of them has what it looks at.</summary>
/// <param name="Path">Where it stands in the rule, e.g. when.all[0].</param>
/// <param name="Field">What is not recorded.</param>
public sealed record UnrecordedClause(string Path, [property: Words(typeof(RuleWords), nameof(RuleWords.MarkFields))] string Field);

/// <summary>Finds them.</summary>
internal static class Unrecorded
{
    public static IReadOnlyList<UnrecordedClause> In(RuleDocument rule, IReadOnlyList<Candle> candles)
    {
        var lacking = RuleWords.MarkFields.Where(f => Figures.Marked(f) is { } read && candles.All(c => read(c) is null)).ToList();
        return lacking.Count == 0 ? [] : [.. Clauses(rule.When, "when").Where(c => lacking.Contains(c.Field))];
    }

    /// <summary>Each clause once for every field of the candle that it looks at, by the paths that readings have.</summary>
    private static IEnumerable<UnrecordedClause> Clauses(RuleCondition condition, string path)
    {
        var own = new[] { condition.Left?.Candle, condition.Right?.Candle }.OfType<string>().Distinct().Select(f => new UnrecordedClause(path, f));
        var inner = (condition.All ?? []).SelectMany((c, i) => Clauses(c, $"{path}.all[{i}]"))
            .Concat((condition.Any ?? []).SelectMany((c, i) => Clauses(c, $"{path}.any[{i}]")));
        return own.Concat(inner).Concat(condition.Not is { } not ? Clauses(not, $"{path}.not") : []);
    }
}
