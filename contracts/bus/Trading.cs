using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using TradingSystem.Contracts.Wire;

namespace TradingSystem.Contracts.Bus;

/// <summary>What a decision asks for. BUY and SELL of the wire are Long and Short here.</summary>
public enum TradeAction
{
    Long,
    Short,
    Close,
    NoTrade,
}

/// <summary>The wire's words for what a decision asks for.</summary>
public static class TradeActions
{
    public static string Word(this TradeAction action) => action switch
    {
        TradeAction.Long => ActionWords.Long,
        TradeAction.Short => ActionWords.Short,
        TradeAction.Close => ActionWords.Close,
        _ => ActionWords.NoTrade,
    };

    /// <exception cref="ArgumentOutOfRangeException">It is no action's word.</exception>
    public static TradeAction Of(string word) => word switch
    {
        ActionWords.Long => TradeAction.Long,
        ActionWords.Short => TradeAction.Short,
        ActionWords.Close => TradeAction.Close,
        ActionWords.NoTrade => TradeAction.NoTrade,
        _ => throw new ArgumentOutOfRangeException(nameof(word), word, "no action"),
    };
}

/// <summary>
/// Decisions that were accepted together, in the order of their acceptance. One without items and with a <c>Barrier</c> is put
/// behind them by execution itself: when it arrives, everything that was accepted before it has its outcome.
/// </summary>
public sealed record TradeDecisions(IReadOnlyList<TradeDecision> Items, Guid? Barrier = null);

/// <summary>
/// One <c>post_trade</c>. Prices in quote currency per base unit. Its fields are named where one is made, and a group's settings are stamped by
/// the publisher.
/// </summary>
public sealed record TradeDecision
{
    public TradeDecision()
    {
    }

    /// <summary>For reading: what an older version does not write is left at its default.</summary>
    [JsonConstructor]
    [SetsRequiredMembers]
    public TradeDecision(Guid id)
    {
        Id = id;
        (GroupName, SourceId, Title, Payload, Symbol, OrderType) = (null!, null!, null!, null!, null!, null!);
        (Targets, Tags) = (null!, null!);
    }

    /// <summary>The event id and the permanent key of at most one order.</summary>
    public required Guid Id { get; init; }

    public required Guid GroupId { get; init; }

    public required string GroupName { get; init; }

    /// <summary>Who decided: the group's name, or what of the system did.</summary>
    public required string SourceId { get; init; }

    /// <summary>1 to 10, the most urgent.</summary>
    public int Priority { get; init; }

    public required IReadOnlyList<string> Targets { get; init; }

    public required string Title { get; init; }

    /// <summary>The sender's JSON as text.</summary>
    public required string Payload { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>The sender's JSON as text.</summary>
    public string? Condition { get; init; }

    public required string Symbol { get; init; }

    public required TradeAction Action { get; init; }

    /// <summary>In the base asset; 0 lets execution size it.</summary>
    public decimal Qty { get; init; }

    /// <summary>In quote currency; 0 where the quantity says it.</summary>
    public decimal MarginUsd { get; init; }

    public decimal Leverage { get; init; }

    public decimal? Entry { get; init; }

    public decimal? StopLoss { get; init; }

    public decimal? TakeProfit { get; init; }

    public decimal? ConfidencePct { get; init; }

    public string? Reasoning { get; init; }

    /// <summary>One of <see cref="OrderTypes"/>.</summary>
    public required string OrderType { get; init; }

    /// <summary>Of a limit order.</summary>
    public decimal? Price { get; init; }

    /// <summary>What its sender called it.</summary>
    public string? DecisionId { get; init; }

    public Guid? TriggerEventId { get; init; }

    public string? CorrelationId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ValidUntil { get; init; }

    public string? TraceParent { get; init; }

    /// <summary>Of the session that sent it; hosted groups have none.</summary>
    public Guid? TokenId { get; init; }

    /// <summary>
    /// The fencing number of that session, growing per token; execution refuses one that is lower than what it has seen of the same token.
    /// </summary>
    public long Epoch { get; init; }

    /// <summary>The account its sender means; it must be the group's.</summary>
    public Guid? TradeAccountId { get; init; }
}

/// <summary>Order updates in the order they happened.</summary>
public sealed record OrderUpdates(IReadOnlyList<OrderUpdate> Items);

/// <summary>
/// One step of an order. <c>Id</c> is derived from order and status, so a repeated announcement is recognisable.
/// <c>Status</c> is one of <see cref="OrderStatus"/>, <c>Side</c> one of <see cref="SideWords"/>. <c>DecisionId</c> is the event id of the
/// decision; <c>ClientDecisionId</c> what its sender called it. <c>Fee</c> and <c>RealizedPnl</c> are in quote currency.
/// <c>Before</c> are the steps that this one was reached by at the same instant, oldest first (a simulated fill is accepted,
/// submitted and filled at once); <see cref="OrderSteps"/> tells them one by one. <c>MarketTime</c> is when it was filled last in the market's own
/// time, which in a replay is not <c>CreatedAt</c>; null while nothing was.
/// </summary>
public sealed record OrderUpdate
{
    public OrderUpdate()
    {
    }

    /// <summary>For reading: what an older version does not write is left at its default.</summary>
    [JsonConstructor]
    [SetsRequiredMembers]
    public OrderUpdate(Guid id)
    {
        Id = id;
        (GroupName, Mode, Status, Symbol) = (null!, null!, null!, null!);
    }

    public required Guid Id { get; init; }

    public required Guid OrderId { get; init; }

    public required Guid DecisionId { get; init; }

    public string? ClientDecisionId { get; init; }

    public required Guid GroupId { get; init; }

    public required string GroupName { get; init; }

    public required Guid AccountId { get; init; }

    /// <summary>One of <see cref="Modes"/>.</summary>
    public required string Mode { get; init; }

    public required string Status { get; init; }

    public required bool Terminal { get; init; }

    public required string Symbol { get; init; }

    public string? Side { get; init; }

    /// <summary>One of <see cref="ActionWords"/>; null of a cancel or move, which is no decision, and in updates of older versions.</summary>
    public string? Action { get; init; }

    /// <summary>One of <see cref="OrderTypes"/>; null where <c>Action</c> is.</summary>
    public string? Type { get; init; }

    /// <summary>Of a limit order that an exchange has or had, in quote currency; else null.</summary>
    public decimal? Price { get; init; }

    /// <summary>In the base asset.</summary>
    public decimal Qty { get; init; }

    public decimal? AvgPrice { get; init; }

    public decimal Fee { get; init; }

    public decimal RealizedPnl { get; init; }

    public RejectionReason? Reason { get; init; }

    public Guid? TriggerEventId { get; init; }

    public string? CorrelationId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public string? TraceParent { get; init; }

    public IReadOnlyList<OrderStep>? Before { get; init; }

    public DateTimeOffset? MarketTime { get; init; }
}

/// <summary>An earlier step of the same order; <c>Id</c> is that of the update it stands for.</summary>
public sealed record OrderStep(Guid Id, string Status);

/// <summary>Why a decision became no order.</summary>
/// <param name="Code">Which rule.</param>
/// <param name="Limit">The limit that was met.</param>
/// <param name="Value">The value that met it.</param>
/// <param name="NearestAcceptable">The nearest value that would do, where there is one.</param>
/// <param name="Message">For people.</param>
public sealed record RejectionReason(ReasonCode Code, string? Limit, string? Value, string? NearestAcceptable, string Message);

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
