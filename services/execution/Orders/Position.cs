namespace TradingSystem.Execution.Orders;

/// <summary>One row per account, group and symbol, kept when flat. <c>Qty</c> is signed, in the base asset.</summary>
public sealed class Position
{
    public long Seq { get; init; }

    public Guid AccountId { get; init; }

    public Guid GroupId { get; init; }

    public required string Symbol { get; init; }

    public decimal Qty { get; private set; }

    /// <summary>What is held cost, signed as <see cref="PositionState"/> says, in quote currency.</summary>
    public decimal Cost { get; private set; }

    /// <summary>Before fees.</summary>
    public decimal RealizedPnl { get; private set; }

    public decimal Fees { get; private set; }

    /// <summary>Of the order that opened or added last; the initial margin is counted with it.</summary>
    public decimal Leverage { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public PositionState State
    {
        get => new(Qty, Cost, RealizedPnl, Fees);
        set => (Qty, Cost, RealizedPnl, Fees) = value;
    }

    /// <summary>To be shown; 0 when flat.</summary>
    public decimal AvgPrice => State.AvgPrice;

    /// <summary>In quote currency, at the mark.</summary>
    public decimal Unrealized(decimal mark) => PositionMath.Unrealized(Qty, Cost, mark);
}
