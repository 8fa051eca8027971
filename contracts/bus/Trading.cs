namespace TradingSystem.Contracts.Bus;

/// <summary>What a decision asks for. BUY and SELL of the wire are Long and Short here.</summary>
public enum TradeAction
{
    Long,
    Short,
    Close,
    NoTrade,
}

/// <summary>
/// Decisions that were accepted together, in the order of their acceptance. One without items and with a <c>Barrier</c> is put
/// behind them by execution itself: when it arrives, everything that was accepted before it has its outcome.
/// </summary>
public sealed record TradeDecisions(IReadOnlyList<TradeDecision> Items, Guid? Barrier = null);

/// <summary>
/// One <c>post_trade</c>. <c>Id</c> is the event id and the permanent key of at most one order.
/// <c>Qty</c> is in the base asset (0 lets execution size it), <c>MarginUsd</c> in quote currency,
/// prices in quote currency per base unit. <c>Payload</c> and <c>Condition</c> are the sender's JSON as text.
/// <c>Leverage</c> and the group's other settings are stamped by the publisher.
/// <c>Epoch</c> is the fencing number of the session that sent it, growing per token; execution refuses one that is lower
/// than what it has seen of the same <c>TokenId</c>. Hosted groups have neither. <c>TradeAccountId</c> is the account its sender
/// means; it must be the group's.
/// </summary>
public sealed record TradeDecision(
    Guid Id,
    Guid GroupId,
    string GroupName,
    string SourceId,
    int Priority,
    IReadOnlyList<string> Targets,
    string Title,
    string Payload,
    IReadOnlyList<string> Tags,
    string? Condition,
    string Symbol,
    TradeAction Action,
    decimal Qty,
    decimal MarginUsd,
    decimal Leverage,
    decimal? Entry,
    decimal? StopLoss,
    decimal? TakeProfit,
    decimal? ConfidencePct,
    string? Reasoning,
    string OrderType,
    decimal? Price,
    string? DecisionId,
    Guid? TriggerEventId,
    string? CorrelationId,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ValidUntil,
    string? TraceParent,
    Guid? TokenId = null,
    long Epoch = 0,
    Guid? TradeAccountId = null);

/// <summary>Order updates in the order they happened.</summary>
public sealed record OrderUpdates(IReadOnlyList<OrderUpdate> Items);

/// <summary>
/// One step of an order. <c>Id</c> is derived from order and status, so a repeated announcement is recognisable.
/// <c>Status</c> is one of the wire's: accepted, rejected, submitted, partially_filled, filled, protected, stopped,
/// took_profit, closed, canceled, unknown; or <c>recorded</c> for NO_TRADE. <c>DecisionId</c> is the event id of the
/// decision; <c>ClientDecisionId</c> what its sender called it. <c>Fee</c> and <c>RealizedPnl</c> are in quote currency.
/// <c>Before</c> are the steps that this one was reached by at the same instant, oldest first (a simulated fill is accepted,
/// submitted and filled at once); <see cref="OrderSteps"/> tells them one by one. <c>MarketTime</c> is when it was filled last in the market's own
/// time, which in a replay is not <c>CreatedAt</c>; null while nothing was.
/// </summary>
public sealed record OrderUpdate(
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
    string? TraceParent,
    IReadOnlyList<OrderStep>? Before = null,
    DateTimeOffset? MarketTime = null);

/// <summary>An earlier step of the same order; <c>Id</c> is that of the update it stands for.</summary>
public sealed record OrderStep(Guid Id, string Status);

/// <summary>Why a decision became no order.</summary>
/// <param name="Code">Which rule; PROTOCOL.md lists them.</param>
/// <param name="Limit">The limit that was met.</param>
/// <param name="Value">The value that met it.</param>
/// <param name="NearestAcceptable">The nearest value that would do, where there is one.</param>
/// <param name="Message">For people.</param>
public sealed record RejectionReason(string Code, string? Limit, string? Value, string? NearestAcceptable, string Message);

/// <summary>Account values at a moment, all in quote currency.</summary>
public sealed record EquitySnapshots(IReadOnlyList<EquitySnapshot> Items);

/// <summary><c>Balance</c> is cash after fees and realised PnL; <c>Equity</c> adds the open positions' unrealised PnL.</summary>
public sealed record EquitySnapshot(
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

/// <summary><c>Qty</c> is signed: positive long, negative short, in the base asset.</summary>
public sealed record PositionSnapshot(
    string Symbol,
    decimal Qty,
    decimal AvgPrice,
    decimal MarkPrice,
    decimal RealizedPnl,
    decimal UnrealizedPnl);
