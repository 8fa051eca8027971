using System.Globalization;
using TradingSystem.Venues.Instruments;

namespace TradingSystem.Venues.Simulated;

/// <content>Prices, and what they set off.</content>
public sealed partial class SimulatedExchange
{
    /// <summary>A last price without volume. Symbols that are not listed are passed over.</summary>
    public void Tick(MarketTick tick)
    {
        if (Begin(tick.Symbol, tick.Price, tick.At) is { } market)
        {
            Jump(market with { Last = tick.Price, Bid = tick.Bid, Ask = tick.Ask, Liquidity = null, MarketTime = tick.MarketTime }, traded: null, insideCandle: false);
        }
    }

    /// <summary>A trade: the account may have been the other side of a part of it, and it uses up the queue at its price.</summary>
    public void Trade(MarketTrade trade)
    {
        if (Begin(trade.Symbol, trade.Price, trade.At) is { } market)
        {
            // What is below a step is kept for the next trade: in a market of small trades a share of one may never be a step.
            var kept = Math.Max(0m, market.Liquidity ?? 0m) % market.Terms.Instrument.Step;
            var left = kept + (trade.Quantity * _state.Terms.VolumeShare);
            Jump(market with { Last = trade.Price, Bid = trade.Bid, Ask = trade.Ask, Liquidity = left, MarketTime = trade.MarketTime }, trade, insideCandle: false);
        }
    }

    /// <summary>Of the two ways that prices can have gone, the one that leaves less at the close; low first when both leave the same.</summary>
    public void Candle(MarketCandle candle)
    {
        if (Begin(candle.Symbol, candle.Open, candle.OpenTime) is not { } market)
        {
            return;
        }

        Jump(market with { Last = candle.Open, Bid = null, Ask = null, Liquidity = candle.Volume * _state.Terms.VolumeShare, MarketTime = null }, traded: null, insideCandle: true);
        Clock(candle.CloseTime);
        var (start, told) = (_state, _events.Count);
        Walk(candle.Symbol, candle.Low, candle.High, candle.Close);
        if (_events.Count == told)
        {
            // Nothing was met between low and high, so nothing is met the other way round either.
            return;
        }

        var (lowFirst, happened) = (_state, _events[told..]);
        _state = start;
        _events.RemoveRange(told, _events.Count - told);
        Walk(candle.Symbol, candle.High, candle.Low, candle.Close);
        if (MarginMath.Equity(lowFirst) <= MarginMath.Equity(_state))
        {
            _state = lowFirst;
            _events.RemoveRange(told, _events.Count - told);
            _events.AddRange(happened);
        }
    }

    /// <summary>A mark price of its own; from then on margin and the triggers that ask for it go by it.</summary>
    public void Mark(string symbol, decimal price, DateTimeOffset at)
    {
        if (Begin(symbol, price, at) is not { Last: > 0m } market)
        {
            return;
        }

        _state = _state.With(market with { Mark = price });
        LiquidateWhatIsUnder(symbol);
        foreach (var id in Ids(o => o.Symbol == symbol && o.Waits && o.TriggerBy == TriggerBy.Mark))
        {
            if (_state.Order(id) is { } leg && leg.IsTriggeredBy(price))
            {
                Trigger(leg);
            }
        }

        LiquidateWhatIsUnder(symbol);
    }

    /// <summary>Rate of the next settlements, as a part of the notional.</summary>
    public void SetFundingRate(string symbol, decimal rate)
    {
        if (_state.Market(symbol) is { } market)
        {
            _state = _state.With(market with { Terms = market.Terms with { FundingRate = rate } });
        }
    }

    /// <summary>Null for a symbol or price that is passed over.</summary>
    private SimulatedMarket? Begin(string symbol, decimal price, DateTimeOffset at)
    {
        if (price <= 0m || _state.Market(symbol) is null)
        {
            return null;
        }

        Clock(at);
        SettleFunding(symbol);
        return _state.Market(symbol);
    }

    /// <summary>At the mark price before the one that is coming: that is the one that stood at the settlement.</summary>
    private void SettleFunding(string symbol)
    {
        var market = _state.Market(symbol)!;
        var interval = market.Terms.FundingInterval;
        if (interval == TimeSpan.Zero)
        {
            return;
        }

        while (market.NextFunding is { } due && due <= _state.Now)
        {
            if (_state.Positions.Any(p => p.Symbol == symbol))
            {
                _state = _state.With(market with { NextFunding = due + interval });
                Pay(symbol, due);
                LiquidateWhatIsUnder(symbol);
                market = _state.Market(symbol)!;
            }
            else
            {
                market = market with { NextFunding = After(_state.Now, interval) };
            }
        }

        _state = _state.With(market with { NextFunding = market.NextFunding ?? After(_state.Now, interval) });
    }

    private static DateTimeOffset After(DateTimeOffset now, TimeSpan interval) => new(((now.UtcTicks / interval.Ticks) + 1) * interval.Ticks, TimeSpan.Zero);

    private void Pay(string symbol, DateTimeOffset due)
    {
        var market = _state.Market(symbol)!;
        foreach (var position in _state.Positions.Where(p => p.Symbol == symbol).ToArray())
        {
            var amount = decimal.Round(-position.Quantity * market.MarkPrice * market.Terms.FundingRate, SimulatedPosition.Places, MidpointRounding.ToNegativeInfinity);
            if (amount == 0m)
            {
                continue;
            }

            var id = NextId().ToString(CultureInfo.InvariantCulture);
            var margin = _state.MarginMode == MarginMode.Isolated ? position.Margin + amount : position.Margin;
            _state = _state.With(position with { Margin = margin }) with { Balance = _state.Balance + amount, Funding = _state.Funding + amount };
            _events.Add(new FundingSettled(new(symbol, id, amount, due), market.Terms.FundingRate, market.MarkPrice, _state.Now));
            TellBalance();
        }
    }

    /// <summary>The price is another at once; what lies between goes in the order of its distance from where the price was.</summary>
    /// <param name="traded">The trade at exactly this price, null when it is not known.</param>
    /// <param name="insideCandle">Nothing fills outside of a candle's range, so a limit order that was jumped over fills at its open.</param>
    private void Jump(SimulatedMarket market, MarketTrade? traded, bool insideCandle)
    {
        var (symbol, price) = (market.Symbol, market.Last);
        var before = _state.Market(symbol)!.Last;
        _state = _state.With(market);
        LiquidateWhatIsUnder(symbol);
        foreach (var id in _state.Orders.Where(o => o.Symbol == symbol).OrderBy(o => Math.Abs((o.Waits ? o.TriggerPrice!.Value : o.Price ?? before) - before)).ThenBy(Rank).ThenBy(o => o.Id).Select(o => o.Id).ToArray())
        {
            if (_state.Order(id) is not { } order)
            {
                continue;
            }

            if (order.Waits)
            {
                if (GoesByLast(order, market) && order.IsTriggeredBy(price))
                {
                    Trigger(order);
                }
            }
            else if (order.Type == VenueOrderType.Market)
            {
                Take(order);
            }
            else
            {
                Rest(order, traded, insideCandle);
            }
        }

        LiquidateWhatIsUnder(symbol);
    }

    /// <summary>
    /// A limit order in the book: all that is reachable once the price is through it, at its price only what the queue leaves. A taker of
    /// the order's own side does not meet it.
    /// </summary>
    private void Rest(SimulatedOrder order, MarketTrade? traded, bool insideCandle)
    {
        var market = _state.Market(order.Symbol)!;
        var (limit, price) = (order.Price!.Value, market.Last);
        if (order.Side == OrderSide.Buy ? price < limit : price > limit)
        {
            var taker = market.TakerPrice(order.Side, _state.Terms);
            var inside = order.Side == OrderSide.Buy ? Math.Min(limit, taker) : Math.Max(limit, taker);
            Fill(order, Reachable(order, market), insideCandle ? inside : limit, maker: true, _state.Terms.MakerFeeBps);
        }
        else if (price == limit && traded is { } trade && trade.TakerBuys != (order.Side == OrderSide.Buy))
        {
            var rest = trade.Quantity - order.QueueAhead;
            order = order with { QueueAhead = Math.Max(0m, -rest) };
            _state = _state.With(order);
            Fill(order, Math.Min(Reachable(order, market), Sizing.RoundDown(Math.Max(0m, rest), market.Terms.Instrument.Step)), limit, maker: true, _state.Terms.MakerFeeBps);
        }
    }

    private void Walk(string symbol, params ReadOnlySpan<decimal> prices)
    {
        foreach (var price in prices)
        {
            WalkTo(symbol, price);
        }
    }

    /// <summary>The price moves without a jump: everything on its way is met at its own price.</summary>
    private void WalkTo(string symbol, decimal to)
    {
        if (_state.Market(symbol)!.Last == to)
        {
            return;
        }

        var down = to < _state.Market(symbol)!.Last;
        HashSet<long>? met = null;
        while (true)
        {
            var market = _state.Market(symbol)!;
            var next = Nearest(market, down, to, met);
            if (LiquidationOnTheWay(market, to) is { } price && (next is null || Math.Abs(price - market.Last) <= Math.Abs(next.Value.Price - market.Last)))
            {
                _state = _state.With(market with { Last = price });
                LiquidateWhatIsUnder(symbol);
                continue;
            }

            if (next is not { } crossing)
            {
                _state = _state.With(market with { Last = to });
                return;
            }

            _state = _state.With(market with { Last = crossing.Price });
            (met ??= []).Add(crossing.Order.Id);
            if (crossing.Order.Waits)
            {
                Trigger(crossing.Order);
            }
            else
            {
                Fill(crossing.Order, Reachable(crossing.Order, _state.Market(symbol)!), crossing.Price, maker: true, _state.Terms.MakerFeeBps);
            }
        }
    }

    private (SimulatedOrder Order, decimal Price)? Nearest(SimulatedMarket market, bool down, decimal to, HashSet<long>? met)
    {
        (SimulatedOrder Order, decimal Price)? nearest = null;
        foreach (var order in _state.Orders)
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

    /// <summary>Where the order is met between the last price and <paramref name="to"/>: a leg at its trigger, a limit order only when the price goes through.</summary>
    private static decimal? Crossing(SimulatedOrder order, SimulatedMarket market, bool down, decimal to)
    {
        if (order.Waits)
        {
            var trigger = order.TriggerPrice!.Value;
            var within = down ? trigger <= market.Last && trigger >= to : trigger >= market.Last && trigger <= to;
            return within && order.TriggersBelow == down && GoesByLast(order, market) ? trigger : null;
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
        foreach (var position in _state.Positions)
        {
            if (position.Symbol == market.Symbol && MarginMath.Line(_state, position) is var line && line.At(to) <= 0m && line.At(market.Last) > 0m)
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

    private static bool GoesByLast(SimulatedOrder leg, SimulatedMarket market) => leg.TriggerBy == TriggerBy.Last || market.Mark is null;

    /// <summary>Of what is met at the same price, the worse for the trader comes first.</summary>
    private static int Rank(SimulatedOrder order) => !order.Waits ? 1 : order.Kind == ProtectionKind.StopLoss ? 0 : 2;
}
