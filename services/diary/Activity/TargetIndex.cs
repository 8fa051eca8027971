using System.Collections.Concurrent;
using TradingSystem.Contracts.Wire;

namespace TradingSystem.Diary.Activity;

/// <summary>What of a group a target can name.</summary>
public sealed record TargetGroup(Guid Id, string Name, string Market, string Symbol);

/// <summary>
/// Which groups a target means. Looked up for every target of every event, so each distinct target is matched once only, for as long
/// as the groups stay as they are.
/// </summary>
public sealed class TargetIndex(IReadOnlyList<TargetGroup> groups)
{
    // Senders choose targets; they must not choose how much is remembered.
    private const int MostRemembered = 10_000;

    private readonly ConcurrentDictionary<string, Guid[]> _matched = new(StringComparer.Ordinal);

    public IReadOnlyList<Guid> Matched(string target)
    {
        if (_matched.TryGetValue(target, out var known))
        {
            return known;
        }

        Guid[] matched = [.. groups.Where(g => TargetSelector.Matches([target], g.Name, g.Market, g.Symbol)).Select(g => g.Id)];
        if (_matched.Count < MostRemembered)
        {
            _matched[target] = matched;
        }

        return matched;
    }
}
