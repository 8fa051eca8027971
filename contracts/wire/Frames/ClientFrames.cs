using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Contracts.Wire.Frames;

/// <summary>What a client sent, checked. <c>RequestId</c> is echoed in the reply.</summary>
public abstract record ClientFrame(string? RequestId);

/// <summary>
/// <c>type:"event"</c>. <c>Condition</c> is the sender's JSON object as text. <c>Signal</c> is there for <c>post_trade</c> only.
/// <c>Key</c> is <c>decision_id</c> or <c>event_key</c>: with it a repetition is harmless. Times are UTC.
/// </summary>
public sealed record EventFrame(
    string EventType,
    int Priority,
    IReadOnlyList<string> Targets,
    string Title,
    string Payload,
    IReadOnlyList<string> Tags,
    string? Condition,
    string? CorrelationId,
    string? CausationId,
    Guid? TriggerEventId,
    TradeSignal? Signal,
    string? Key,
    bool ValidateOnly,
    DateTimeOffset? ValidUntil,
    string? RequestId) : ClientFrame(RequestId)
{
    /// <summary>There for <c>scheduled</c> only.</summary>
    public ScheduleTerms? Schedule { get; init; }

    /// <summary>There for <c>conditional</c> only.</summary>
    public PriceTerms? When { get; init; }
}

/// <summary>
/// The decision inside a <c>post_trade</c> payload. <c>Action</c> is LONG, SHORT, CLOSE or NO_TRADE (BUY and SELL are translated);
/// <c>Qty</c> in the base asset, money in quote currency, <c>ConfidencePct</c> 0 to 100.
/// </summary>
public sealed record TradeSignal(
    string Symbol,
    string Action,
    decimal Qty,
    decimal MarginUsd,
    decimal? Leverage,
    decimal? Entry,
    decimal? StopLoss,
    decimal? TakeProfit,
    decimal? ConfidencePct,
    string? Reasoning,
    string OrderType,
    decimal? Price,
    Guid? TradeAccountId);

/// <summary><c>type:"system"</c>. <c>Detail</c> is JSON text; <c>Discussion</c> is there for TRADING_GROUP_DISCUSSION_LOG only.</summary>
public sealed record SystemFrame(
    string Level,
    string Code,
    string Message,
    string? Detail,
    DiscussionDetail? Discussion,
    string? RequestId) : ClientFrame(RequestId);

/// <summary>A finished discussion; opinions are a JSON array and the decision a JSON object, both as text.</summary>
public sealed record DiscussionDetail(
    Guid GroupId,
    string MemberOpinions,
    string Decision,
    Guid? TriggerEventId,
    Guid? DecisionId,
    string? CorrelationId);

/// <summary><c>type:"ping"</c>. <c>Id</c> is JSON text (string or number) that the pong repeats, or null.</summary>
public sealed record PingFrame(string? Id, string? RequestId) : ClientFrame(RequestId);

/// <summary>
/// <c>cancel</c>: of a trigger, ends the schedule <c>ScheduleId</c>; of a group, takes back what rests of one decision, or of all of the group's when
/// both are null.
/// </summary>
public sealed record CancelFrame(string? DecisionId, Guid? ScheduleId, string? CorrelationId, string? RequestId) : ClientFrame(RequestId);

/// <summary><c>protect</c>: moves the legs of the group's position; a leg that is null stays as it is.</summary>
public sealed record ProtectFrame(string Symbol, LegChange? StopLoss, LegChange? TakeProfit, string? CorrelationId, string? RequestId) : ClientFrame(RequestId);

/// <summary><c>Price</c> in quote currency; null removes the leg.</summary>
public sealed record LegChange(decimal? Price);

/// <summary>
/// Either <c>Frame</c> or <c>Errors</c>. <c>EventType</c> and <c>RequestId</c> are known for many bad frames too.
/// <c>Dialect</c> is what the connection speaks from this frame on, the reply to it included.
/// </summary>
public sealed record ParseResult(ClientFrame? Frame, IReadOnlyList<FieldError> Errors, string? EventType, string? RequestId, Dialect Dialect)
{
    /// <summary>What was not read as its sender may have meant; the reply repeats them.</summary>
    public IReadOnlyList<FieldWarning> Warnings { get; init; } = [];
}

public static class EventTypes
{
    public const string Immediate = "immediate";
    public const string PostTrade = "post_trade";
    public const string Scheduled = "scheduled";
    public const string Conditional = "conditional";
}

/// <summary>
/// Frames of a group that steer its own orders and protection, and of a trigger that end its schedules. For who may send what they count as event types.
/// </summary>
public static class SteeringTypes
{
    public const string Cancel = "cancel";
    public const string Protect = "protect";
}
