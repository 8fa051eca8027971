using TradingSystem.Contracts.Bus;

namespace TradingSystem.Trigger.Storm;

/// <summary>An event that something in this service wants raised.</summary>
/// <param name="Item">The event; asked about again it is the same one.</param>
/// <param name="Kind">What it shares with events that say the same; null where no other does.</param>
/// <param name="MarketTime">What it is about, in market time; null where it is about no market.</param>
/// <param name="Run">
/// The run of a recording whose market time it counts by, which goes its own way; null for what counts by the clock. What counts by different ones is not compared.
/// </param>
public sealed record Signal(ImmediateEvent Item, string? Kind, DateTimeOffset? MarketTime = null, string? Run = null);

/// <summary>What becomes of a signal.</summary>
/// <param name="Outcome">One of <see cref="StormWords.Outcomes"/>.</param>
/// <param name="Groups">Names of the groups that it wakes, of those that are known.</param>
/// <param name="HeldFrom">Names of the groups that it was for and does not wake.</param>
/// <param name="Reason">What keeps it from them, one of <see cref="StormWords.HoldsBack"/>; null where nothing does.</param>
/// <param name="SameAs">The event that had said the same.</param>
public sealed record Verdict(string Outcome, IReadOnlyList<string> Groups, IReadOnlyList<string> HeldFrom, string? Reason, Guid? SameAs)
{
    /// <summary>The event as it may be sent, to no more than it wakes; null where it is held back.</summary>
    public ImmediateEvent? Of(ImmediateEvent item) =>
        Outcome != StormWords.Sent ? null : HeldFrom.Count == 0 ? item : item with { Targets = Groups };
}
