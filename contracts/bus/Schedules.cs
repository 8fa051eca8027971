namespace TradingSystem.Contracts.Bus;

/// <summary>What triggers asked to be raised later, and took back; each item's <see cref="ScheduleChange.ScheduleId"/> is its key.</summary>
public sealed record ScheduleChanges(IReadOnlyList<ScheduleChange> Items);

/// <summary>One of a trigger's schedules is made, or cancelled where <c>Made</c> is null. What comes again, or of another trigger, changes nothing.</summary>
public sealed record ScheduleChange
{
    public required Guid ScheduleId { get; init; }

    /// <summary>The trigger's id, which alone may cancel it.</summary>
    public required Guid OwnerId { get; init; }

    /// <summary>The trigger's name; its events come from it.</summary>
    public required string Owner { get; init; }

    public ScheduledSignal? Made { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public string? TraceParent { get; init; }
}

/// <summary>Triggers that were switched on or off, and at a start all that are off.</summary>
public sealed record TriggersSwitched(IReadOnlyList<TriggerSwitched> Items);

/// <summary>Of two about one trigger the later <c>ChangedAt</c> holds.</summary>
public sealed record TriggerSwitched(Guid TriggerId, bool Active, DateTimeOffset ChangedAt);

/// <summary>
/// A signal that is raised later, as <see cref="ImmediateEvent"/> has it, with one of three times: <c>TriggerAt</c>, <c>Cron</c> or <c>Price</c>.
/// </summary>
public sealed record ScheduledSignal
{
    /// <summary>1 to 10, the most urgent.</summary>
    public required int Priority { get; init; }

    /// <summary>Group names or selectors.</summary>
    public required IReadOnlyList<string> Targets { get; init; }

    /// <summary>For people.</summary>
    public required string Title { get; init; }

    /// <summary>Anything the groups understand.</summary>
    public required string Payload { get; init; }

    /// <summary>Passed on.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>The sender's JSON object as text; null where there was none.</summary>
    public string? Condition { get; init; }

    public string? CorrelationId { get; init; }

    /// <summary>Raised once, then, RFC 3339; null where it goes by something else.</summary>
    public DateTimeOffset? TriggerAt { get; init; }

    /// <summary>Raised by a calendar; null where it goes by something else.</summary>
    public CronSchedule? Cron { get; init; }

    /// <summary>Raised by the first price that meets it; null where it goes by something else.</summary>
    public PriceCondition? Price { get; init; }
}

/// <summary>An expression on the clocks of a zone.</summary>
public sealed record CronSchedule
{
    /// <summary>Five fields, or six with seconds first.</summary>
    public required string Cron { get; init; }

    /// <summary>IANA name of the zone whose clocks count.</summary>
    public required string Zone { get; init; }

    /// <summary>Of those that nobody raised in time: fire_once the newest, fire_all each, skip none.</summary>
    public required string Late { get; init; }

    /// <summary>More seconds than that are too late.</summary>
    public required int WithinS { get; init; }

    /// <summary>Of one that falls due while the one before it has not got out yet: skip, or queue_one.</summary>
    public required string Overlap { get; init; }

    /// <summary>None falls due behind it, RFC 3339; null where there is no end.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>A price that is waited for.</summary>
public sealed record PriceCondition
{
    public required string Symbol { get; init; }

    /// <summary>How the price compares with the value: gt, gte, lt, lte.</summary>
    public required string Op { get; init; }

    /// <summary>In quote currency.</summary>
    public required decimal Value { get; init; }

    /// <summary>Behind it no price counts, RFC 3339; null where it waits until it is cancelled.</summary>
    public DateTimeOffset? ValidUntil { get; init; }
}
