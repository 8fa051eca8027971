namespace TradingSystem.Contracts.Bus;

/// <summary>Signals that were accepted together; each item's <see cref="ImmediateEvent.Id"/> is its key.</summary>
public sealed record ImmediateEvents(IReadOnlyList<ImmediateEvent> Items);

/// <summary>
/// One signal for trading groups. <c>Targets</c> are group names or selectors (<c>*</c>, <c>market:crypto</c>,
/// <c>symbol:BTCUSDT</c>); <c>Condition</c> is the sender's JSON object as text; <c>Priority</c> is 1 to 10.
/// </summary>
public sealed record ImmediateEvent(
    Guid Id,
    string SourceId,
    int Priority,
    IReadOnlyList<string> Targets,
    string Title,
    string Payload,
    IReadOnlyList<string> Tags,
    string? Condition,
    string? CorrelationId,
    DateTimeOffset CreatedAt,
    string? TraceParent)
{
    /// <summary>The external trigger that raised it, at once or by a schedule; null where it is nobody's, as a rule's.</summary>
    public Guid? TriggerId { get; init; }
}

/// <summary>Whose events say something special. A trigger's name has no colon.</summary>
public static class EventSources
{
    /// <summary>Rules; the rule's name and the symbol follow.</summary>
    public const string Rule = "rule:";

    /// <summary>Summaries of what storm control held back; why follows.</summary>
    public const string Storm = "storm:";

    /// <summary>It counts events that were held back, and says nothing of its own.</summary>
    public static bool IsSummary(ImmediateEvent item) => item.SourceId.StartsWith(Storm, StringComparison.Ordinal);
}

/// <summary>Levelled messages of triggers and groups (<c>type:"system"</c> on the wire).</summary>
public sealed record SystemLogs(IReadOnlyList<SystemLog> Items);

/// <summary><c>SourceKind</c> is <c>trading_group</c>, <c>trigger</c> or a service's name; <c>Detail</c> is JSON text.</summary>
public sealed record SystemLog(
    Guid Id,
    string SourceKind,
    string SourceId,
    string Level,
    string Code,
    string Message,
    string? Detail,
    DateTimeOffset CreatedAt,
    string? TraceParent);

/// <summary>Finished discussions; each becomes one row of <c>trading_group_discussions</c>.</summary>
public sealed record DiscussionLogs(IReadOnlyList<DiscussionLog> Items);

/// <summary><c>MemberOpinions</c> is a JSON array as text, <c>Decision</c> a JSON object as text, both as the group sent them.</summary>
public sealed record DiscussionLog(
    Guid Id,
    Guid GroupId,
    string GroupName,
    string Message,
    string MemberOpinions,
    string Decision,
    Guid? TriggerEventId,
    Guid? DecisionId,
    string? CorrelationId,
    DateTimeOffset CreatedAt,
    string? TraceParent);
