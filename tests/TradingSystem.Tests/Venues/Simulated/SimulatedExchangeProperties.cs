using NUnit.Framework;
using TradingSystem.Venues;
using TradingSystem.Venues.Simulated;
using static TradingSystem.Tests.Venues.Simulated.TestExchanges;

namespace TradingSystem.Tests.Venues.Simulated;

/// <summary>Whatever is done in whatever order, these hold after each step.</summary>
[TestFixture]
public sealed class SimulatedExchangeProperties
{
    [FsCheck.NUnit.Property(MaxTest = 400)]
    public void Position_and_PnL_equal_an_independent_computation_over_random_fills((int Lots, int Price)[] fills, bool isolated)
    {
        var exchange = Create(Free with { TakerFeeBps = 5m, SpreadBps = 1m, SlippageBps = 1m }, 10_000_000m, isolated ? MarginMode.Isolated : MarginMode.Cross);
        // Average cost by hand: what was paid for what is held, and what closing earned.
        decimal held = 0m, paid = 0m, earned = 0m;
        var number = 0;
        foreach (var (lots, price) in fills)
        {
            exchange.Tick(Tick(80m + (Math.Abs(price % 400) / 10m)));
            exchange.Place(Market(lots > 0 ? OrderSide.Buy : OrderSide.Sell, Math.Abs(lots % 500) / 10m, $"o{++number}"), Start);
            foreach (var fill in exchange.TakeEvents().Fills())
            {
                var signed = fill.Side == OrderSide.Buy ? fill.Quantity : -fill.Quantity;
                if (held * signed >= 0m)
                {
                    paid += signed * fill.Price;
                }
                else
                {
                    var cost = fill.Quantity == Math.Abs(held) ? paid : Math.Round(paid * fill.Quantity / Math.Abs(held), 8, MidpointRounding.ToEven);
                    earned += -(signed * fill.Price) - cost;
                    paid -= cost;
                    Assert.That(fill.RealizedPnl, Is.EqualTo(-(signed * fill.Price) - cost));
                }

                held += signed;
            }

            var position = exchange.Position();
            Assert.That((position.Quantity, position.Cost, exchange.State.RealizedPnl), Is.EqualTo((held, paid, earned)));
            Assert.That(position.EntryPrice, Is.EqualTo(held == 0m ? 0m : Math.Round(paid / held, 12)));
            Assert.That(exchange.State.Balance, Is.EqualTo(10_000_000m + earned - exchange.State.Fees));
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 250)]
    public void Money_margin_legs_and_prices_hold_whatever_happens_on_one_way_cross((int What, int A, int B)[] steps) => Run(steps, MarginMode.Cross, PositionMode.OneWay);

    [FsCheck.NUnit.Property(MaxTest = 250)]
    public void Money_margin_legs_and_prices_hold_whatever_happens_on_one_way_isolated((int What, int A, int B)[] steps) => Run(steps, MarginMode.Isolated, PositionMode.OneWay);

    [FsCheck.NUnit.Property(MaxTest = 250)]
    public void Money_margin_legs_and_prices_hold_whatever_happens_on_hedge_cross((int What, int A, int B)[] steps) => Run(steps, MarginMode.Cross, PositionMode.Hedge);

    [FsCheck.NUnit.Property(MaxTest = 250)]
    public void Money_margin_legs_and_prices_hold_whatever_happens_on_hedge_isolated((int What, int A, int B)[] steps) => Run(steps, MarginMode.Isolated, PositionMode.Hedge);

    /// <summary>Long runs of small moves find what arrays of a hundred steps do not.</summary>
    [Test]
    public void Long_random_runs_hold([Values] MarginMode margin, [Values] PositionMode positions)
    {
        var seen = new HashSet<string>();
        for (ulong seed = 1; seed <= 12; seed++)
        {
            var draws = new Draws(seed);
            seen.UnionWith(Watched([.. Enumerable.Range(0, 600).Select(_ => (draws.Next(1_000), draws.Next(2_001) - 1_000, draws.Next(2_001) - 1_000))], margin, positions));
        }

        Assert.That(
            new[] { "liquidation", "StopLoss", "TakeProfit", "maker", "part", "funding", "OTHER_LEG_TRIGGERED", "POSITION_CLOSED" },
            Is.SubsetOf(seen), "or the runs have shown nothing");
    }

    private static void Run((int What, int A, int B)[] steps, MarginMode margin, PositionMode positions) => Watched(steps, margin, positions);

    private static HashSet<string> Watched((int What, int A, int B)[] steps, MarginMode margin, PositionMode positions)
    {
        var terms = new ExchangeTerms { VolumeShare = 0.3m };
        var symbol = Symbol() with { FundingRate = 0.0005m, FundingInterval = TimeSpan.FromHours(1), QueueAhead = 3m };
        var exchange = Create(terms, 2_000m, margin, positions, 50m, symbol: symbol);
        var watch = new Watch(terms, exchange, positions);
        foreach (var (what, a, b) in steps)
        {
            watch.Step(what, a, b);
        }

        return watch.Seen;
    }

    private sealed class Watch(ExchangeTerms terms, SimulatedExchange exchange, PositionMode positions)
    {
        private readonly CashLedger _ledger = new(terms, 2_000m);
        private readonly Dictionary<string, VenueOrder> _orders = [];
        private readonly Dictionary<string, decimal> _filled = [];
        private int _number;
        private int _minute;

        /// <summary>Kinds of what has happened.</summary>
        public HashSet<string> Seen { get; } = [];

        public void Step(int what, int a, int b)
        {
            var side = a % 2 == 0 ? OrderSide.Buy : OrderSide.Sell;
            PositionSide? bucket = positions == PositionMode.OneWay ? null : b % 2 == 0 ? PositionSide.Long : PositionSide.Short;
            var price = exchange.State.Market(Btc)!.Last;
            var quantity = (1 + Math.Abs(b % 400)) / 10m;
            var near = Grid(price * (1m + (a % 40 / 2_000m)));
            var now = Start.AddMinutes(_minute);
            MarketCandle? candle = null;
            switch (Math.Abs(what % 11))
            {
                case 0 or 1:
                    exchange.Place(Market(side, quantity, Id()) with { PositionSide = bucket, ReduceOnly = positions == PositionMode.OneWay && b % 5 == 0 }, now);
                    break;
                case 2 or 3:
                    exchange.Place(Limit(side, quantity, near, Id()) with { PositionSide = bucket }, now);
                    break;
                case 4:
                    exchange.Protect(Stop(side, near, b % 3 == 0 ? quantity : null, Id()) with { PositionSide = bucket }, now);
                    break;
                case 5:
                    exchange.Protect(Take(side, near, b % 3 == 0 ? quantity : null, Id()) with { PositionSide = bucket }, now);
                    break;
                case 6 when exchange.State.Orders.Length > 0:
                    exchange.Cancel(null, exchange.State.Orders[Math.Abs(a) % exchange.State.Orders.Length].VenueId, now);
                    break;
                case 7:
                    Settle();
                    exchange.Trade(new(Btc, near, quantity, Start.AddMinutes(++_minute)));
                    break;
                case 8:
                    Settle();
                    exchange.Tick(new(Btc, near, null, null, Start.AddMinutes(++_minute)));
                    break;
                default:
                    Settle();
                    var close = Grid(price * (1m + (b % 30 / 1_500m)));
                    candle = new(
                        Btc, Start.AddMinutes(++_minute), TimeSpan.FromMinutes(1), near, Math.Max(near, close) + Math.Abs(a % 7 / 5m),
                        Math.Max(1m, Math.Min(near, close) - Math.Abs(b % 7 / 5m)), close, Math.Abs(a));
                    exchange.Candle(candle);
                    break;
            }

            Look(candle);
        }

        /// <summary>The hour's funding is settled at the price before; the ledger must do it before it reads what came after.</summary>
        private void Settle()
        {
            if ((Start.AddMinutes(_minute + 1) - Start).TotalMinutes % 60 == 0)
            {
                var mark = exchange.State.Market(Btc)!.MarkPrice;
                foreach (var bucket in new PositionSide?[] { null, PositionSide.Long, PositionSide.Short })
                {
                    _ledger.Settle(Btc, bucket, mark, 0.0005m);
                }
            }
        }

        private void Look(MarketCandle? candle)
        {
            var events = exchange.TakeEvents();
            _ledger.Read(events);
            foreach (var happened in events)
            {
                Note(happened);
                if (happened is OrderChanged { Order: var order })
                {
                    Assert.That(order.Filled, Is.LessThanOrEqualTo(order.Quantity), "no more is filled than was ordered");
                    _orders[order.VenueId] = order;
                }
                else if (happened is FillSeen { Fill: var fill })
                {
                    Look(_orders[fill.VenueOrderId], fill);
                }
            }

            if (candle is not null)
            {
                // Funding is settled before the candle opens; a liquidation by it is at the price before.
                var settled = events.Any(e => e is FundingSettled);
                Look(candle, [.. events.Fills().Where(f => !settled || _orders[f.VenueOrderId].ClientId is not null)]);
            }

            _ledger.AgreesWith(exchange.State);
            LookAtLegs();
            LookAtMargin();
            Assert.That(_orders.Values.Where(o => o.IsOpen).Select(o => o.VenueId), Is.EquivalentTo(exchange.State.Orders.Select(o => o.VenueId)), "what was told is what is");
        }

        private void Note(VenueEvent happened)
        {
            var what = happened switch
            {
                PositionLiquidated => "liquidation",
                FundingSettled => "funding",
                FillSeen { Fill.IsMaker: true } => "maker",
                OrderChanged { Order.Status: VenueOrderStatus.PartiallyFilled } => "part",
                OrderChanged { Order: { Status: VenueOrderStatus.Cancelled, Reason: { } why } } => why,
                OrderChanged { Order: { Status: VenueOrderStatus.Filled, Kind: { } kind } } => $"{kind}",
                _ => null,
            };
            if (what is not null)
            {
                Seen.Add(what);
            }
        }

        private void Look(VenueOrder order, VenueFill fill)
        {
            _filled[order.VenueId] = _filled.GetValueOrDefault(order.VenueId) + fill.Quantity;
            if (order is { Type: VenueOrderType.Limit, Price: { } limit })
            {
                Assert.That(fill.Side == OrderSide.Buy ? fill.Price <= limit : fill.Price >= limit, "a limit order is never filled at a worse price");
            }
        }

        private void Look(MarketCandle candle, VenueFill[] fills)
        {
            var worse = ((terms.SpreadBps / 2m) + terms.SlippageBps + 0.01m) / 10_000m;
            Assert.That(
                fills.Select(f => f.Price), Has.All.InRange((candle.Low * (1m - worse)) - 0.1m, (candle.High * (1m + worse)) + 0.1m),
                "fills are inside of the candle and its slippage");
            var free = fills.Where(f => _orders[f.VenueOrderId].ClientId is not null).Sum(f => f.Quantity);
            Assert.That(free, Is.LessThanOrEqualTo(candle.Volume * terms.VolumeShare), "no more is filled than the share of what was traded");
        }

        private void LookAtLegs()
        {
            foreach (var order in exchange.State.Orders.Where(o => o.ReduceOnly))
            {
                var held = exchange.State.Position(order.Symbol, order.PositionSide).Closable(order.Side);
                Assert.That(held, Is.Positive, "no reducing order outlives its position");
                Assert.That(!order.Waits || !order.CoversPosition || order.Quantity == held, "a leg that covers a position has its size");
            }
        }

        private void LookAtMargin()
        {
            var state = exchange.State;
            foreach (var position in state.Positions)
            {
                Assert.That(MarginMath.IsUnder(state, position), Is.False, "what is under its maintenance margin has been liquidated");
            }

            Assert.That(MarginMath.Equity(state), Is.GreaterThanOrEqualTo(0m));
            Assert.That(state.Insured == 0m || _orders.Values.Any(o => o.ClientId is null), "only a liquidation is covered");
        }

        private string Id() => $"p{++_number}";

        private static decimal Grid(decimal price) => Math.Max(1m, decimal.Round(price, 1));
    }
}
