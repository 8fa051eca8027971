namespace TradingSystem.Venues.Simulated;

/// <summary>
/// Margin of a simulated account, in quote currency. In cross mode all cash stands for all positions; in isolated mode each position
/// stands on the margin that was set aside when it was opened. Initial margin is counted on the entry cost.
/// </summary>
public static class MarginMath
{
    /// <summary>Cash and what the open positions would bring at their mark prices.</summary>
    public static decimal Equity(ExchangeState state)
    {
        var equity = state.Balance;
        foreach (var position in state.Positions)
        {
            equity += position.UnrealizedPnl(state.Market(position.Symbol)!.MarkPrice);
        }

        return equity;
    }

    /// <summary>What new orders may use; open orders have theirs reserved, except the one <paramref name="without"/>.</summary>
    public static decimal Available(ExchangeState state, long without = 0)
    {
        var cross = state.MarginMode == MarginMode.Cross;
        var available = cross ? Equity(state) : state.Balance;
        foreach (var position in state.Positions)
        {
            available -= cross ? Math.Abs(position.Cost) / state.Market(position.Symbol)!.Leverage : position.Margin;
        }

        foreach (var order in state.Orders)
        {
            available -= order.Id == without ? 0m : Reserved(state, order);
        }

        return available;
    }

    /// <summary>The least that must be left: of the whole account in cross mode, of one position in isolated mode.</summary>
    public static decimal Maintenance(SimulatedPosition position, SimulatedMarket market) =>
        Math.Abs(position.Quantity) * market.MarkPrice * market.Terms.MaintenanceRate;

    /// <summary>Whether the position (in cross mode the account) has no more than its maintenance margin left.</summary>
    public static bool IsUnder(ExchangeState state, SimulatedPosition position)
    {
        var line = Line(state, position);
        return line.At(state.Market(position.Symbol)!.MarkPrice) <= 0m;
    }

    /// <summary>Mark price of its symbol at which the position is liquidated, everything else standing still; null where there is none.</summary>
    public static decimal? LiquidationPrice(ExchangeState state, SimulatedPosition position) => Line(state, position).Root is { } root and > 0m ? root : null;

    /// <summary>What is left above the maintenance margin as a function of the symbol's price.</summary>
    public static MarginLine Line(ExchangeState state, SimulatedPosition position)
    {
        var rate = state.Market(position.Symbol)!.Terms.MaintenanceRate;
        if (state.MarginMode == MarginMode.Isolated)
        {
            return new(position.Margin - position.Cost, position.Quantity - (Math.Abs(position.Quantity) * rate));
        }

        var (fixedPart, perPrice) = (state.Balance, 0m);
        foreach (var p in state.Positions)
        {
            var market = state.Market(p.Symbol)!;
            if (p.Symbol == position.Symbol)
            {
                fixedPart -= p.Cost;
                perPrice += p.Quantity - (Math.Abs(p.Quantity) * rate);
            }
            else
            {
                fixedPart += p.UnrealizedPnl(market.MarkPrice) - Maintenance(p, market);
            }
        }

        return new(fixedPart, perPrice);
    }

    private static decimal Reserved(ExchangeState state, SimulatedOrder order)
    {
        if (order.ReduceOnly || order.Waits)
        {
            return 0m;
        }

        var market = state.Market(order.Symbol)!;
        var opening = Math.Max(0m, order.Left - state.Position(order.Symbol, order.PositionSide).Closable(order.Side));
        var price = order.Price ?? market.Last;
        return opening * price * ((1m / market.Leverage) + (Math.Max(0m, state.Terms.TakerFeeBps) / 10_000m));
    }
}

/// <summary><c>Fixed + PerPrice × price</c>.</summary>
public readonly record struct MarginLine(decimal Fixed, decimal PerPrice)
{
    public decimal? Root => PerPrice == 0m ? null : -Fixed / PerPrice;

    public decimal At(decimal price) => Fixed + (PerPrice * price);
}
