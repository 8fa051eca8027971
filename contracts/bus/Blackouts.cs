namespace TradingSystem.Contracts.Bus;

/// <summary>Lists of the blackouts that hold entries; the one with the highest <see cref="EntryHolds.Revision"/> holds.</summary>
public sealed record EntryHoldLists(IReadOnlyList<EntryHolds> Items);

/// <summary>Every blackout that holds entries: what is not in it holds none any more.</summary>
/// <param name="Revision">Grows with every change.</param>
/// <param name="ChangedBy">Who made that change.</param>
public sealed record EntryHolds(long Revision, IReadOnlyList<EntryHold> Items, string ChangedBy, DateTimeOffset ChangedAt);

/// <summary>A blackout: once from <c>From</c> to before <c>Until</c>, or for <c>ForS</c> seconds from each time of <c>Cron</c> on the clocks of <c>Zone</c>.</summary>
public sealed record EntryHold
{
    public required Guid Id { get; init; }

    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>Whose entries are held: <c>*</c>, names of groups, and <c>symbol:…</c> for entries in a symbol.</summary>
    public required IReadOnlyList<string> Targets { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? Until { get; init; }

    /// <summary>Five fields, or six with seconds first.</summary>
    public string? Cron { get; init; }

    /// <summary>IANA name of the zone whose clocks count.</summary>
    public string? Zone { get; init; }

    public int? ForS { get; init; }

    /// <summary>Grows with every change of it.</summary>
    public required int Version { get; init; }

    /// <summary>Who made this version.</summary>
    public required string ChangedBy { get; init; }

    public required DateTimeOffset ChangedAt { get; init; }
}
