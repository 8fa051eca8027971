namespace TradingSystem.Trigger.Storage;

/// <summary>An event that something in here had to raise, and what became of it.</summary>
public sealed class SignalRow
{
    /// <summary>The event's.</summary>
    public required Guid Id { get; init; }

    public long Seq { get; init; }

    /// <summary>What <see cref="RaisedAt"/> and <see cref="At"/> are times of: the clock on the wall, or a run of a recording.</summary>
    public required string Clock { get; init; }

    /// <summary>When it was raised.</summary>
    public required DateTimeOffset RaisedAt { get; init; }

    /// <summary>When it woke somebody, or would have.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What it is about, in market time; null where it is about no market.</summary>
    public DateTimeOffset? MarketTime { get; init; }

    /// <summary>What it is about, shared with events that may say the same; null where none does.</summary>
    public required string? Topic { get; init; }

    /// <summary>What it says of its topic.</summary>
    public required string Says { get; init; }

    public required string SourceId { get; init; }

    public required int Priority { get; init; }

    public required string Title { get; init; }

    /// <summary>sent (let through, at least), held_back or summary, of <see cref="Storm.StormWords.Outcomes"/>.</summary>
    public required string Outcome { get; init; }

    /// <summary>Names of the groups that it woke.</summary>
    public required List<string> Groups { get; init; }

    /// <summary>The groups that it was for and did not wake.</summary>
    public List<HoldRow> Holds { get; init; } = [];

    /// <summary>Of a summary of the same event, that one.</summary>
    public Guid? SameAs { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>JSON of the event as it is to be sent; null where it was held back.</summary>
    public required string? Event { get; init; }

    /// <summary>Until then it is sent; if it is not out by then it is given up.</summary>
    public required DateTimeOffset NewsUntil { get; init; }

    /// <summary>When the bus had it for sure; null while that is not known, and of what was held back.</summary>
    public DateTimeOffset? ConfirmedAt { get; set; }

    /// <summary>When it was found to be no news any more before it was known to be out.</summary>
    public DateTimeOffset? GivenUpAt { get; set; }

    /// <summary>When the bus had for sure why it was held back, or when it was made where it was not; null where that is still to be told.</summary>
    public required DateTimeOffset? ToldAt { get; set; }

    /// <summary>Until then somebody is about to send it, or to tell it.</summary>
    public DateTimeOffset? ClaimedUntil { get; set; }
}

/// <summary>A group that an event was for and did not wake.</summary>
public sealed class HoldRow
{
    public required Guid SignalId { get; init; }

    public required string GroupName { get; init; }

    /// <summary>The signal's.</summary>
    public required string Clock { get; init; }

    /// <summary>What keeps it from the group, one of <see cref="Storm.StormWords.Reasons"/>.</summary>
    public required string Reason { get; init; }

    /// <summary>The event that had said the same to the group.</summary>
    public required Guid? SameAs { get; init; }

    /// <summary>Name of the blackout that was on; null for another reason.</summary>
    public string? Blackout { get; init; }

    /// <summary>When a summary may count it, unless the group is muted by then.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>The summary that counts it; null where none does yet.</summary>
    public Guid? SummaryId { get; set; }

    public DateTimeOffset? CountedAt { get; set; }
}

/// <summary>A trading group, as far as it says whom an event wakes.</summary>
public sealed class TargetedGroupRow
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required string Market { get; init; }

    public required string Symbol { get; init; }

    public required bool Active { get; init; }

    /// <summary>Of what was told of it; the highest holds.</summary>
    public required long Version { get; init; }
}
