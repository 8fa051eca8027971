using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Orders;

namespace TradingSystem.Execution.Legs;

/// <summary>
/// A stop-loss or take-profit of a position, resting until the price reaches it or its position goes. One row per decision and kind, for
/// ever. Its <c>Id</c> is the decision id of the one order that it may become.
/// </summary>
public sealed class ProtectionLeg
{
    public Guid Id { get; init; }

    public long Seq { get; init; }

    /// <summary>What set it: a decision, or the steering that moved it.</summary>
    public Guid DecisionId { get; init; }

    /// <summary>The decision that the position rests on where a steering set the leg, null where its own decision did.</summary>
    public Guid? ProtectsDecisionId { get; init; }

    /// <summary>One of <see cref="LegKinds"/>.</summary>
    public required string Kind { get; init; }

    public required string ClientOrderId { get; init; }

    public Guid AccountId { get; init; }

    public Guid GroupId { get; init; }

    public required string GroupName { get; init; }

    public required string Symbol { get; init; }

    /// <summary>BUY or SELL: of the order that closes.</summary>
    public required string Side { get; init; }

    /// <summary>Last price at which it becomes an order, in quote currency.</summary>
    public decimal TriggerPrice { get; init; }

    /// <summary>Base asset: all of the position, whatever that is.</summary>
    public decimal Qty { get; set; }

    /// <summary>One of <see cref="LegStatuses"/>.</summary>
    public required string Status { get; set; }

    /// <summary>Why it was canceled.</summary>
    public string? Reason { get; set; }

    public string? ClientDecisionId { get; init; }

    public Guid? TriggerEventId { get; init; }

    public string? CorrelationId { get; init; }

    /// <summary>When what set it was accepted.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>When its order was told; null while nobody may have heard.</summary>
    public DateTimeOffset? AnnouncedAt { get; init; }

    /// <summary>The decision whose position it protects, under which its end is told.</summary>
    public Guid Protects => ProtectsDecisionId ?? DecisionId;

    public bool Waits => Status == LegStatuses.Waiting;

    /// <summary>A stop of a long position and a target of a short one.</summary>
    public bool TriggersBelow => (Kind == LegKinds.StopLoss) == (Side == SideWords.Sell);

    public bool IsTriggeredBy(decimal price) => TriggersBelow ? price <= TriggerPrice : price >= TriggerPrice;

    /// <summary>Whether it closes a position of this signed quantity.</summary>
    public bool Closes(decimal qty) => Side == SideWords.Sell ? qty > 0m : qty < 0m;

    /// <summary>What its order is decided on: everything that is held.</summary>
    public TradeDecision Closing(DateTimeOffset now) => ClosingDecision.Of(Id, GroupId, GroupName, Symbol, "protection", $"{Kind} {Symbol}", now) with
    {
        DecisionId = ClientDecisionId,
        TriggerEventId = TriggerEventId,
        CorrelationId = CorrelationId,
    };
}

/// <summary>
/// What the position's decisions asked for, whether or not there is a leg for it. One row per position and kind; it outlives the position,
/// so that the seconds do.
/// </summary>
public sealed class ProtectionPlan
{
    public Guid AccountId { get; init; }

    public Guid GroupId { get; init; }

    public required string Symbol { get; init; }

    public required string Kind { get; init; }

    public Guid DecisionId { get; init; }

    /// <summary>As the leg's.</summary>
    public Guid? ProtectsDecisionId { get; init; }

    public required string GroupName { get; init; }

    public required string Side { get; init; }

    public decimal TriggerPrice { get; init; }

    public string? ClientDecisionId { get; init; }

    public Guid? TriggerEventId { get; init; }

    public string? CorrelationId { get; init; }

    /// <summary>False once the position has gone, or the leg became its order.</summary>
    public bool Active { get; init; }

    /// <summary>Since when the position stands without this leg; null while it has it.</summary>
    public DateTimeOffset? NakedSince { get; init; }

    public DateTimeOffset? NakedCountedAt { get; init; }

    /// <summary>Seconds in which positions of this group and symbol stood without this leg although it was asked for, of all time.</summary>
    public decimal NakedSeconds { get; init; }

    /// <summary>What the position is closed by when it stands without the leg for too long: one order each time that it does.</summary>
    public TradeDecision Closing(DateTimeOffset now) =>
        ClosingDecision.Of(NameBasedGuid.Create(DecisionId, $"naked:{Kind}:{NakedSince?.UtcTicks}"), GroupId, GroupName, Symbol, "protection", $"naked {Symbol}", now) with
        {
            DecisionId = ClientDecisionId,
            TriggerEventId = TriggerEventId,
            CorrelationId = CorrelationId,
        };
}
