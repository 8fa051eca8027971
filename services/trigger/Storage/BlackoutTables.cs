namespace TradingSystem.Trigger.Storage;

/// <summary>A blackout, as it was set up.</summary>
public sealed class BlackoutRow
{
    public required Guid Id { get; init; }

    public long Seq { get; init; }

    public required string Name { get; set; }

    /// <summary>Grows by one with every change, from 1.</summary>
    public required int Version { get; set; }

    /// <summary>JSON, as REST takes it.</summary>
    public required string Document { get; set; }

    /// <summary>Who wrote this version.</summary>
    public string Actor { get; set; } = "";

    /// <summary>The list's, with this version in it.</summary>
    public long Revision { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ChangedAt { get; set; }

    /// <summary>When it is over for good; null where it comes again and again.</summary>
    public DateTimeOffset? OverAt { get; set; }

    /// <summary>Null while it is there.</summary>
    public DateTimeOffset? DeletedAt { get; set; }
}

/// <summary>A change of a blackout, for ever. It is written with the change and told behind it.</summary>
public sealed class BlackoutChangeRow
{
    public required Guid BlackoutId { get; init; }

    public required int Version { get; init; }

    public required string Name { get; init; }

    /// <summary>made, changed, taken away.</summary>
    public required string What { get; init; }

    /// <summary>JSON, as it is behind the change.</summary>
    public required string Document { get; init; }

    public required string Actor { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the bus had the log line for sure; null where that is still to be told.</summary>
    public DateTimeOffset? ToldAt { get; set; }
}

/// <summary>The list of all blackouts, whose one row every change of any of them counts up.</summary>
public sealed class BlackoutListRow
{
    public required int Id { get; init; }

    /// <summary>
    /// Grows with every change, and is never below the microseconds since 1970: whoever keeps the list would take that of a database that was made anew for an older one.
    /// </summary>
    public required long Revision { get; init; }

    public required string ChangedBy { get; init; }

    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>Up to which the bus has it for sure.</summary>
    public required long ToldRevision { get; init; }
}
