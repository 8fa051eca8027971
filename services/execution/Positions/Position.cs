namespace TradingSystem.Execution.Positions;

/// <summary>One row per account, group and symbol, kept when flat. <c>Qty</c> is signed, in the base asset.</summary>
public sealed class Position
{
    public long Seq { get; init; }

    public Guid AccountId { get; init; }

    public Guid GroupId { get; init; }

    public required string Symbol { get; init; }

    public decimal Qty { get; private set; }

    public decimal AvgPrice { get; private set; }

    /// <summary>Before fees.</summary>
    public decimal RealizedPnl { get; private set; }

    public decimal Fees { get; private set; }

    /// <summary>Of the order that opened or added last; the initial margin is counted with it.</summary>
    public decimal Leverage { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public PositionState State
    {
        get => new(Qty, AvgPrice, RealizedPnl, Fees);
        set => (Qty, AvgPrice, RealizedPnl, Fees) = value;
    }
}
