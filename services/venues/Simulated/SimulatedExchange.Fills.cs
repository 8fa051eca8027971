using System.Globalization;
using TradingSystem.Venues.Instruments;

namespace TradingSystem.Venues.Simulated;

/// <content>Fills, what they do to the position and its legs, triggers and liquidation.</content>
public sealed partial class SimulatedExchange
{
    /// <summary>At the market, as far as there is something to take. What is left goes on with the next price.</summary>
    private SimulatedOrder Take(SimulatedOrder order)
    {
        var market = _state.Market(order.Symbol)!;
        var price = market.TakerPrice(order.Side, _state.Terms);
        price = order.Price is not { } limit ? price : order.Side == OrderSide.Buy ? Math.Min(price, limit) : Math.Max(price, limit);
        return Fill(order, Reachable(order, market), price, maker: false, _state.Terms.TakerFeeBps);
    }

    private static decimal Reachable(SimulatedOrder order, SimulatedMarket market) =>
        market.Liquidity is { } left ? Math.Min(order.Left, Sizing.RoundDown(Math.Max(0m, left), market.Terms.Instrument.Step)) : order.Left;

    /// <summary>An order that turns a position closes it with one fill and opens the other side with another.</summary>
    private SimulatedOrder Fill(SimulatedOrder order, decimal quantity, decimal price, bool maker, decimal feeBps)
    {
        while (quantity > 0m && order.IsOpen)
        {
            var position = _state.Position(order.Symbol, order.PositionSide);
            var closable = position.Closable(order.Side);
            if (closable == 0m && order.ReduceOnly)
            {
                return End(order, VenueOrderStatus.Cancelled, "POSITION_CLOSED");
            }

            var part = Math.Min(quantity, closable > 0m ? closable : Affordable(order, price, maker));
            if (part <= 0m)
            {
                return End(order, VenueOrderStatus.Cancelled, "MARGIN");
            }

            order = Book(order, position, part, price, maker, feeBps, closable > 0m);
            quantity -= part;
        }

        return order;
    }

    /// <summary>How much of the order the margin allows at this price, whatever it allowed when the order came.</summary>
    private decimal Affordable(SimulatedOrder order, decimal price, bool maker)
    {
        var market = _state.Market(order.Symbol)!;
        var available = MarginMath.Available(_state, without: order.Id);
        return available <= 0m ? 0m
            : Sizing.RoundDown(available / OrderRules.Cost(order.Side, price, !maker, market, _state.Terms), market.Terms.Instrument.Step);
    }

    private SimulatedOrder Book(SimulatedOrder order, SimulatedPosition position, decimal quantity, decimal price, bool maker, decimal feeBps, bool closes)
    {
        var market = _state.Market(order.Symbol)!;
        var fee = decimal.Round(quantity * price * feeBps / 10_000m, SimulatedPosition.Places, MidpointRounding.ToPositiveInfinity);
        var isolated = _state.MarginMode == MarginMode.Isolated;
        var margin = isolated && !closes ? decimal.Round(quantity * price / market.Leverage, SimulatedPosition.Places, MidpointRounding.ToPositiveInfinity) : 0m;
        var signed = order.Side == OrderSide.Buy ? quantity : -quantity;
        var (after, realized) = closes ? position.Close(quantity, price) : (position.Add(signed, price, margin), 0m);
        _state = _state.With(after).With(market with { Liquidity = market.Liquidity - quantity }) with
        {
            Balance = _state.Balance + realized - fee,
            RealizedPnl = _state.RealizedPnl + realized,
            Fees = _state.Fees + fee,
        };
        var fillId = NextId().ToString(CultureInfo.InvariantCulture);
        _events.Add(new FillSeen(
            new(order.Symbol, fillId, order.VenueId, order.ClientId, order.Side, order.PositionSide, quantity, price, fee, "USDT", _state.Now)
            {
                RealizedPnl = realized,
                IsMaker = maker,
                IsLiquidation = order.ClientId is null,
                MarketTime = market.MarketTime,
            },
            _state.Now));
        order = Update(order with
        {
            Filled = order.Filled + quantity,
            FilledValue = order.FilledValue + (quantity * price),
            Status = order.Left == quantity ? VenueOrderStatus.Filled : VenueOrderStatus.PartiallyFilled,
        });
        Tell(after);
        Tend(after, order.Id);
        return order;
    }

    private void Tell(SimulatedPosition position)
    {
        _events.Add(new PositionChanged(ToVenuePosition(position), _state.Now));
        TellBalance();
    }

    private void TellBalance() => _events.Add(new BalanceChanged(ToVenueBalance(), _state.Now));

    public VenueBalance ToVenueBalance() => new("USDT", _state.Balance, Math.Max(0m, MarginMath.Available(_state)), MarginMath.Equity(_state) - _state.Balance);

    public VenuePosition ToVenuePosition(SimulatedPosition position)
    {
        var market = _state.Market(position.Symbol)!;
        return new(position.Symbol, position.Side, position.Quantity, position.EntryPrice)
        {
            MarkPrice = market.MarkPrice,
            UnrealizedPnl = position.UnrealizedPnl(market.MarkPrice),
            LiquidationPrice = position.Quantity == 0m ? null : MarginMath.LiquidationPrice(_state, position),
            Leverage = market.Leverage,
            MarginMode = _state.MarginMode,
            UpdatedAt = _state.Now,
        };
    }

    /// <summary>Legs that cover their position follow its size, others keep theirs, and none that only reduces outlives it.</summary>
    private void Tend(SimulatedPosition position, long filling)
    {
        foreach (var id in Ids(o => o.Id != filling && o.ReduceOnly && o.IsOf(position.Symbol, position.Side)))
        {
            var order = _state.Order(id)!;
            var held = position.Closable(order.Side);
            if (held == 0m)
            {
                End(order, VenueOrderStatus.Cancelled, "POSITION_CLOSED");
            }
            else if (order.Waits && order.CoversPosition && order.Quantity != held)
            {
                Update(order with { Quantity = held });
            }
        }
    }

    /// <summary>A leg becomes an order; the other legs that cover the same position go.</summary>
    private void Trigger(SimulatedOrder leg)
    {
        var market = _state.Market(leg.Symbol)!;
        leg = Update(leg with { Status = VenueOrderStatus.Triggered, QueueAhead = market.Terms.Queue(leg.Price) });
        if (leg.CoversPosition)
        {
            foreach (var id in Ids(o => o.Waits && o.CoversPosition && o.IsOf(leg.Symbol, leg.PositionSide)))
            {
                End(_state.Order(id)!, VenueOrderStatus.Cancelled, "OTHER_LEG_TRIGGERED");
            }
        }

        if (leg.Type == VenueOrderType.Market || OrderRules.IsMarketable(leg, market, _state.Terms))
        {
            Take(leg);
        }
    }

    /// <summary>The account in cross mode, single positions in isolated mode, where the maintenance margin is used up.</summary>
    private void LiquidateWhatIsUnder(string symbol)
    {
        foreach (var position in _state.Positions.Where(p => p.Symbol == symbol).ToArray())
        {
            // Those that a first one took with it are flat by now.
            if (_state.Position(symbol, position.Side) is { Quantity: not 0m } held && MarginMath.IsUnder(_state, held))
            {
                Liquidate(held);
            }
        }
    }

    private void Liquidate(SimulatedPosition position)
    {
        var isolated = _state.MarginMode == MarginMode.Isolated;
        foreach (var id in Ids(o => !isolated || o.IsOf(position.Symbol, position.Side)))
        {
            End(_state.Order(id)!, VenueOrderStatus.Cancelled, "LIQUIDATION");
        }

        foreach (var doomed in isolated ? [position] : _state.Positions.ToArray())
        {
            var before = _state.Balance;
            var price = CloseByExchange(doomed);
            // In isolated mode no more than the position's margin can be lost, in cross mode no more than all there is.
            var floor = isolated ? before - doomed.Margin : 0m;
            var last = isolated || _state.Positions.Length == 0;
            var covered = last ? Math.Max(0m, floor - _state.Balance) : 0m;
            _state = _state with { Balance = _state.Balance + covered, Insured = _state.Insured + covered };
            _events.Add(new PositionLiquidated(doomed.Symbol, doomed.Side, doomed.Quantity, price, covered, _state.Now));
            TellBalance();
        }
    }

    /// <summary>The exchange takes the whole position over, whatever the volume.</summary>
    private decimal CloseByExchange(SimulatedPosition position)
    {
        var side = position.Quantity > 0m ? OrderSide.Sell : OrderSide.Buy;
        var market = _state.Market(position.Symbol)!;
        var price = market.TakerPrice(side, _state.Terms);
        var quantity = Math.Abs(position.Quantity);
        var order = Update(new()
        {
            Id = NextId(),
            Symbol = position.Symbol,
            Side = side,
            PositionSide = position.Side,
            Quantity = quantity,
            ReduceOnly = true,
            Status = VenueOrderStatus.New,
            Reason = "LIQUIDATION",
        });
        Fill(order, quantity, price, maker: false, _state.Terms.LiquidationFeeBps);
        return price;
    }

    private long[] Ids(Func<SimulatedOrder, bool> which) => [.. _state.Orders.Where(which).Select(o => o.Id)];
}
