using System.Globalization;

namespace TradingSystem.Venues.Simulated;

/// <summary>
/// A perpetuals exchange for one account: fed with prices and orders, it tells what a venue would. It has no clock, no chance and no
/// memory beyond its <see cref="State"/>, so the same input makes the same output to the last digit. Not for several threads at once.
/// </summary>
/// <remarks>
/// Rules where a feed leaves it open, each the worse for the trader:
/// a candle went open, then whichever of low and high leaves the account with less at its close, then the other, then close;
/// a price that jumps takes legs with it at the price after the jump, not at their trigger;
/// a limit order fills only when the price went through it, or trades at its price have used up what stood before it;
/// a candle that only touches it fills nothing; at a jump the liquidation comes before the stop;
/// fees, funding and liquidation prices are rounded against the trader.
/// </remarks>
public sealed class SimulatedExchange
{
    private readonly ExchangeRun _run;
    private readonly SimulatedFills _fills;
    private readonly SimulatedLiquidation _liquidation;
    private readonly SimulatedFunding _funding;
    private readonly PriceWay _way;

    /// <exception cref="ArgumentException">Terms that cannot be traded on.</exception>
    public SimulatedExchange(
        ExchangeTerms terms, IEnumerable<SymbolTerms> symbols, decimal balance, MarginMode margin = MarginMode.Cross,
        PositionMode positions = PositionMode.OneWay)
        : this(new ExchangeState
        {
            Terms = Valid(terms),
            Balance = balance,
            MarginMode = margin,
            PositionMode = positions,
            Markets = [.. symbols.Select(s => new SimulatedMarket(s.Validate(terms), 1m, 0m, null, null, null, null, null))],
        })
    {
    }

    /// <summary>Goes on from a state that was saved.</summary>
    public SimulatedExchange(ExchangeState state)
    {
        _run = new(state);
        _fills = new(_run);
        _liquidation = new(_run, _fills);
        _funding = new(_run, _liquidation);
        _way = new(_run, _fills, _liquidation);
    }

    public ExchangeState State => _run.State;

    /// <summary>What happened since this was last asked, in order.</summary>
    public IReadOnlyList<VenueEvent> TakeEvents()
    {
        VenueEvent[] taken = [.. _run.Events];
        _run.Events.Clear();
        return taken;
    }

    public VenueReply<OrderAck> Place(NewOrder asked, DateTimeOffset at)
    {
        _run.Clock(at);
        if (Check(asked.Symbol, asked.ClientId, asked.PositionSide) is { } refusal)
        {
            return VenueReply.Refused<OrderAck>(refusal);
        }

        var market = _run.State.Market(asked.Symbol)!;
        if (OrderChecks.OffGrid(asked, market.Terms.Instrument) is { } off)
        {
            return VenueReply.Refused<OrderAck>(off);
        }

        var order = Shape(asked, market);
        if (OrderRules.Broken(order, market, _run.State) is { } broken)
        {
            return VenueReply.Refused<OrderAck>(broken);
        }

        order = _run.Update(order with { Id = _run.NextId() });
        if (order.Type == VenueOrderType.Market || OrderRules.IsMarketable(order, market, _run.State.Terms))
        {
            order = _fills.Take(order);
        }

        return VenueReply.Accepted(new OrderAck(order.VenueId, order.ClientId, order.Status, order.Filled, order.AveragePrice));
    }

    /// <summary>
    /// A leg that waits for its trigger. Without a quantity it follows the position's size. One that only reduces goes with the position; one
    /// that does not stands by itself, for a group whose position is hidden in the account's sum.
    /// </summary>
    public VenueReply<OrderAck> Protect(ProtectionOrder asked, DateTimeOffset at)
    {
        _run.Clock(at);
        if (Check(asked.Symbol, asked.ClientId, asked.PositionSide) is { } refusal)
        {
            return VenueReply.Refused<OrderAck>(refusal);
        }

        var reduceOnly = asked.ReduceOnly || Closes(asked.PositionSide, asked.Side);
        if (!reduceOnly && asked.Quantity is null)
        {
            return Refuse(RefusalMeaning.Parameter, "REDUCE_ONLY", "Protection of a whole position only reduces.");
        }

        var market = _run.State.Market(asked.Symbol)!;
        var held = _run.State.Position(asked.Symbol, asked.PositionSide).Closable(asked.Side);
        if (reduceOnly && held == 0m)
        {
            return Refuse(RefusalMeaning.PositionGone, "NO_POSITION", $"There is no position in {asked.Symbol} that a {asked.Side} would reduce.");
        }

        if (OrderChecks.OffGrid(asked, market.Terms.Instrument) is { } off)
        {
            return VenueReply.Refused<OrderAck>(off);
        }

        var quantity = asked.Quantity ?? held;
        if (quantity <= 0m)
        {
            return Refuse(RefusalMeaning.Quantity, "QTY_TOO_SMALL", "The quantity must be above 0.");
        }

        var leg = new SimulatedOrder
        {
            Id = 0,
            ClientId = asked.ClientId,
            Symbol = asked.Symbol,
            Side = asked.Side,
            PositionSide = asked.PositionSide,
            Type = VenueOrderType.Market,
            Quantity = quantity,
            ReduceOnly = reduceOnly,
            Status = VenueOrderStatus.Untriggered,
            Kind = asked.Kind,
            TriggerPrice = asked.TriggerPrice,
            CoversPosition = asked.Quantity is null,
            UpdatedAt = _run.State.Now,
        };
        if (leg.TriggerPrice <= 0m)
        {
            return Refuse(RefusalMeaning.Price, "PRICE", "A price must be above 0.");
        }

        if (leg.IsTriggeredBy(market.Last))
        {
            return Refuse(
                RefusalMeaning.WouldTriggerNow, "WOULD_TRIGGER", $"A trigger at {Text(leg.TriggerPrice.Value)} would be met at once, the price is {Text(market.Last)}.");
        }

        leg = _run.Update(leg with { Id = _run.NextId() });
        return VenueReply.Accepted(new OrderAck(leg.VenueId, leg.ClientId, leg.Status));
    }

    /// <summary>By the exchange's id when there is one, else by ours.</summary>
    public VenueReply<OrderAck> Cancel(string? clientId, string? venueId, DateTimeOffset at)
    {
        _run.Clock(at);
        var order = _run.State.Orders.FirstOrDefault(o => venueId is not null ? o.VenueId == venueId : o.ClientId is not null && o.ClientId == clientId);
        if (order is null)
        {
            return Refuse(RefusalMeaning.NotFound, "UNKNOWN_ORDER", "There is no such open order.");
        }

        order = _run.End(order, VenueOrderStatus.Cancelled, "CANCELLED");
        return VenueReply.Accepted(new OrderAck(order.VenueId, order.ClientId, order.Status, order.Filled, order.AveragePrice));
    }

    /// <summary>The open orders of a symbol, as a countdown that ran out takes them: protection stays.</summary>
    public void CancelOrders(string symbol, DateTimeOffset at)
    {
        _run.Clock(at);
        var open = _run.State.Orders.Where(o => o.Symbol == symbol && o.Kind is null).ToList();
        open.ForEach(o => _run.End(o, VenueOrderStatus.Cancelled, "CANCELLED"));
    }

    /// <summary>Modes change only while the account is flat and has no open orders; the leverage whenever the margin allows it.</summary>
    public VenueReply<Done> Prepare(SymbolSetup setup, DateTimeOffset at)
    {
        _run.Clock(at);
        if (_run.State.Market(setup.Symbol) is not { } market)
        {
            return VenueReply.Refused<Done>(RefusalMeaning.Parameter, "UNKNOWN_SYMBOL", $"There is no {setup.Symbol}.");
        }

        // Above it a position could be under its maintenance margin as soon as it is opened.
        var most = Math.Min(market.Terms.Instrument.MaxLeverage ?? 125m, 0.5m / market.Terms.MaintenanceRate);
        if (setup.Leverage < 1m || setup.Leverage > most)
        {
            return VenueReply.Refused<Done>(RefusalMeaning.Parameter, "LEVERAGE", $"Leverage {Text(setup.Leverage)} is not from 1 to {Text(most)}.");
        }

        if (Holds(setup.MarginMode, setup.PositionMode) is { } held)
        {
            return VenueReply.Refused<Done>(held);
        }

        if (setup.Leverage != market.Leverage && _run.State.MarginMode == MarginMode.Isolated && _run.State.Positions.Any(p => p.Symbol == setup.Symbol))
        {
            return VenueReply.Refused<Done>(RefusalMeaning.Configuration, "OPEN_POSITION", "Isolated leverage does not change while there is a position.");
        }

        var after = _run.State.With(market with { Leverage = setup.Leverage });
        if (setup.Leverage < market.Leverage && MarginMath.Available(after) < 0m)
        {
            return VenueReply.Refused<Done>(RefusalMeaning.Margin, "MARGIN", "There is not enough margin for a lower leverage.");
        }

        _run.State = after with { MarginMode = setup.MarginMode, PositionMode = setup.PositionMode };
        return VenueReply.Accepted(Done.Value);
    }

    /// <summary>Only while the account is flat and has no open orders.</summary>
    public VenueReply<Done> Switch(MarginMode margin, PositionMode positions, DateTimeOffset at)
    {
        _run.Clock(at);
        if (Holds(margin, positions) is { } held)
        {
            return VenueReply.Refused<Done>(held);
        }

        _run.State = _run.State with { MarginMode = margin, PositionMode = positions };
        return VenueReply.Accepted(Done.Value);
    }

    /// <summary>A last price without volume. Symbols that are not listed are passed over.</summary>
    public void Tick(MarketTick tick)
    {
        if (Begin(tick.Symbol, tick.Price, tick.At) is { } market)
        {
            _way.Jump(market with { Last = tick.Price, Bid = tick.Bid, Ask = tick.Ask, Liquidity = null, MarketTime = tick.MarketTime }, traded: null, insideCandle: false);
        }
    }

    /// <summary>A trade: the account may have been the other side of a part of it, and it uses up the queue at its price.</summary>
    public void Trade(MarketTrade trade)
    {
        if (Begin(trade.Symbol, trade.Price, trade.At) is { } market)
        {
            // What is below a step is kept for the next trade: in a market of small trades a share of one may never be a step.
            var kept = Math.Max(0m, market.Liquidity ?? 0m) % market.Terms.Instrument.Step;
            var left = kept + (trade.Quantity * _run.State.Terms.VolumeShare);
            _way.Jump(market with { Last = trade.Price, Bid = trade.Bid, Ask = trade.Ask, Liquidity = left, MarketTime = trade.MarketTime }, trade, insideCandle: false);
        }
    }

    /// <summary>Of the two ways that prices can have gone, the one that leaves less at the close; low first when both leave the same.</summary>
    public void Candle(MarketCandle candle)
    {
        if (Begin(candle.Symbol, candle.Open, candle.OpenTime) is not { } market)
        {
            return;
        }

        _way.Jump(
            market with { Last = candle.Open, Bid = null, Ask = null, Liquidity = candle.Volume * _run.State.Terms.VolumeShare, MarketTime = null },
            traded: null, insideCandle: true);
        _run.Clock(candle.CloseTime);
        var (start, told) = (_run.State, _run.Events.Count);
        _way.Walk(candle.Symbol, candle.Low, candle.High, candle.Close);
        if (_run.Events.Count == told)
        {
            // Nothing was met between low and high, so nothing is met the other way round either.
            return;
        }

        var (lowFirst, happened) = (_run.State, _run.Events[told..]);
        _run.State = start;
        _run.Events.RemoveRange(told, _run.Events.Count - told);
        _way.Walk(candle.Symbol, candle.High, candle.Low, candle.Close);
        if (MarginMath.Equity(lowFirst) <= MarginMath.Equity(_run.State))
        {
            _run.State = lowFirst;
            _run.Events.RemoveRange(told, _run.Events.Count - told);
            _run.Events.AddRange(happened);
        }
    }

    /// <summary>A mark price of its own; from then on margin goes by it.</summary>
    public void Mark(string symbol, decimal price, DateTimeOffset at)
    {
        if (Begin(symbol, price, at) is not { Last: > 0m } market)
        {
            return;
        }

        _run.State = _run.State.With(market with { Mark = price });
        _liquidation.WhatIsUnder(symbol);
    }

    /// <summary>Rate of the next settlements, as a part of the notional.</summary>
    public void SetFundingRate(string symbol, decimal rate)
    {
        if (_run.State.Market(symbol) is { } market)
        {
            _run.State = _run.State.With(market with { Terms = market.Terms with { FundingRate = rate } });
        }
    }

    public VenueBalance ToVenueBalance() => _run.ToVenueBalance();

    public VenuePosition ToVenuePosition(SimulatedPosition position) => _run.ToVenuePosition(position);

    /// <summary>Null for a symbol or price that is passed over.</summary>
    private SimulatedMarket? Begin(string symbol, decimal price, DateTimeOffset at)
    {
        if (price <= 0m || _run.State.Market(symbol) is null)
        {
            return null;
        }

        _run.Clock(at);
        _funding.Settle(symbol);
        return _run.State.Market(symbol);
    }

    private VenueRefusal? Holds(MarginMode margin, PositionMode positions) =>
        (margin, positions) != (_run.State.MarginMode, _run.State.PositionMode) && (_run.State.Positions.Length > 0 || _run.State.Orders.Length > 0)
            ? new(RefusalMeaning.Configuration, "OPEN_POSITION", "Modes do not change while there are positions or open orders.")
            : null;

    private static VenueReply<OrderAck> Refuse(RefusalMeaning meaning, string code, string message) => VenueReply.Refused<OrderAck>(meaning, code, message);

    private static string Text(decimal value) => value.ToString("0.##################", CultureInfo.InvariantCulture);

    private VenueRefusal? Check(string symbol, string clientId, PositionSide? side)
    {
        var market = _run.State.Market(symbol);
        return market is null ? new(RefusalMeaning.Parameter, "UNKNOWN_SYMBOL", $"There is no {symbol}.")
            : clientId.Length is 0 or > 32 || !clientId.All(char.IsAsciiLetterOrDigit) ? new(RefusalMeaning.Parameter, "CLIENT_ID", "A client id is 1 to 32 letters and digits.")
            : _run.State.Orders.Any(o => o.ClientId == clientId) ? new(RefusalMeaning.Duplicate, "DUPLICATE", $"{clientId} is the id of an open order.")
            : (side is null) == (_run.State.PositionMode == PositionMode.Hedge) ? new(
                RefusalMeaning.Configuration, "POSITION_SIDE", "A position side is needed in hedge mode, and only there.")
            : market.Last <= 0m ? new(RefusalMeaning.Configuration, "NO_PRICE", $"There is no price of {symbol} yet.")
            : null;
    }

    /// <summary>In hedge mode side and bucket say by themselves that an order only reduces.</summary>
    private static bool Closes(PositionSide? bucket, OrderSide side) => bucket is { } held && (held == PositionSide.Long) == (side == OrderSide.Sell);

    /// <summary>As it is taken. What it may not reduce is cancelled when it fills.</summary>
    private SimulatedOrder Shape(NewOrder asked, SimulatedMarket market) =>
        new()
        {
            Id = 0,
            ClientId = asked.ClientId,
            Symbol = asked.Symbol,
            Side = asked.Side,
            PositionSide = asked.PositionSide,
            Type = asked.Type,
            Price = asked.Type == VenueOrderType.Limit ? asked.Price : null,
            Quantity = asked.Quantity,
            ReduceOnly = asked.ReduceOnly || Closes(asked.PositionSide, asked.Side),
            Status = VenueOrderStatus.New,
            QueueAhead = market.Terms.Queue(asked.Price),
            UpdatedAt = _run.State.Now,
        };

    private static ExchangeTerms Valid(ExchangeTerms terms)
    {
        terms.Validate();
        return terms;
    }
}
