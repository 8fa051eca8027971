using System.Collections.Concurrent;

namespace TradingSystem.Trigger.Blackouts;

/// <summary>Blackouts that mute, as a judge of events asks for them. Safe on several threads.</summary>
public sealed class Mutes(IReadOnlyList<Blackout> blackouts)
{
    public static readonly Mutes None = new([]);

    // Whom they are for does not change with the time, and a judge of a storm asks for each event and group while all nodes wait.
    private readonly ConcurrentDictionary<(string Group, string Market, string Symbol), Blackout[]> _byGroup = new();

    /// <summary>The one that mutes a group of these words the longest at a time; null where none does.</summary>
    public Mute? Of(string group, string market, string symbol, DateTimeOffset at)
    {
        if (blackouts.Count == 0)
        {
            return null;
        }

        Mute? longest = null;
        foreach (var blackout in _byGroup.GetOrAdd((group, market, symbol), g => [.. blackouts.Where(b => b.Mutes(g.Group, g.Market, g.Symbol))]))
        {
            if (blackout.Window?.EndOf(at) is { } until && !(until <= longest?.Until))
            {
                longest = new(blackout.Document.Name, until);
            }
        }

        return longest;
    }
}

/// <summary>A group is muted.</summary>
/// <param name="Blackout">The blackout's name.</param>
public sealed record Mute(string Blackout, DateTimeOffset Until);
