namespace TradingSystem.TradingGroup.Storage;

/// <summary>A group's newest settings; <c>Config</c> is the whole <c>GroupConfig</c> as JSON text.</summary>
public sealed class GroupRow
{
    public Guid Id { get; set; }
    public bool Hosted { get; set; }
    public bool Active { get; set; }
    public long Version { get; set; }
    public required string Config { get; set; }
}

/// <summary>Which way a group stands after its last decision.</summary>
public sealed class StanceRow
{
    public Guid GroupId { get; set; }

    /// <summary>1 long, -1 short, 0 flat.</summary>
    public int Direction { get; set; }
    public string? LastAction { get; set; }
    public DateTimeOffset? LastDiscussionAt { get; set; }
}

/// <summary>A discussion with exactly what is published of it, so that publishing it again says the same.</summary>
public sealed class DiscussionRow
{
    public Guid Id { get; set; }
    public Guid GroupId { get; set; }
    public Guid EventId { get; set; }

    /// <summary>A <c>DiscussionLog</c> as JSON text.</summary>
    public required string Log { get; set; }

    /// <summary>A <c>TradeDecision</c> as JSON text.</summary>
    public required string Decision { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}
