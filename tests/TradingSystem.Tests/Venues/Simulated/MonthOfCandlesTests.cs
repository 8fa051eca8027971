using System.Security.Cryptography;
using System.Text;
using NUnit.Framework;
using TradingSystem.Venues;
using TradingSystem.Venues.Simulated;

namespace TradingSystem.Tests.Venues.Simulated;

[TestFixture]
public sealed class MonthOfCandlesTests
{
    private const decimal PaidIn = 100_000m;
    private const decimal FundingRate = 0.000137m;

    private static readonly ExchangeTerms Terms = new();
    private static readonly SymbolTerms Symbol = TestExchanges.Symbol() with { FundingRate = FundingRate, FundingInterval = TimeSpan.FromHours(8), QueueAhead = 2.5m };
    private static readonly (IReadOnlyList<MarketCandle> Candles, string Source) Month = CandleFile.Month();

    [Test]
    public void A_month_of_trades_with_stops_and_targets_balances_to_the_last_digit()
    {
        var ledger = new CashLedger(Terms, PaidIn);
        var trader = new Trader();
        var exchange = Exchange();
        decimal last = 0m;
        foreach (var candle in Month.Candles)
        {
            if (last > 0m && candle.OpenTime.Minute == 0 && candle.OpenTime.Hour % 8 == 0)
            {
                ledger.Settle(TestExchanges.Btc, null, last, FundingRate);
            }

            exchange.Candle(candle);
            Read();
            trader.Act(exchange, candle);
            Read();
            ledger.AgreesWith(exchange.State);
            last = candle.Close;
        }

        exchange.Place(
            TestExchanges.Market(exchange.Position().Quantity > 0m ? OrderSide.Sell : OrderSide.Buy, Math.Abs(exchange.Position().Quantity), "last"),
            exchange.State.Now);
        exchange.Tick(new(TestExchanges.Btc, last, null, null, exchange.State.Now));
        Read();
        ledger.AgreesWith(exchange.State);
        var s = exchange.State;
        TestContext.Out.WriteLine(
            $"{Month.Source}: {Month.Candles.Count} candles, {trader.Stops} stops, {trader.Targets} targets, {trader.Fills} fills, PnL {s.RealizedPnl}, fees {s.Fees}, funding {s.Funding}, balance {s.Balance}");
        Assert.Multiple(() =>
        {
            Assert.That(ledger.IsFlat);
            Assert.That(s.Balance, Is.EqualTo(PaidIn + s.RealizedPnl - s.Fees + s.Funding + s.Insured));
            Assert.That(s.Orders, Is.Empty);
            Assert.That(trader.Stops, Is.GreaterThan(100), "or the month has shown nothing");
            Assert.That(trader.Targets, Is.GreaterThan(100), "or the month has shown nothing");
            Assert.That(s.Funding, Is.Not.Zero);
        });

        void Read()
        {
            var events = exchange.TakeEvents();
            ledger.Read(events);
            trader.Read(events);
        }
    }

    [Test]
    public void Two_runs_and_one_that_was_saved_and_restored_are_the_same_bit_for_bit()
    {
        var whole = Run([]);
        Assert.Multiple(() =>
        {
            Assert.That(Run([]), Is.EqualTo(whole));
            Assert.That(Run([1, 7_777, Month.Candles.Count / 2, Month.Candles.Count - 1]), Is.EqualTo(whole));
        });
    }

    private static string Run(HashSet<int> restoredBefore)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var trader = new Trader();
        var exchange = Exchange();
        for (var i = 0; i < Month.Candles.Count; i++)
        {
            exchange = restoredBefore.Contains(i) ? exchange.SavedAndRestored() : exchange;
            exchange.Candle(Month.Candles[i]);
            Note(exchange.TakeEvents());
            trader.Act(exchange, Month.Candles[i]);
            Note(exchange.TakeEvents());
        }

        hash.AppendData(Encoding.UTF8.GetBytes(TestExchanges.Json(exchange.State)));
        return Convert.ToHexString(hash.GetHashAndReset());

        void Note(IReadOnlyList<VenueEvent> events)
        {
            trader.Read(events);
            if (events.Count > 0)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(TestExchanges.Text(events)));
            }
        }
    }

    private static SimulatedExchange Exchange()
    {
        var exchange = new SimulatedExchange(Terms, [Symbol], PaidIn);
        exchange.Prepare(new(TestExchanges.Btc, 20m, MarginMode.Cross, PositionMode.OneWay), Month.Candles[0].OpenTime);
        return exchange;
    }

    /// <summary>Enters at market or by limit, protects what it holds, adds now and then, and sometimes takes half off.</summary>
    private sealed class Trader
    {
        private readonly Draws _draws = new(4);
        private int _number;

        public int Stops { get; private set; }

        public int Targets { get; private set; }

        public int Fills { get; private set; }

        public void Read(IReadOnlyList<VenueEvent> events)
        {
            Fills += events.OfType<FillSeen>().Count();
            foreach (var order in events.OfType<OrderChanged>().Select(e => e.Order).Where(o => o.Status == VenueOrderStatus.Filled))
            {
                Stops += order.Kind == ProtectionKind.StopLoss ? 1 : 0;
                Targets += order.Kind == ProtectionKind.TakeProfit ? 1 : 0;
            }
        }

        public void Act(SimulatedExchange exchange, MarketCandle candle)
        {
            var (now, price) = (candle.CloseTime, candle.Close);
            var held = exchange.Position().Quantity;
            var working = exchange.State.Orders.Any(o => o.Kind is null);
            var legs = exchange.State.Orders.Any(o => o.Kind is not null);
            if (held != 0m && !legs && !working)
            {
                var exit = held > 0m ? OrderSide.Sell : OrderSide.Buy;
                var away = price * (20 + _draws.Next(30)) / 10_000m * (held > 0m ? 1m : -1m);
                exchange.Protect(TestExchanges.Stop(exit, OnTick(price - away), id: Id('S')), now);
                exchange.Protect(TestExchanges.Take(exit, OnTick(price + (away * 1.2m)), id: Id('T')), now);
                if (_draws.Next(4) == 0)
                {
                    exchange.Protect(TestExchanges.Take(exit, OnTick(price + (away * 0.6m)), decimal.Round(Math.Abs(held) / 2m, 3), Id('H')), now);
                }
            }
            else if (held == 0m && !working && _draws.Next(8) == 0)
            {
                Enter(exchange, price, now);
            }
            else if (held == 0m && working && _draws.Next(60) == 0)
            {
                exchange.CancelOrders(TestExchanges.Btc, now);
            }
            else if (held != 0m && _draws.Next(200) == 0)
            {
                exchange.Place(TestExchanges.Market(held > 0m ? OrderSide.Buy : OrderSide.Sell, Size(), Id('A')), now);
            }
        }

        private void Enter(SimulatedExchange exchange, decimal price, DateTimeOffset now)
        {
            var side = _draws.Next(2) == 0 ? OrderSide.Buy : OrderSide.Sell;
            var order = _draws.Next(3) == 0
                ? TestExchanges.Limit(side, Size(), OnTick(price * (side == OrderSide.Buy ? 0.9995m : 1.0005m)), Id('L'))
                : TestExchanges.Market(side, Size(), Id('E'));
            exchange.Place(order, now);
        }

        private static decimal OnTick(decimal price) => decimal.Round(price, 1);

        private decimal Size() => (1 + _draws.Next(1_500)) / 1_000m;

        private string Id(char leg) => $"M{++_number}{leg}";
    }
}
