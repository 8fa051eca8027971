using System.Text.Json;
using TradingSystem.Contracts.Wire;
using TradingSystem.Diary.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Diary.Queries;

/// <summary>An event or a decision; the fields behind <c>CreatedAt</c> are null for events. Money in quote currency.</summary>
/// <param name="Type">event.</param>
/// <param name="EventType">immediate (an event) or post_trade (a decision).</param>
/// <param name="GroupId">Of a decision: the group that made it.</param>
/// <param name="GroupName">Of a decision: the group's name.</param>
/// <param name="Payload">As it was sent, a text that is JSON for a decision.</param>
/// <param name="Action">LONG, SHORT, CLOSE or NO_TRADE.</param>
/// <param name="Qty">Base asset; 0 where execution is to compute it.</param>
/// <param name="OrderType">market or limit.</param>
/// <param name="Price">Of a limit order.</param>
/// <param name="DecisionId">What its sender called it.</param>
/// <param name="ValidUntil">From when on nothing comes of it.</param>
/// <param name="TradeAccountId">The account that its sender meant; null where none was named.</param>
public sealed record EventItem(
    long Seq,
    Guid Id,
    string Type,
    [property: Words(typeof(ListEndpoints), nameof(ListEndpoints.Kinds))] string EventType,
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
    DateTimeOffset CreatedAt,
    string? Symbol,
    [property: Words(typeof(ActionWords))] string? Action,
    decimal? Qty,
    decimal? MarginUsd,
    decimal? Leverage,
    decimal? Entry,
    decimal? StopLoss,
    decimal? TakeProfit,
    decimal? ConfidencePct,
    string? Reasoning,
    [property: Words(typeof(OrderTypes))] string? OrderType,
    decimal? Price,
    string? DecisionId,
    DateTimeOffset? ValidUntil,
    Guid? TradeAccountId);

/// <summary>A discussion of a group.</summary>
/// <param name="Message">What it came to, for people.</param>
/// <param name="MemberOpinions">What each member said.</param>
/// <param name="Decision">What was decided.</param>
/// <param name="DecisionId">The decision that was sent; null where none was.</param>
public sealed record DiscussionItem(
    long Seq,
    Guid Id,
    Guid GroupId,
    string GroupName,
    string Message,
    JsonElement MemberOpinions,
    JsonElement Decision,
    Guid? TriggerEventId,
    Guid? DecisionId,
    string? CorrelationId,
    DateTimeOffset CreatedAt);

/// <summary>A line that a service or a bot logged.</summary>
/// <param name="SourceKind">What kind of thing logged it, such as service, group or trigger.</param>
/// <param name="Code">What happened, for programs.</param>
/// <param name="Message">What happened, for people.</param>
public sealed record SystemLogItem(
    long Seq,
    Guid Id,
    string SourceKind,
    string SourceId,
    [property: Words(typeof(ListEndpoints), nameof(ListEndpoints.Levels))] string Level,
    string Code,
    string Message,
    JsonElement? Detail,
    DateTimeOffset CreatedAt);

/// <summary>A step of an order, or several that happened at once.</summary>
/// <param name="Mode">Whose money: simulated, sandbox or live.</param>
/// <param name="Status">The last step.</param>
/// <param name="Steps">All that happened at once.</param>
/// <param name="Terminal">Nothing follows.</param>
/// <param name="Side">BUY or SELL; null where it became no order.</param>
public sealed record OrderUpdateItem(
    long Seq,
    Guid Id,
    Guid OrderId,
    Guid DecisionId,
    string? ClientDecisionId,
    Guid GroupId,
    string GroupName,
    Guid AccountId,
    string Mode,
    string Status,
    IReadOnlyList<string> Steps,
    bool Terminal,
    string Symbol,
    string? Side,
    decimal Qty,
    decimal? AvgPrice,
    decimal Fee,
    decimal RealizedPnl,
    JsonElement? Reason,
    Guid? TriggerEventId,
    string? CorrelationId,
    DateTimeOffset CreatedAt);

/// <summary>An account's values at a moment, in quote currency.</summary>
/// <param name="Mode">Whose money: simulated, sandbox or live.</param>
public sealed record EquityItem(
    long Seq,
    Guid Id,
    Guid AccountId,
    Guid GroupId,
    string GroupName,
    string Mode,
    decimal Balance,
    decimal Equity,
    decimal RealizedPnl,
    decimal UnrealizedPnl,
    JsonElement Positions,
    DateTimeOffset CreatedAt);

/// <summary>Rows as they are told.</summary>
public static class Items
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static EventItem Item(EventRow r)
    {
        var s = r.Signal is null ? null : JsonSerializer.Deserialize<Signal>(r.Signal, Json);
        return new(
            r.Seq, r.Id, "event", r.EventType, r.SourceId, r.GroupId, r.GroupName, r.Priority, Texts(r.Targets), r.Title, r.Payload, Texts(r.Tags),
            ParseOptional(r.Condition), r.CorrelationId, r.TriggerEventId, r.CreatedAt, s?.Symbol, s?.Action, s?.Qty, s?.MarginUsd, s?.Leverage,
            s?.Entry, s?.StopLoss, s?.TakeProfit, s?.ConfidencePct, s?.Reasoning, s?.OrderType, s?.Price, s?.DecisionId, s?.ValidUntil, s?.TradeAccountId);
    }

    public static DiscussionItem Item(DiscussionRow r) =>
        new(r.Seq, r.Id, r.GroupId, r.GroupName, r.Message, Parse(r.MemberOpinions), Parse(r.Decision), r.TriggerEventId, r.DecisionId, r.CorrelationId, r.CreatedAt);

    public static SystemLogItem Item(SystemLogRow r) =>
        new(r.Seq, r.Id, r.SourceKind, r.SourceId, r.Level, r.Code, r.Message, ParseOptional(r.Detail), r.CreatedAt);

    public static OrderUpdateItem Item(OrderUpdateRow r) =>
        new(
            r.Seq, r.Id, r.OrderId, r.DecisionId, r.ClientDecisionId, r.GroupId, r.GroupName, r.AccountId, r.Mode, r.Status,
            [.. r.Steps ?? [], r.Status], r.Terminal, r.Symbol, r.Side,
            r.Qty, r.AvgPrice, r.Fee, r.RealizedPnl, ParseOptional(r.Reason), r.TriggerEventId, r.CorrelationId, r.CreatedAt);

    public static EquityItem Item(EquityRow r) =>
        new(
            r.Seq, r.Id, r.AccountId, r.GroupId, r.GroupName, r.Mode, r.Balance, r.Equity, r.RealizedPnl, r.UnrealizedPnl,
            Parse(r.Positions), r.CreatedAt);

    private static IReadOnlyList<string> Texts(string json) => JsonSerializer.Deserialize(json, DiaryJson.Default.IReadOnlyListString)!;

    private static JsonElement Parse(string json) => JsonElement.Parse(json);

    private static JsonElement? ParseOptional(string? json) => json is null ? null : JsonElement.Parse(json);
}
