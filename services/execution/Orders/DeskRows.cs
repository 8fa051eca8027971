namespace TradingSystem.Execution.Orders;

/// <summary>An update of an order that waits to be announced, or was. Written with the change that it tells of.</summary>
public sealed class OrderStepRow
{
    public long Seq { get; init; }

    /// <summary>The update's id: the same however often it is announced.</summary>
    public Guid Id { get; init; }

    public Guid OrderId { get; init; }

    public Guid AccountId { get; init; }

    /// <summary>The update as JSON.</summary>
    public required string Payload { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? AnnouncedAt { get; set; }
}

/// <summary>Who may act for an account. The epoch counts owners; a write of an older one fails.</summary>
public sealed class DeskOwner
{
    public Guid AccountId { get; init; }

    public long Epoch { get; set; }

    public DateTimeOffset OwnedAt { get; set; }

    /// <summary>Venue's fills up to here were compared with ours.</summary>
    public DateTimeOffset? ReconciledAt { get; set; }
}

/// <summary>A difference between the venue and the tables, and what was done about it. Never changed, never deleted.</summary>
public sealed class ReconciliationEntry
{
    public static readonly string[] Kinds =
        ["fill", "manual_close", "foreign_fill", "foreign_order", "foreign_position", "position", "balance", "order", "orphan_leg", "liquidation", "funding", "modes", "fee_valued"];

    public long Seq { get; init; }

    public Guid AccountId { get; init; }

    public string? Symbol { get; init; }

    /// <summary>One of <see cref="Kinds"/>.</summary>
    public required string Kind { get; init; }

    public string? VenueValue { get; init; }

    public string? OurValue { get; init; }

    /// <summary>What was done about it.</summary>
    public required string Done { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>The protection that a group's position should have, and for how long it had none.</summary>
public sealed class ProtectionRow
{
    public Guid AccountId { get; init; }

    public Guid GroupId { get; init; }

    public required string Symbol { get; init; }

    /// <summary>The entry whose decision asked for it.</summary>
    public Guid OrderId { get; set; }

    /// <summary>Null, as the other, when there is nothing to protect any more.</summary>
    public decimal? StopLoss { get; set; }

    public decimal? TakeProfit { get; set; }

    /// <summary>Both legs were taken away as asked for while the position stands: it is told of still, when it ends.</summary>
    public bool Removed { get; set; }

    /// <summary>Counts the legs that were made of the order, so that each has an id of its own.</summary>
    public int Resizes { get; set; }

    /// <summary>Since when the position has not been protected as asked; null while it is.</summary>
    public DateTimeOffset? NakedSince { get; set; }

    /// <summary>Seconds without protection before that, of all positions of the group in the symbol.</summary>
    public decimal NakedSeconds { get; set; }

    /// <summary>The way out was taken.</summary>
    public bool Flattening { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}
