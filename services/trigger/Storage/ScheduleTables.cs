namespace TradingSystem.Trigger.Storage;

/// <summary>What a trigger wants raised later. Which of its times it has follows from <c>Kind</c>.</summary>
public sealed class ScheduleRow
{
    public required Guid Id { get; init; }

    public long Seq { get; init; }

    /// <summary>The trigger that made it, and alone may cancel it over the wire.</summary>
    public required Guid OwnerId { get; init; }

    /// <summary>That trigger's name; what is raised comes from it.</summary>
    public required string Owner { get; init; }

    /// <summary>One of <see cref="ScheduleStates.Kinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>One of <see cref="ScheduleStates.All"/>.</summary>
    public required string State { get; set; }

    /// <summary>JSON of the signal, with its times as they were sent.</summary>
    public required string Signal { get; init; }

    /// <summary>The nominal time that falls due next, or when a condition is over; null where there is none.</summary>
    public required DateTimeOffset? DueAt { get; set; }

    /// <summary>Of a condition: whose price it waits for.</summary>
    public string? Symbol { get; init; }

    /// <summary>The market that <c>ArmedAt</c> is of.</summary>
    public string? Market { get; set; }

    /// <summary>Market time from which on prices count.</summary>
    public DateTimeOffset? ArmedAt { get; set; }

    /// <summary>Lowest price of the bar that was open then, up to then; null where there was none.</summary>
    public decimal? ArmedLow { get; set; }

    /// <summary>Highest price of that bar up to then.</summary>
    public decimal? ArmedHigh { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null while it is active.</summary>
    public DateTimeOffset? EndedAt { get; set; }
}

/// <summary>One time of a schedule that has come. Its id is the event's, and that there can be one row of it is what makes it happen once.</summary>
public sealed class OccurrenceRow
{
    public required Guid Id { get; init; }

    public long Seq { get; init; }

    public required Guid ScheduleId { get; init; }

    /// <summary>The nominal time; of a condition, the market time of the price that met it.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>One of <see cref="ScheduleStates.Outcomes"/>.</summary>
    public required string Outcome { get; set; }

    /// <summary>How many times of the schedule it stands for, from <c>At</c> on; more than 1 only where none was raised.</summary>
    public required int Count { get; init; }

    /// <summary>The price that met the condition.</summary>
    public decimal? Price { get; init; }

    /// <summary>When it was found due.</summary>
    public required DateTimeOffset ClaimedAt { get; init; }

    /// <summary>When it was taken to be sent last: from then on it may be out. Null where it surely is not.</summary>
    public DateTimeOffset? TriedAt { get; set; }

    /// <summary>When the bus had it for sure.</summary>
    public DateTimeOffset? SentAt { get; set; }
}

/// <summary>A cancel that came, so that it also ends a schedule that it has overtaken.</summary>
public sealed class ScheduleCancelRow
{
    public required Guid OwnerId { get; init; }

    public required Guid ScheduleId { get; init; }

    public required DateTimeOffset At { get; init; }
}

/// <summary>Whether a trigger is switched on, as the gateway told last.</summary>
public sealed class ScheduleOwnerRow
{
    public required Guid OwnerId { get; init; }

    public required bool Active { get; init; }

    public required DateTimeOffset ChangedAt { get; init; }
}
