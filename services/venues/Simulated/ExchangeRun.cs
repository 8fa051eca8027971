
namespace TradingSystem.Venues.Simulated;

/// <summary>What the parts of the simulated exchange work on: its state, and what it has told of it since it was last asked.</summary>
internal sealed class ExchangeRun(ExchangeState state)
{
    public ExchangeState State { get; set; } = state;

    /// <summary>In order.</summary>
    public List<VenueEvent> Events { get; } = [];

    public long NextId()
    {
        State = State with { LastId = State.LastId + 1 };
        return State.LastId;
    }

    public void Clock(DateTimeOffset at)
    {
        if (at > State.Now)
        {
            State = State with { Now = at };
        }
    }

    /// <summary>Keeps the order as it is now and tells of it.</summary>
    public SimulatedOrder Update(SimulatedOrder order)
    {
        order = order with { UpdatedAt = State.Now };
        State = State.With(order);
        Events.Add(new OrderChanged(order.ToVenueOrder(), State.Now));
        return order;
    }

    public SimulatedOrder End(SimulatedOrder order, VenueOrderStatus status, string reason) => Update(order with { Status = status, Reason = reason });

    public void Tell(SimulatedPosition position)
    {
        Events.Add(new PositionChanged(ToVenuePosition(position), State.Now));
        TellBalance();
    }

    public void TellBalance() => Events.Add(new BalanceChanged(ToVenueBalance(), State.Now));

    public VenueBalance ToVenueBalance() => new("USDT", State.Balance, Math.Max(0m, MarginMath.Available(State)), MarginMath.Equity(State) - State.Balance);

    public VenuePosition ToVenuePosition(SimulatedPosition position)
    {
        var market = State.Market(position.Symbol)!;
        return new(position.Symbol, position.Side, position.Quantity, position.EntryPrice)
        {
            MarkPrice = market.MarkPrice,
            UnrealizedPnl = position.UnrealizedPnl(market.MarkPrice),
            LiquidationPrice = position.Quantity == 0m ? null : MarginMath.LiquidationPrice(State, position),
            Leverage = market.Leverage,
            MarginMode = State.MarginMode,
            UpdatedAt = State.Now,
        };
    }

    public long[] Ids(Func<SimulatedOrder, bool> which) => [.. State.Orders.Where(which).Select(o => o.Id)];
}
