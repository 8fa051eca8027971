namespace TradingSystem.Venues.Simulated;

/// <summary>
/// A position as what it cost: <c>Cost</c> is the signed sum of quantity × price of what is held. With it a sum of fills is exact; an
/// average price would lose a digit at each division.
/// </summary>
/// <param name="Side">The bucket in hedge mode, null in one-way mode.</param>
/// <param name="Quantity">Base asset, below 0 short.</param>
/// <param name="Margin">Quote currency set aside for it, in isolated mode.</param>
public sealed record SimulatedPosition(string Symbol, PositionSide? Side, decimal Quantity, decimal Cost, decimal Margin)
{
    /// <summary>Of money; venues keep eight.</summary>
    public const int Places = 8;

    public decimal EntryPrice => Quantity == 0m ? 0m : decimal.Round(Cost / Quantity, 12);

    public decimal UnrealizedPnl(decimal mark) => (Quantity * mark) - Cost;

    /// <summary>How much an order of this side can close.</summary>
    public decimal Closable(OrderSide side) => side == OrderSide.Sell ? Math.Max(0m, Quantity) : Math.Max(0m, -Quantity);

    /// <summary>Opens or adds; <paramref name="signed"/> has the position's sign.</summary>
    public SimulatedPosition Add(decimal signed, decimal price, decimal margin) =>
        this with { Quantity = Quantity + signed, Cost = Cost + (signed * price), Margin = Margin + margin };

    /// <summary>Closes at most what is held; what is realised is what leaves the cost, so both sums stay exact.</summary>
    public (SimulatedPosition After, decimal RealizedPnl) Close(decimal quantity, decimal price)
    {
        var held = Math.Abs(Quantity);
        var all = quantity == held;
        var signed = Quantity > 0m ? quantity : -quantity;
        var cost = all ? Cost : decimal.Round(Cost * quantity / held, Places);
        var margin = all ? Margin : decimal.Round(Margin * quantity / held, Places);
        return (this with { Quantity = Quantity - signed, Cost = Cost - cost, Margin = Margin - margin }, (signed * price) - cost);
    }
}
