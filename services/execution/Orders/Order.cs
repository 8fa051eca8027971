using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;

namespace TradingSystem.Execution.Orders;

/// <summary>
/// The one outcome of a decision, for ever: an order, a refusal or a record. On an account that fills at once it is written once, and everything
/// that is announced about it is rebuilt from this row. At a venue it goes on, and each of its updates is a row of <c>order_steps</c>.
/// <c>Status</c> is that of its last update.
/// </summary>
public sealed class Order
{
    public Guid Id { get; init; }

    public long Seq { get; init; }

    public Guid DecisionId { get; init; }

    /// <summary>The decision whose protection this order was, null for a decision's own order.</summary>
    public Guid? ProtectsDecisionId { get; init; }

    /// <summary>What an exchange is given to recognise a repeated order by.</summary>
    public required string ClientOrderId { get; init; }

    /// <summary>What the sender called the decision.</summary>
    public string? ClientDecisionId { get; init; }

    public Guid GroupId { get; init; }

    public required string GroupName { get; init; }

    public Guid AccountId { get; init; }

    public required string Mode { get; init; }

    public required string Symbol { get; init; }

    /// <summary>LONG, SHORT, CLOSE or NO_TRADE.</summary>
    public required string Action { get; init; }

    /// <summary>BUY, SELL, or null where nothing would have been traded.</summary>
    public string? Side { get; set; }

    public required string Type { get; init; }

    public required string Status { get; set; }

    /// <summary>In the base asset; 0 for what was refused before it had a size.</summary>
    public decimal Qty { get; set; }

    public decimal? AvgPrice { get; set; }

    /// <summary>When it was filled last, in the market's own time: a replay's is in the past. Null while nothing was.</summary>
    public DateTimeOffset? MarketTime { get; set; }

    /// <summary>Last price when it was decided.</summary>
    public decimal? PriceAtDecision { get; init; }

    public decimal Fee { get; set; }

    /// <summary>Before the fee.</summary>
    public decimal RealizedPnl { get; set; }

    public decimal Leverage { get; init; }

    public decimal MarginUsd { get; init; }

    public string? ReasonCode { get; set; }

    public string? ReasonLimit { get; set; }

    public string? ReasonValue { get; set; }

    public string? ReasonNearestAcceptable { get; set; }

    public string? ReasonMessage { get; set; }

    public Guid? TriggerEventId { get; init; }

    public string? CorrelationId { get; init; }

    public string? TraceParent { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>It was handed to a venue's desk, which tells its updates.</summary>
    public bool IsAtVenue { get; init; }

    /// <summary>What it waited for has come.</summary>
    public void WaitsNoMore() => (ReasonCode, ReasonLimit, ReasonValue, ReasonMessage) = (null, null, null, null);

    public RejectionReason? Reason =>
        ReasonCode is null ? null : new(ReasonCodes.Kept(ReasonCode), ReasonLimit, ReasonValue, ReasonNearestAcceptable, ReasonMessage ?? "");
}

/// <summary>A trade of an order. <c>Qty</c> is unsigned in the base asset, the rest in quote currency.</summary>
public sealed class Fill
{
    public Guid Id { get; init; }

    public long Seq { get; init; }

    public Guid OrderId { get; init; }

    public Guid DecisionId { get; init; }

    public Guid AccountId { get; init; }

    public Guid GroupId { get; init; }

    public required string Symbol { get; init; }

    public required string Side { get; init; }

    public decimal Qty { get; init; }

    public decimal Price { get; init; }

    /// <summary>In quote currency: as the venue took it, or what <see cref="FeeAssetQty"/> was worth at the fill.</summary>
    public decimal Fee { get; set; }

    /// <summary>What the venue took the fee in where that is not the quote currency, e.g. BNB; else null.</summary>
    public string? FeeAsset { get; init; }

    /// <summary>In <see cref="FeeAsset"/>, below 0 for a rebate; null as it is.</summary>
    public decimal? FeeAssetQty { get; init; }

    /// <summary>No price was to be had for <see cref="FeeAsset"/>: <see cref="Fee"/> is 0 until there is one.</summary>
    public bool FeePending { get; set; }

    public decimal RealizedPnl { get; init; }

    /// <summary>The venue's id of it, null where it was simulated.</summary>
    public string? VenueFillId { get; init; }

    /// <summary>When it was traded in the market's own time: the exchange's, or a replay's. Null of fills from before it was kept.</summary>
    public DateTimeOffset? MarketTime { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
