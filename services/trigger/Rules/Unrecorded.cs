using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Trigger.Rules;

/// <summary>A clause that can be neither true nor false over some of the recorded candles, or over all, for they have not what it looks at.</summary>
/// <param name="Path">Where it stands in the rule, e.g. when.all[0].</param>
/// <param name="Field">What is not recorded.</param>
/// <param name="Known">How many of the candles have it.</param>
/// <param name="Candles">How many there are.</param>
/// <param name="Since">When the first that has it opened, RFC 3339; null where none has.</param>
public sealed record UnrecordedClause(
    string Path, [property: Words(typeof(RuleWords), nameof(RuleWords.MarkFields))] string Field, int Known, int Candles, DateTimeOffset? Since);

/// <summary>Finds them.</summary>
internal static class Unrecorded
{
    public static IReadOnlyList<UnrecordedClause> In(RuleDocument rule, IReadOnlyList<Candle> candles)
    {
        var known = RuleWords.MarkFields.ToDictionary(f => f, f => Figures.Marked(f) is { } read ? candles.Where(c => read(c) is not null).ToList() : []);
        return
        [
            .. Clauses(rule.When, "when").Where(c => candles.Count == 0 || known[c.Field].Count < candles.Count)
                .Select(c => new UnrecordedClause(c.Path, c.Field, known[c.Field].Count, candles.Count, known[c.Field].FirstOrDefault()?.OpenTime)),
        ];
    }

    /// <summary>What a rule looks at that not every market tells.</summary>
    public static IReadOnlyList<string> Fields(RuleDocument rule) => [.. Clauses(rule.When, "when").Select(c => c.Field).Distinct()];

    /// <summary>Each clause once for every such field of the candle that it looks at, by the paths that readings have.</summary>
    private static IEnumerable<(string Path, string Field)> Clauses(RuleCondition condition, string path)
    {
        var own = new[] { condition.Left?.Candle, condition.Right?.Candle }.OfType<string>().Where(RuleWords.MarkFields.Contains).Distinct().Select(f => (path, f));
        var inner = (condition.All ?? []).SelectMany((c, i) => Clauses(c, $"{path}.all[{i}]"))
            .Concat((condition.Any ?? []).SelectMany((c, i) => Clauses(c, $"{path}.any[{i}]")));
        return own.Concat(inner).Concat(condition.Not is { } not ? Clauses(not, $"{path}.not") : []);
    }
}
