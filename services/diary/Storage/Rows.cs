namespace TradingSystem.Diary.Storage;

/// <summary>A row of the timeline. <c>Seq</c> comes from one sequence for all tables and grows in the order of commits.</summary>
public interface ISequenced
{
    long Seq { get; }

    DateTimeOffset CreatedAt { get; }
}

/// <summary>An <c>immediate</c> or <c>post_trade</c> event. Targets, Tags, Condition and Signal are JSON text.</summary>
public sealed class EventRow : ISequenced
{
    public long Seq { get; set; }
    public Guid Id { get; set; }
    public required string EventType { get; set; }
    public required string SourceId { get; set; }
    public Guid? GroupId { get; set; }
    public string? GroupName { get; set; }
    public int Priority { get; set; }
    public required string Targets { get; set; }
    public required string Title { get; set; }
    public required string Payload { get; set; }
    public required string Tags { get; set; }
    public string? Condition { get; set; }
    public string? Signal { get; set; }
    public string? CorrelationId { get; set; }
    public Guid? TriggerEventId { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>A finished discussion. MemberOpinions is a JSON array, Decision a JSON object.</summary>
public sealed class DiscussionRow : ISequenced
{
    public long Seq { get; set; }
    public Guid Id { get; set; }
    public Guid GroupId { get; set; }
    public required string GroupName { get; set; }
    public required string Message { get; set; }
    public required string MemberOpinions { get; set; }
    public required string Decision { get; set; }
    public Guid? TriggerEventId { get; set; }
    public Guid? DecisionId { get; set; }
    public string? CorrelationId { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}

public sealed class SystemLogRow : ISequenced
{
    public long Seq { get; set; }
    public Guid Id { get; set; }
    public required string SourceKind { get; set; }
    public required string SourceId { get; set; }
    public required string Level { get; set; }
    public required string Code { get; set; }
    public required string Message { get; set; }
    public string? Detail { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>
/// One update of an order; money in quote currency, quantity in the base asset. Steps are those it went through before Status at the
/// same instant, null where there were none.
/// </summary>
public sealed class OrderUpdateRow : ISequenced
{
    public long Seq { get; set; }
    public Guid Id { get; set; }
    public Guid OrderId { get; set; }
    public Guid DecisionId { get; set; }
    public string? ClientDecisionId { get; set; }
    public Guid GroupId { get; set; }
    public required string GroupName { get; set; }
    public Guid AccountId { get; set; }
    public required string Mode { get; set; }
    public required string Status { get; set; }
    public IReadOnlyList<string>? Steps { get; set; }
    public bool Terminal { get; set; }
    public required string Symbol { get; set; }
    public string? Side { get; set; }
    public decimal Qty { get; set; }
    public decimal? AvgPrice { get; set; }
    public decimal Fee { get; set; }
    public decimal RealizedPnl { get; set; }
    public string? Reason { get; set; }
    public Guid? TriggerEventId { get; set; }
    public string? CorrelationId { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>Account values at a moment, in quote currency. Positions is a JSON array.</summary>
public sealed class EquityRow : ISequenced
{
    public long Seq { get; set; }
    public Guid Id { get; set; }
    public Guid AccountId { get; set; }
    public Guid GroupId { get; set; }
    public required string GroupName { get; set; }
    public required string Mode { get; set; }
    public decimal Balance { get; set; }
    public decimal Equity { get; set; }
    public decimal RealizedPnl { get; set; }
    public decimal UnrealizedPnl { get; set; }
    public required string Positions { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>A group's latest settings, and when it was last heard of.</summary>
public sealed class GroupRow
{
    public Guid Id { get; set; }
    public required string Name { get; set; }
    public required string Market { get; set; }
    public required string Symbol { get; set; }
    public required string Interval { get; set; }
    public decimal Leverage { get; set; }
    public decimal MarginUsdt { get; set; }
    public required string PositionMode { get; set; }
    public bool Active { get; set; }
    public bool Hosted { get; set; }
    public required string Members { get; set; }
    public long Version { get; set; }
    public DateTimeOffset? LastActivityAt { get; set; }
}
