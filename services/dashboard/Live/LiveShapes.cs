using System.Text.Json;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.Dashboard.Live;

/// <summary>An event as the diary's list shows it; a decision also has what it asks for. <c>Qty</c> is in the base asset.</summary>
public sealed record LiveEvent(
    Guid Id,
    string Type,
    string EventType,
    string SourceId,
    Guid? GroupId,
    string? GroupName,
    int Priority,
    IReadOnlyList<string> Targets,
    string Title,
    string Payload,
    IReadOnlyList<string> Tags,
    JsonElement? Condition,
    string? CorrelationId,
    Guid? TriggerEventId,
    DateTimeOffset CreatedAt);

/// <inheritdoc cref="LiveEvent"/>
public sealed record LiveDecision(
    Guid Id,
    string Type,
    string EventType,
    string SourceId,
    Guid GroupId,
    string GroupName,
    int Priority,
    IReadOnlyList<string> Targets,
    string Title,
    string Payload,
    IReadOnlyList<string> Tags,
    JsonElement? Condition,
    string? CorrelationId,
    Guid? TriggerEventId,
    string Symbol,
    TradeAction Action,
    decimal Qty,
    decimal MarginUsd,
    decimal? ConfidencePct,
    string? Reasoning,
    string? DecisionId,
    DateTimeOffset CreatedAt);

public sealed record LiveDiscussion(
    Guid Id,
    Guid GroupId,
    string GroupName,
    string Message,
    JsonElement? MemberOpinions,
    JsonElement? Decision,
    Guid? TriggerEventId,
    Guid? DecisionId,
    string? CorrelationId,
    DateTimeOffset CreatedAt);

public sealed record LiveOrderUpdate(
    Guid Id,
    Guid OrderId,
    Guid DecisionId,
    string? ClientDecisionId,
    Guid GroupId,
    string GroupName,
    Guid AccountId,
    string Mode,
    string Status,
    bool Terminal,
    string Symbol,
    string? Side,
    decimal Qty,
    decimal? AvgPrice,
    decimal Fee,
    decimal RealizedPnl,
    RejectionReason? Reason,
    Guid? TriggerEventId,
    string? CorrelationId,
    DateTimeOffset CreatedAt,
    DateTimeOffset? MarketTime);

public sealed record LiveEquity(
    Guid Id,
    Guid AccountId,
    Guid GroupId,
    string GroupName,
    string Mode,
    decimal Balance,
    decimal Equity,
    decimal RealizedPnl,
    decimal UnrealizedPnl,
    IReadOnlyList<PositionSnapshot> Positions,
    DateTimeOffset CreatedAt);

public sealed record LiveLog(
    Guid Id,
    string SourceKind,
    string SourceId,
    string Level,
    string Code,
    string Message,
    JsonElement? Detail,
    DateTimeOffset CreatedAt);

public sealed record LiveMarket(string Source, string? Notice, IReadOnlyList<string> Symbols, string Interval, IReadOnlyList<MarketGap> Gaps);

/// <summary>From the bus's records to the page's.</summary>
public static class LiveShapes
{
    public static LiveEvent ToLive(this ImmediateEvent e) =>
        new(e.Id, "event", "immediate", e.SourceId, null, null, e.Priority, e.Targets, e.Title, e.Payload, e.Tags, LiveJson.Raw(e.Condition), e.CorrelationId, null, e.CreatedAt);

    public static LiveDecision ToLive(this TradeDecision d) =>
        new(d.Id, "event", "post_trade", d.SourceId, d.GroupId, d.GroupName, d.Priority, d.Targets, d.Title, d.Payload, d.Tags, LiveJson.Raw(d.Condition), d.CorrelationId, d.TriggerEventId, d.Symbol, d.Action, d.Qty, d.MarginUsd, d.ConfidencePct, d.Reasoning, d.DecisionId, d.CreatedAt);

    public static LiveDiscussion ToLive(this DiscussionLog d) =>
        new(d.Id, d.GroupId, d.GroupName, d.Message, LiveJson.Raw(d.MemberOpinions), LiveJson.Raw(d.Decision), d.TriggerEventId, d.DecisionId, d.CorrelationId, d.CreatedAt);

    public static LiveOrderUpdate ToLive(this OrderUpdate o) =>
        new(o.Id, o.OrderId, o.DecisionId, o.ClientDecisionId, o.GroupId, o.GroupName, o.AccountId, o.Mode, o.Status, o.Terminal, o.Symbol, o.Side, o.Qty, o.AvgPrice, o.Fee, o.RealizedPnl, o.Reason, o.TriggerEventId, o.CorrelationId, o.CreatedAt, o.MarketTime);

    public static LiveEquity ToLive(this EquitySnapshot e) =>
        new(e.Id, e.AccountId, e.GroupId, e.GroupName, e.Mode, e.Balance, e.Equity, e.RealizedPnl, e.UnrealizedPnl, e.Positions, e.CreatedAt);

    public static LiveLog ToLive(this SystemLog l) =>
        new(l.Id, l.SourceKind, l.SourceId, l.Level, l.Code, l.Message, LiveJson.Raw(l.Detail), l.CreatedAt);

    public static LiveMarket ToLive(this MarketStatus m) => new(m.Source, m.Notice, m.Symbols, m.Interval, m.Gaps ?? []);
}
