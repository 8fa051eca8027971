using System.Text.Json;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Dashboard.Live;

/// <summary>An event or a decision as the diary's list shows it; the fields behind <c>CreatedAt</c> are null for events. Money in quote currency.</summary>
/// <param name="Condition">As the sender sent it; null where there was none.</param>
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
    DateTimeOffset CreatedAt)
{
    public string? Symbol { get; init; }

    /// <summary>LONG, SHORT, CLOSE or NO_TRADE.</summary>
    [Words(typeof(ActionWords))]
    public string? Action { get; init; }

    /// <summary>Base asset; 0 where execution is to compute it.</summary>
    public decimal? Qty { get; init; }

    public decimal? MarginUsd { get; init; }

    public decimal? Leverage { get; init; }

    public decimal? Entry { get; init; }

    public decimal? StopLoss { get; init; }

    public decimal? TakeProfit { get; init; }

    public decimal? ConfidencePct { get; init; }

    public string? Reasoning { get; init; }

    /// <summary>market or limit.</summary>
    [Words(typeof(OrderTypes))]
    public string? OrderType { get; init; }

    /// <summary>Of a limit order.</summary>
    public decimal? Price { get; init; }

    /// <summary>What its sender called it.</summary>
    public string? DecisionId { get; init; }

    /// <summary>From when on nothing comes of it.</summary>
    public DateTimeOffset? ValidUntil { get; init; }

    /// <summary>The account that its sender meant; null where none was named.</summary>
    public Guid? TradeAccountId { get; init; }
}

/// <summary>A discussion of a group.</summary>
/// <param name="MemberOpinions">What each member said.</param>
/// <param name="Decision">What was decided.</param>
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

/// <summary>A step of an order.</summary>
/// <param name="Terminal">Nothing follows.</param>
/// <param name="Type">market or limit.</param>
/// <param name="Price">Where its limit order rests, in quote currency; null of a market order.</param>
/// <param name="MarketTime">When it was filled last, in the market's own time; null while nothing was.</param>
public sealed record LiveOrderUpdate(
    Guid Id,
    Guid OrderId,
    Guid DecisionId,
    string? ClientDecisionId,
    Guid GroupId,
    string GroupName,
    Guid AccountId,
    [property: Words(typeof(Modes))] string Mode,
    [property: Words(typeof(OrderStatus))] string Status,
    bool Terminal,
    string Symbol,
    [property: Words(typeof(SideWords))] string? Side,
    [property: Words(typeof(ActionWords))] string? Action,
    string? Type,
    decimal? Price,
    decimal Qty,
    decimal? AvgPrice,
    decimal Fee,
    decimal RealizedPnl,
    RejectionReason? Reason,
    Guid? TriggerEventId,
    string? CorrelationId,
    DateTimeOffset CreatedAt,
    DateTimeOffset? MarketTime);

/// <summary>An account's values at a moment, in quote currency.</summary>
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

/// <summary>A line that a service or a bot logged.</summary>
/// <param name="SourceKind">What kind of thing logged it, such as service, group or trigger.</param>
/// <param name="Detail">Anything more.</param>
public sealed record LiveLog(
    Guid Id,
    string SourceKind,
    string SourceId,
    string Level,
    string Code,
    string Message,
    JsonElement? Detail,
    DateTimeOffset CreatedAt);

/// <summary>Where prices come from now.</summary>
/// <param name="Notice">For people, e.g. that live was out of reach.</param>
/// <param name="Gaps">Spans that a recording lacks, oldest first.</param>
/// <param name="Alive">Whether the feed's channel that always ticks does; while it is false nothing may be entered. Null where the market has none.</param>
/// <param name="DeadSince">The wall clock at which the feed was found dead; null while it is not.</param>
public sealed record LiveMarket(
    string Source, string? Notice, IReadOnlyList<string> Symbols, string Interval, IReadOnlyList<MarketGap> Gaps, bool? Alive, DateTimeOffset? DeadSince);

/// <summary>From the bus's records to the page's.</summary>
public static class LiveShapes
{
    public static LiveEvent ToLive(this ImmediateEvent e) =>
        new(e.Id, "event", "immediate", e.SourceId, null, null, e.Priority, e.Targets, e.Title, e.Payload, e.Tags, LiveJson.Raw(e.Condition), e.CorrelationId, null, e.CreatedAt);

    public static LiveEvent ToLive(this TradeDecision d) =>
        new(
            d.Id, "event", "post_trade", d.SourceId, d.GroupId, d.GroupName, d.Priority, d.Targets, d.Title, d.Payload, d.Tags,
            LiveJson.Raw(d.Condition), d.CorrelationId, d.TriggerEventId, d.CreatedAt)
        {
            Symbol = d.Symbol,
            Action = d.Action.Word(),
            Qty = d.Qty,
            MarginUsd = d.MarginUsd,
            Leverage = d.Leverage,
            Entry = d.Entry,
            StopLoss = d.StopLoss,
            TakeProfit = d.TakeProfit,
            ConfidencePct = d.ConfidencePct,
            Reasoning = d.Reasoning,
            OrderType = d.OrderType,
            Price = d.Price,
            DecisionId = d.DecisionId,
            ValidUntil = d.ValidUntil,
            TradeAccountId = d.TradeAccountId,
        };

    public static LiveDiscussion ToLive(this DiscussionLog d) =>
        new(d.Id, d.GroupId, d.GroupName, d.Message, LiveJson.Raw(d.MemberOpinions), LiveJson.Raw(d.Decision), d.TriggerEventId, d.DecisionId, d.CorrelationId, d.CreatedAt);

    public static LiveOrderUpdate ToLive(this OrderUpdate o) =>
        new(
            o.Id, o.OrderId, o.DecisionId, o.ClientDecisionId, o.GroupId, o.GroupName, o.AccountId, o.Mode, o.Status, o.Terminal, o.Symbol, o.Side,
            o.Action, o.Type, o.Price, o.Qty, o.AvgPrice, o.Fee, o.RealizedPnl, o.Reason, o.TriggerEventId, o.CorrelationId, o.CreatedAt,
            o.MarketTime);

    public static LiveEquity ToLive(this EquitySnapshot e) =>
        new(e.Id, e.AccountId, e.GroupId, e.GroupName, e.Mode, e.Balance, e.Equity, e.RealizedPnl, e.UnrealizedPnl, e.Positions, e.CreatedAt);

    public static LiveLog ToLive(this SystemLog l) =>
        new(l.Id, l.SourceKind, l.SourceId, l.Level, l.Code, l.Message, LiveJson.Raw(l.Detail), l.CreatedAt);

    public static LiveMarket ToLive(this MarketStatus m) => new(m.Source, m.Notice, m.Symbols, m.Interval, m.Gaps ?? [], m.Alive, m.DeadSince);
}
