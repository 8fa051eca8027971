using System.Globalization;
using TradingSystem.Venues.Instruments;

namespace TradingSystem.Venues.Simulated;

/// <summary>Fills, what they do to the position and its legs, and triggers.</summary>
internal sealed class SimulatedFills(ExchangeRun run)
{
    /// <summary>At the market, as far as there is something to take. What is left goes on with the next price.</summary>
    public SimulatedOrder Take(SimulatedOrder order)
    {
        var market = run.State.Market(order.Symbol)!;
        var price = market.TakerPrice(order.Side, run.State.Terms);
        price = order.Price is not { } limit ? price : order.Side == OrderSide.Buy ? Math.Min(price, limit) : Math.Max(price, limit);
        return Fill(order, Reachable(order, market), price, maker: false, run.State.Terms.TakerFeeBps);
    }

    public static decimal Reachable(SimulatedOrder order, SimulatedMarket market) =>
        market.Liquidity is { } left ? Math.Min(order.Left, Sizing.RoundDown(Math.Max(0m, left), market.Terms.Instrument.Step)) : order.Left;

    /// <summary>An order that turns a position closes it with one fill and opens the other side with another.</summary>
    public SimulatedOrder Fill(SimulatedOrder order, decimal quantity, decimal price, bool maker, decimal feeBps)
    {
        while (quantity > 0m && order.IsOpen)
        {
            var position = run.State.Position(order.Symbol, order.PositionSide);
            var closable = position.Closable(order.Side);
            if (closable == 0m && order.ReduceOnly)
            {
                return run.End(order, VenueOrderStatus.Cancelled, "POSITION_CLOSED");
            }

            var part = Math.Min(quantity, closable > 0m ? closable : Affordable(order, price, maker));
            if (part <= 0m)
            {
                return run.End(order, VenueOrderStatus.Cancelled, "MARGIN");
            }

            order = Book(order, position, part, price, maker, feeBps, closable > 0m);
            quantity -= part;
        }

        return order;
    }

    /// <summary>How much of the order the margin allows at this price, whatever it allowed when the order came.</summary>
    private decimal Affordable(SimulatedOrder order, decimal price, bool maker)
    {
        var market = run.State.Market(order.Symbol)!;
        var available = MarginMath.Available(run.State, without: order.Id);
        return available <= 0m ? 0m
            : Sizing.RoundDown(available / OrderRules.Cost(order.Side, price, !maker, market, run.State.Terms), market.Terms.Instrument.Step);
    }

    private SimulatedOrder Book(SimulatedOrder order, SimulatedPosition position, decimal quantity, decimal price, bool maker, decimal feeBps, bool closes)
    {
        var market = run.State.Market(order.Symbol)!;
        var fee = decimal.Round(quantity * price * feeBps / 10_000m, SimulatedPosition.Places, MidpointRounding.ToPositiveInfinity);
        var isolated = run.State.MarginMode == MarginMode.Isolated;
        var margin = isolated && !closes ? decimal.Round(quantity * price / market.Leverage, SimulatedPosition.Places, MidpointRounding.ToPositiveInfinity) : 0m;
        var signed = order.Side == OrderSide.Buy ? quantity : -quantity;
        var (after, realized) = closes ? position.Close(quantity, price) : (position.Add(signed, price, margin), 0m);
        run.State = run.State.With(after).With(market with { Liquidity = market.Liquidity - quantity }) with
        {
            Balance = run.State.Balance + realized - fee,
            RealizedPnl = run.State.RealizedPnl + realized,
            Fees = run.State.Fees + fee,
        };
        var fillId = run.NextId().ToString(CultureInfo.InvariantCulture);
        run.Events.Add(new FillSeen(
            new(order.Symbol, fillId, order.VenueId, order.ClientId, order.Side, order.PositionSide, quantity, price, fee, "USDT", run.State.Now)
            {
                RealizedPnl = realized,
                IsMaker = maker,
                IsLiquidation = order.ClientId is null,
                MarketTime = market.MarketTime,
            },
            run.State.Now));
        order = run.Update(order with
        {
            Filled = order.Filled + quantity,
            FilledValue = order.FilledValue + (quantity * price),
            Status = order.Left == quantity ? VenueOrderStatus.Filled : VenueOrderStatus.PartiallyFilled,
        });
        run.Tell(after);
        Tend(after, order.Id);
        return order;
    }

    /// <summary>Legs that cover their position follow its size, others keep theirs, and none that only reduces outlives it.</summary>
    private void Tend(SimulatedPosition position, long filling)
    {
        foreach (var id in run.Ids(o => o.Id != filling && o.ReduceOnly && o.IsOf(position.Symbol, position.Side)))
        {
            var order = run.State.Order(id)!;
            var held = position.Closable(order.Side);
            if (held == 0m)
            {
                run.End(order, VenueOrderStatus.Cancelled, "POSITION_CLOSED");
            }
            else if (order.Waits && order.CoversPosition && order.Quantity != held)
            {
                run.Update(order with { Quantity = held });
            }
        }
    }

    /// <summary>A leg becomes an order; the other legs that cover the same position go.</summary>
    public void Trigger(SimulatedOrder leg)
    {
        leg = run.Update(leg with { Status = VenueOrderStatus.Triggered });
        if (leg.CoversPosition)
        {
            foreach (var id in run.Ids(o => o.Waits && o.CoversPosition && o.IsOf(leg.Symbol, leg.PositionSide)))
            {
                run.End(run.State.Order(id)!, VenueOrderStatus.Cancelled, "OTHER_LEG_TRIGGERED");
            }
        }

        Take(leg);
    }
}
