
namespace TradingSystem.Venues.Simulated;

/// <summary>The account in cross mode, single positions in isolated mode, where the maintenance margin is used up.</summary>
internal sealed class SimulatedLiquidation(ExchangeRun run, SimulatedFills fills)
{
    /// <summary>The account in cross mode, single positions in isolated mode, where the maintenance margin is used up.</summary>
    public void WhatIsUnder(string symbol)
    {
        foreach (var position in run.State.Positions.Where(p => p.Symbol == symbol).ToArray())
        {
            // Those that a first one took with it are flat by now.
            if (run.State.Position(symbol, position.Side) is { Quantity: not 0m } held && MarginMath.IsUnder(run.State, held))
            {
                Liquidate(held);
            }
        }
    }

    private void Liquidate(SimulatedPosition position)
    {
        var isolated = run.State.MarginMode == MarginMode.Isolated;
        foreach (var id in run.Ids(o => !isolated || o.IsOf(position.Symbol, position.Side)))
        {
            run.End(run.State.Order(id)!, VenueOrderStatus.Cancelled, "LIQUIDATION");
        }

        foreach (var doomed in isolated ? [position] : run.State.Positions.ToArray())
        {
            var before = run.State.Balance;
            var price = CloseByExchange(doomed);
            // In isolated mode no more than the position's margin can be lost, in cross mode no more than all there is.
            var floor = isolated ? before - doomed.Margin : 0m;
            var last = isolated || run.State.Positions.Length == 0;
            var covered = last ? Math.Max(0m, floor - run.State.Balance) : 0m;
            run.State = run.State with { Balance = run.State.Balance + covered, Insured = run.State.Insured + covered };
            run.Events.Add(new PositionLiquidated(doomed.Symbol, doomed.Side, doomed.Quantity, price, covered, run.State.Now));
            run.TellBalance();
        }
    }

    /// <summary>The exchange takes the whole position over, whatever the volume.</summary>
    private decimal CloseByExchange(SimulatedPosition position)
    {
        var side = position.Quantity > 0m ? OrderSide.Sell : OrderSide.Buy;
        var market = run.State.Market(position.Symbol)!;
        var price = market.TakerPrice(side, run.State.Terms);
        var quantity = Math.Abs(position.Quantity);
        var order = run.Update(new()
        {
            Id = run.NextId(),
            Symbol = position.Symbol,
            Side = side,
            PositionSide = position.Side,
            Quantity = quantity,
            ReduceOnly = true,
            Status = VenueOrderStatus.New,
            Reason = "LIQUIDATION",
        });
        fills.Fill(order, quantity, price, maker: false, run.State.Terms.LiquidationFeeBps);
        return price;
    }
}
