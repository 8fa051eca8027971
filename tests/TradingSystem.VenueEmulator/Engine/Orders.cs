namespace TradingSystem.VenueEmulator.Engine;

/// <summary>One condition of an algo order: the last price is above or below a price. Then it is a market order.</summary>
public sealed record Leg(LegKind Kind, decimal TriggerPrice, bool WhenAbove);

/// <summary>
/// An order as it was accepted. <see cref="FillAt"/> holds the first fill back, <see cref="FirstFill"/> is how much of the
/// quantity it takes; the rest follows at <see cref="RestAt"/> or is cancelled when there is no such time.
/// </summary>
public sealed record OrderSpec(
    string Id,
    string ClientId,
    string Symbol,
    Side Side,
    PositionSide PositionSide,
    OrderKind Kind,
    decimal Qty,
    decimal? Price,
    bool ReduceOnly,
    bool ClosePosition,
    string Margin,
    decimal Leverage,
    Origin Origin)
{
    public string? AlgoId { get; init; }

    public string? AlgoClientId { get; init; }

    public LegKind? Leg { get; init; }

    public decimal? TriggerPrice { get; init; }

    public DateTimeOffset? FillAt { get; init; }

    public decimal? FirstFill { get; init; }

    public DateTimeOffset? RestAt { get; init; }

    /// <summary>A reason by which the venue rejects the order after having acknowledged it.</summary>
    public string? RejectLater { get; init; }
}

public sealed record Fill(
    string Id,
    string OrderId,
    decimal Qty,
    decimal Price,
    decimal Fee,
    bool Maker,
    decimal RealizedPnl,
    decimal Closed,
    DateTimeOffset At,
    string FeeAsset = "USDT",
    decimal? FeeQty = null)
{
    /// <summary>The fee in <see cref="FeeAsset"/>; <see cref="Fee"/> is what it was worth.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public decimal Charged => FeeQty ?? Fee;

    /// <summary>What the wallet in USDT paid of it.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public decimal FeeInUsdt => FeeAsset == "USDT" ? Fee : 0m;
}

/// <summary>An order and what became of it.</summary>
public sealed class Order(OrderSpec spec, long sequence, DateTimeOffset created)
{
    public OrderSpec Spec { get; } = spec;

    public long Sequence { get; } = sequence;

    public DateTimeOffset Created { get; } = created;

    public DateTimeOffset Updated { get; set; } = created;

    public OrderState State { get; set; } = OrderState.New;

    public List<Fill> Fills { get; } = [];

    public decimal Filled { get; set; }

    public decimal FilledValue { get; set; }

    /// <summary>In the asset that its fills were charged in.</summary>
    public decimal Fee { get; set; }

    public string FeeAsset => Fills.Count == 0 ? "USDT" : Fills[^1].FeeAsset;

    public decimal RealizedPnl { get; set; }

    /// <summary>Why it ended without being filled; empty while it lives.</summary>
    public string EndReason { get; set; } = "";

    public bool IsOpen => State is OrderState.New or OrderState.PartiallyFilled;

    public decimal Left => Spec.Qty - Filled;

    public decimal AveragePrice => Filled == 0m ? 0m : FilledValue / Filled;
}

/// <summary>A conditional order. No quantity means the whole position at the time of the trigger.</summary>
public sealed record AlgoSpec(
    string Id,
    string ClientId,
    string Symbol,
    Side Side,
    PositionSide PositionSide,
    decimal? Qty,
    IReadOnlyList<Leg> Legs,
    bool ReduceOnly,
    bool ClosePosition,
    string Margin)
{
    /// <summary>It ends with its position.</summary>
    public bool EndsWithPosition { get; init; }

    /// <summary>Set on the position and not sent as an order (Bybit's trading-stop).</summary>
    public bool OfPosition { get; init; }

    /// <summary>The venue's own word for the order type, given back as it came.</summary>
    public string VenueType { get; init; } = "";
}

public sealed class Algo(AlgoSpec spec, long sequence, DateTimeOffset created)
{
    public AlgoSpec Spec { get; } = spec;

    public long Sequence { get; } = sequence;

    public DateTimeOffset Created { get; } = created;

    public DateTimeOffset Updated { get; set; } = created;

    public DateTimeOffset? TriggeredAt { get; set; }

    public AlgoState State { get; set; } = AlgoState.Waiting;

    public string? ChildOrderId { get; set; }

    public LegKind? FiredLeg { get; set; }

    public string EndReason { get; set; } = "";

    public bool IsOpen => State is AlgoState.Waiting or AlgoState.Triggering;
}
