using System.Globalization;

namespace TradingSystem.Venues.Simulated;

/// <summary>An open order, or a protection leg that waits for its trigger and then becomes one under the same id.</summary>
public sealed record SimulatedOrder
{
    public required long Id { get; init; }

    /// <summary>Null for a liquidation.</summary>
    public string? ClientId { get; init; }

    public required string Symbol { get; init; }

    public required OrderSide Side { get; init; }

    public PositionSide? PositionSide { get; init; }

    public VenueOrderType Type { get; init; }

    public decimal? Price { get; init; }

    /// <summary>Base asset. That of a leg which covers its position follows the position.</summary>
    public decimal Quantity { get; init; }

    public decimal Filled { get; init; }

    /// <summary>Sum of quantity × price of the fills.</summary>
    public decimal FilledValue { get; init; }

    public bool ReduceOnly { get; init; }

    public VenueOrderStatus Status { get; init; }

    /// <summary>Null unless it is a protection leg.</summary>
    public ProtectionKind? Kind { get; init; }

    public decimal? TriggerPrice { get; init; }

    /// <summary>Protects all of the position, however large it is.</summary>
    public bool CoversPosition { get; init; }

    /// <summary>Base asset before it at its price.</summary>
    public decimal QueueAhead { get; init; }

    public string? Reason { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public decimal Left => Quantity - Filled;

    public string VenueId => Id.ToString(CultureInfo.InvariantCulture);

    public bool Waits => Status == VenueOrderStatus.Untriggered;

    public bool IsOpen => Status is VenueOrderStatus.New or VenueOrderStatus.PartiallyFilled or VenueOrderStatus.Untriggered or VenueOrderStatus.Triggered;

    public decimal? AveragePrice => Filled == 0m ? null : decimal.Round(FilledValue / Filled, 12);

    /// <summary>A leg's trigger is met when the price is at or below it; above it otherwise.</summary>
    public bool TriggersBelow => (Kind == ProtectionKind.StopLoss) == (Side == OrderSide.Sell);

    public bool IsTriggeredBy(decimal price) => TriggersBelow ? price <= TriggerPrice : price >= TriggerPrice;

    public bool IsOf(string symbol, PositionSide? side) => Symbol == symbol && PositionSide == side;

    public VenueOrder ToVenueOrder() => new()
    {
        Symbol = Symbol,
        VenueId = VenueId,
        ClientId = ClientId,
        Side = Side,
        PositionSide = PositionSide,
        Type = Type,
        Status = Status,
        Quantity = Quantity,
        Filled = Filled,
        AveragePrice = AveragePrice,
        Price = Price,
        IsProtection = Kind is not null,
        Kind = Kind,
        TriggerPrice = TriggerPrice,
        TriggeredOrderId = Kind is not null && (Filled > 0m || Status == VenueOrderStatus.Triggered) ? VenueId : null,
        ReduceOnly = ReduceOnly,
        ClosesPosition = CoversPosition,
        Reason = Reason,
        UpdatedAt = UpdatedAt,
    };
}
