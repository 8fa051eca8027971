namespace TradingSystem.Venues;

public enum OrderSide
{
    Buy,
    Sell,
}

/// <summary>The bucket of a position in hedge mode.</summary>
public enum PositionSide
{
    Long,
    Short,
}

public enum VenueOrderType
{
    Market,
    Limit,
}

public enum ProtectionKind
{
    StopLoss,
    TakeProfit,
}

public enum VenueOrderStatus
{
    /// <summary>The exchange said a word this adapter does not know: treat as open and look again.</summary>
    Unrecognized,
    New,
    PartiallyFilled,
    Filled,

    /// <summary>May have fills.</summary>
    Cancelled,
    Rejected,
    Expired,

    /// <summary>A protection order that waits for its trigger.</summary>
    Untriggered,

    /// <summary>The trigger was met and the order is not in the book yet. If this lasts for seconds, the position is unprotected.</summary>
    Triggering,

    /// <summary>It has become an order of its own: <see cref="VenueOrder.TriggeredOrderId"/>.</summary>
    Triggered,
}

/// <summary>A limit order rests until it is filled or cancelled.</summary>
/// <param name="ClientId"><c>[A-Za-z0-9]{1,32}</c> is what every exchange takes.</param>
/// <param name="Quantity">In the base asset, a multiple of the step; any other is refused.</param>
public sealed record NewOrder(string Symbol, string ClientId, OrderSide Side, decimal Quantity)
{
    public VenueOrderType Type { get; init; } = VenueOrderType.Market;

    /// <summary>Of a limit order, a multiple of the tick; any other is refused.</summary>
    public decimal? Price { get; init; }

    /// <summary>Needed in hedge mode, and only there.</summary>
    public PositionSide? PositionSide { get; init; }

    /// <summary>May only reduce. In hedge mode side and position side say so by themselves.</summary>
    public bool ReduceOnly { get; init; }
}

/// <summary>Triggered by the last price, it leaves at market.</summary>
/// <param name="Side">Of the order that protects: Sell for a long position.</param>
/// <param name="TriggerPrice">A multiple of the tick, as every price and quantity: any other is refused.</param>
public sealed record ProtectionOrder(string Symbol, string ClientId, ProtectionKind Kind, OrderSide Side, decimal TriggerPrice)
{
    /// <summary>Null for whatever the position is when it triggers.</summary>
    public decimal? Quantity { get; init; }

    /// <summary>Needed in hedge mode, and only there.</summary>
    public PositionSide? PositionSide { get; init; }

    public bool ReduceOnly { get; init; } = true;
}

/// <summary>Names an order by our id or by the exchange's; the exchange's wins when both are there.</summary>
/// <param name="IsProtection">Protection orders are in a book of their own on Binance and OKX.</param>
public sealed record OrderRef(string Symbol, string? ClientId, string? VenueId = null, bool IsProtection = false);

/// <summary>The exchange has taken the request. Status and fill are only there where the reply tells them.</summary>
public sealed record OrderAck(string VenueId, string? ClientId, VenueOrderStatus? Status = null, decimal? Filled = null, decimal? AveragePrice = null);

/// <summary>An order as the exchange tells it.</summary>
public sealed record VenueOrder
{
    public required string Symbol { get; init; }

    public required string VenueId { get; init; }

    /// <summary>Null for orders that were not ours to name, e.g. a liquidation.</summary>
    public string? ClientId { get; init; }

    public required OrderSide Side { get; init; }

    /// <summary>Null in one-way mode.</summary>
    public PositionSide? PositionSide { get; init; }

    public required VenueOrderType Type { get; init; }

    public required VenueOrderStatus Status { get; init; }

    /// <summary>Base asset; 0 when it closes whatever the position is.</summary>
    public decimal Quantity { get; init; }

    public decimal Filled { get; init; }

    /// <summary>Null without a fill, and where the exchange does not tell.</summary>
    public decimal? AveragePrice { get; init; }

    public decimal? Price { get; init; }

    /// <summary>Waits (or waited) for a trigger.</summary>
    public bool IsProtection { get; init; }

    public ProtectionKind? Kind { get; init; }

    /// <summary>Of an order that waits for either of two prices, as a person may place one in the exchange's app: that of the stop-loss.</summary>
    public decimal? TriggerPrice { get; init; }

    /// <summary>The exchange's id of the order that the trigger made.</summary>
    public string? TriggeredOrderId { get; init; }

    public bool ReduceOnly { get; init; }

    public bool ClosesPosition { get; init; }

    /// <summary>The exchange's reason for a rejection or cancellation.</summary>
    public string? Reason { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }

    public bool IsOpen => Status is VenueOrderStatus.New or VenueOrderStatus.PartiallyFilled or VenueOrderStatus.Untriggered
        or VenueOrderStatus.Triggering or VenueOrderStatus.Triggered or VenueOrderStatus.Unrecognized;
}
