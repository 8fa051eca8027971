using TradingSystem.Contracts.Bus;

namespace TradingSystem.Trigger.Storm;

/// <summary>An event that something in this service wants raised.</summary>
/// <param name="Item">The event; asked about again it is the same one.</param>
/// <param name="Topic">What it is about, shared with events that may say the same; null where none does.</param>
/// <param name="Says">What it says of its topic: another that says something else ends the sameness.</param>
public sealed record Signal(ImmediateEvent Item, string? Topic, string Says = "")
{
    /// <summary>How long it may be sent where nothing else is said.</summary>
    public static readonly TimeSpan UsualNews = TimeSpan.FromMinutes(5);

    /// <summary>The moment of the market that it is about, in market time; null where it is about none.</summary>
    public DateTimeOffset? MarketTime { get; init; }

    /// <summary>
    /// The run of a recording whose market time it counts by, which goes its own way; null for what counts by the clock. What counts by different ones is not compared.
    /// </summary>
    public string? Run { get; init; }

    /// <summary>For how long it may be sent; then it would be about another world.</summary>
    public TimeSpan News { get; init; } = UsualNews;
}

/// <summary>What becomes of a signal: whom it wakes, and whom it is kept from. Where it is for nobody who is known it goes to its targets as it is.</summary>
/// <param name="Groups">Names of the groups that it wakes, of those that are known.</param>
/// <param name="Holds">The groups that it was for and does not wake.</param>
public sealed record Verdict(IReadOnlyList<string> Groups, IReadOnlyList<Hold> Holds)
{
    /// <summary>One of <see cref="StormWords.Verdicts"/>.</summary>
    public string Outcome => IsHeldBack ? StormWords.HeldBack : StormWords.Sent;

    /// <summary>It wakes nobody.</summary>
    public bool IsHeldBack => Groups.Count == 0 && Holds.Count > 0;

    /// <summary>The event as it may be sent, to no more than it wakes; null where it is held back.</summary>
    public ImmediateEvent? Of(ImmediateEvent item) => IsHeldBack ? null : Holds.Count == 0 ? item : item with { Targets = Groups };
}

/// <summary>A group that an event is kept from.</summary>
/// <param name="Reason">One of <see cref="StormWords.Reasons"/>.</param>
/// <param name="SameAs">The event that had said the same to the group.</param>
/// <param name="Blackout">Name of the blackout that was on.</param>
public sealed record Hold(string Group, string Reason, Guid? SameAs, string? Blackout = null);

/// <summary>What was decided of a signal, for good. What is let through by it is kept, and is sent by whoever comes first until it is out or no news any more.</summary>
/// <param name="IsOpen">Whether it is still to be sent.</param>
public sealed record Ruling(Verdict Verdict, bool IsOpen);
