using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Desk;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Orders;
using TradingSystem.Venues;

namespace TradingSystem.Tests.Execution.Desk;

/// <summary>Orders, legs and positions of one account; each test changes one thing.</summary>
internal static class DeskRows
{
    public static readonly DateTimeOffset Now = new(2025, 6, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly Guid Group = Guid.Parse("0197f5d0-0000-7000-8000-0000000000a1");
    public static readonly Guid Other = Guid.Parse("0197f5d0-0000-7000-8000-0000000000a2");
    public static readonly DeskTerms Terms = new(SendDeadline: TimeSpan.FromSeconds(11), ProofAfter: TimeSpan.FromSeconds(7), MaxDecisionAge: TimeSpan.FromSeconds(30));

    public static TradeDecision Decision(TradeAction action = TradeAction.Long, decimal qty = 0m) => TestDecisions.Long() with { Action = action, Qty = qty, CreatedAt = Now };

    public static DeskOrder Row(
        string id = "A",
        string state = DeskStates.Pending,
        string leg = DeskLegs.Entry,
        string type = DeskTypes.Market,
        string side = "BUY",
        decimal qty = 1m,
        decimal filled = 0m,
        bool closes = false,
        long seq = 1,
        Guid? group = null,
        decimal? price = null,
        decimal? trigger = null,
        TradeDecision? decision = null,
        string symbol = "BTCUSDT",
        bool byCommand = false) => new()
        {
            ClientId = id,
            Seq = seq,
            GroupId = group ?? Group,
            Leg = leg,
            Symbol = symbol,
            Type = type,
            Side = side,
            Qty = qty,
            Filled = filled,
            Closes = closes,
            ByCommand = byCommand,
            Leverage = 10m,
            Price = price,
            TriggerPrice = trigger,
            Decision = leg == DeskLegs.Entry ? DeskJson.Write(decision ?? Decision(closes ? TradeAction.Close : TradeAction.Long)) : null,
            State = state,
            CheckAt = Now,
            CreatedAt = Now,
        };

    public static DeskOrder Leg(string id, string leg, decimal trigger, string state = DeskStates.Working, decimal qty = 1m, string side = "SELL", long seq = 1) =>
        Row(id, state, leg, leg == DeskLegs.StopLoss ? DeskTypes.StopLoss : DeskTypes.TakeProfit, side, qty, seq: seq, trigger: trigger);

    public static OpenOrders Open(params DeskOrder[] rows)
    {
        var open = new OpenOrders();
        foreach (var row in rows)
        {
            open.Add(row);
        }

        return open;
    }

    /// <param name="qty">Below 0 short.</param>
    public static Position Held(Guid group, decimal qty) => new() { GroupId = group, Symbol = "BTCUSDT", State = new(qty, qty * 100m, 0m, 0m) };

    public static VenueInstrument Instrument(string symbol = "BTCUSDT") => new(symbol, symbol, 0.1m, 0.001m, 0.001m, 100m, 100m, 5m, 1m, 100m, IsTrading: true);

    public static VenueListing Listing(bool isReady = true)
    {
        var listing = new VenueListing("binance") { IsReady = isReady };
        listing.Take([Instrument()]);
        return listing;
    }

    public static ProtectionMove Move(decimal? stop = 90m, decimal? before = 80m) => new()
    {
        Id = Guid.Parse("0197f5d0-0000-7000-8000-0000000000b1"),
        GroupId = Group,
        GroupName = "demo",
        Symbol = "BTCUSDT",
        Mode = "sandbox",
        MovesStop = true,
        StopLoss = stop,
        StopBefore = before,
        RequestedBy = "bot",
        State = MoveStates.Moving,
        CreatedAt = Now,
        BegunAt = Now,
    };
}
