using TradingSystem.Venues.Instruments;

namespace TradingSystem.Venues.Simulated;

/// <summary>How the price goes from one to the next, by a jump or without one, and what it meets on its way.</summary>
internal sealed class PriceWay(ExchangeRun run, SimulatedFills fills, SimulatedLiquidation liquidation)
{
    /// <summary>The price is another at once; what lies between goes in the order of its distance from where the price was.</summary>
    /// <param name="traded">The trade at exactly this price, null when it is not known.</param>
    /// <param name="insideCandle">Nothing fills outside of a candle's range, so a limit order that was jumped over fills at its open.</param>
    public void Jump(SimulatedMarket market, MarketTrade? traded, bool insideCandle)
    {
        var (symbol, price) = (market.Symbol, market.Last);
        var before = run.State.Market(symbol)!.Last;
        run.State = run.State.With(market);
        liquidation.WhatIsUnder(symbol);
        foreach (var id in run.State.Orders.Where(o => o.Symbol == symbol).OrderBy(o => Math.Abs((o.Waits ? o.TriggerPrice!.Value : o.Price ?? before) - before)).ThenBy(Rank).ThenBy(o => o.Id).Select(o => o.Id).ToArray())
        {
            if (run.State.Order(id) is not { } order)
            {
                continue;
            }

            if (order.Waits)
            {
                if (order.IsTriggeredBy(price))
                {
                    fills.Trigger(order);
                }
            }
            else if (order.Type == VenueOrderType.Market)
            {
                fills.Take(order);
            }
            else
            {
                Rest(order, traded, insideCandle);
            }
        }

        liquidation.WhatIsUnder(symbol);
    }

    /// <summary>
    /// A limit order in the book: all that is reachable once the price is through it, at its price only what the queue leaves. A taker of
    /// the order's own side does not meet it.
    /// </summary>
    private void Rest(SimulatedOrder order, MarketTrade? traded, bool insideCandle)
    {
        var market = run.State.Market(order.Symbol)!;
        var (limit, price) = (order.Price!.Value, market.Last);
        if (order.Side == OrderSide.Buy ? price < limit : price > limit)
        {
            var taker = market.TakerPrice(order.Side, run.State.Terms);
            var inside = order.Side == OrderSide.Buy ? Math.Min(limit, taker) : Math.Max(limit, taker);
            fills.Fill(order, SimulatedFills.Reachable(order, market), insideCandle ? inside : limit, maker: true, run.State.Terms.MakerFeeBps);
        }
        else if (price == limit && traded is { } trade && trade.TakerBuys != (order.Side == OrderSide.Buy))
        {
            var rest = trade.Quantity - order.QueueAhead;
            order = order with { QueueAhead = Math.Max(0m, -rest) };
            run.State = run.State.With(order);
            fills.Fill(
                order, Math.Min(SimulatedFills.Reachable(order, market), Sizing.RoundDown(Math.Max(0m, rest), market.Terms.Instrument.Step)), limit,
                maker: true, run.State.Terms.MakerFeeBps);
        }
    }

    public void Walk(string symbol, params ReadOnlySpan<decimal> prices)
    {
        foreach (var price in prices)
        {
            WalkTo(symbol, price);
        }
    }

    /// <summary>The price moves without a jump: everything on its way is met at its own price.</summary>
    private void WalkTo(string symbol, decimal to)
    {
        if (run.State.Market(symbol)!.Last == to)
        {
            return;
        }

        var down = to < run.State.Market(symbol)!.Last;
        HashSet<long>? met = null;
        while (true)
        {
            var market = run.State.Market(symbol)!;
            var next = Nearest(market, down, to, met);
            if (LiquidationOnTheWay(market, to) is { } price && (next is null || Math.Abs(price - market.Last) <= Math.Abs(next.Value.Price - market.Last)))
            {
                run.State = run.State.With(market with { Last = price });
                liquidation.WhatIsUnder(symbol);
                continue;
            }

            if (next is not { } crossing)
            {
                run.State = run.State.With(market with { Last = to });
                return;
            }

            run.State = run.State.With(market with { Last = crossing.Price });
            (met ??= []).Add(crossing.Order.Id);
            if (crossing.Order.Waits)
            {
                fills.Trigger(crossing.Order);
            }
            else
            {
                fills.Fill(crossing.Order, SimulatedFills.Reachable(crossing.Order, run.State.Market(symbol)!), crossing.Price, maker: true, run.State.Terms.MakerFeeBps);
            }
        }
    }

    private (SimulatedOrder Order, decimal Price)? Nearest(SimulatedMarket market, bool down, decimal to, HashSet<long>? met)
    {
        (SimulatedOrder Order, decimal Price)? nearest = null;
        foreach (var order in run.State.Orders)
        {
            if (order.Symbol != market.Symbol || met?.Contains(order.Id) == true || Crossing(order, market, down, to) is not { } price)
            {
                continue;
            }

            var difference = nearest is { } n ? Math.Abs(price - market.Last) - Math.Abs(n.Price - market.Last) : -1m;
            if (difference < 0m || (difference == 0m && Rank(order) < Rank(nearest!.Value.Order)))
            {
                nearest = (order, price);
            }
        }

        return nearest;
    }

    /// <summary>
    /// Where the order is met between the last price and <paramref name="to"/>: a leg at its trigger, a limit order only when the price goes through.
    /// </summary>
    private static decimal? Crossing(SimulatedOrder order, SimulatedMarket market, bool down, decimal to)
    {
        if (order.Waits)
        {
            var trigger = order.TriggerPrice!.Value;
            var within = down ? trigger <= market.Last && trigger >= to : trigger >= market.Last && trigger <= to;
            return within && order.TriggersBelow == down ? trigger : null;
        }

        if (order.Type == VenueOrderType.Market || (order.Side == OrderSide.Buy) != down)
        {
            return null;
        }

        var limit = order.Price!.Value;
        return (down ? limit <= market.Last && limit > to : limit >= market.Last && limit < to) ? limit : null;
    }

    /// <summary>The first price on the grid at which a position's margin is used up.</summary>
    private decimal? LiquidationOnTheWay(SimulatedMarket market, decimal to)
    {
        if (market.Mark is not null)
        {
            return null;
        }

        decimal? first = null;
        foreach (var position in run.State.Positions)
        {
            if (position.Symbol == market.Symbol && MarginMath.Line(run.State, position) is var line && line.At(to) <= 0m && line.At(market.Last) > 0m)
            {
                var root = line.Root!.Value;
                var tick = market.Terms.Instrument.Tick;
                var price = to < market.Last ? Math.Max(to, Sizing.RoundDown(root, tick)) : Math.Min(to, Sizing.RoundUp(root, tick));
                // The root is rounded in its 28th digit and may lie a hair before the price that it stands for.
                price = line.At(price) <= 0m ? price : to < market.Last ? Math.Max(to, price - tick) : Math.Min(to, price + tick);
                first = first is { } f && Math.Abs(f - market.Last) < Math.Abs(price - market.Last) ? f : price;
            }
        }

        return first;
    }

    /// <summary>Of what is met at the same price, the worse for the trader comes first.</summary>
    private static int Rank(SimulatedOrder order) => !order.Waits ? 1 : order.Kind == ProtectionKind.StopLoss ? 0 : 2;
}
