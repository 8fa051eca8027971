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

/// <summary>What becomes of a signal: whom it wakes, and whom it is kept from. Where it is for nobody who is known it goes to its targets as it is.</summary>
/// <param name="Groups">Names of the groups that it wakes, of those that are known.</param>
/// <param name="Holds">The groups that it was for and does not wake.</param>
public sealed record Verdict(IReadOnlyList<string> Groups, IReadOnlyList<Hold> Holds)
{
    /// <summary>As a row has it: let through, or held back.</summary>
    public string Outcome => IsHeldBack ? StormWords.HeldBack : StormWords.Sent;

    /// <summary>It wakes nobody.</summary>
    public bool IsHeldBack => Groups.Count == 0 && Holds.Count > 0;

    /// <summary>The event as it may be sent, to no more than it wakes; null where it is held back.</summary>
    public ImmediateEvent? Of(ImmediateEvent item) => IsHeldBack ? null : Holds.Count == 0 ? item : item with { Targets = Groups };
}

/// <summary>A group that an event is kept from.</summary>
/// <param name="Reason">One of <see cref="StormWords.Reasons"/>.</param>
/// <param name="SameAs">The event that had said the same to the group.</param>
public sealed record Hold(string Group, string Reason, Guid? SameAs);

/// <summary>What became known of events after they were judged.</summary>
/// <param name="Out">The bus has them.</param>
/// <param name="Unanswered">Nobody was told what was decided of them, if anything was: it is as if they had never been asked about.</param>
public sealed record StormNews(IReadOnlyList<Guid> Out, IReadOnlyList<Guid> Unanswered);
