namespace TradingSystem.Contracts.Wire.Replies;

/// <summary>An event on its way to the groups it targets. <c>SourceId</c> is the trigger's name.</summary>
public sealed record ImmediatePush(
    Guid Id,
    string SourceId,
    int Priority,
    IReadOnlyList<string> Targets,
    string Title,
    string Payload,
    IReadOnlyList<string> Tags,
    DateTimeOffset CreatedAt,
    string? CorrelationId = null);

/// <summary>
/// One step of an order. <c>EventId</c> is the id the decision was accepted with, <c>DecisionId</c> what its sender called it;
/// <c>Fee</c> and <c>RealizedPnl</c> are in quote currency.
/// </summary>
public sealed record OrderPush(
    Guid EventId,
    string? DecisionId,
    string? CorrelationId,
    Guid OrderId,
    string Status,
    string Symbol,
    string? Side,
    decimal Qty,
    decimal? AvgPrice,
    decimal Fee,
    decimal RealizedPnl,
    OrderReason? Reason,
    DateTimeOffset CreatedAt);

/// <summary>Why a decision became no order: a code, the limit that was met, the value that met it.</summary>
public sealed record OrderReason(string Code, string? Limit, string? Value, string? NearestAcceptable, string Message);

/// <summary>
/// What would become of a decision that is only checked: <c>Action</c> is one of <see cref="WouldActions"/>. <c>Qty</c> in the base asset,
/// the rest in quote currency; <c>Margin</c> is null for a closing order, <c>Price</c> and <c>Fee</c> where there is no price yet.
/// </summary>
public sealed record WouldBecome(string Action, string? Side, decimal? Qty, decimal? Price, decimal? Margin, decimal? Fee, OrderReason? Reason);

/// <summary>The words of <see cref="WouldBecome.Action"/>.</summary>
public static class WouldActions
{
    public const string Order = "order";
    public const string Refused = "refused";
    public const string Nothing = "nothing";
}

/// <summary>What a group holds; <c>Qty</c> is signed: positive long, negative short.</summary>
public sealed record OpenPosition(string Symbol, decimal Qty, decimal AvgPrice, decimal UnrealizedPnl);

/// <summary>A closed bar. Prices in quote currency, <c>Volume</c> in the base asset.</summary>
public sealed record CandlePush(string Symbol, string Interval, DateTimeOffset OpenTime, decimal Open, decimal High, decimal Low, decimal Close, decimal Volume);

/// <summary>The latest price; <c>Bid</c>, <c>Ask</c> and <c>MarkPrice</c> are null where the market does not tell them.</summary>
public sealed record PricePush(string Symbol, decimal Price, decimal? Bid, decimal? Ask, decimal? MarkPrice, DateTimeOffset MarketTime, DateTimeOffset ObservedAt);

/// <summary>What was sent as history: <c>Complete</c> where it is all that was asked for or all there is; <c>Note</c> says why not.</summary>
public sealed record CandlesEndPush(string Symbol, string Interval, int Count, bool Complete, string? Note);
