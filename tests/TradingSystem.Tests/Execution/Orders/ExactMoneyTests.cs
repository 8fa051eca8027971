using System.Numerics;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Prices;

namespace TradingSystem.Tests.Execution.Orders;

/// <summary>
/// Random fills, kept twice: by the ledger, and by whole numbers of the smallest unit that a column can hold, with nothing but cash that went and
/// came. The two must be equal to the last digit after every fill.
/// </summary>
[TestFixture]
public sealed class ExactMoneyTests
{
    private const int Sequences = 10_000;
    private const decimal Initial = 10_000m;

    private static readonly string[] Symbols = ["BTCUSDT", "ETHUSDT"];

    // Places of quantity and price, largest quantity in steps, largest price in ticks: a coin of a hundred thousand, one of cents, one of a millionth.
    private static readonly (int QtyPlaces, int PricePlaces, int MaxLots, int MaxTicks)[] Coins =
        [(3, 1, 5_000, 1_500_000), (8, 2, 90_000_000, 20_000_000), (1, 5, 100_000, 90_000), (0, 9, 900_000_000, 5_000), (0, 10, 900_000_000, 99_999)];

    [Test]
    public void Ten_thousand_sequences_of_fills_agree_with_whole_numbers_to_the_last_digit()
    {
        var random = new Random(20_250_901);
        for (var i = 0; i < Sequences; i++)
        {
            var coin = Coins[random.Next(Coins.Length)];
            var position = default(PositionState);
            var other = new WholeNumbers();
            for (var fill = 1 + random.Next(25); fill > 0; fill--)
            {
                var (qty, price) = Fill(random, coin, position.Qty);
                var fee = decimal.Round(Math.Abs(qty) * price * random.Next(0, 11) / 10_000m, 18);
                position = PositionMath.Apply(position, qty, price, fee);
                other.Fill(qty, price, fee);
                var mark = Price(random, coin);
                Assert.That(
                    (Units(position.Qty), Units(position.Cost), Units(position.RealizedPnl), Units(position.Fees), Units(PositionMath.Unrealized(position.Qty, position.Cost, mark))),
                    Is.EqualTo((other.Held, other.Cost, other.Realized, other.Fees, other.Worth(mark) - other.Cost)),
                    $"sequence {i}: {qty} at {price}");
                // What went and came, without a thought for averages or parts.
                Assert.That(Units(position.RealizedPnl + PositionMath.Unrealized(position.Qty, position.Cost, mark)), Is.EqualTo(other.Cash + other.Worth(mark)));
                if (position.Qty == 0m)
                {
                    Assert.That((Units(position.RealizedPnl), position.Cost, position.AvgPrice), Is.EqualTo((other.Cash, 0m, 0m)));
                }
                else
                {
                    // The average is shown, so half a digit of what is shown is what it may be off.
                    Assert.That(
                        Math.Abs((position.AvgPrice * position.Qty) - position.Cost),
                        Is.LessThanOrEqualTo((Math.Abs(position.Cost) * 1e-11m) + (Math.Abs(position.Qty) * 1e-18m)));
                }
            }
        }
    }

    [Test]
    public void An_accounts_balance_and_equity_are_the_cash_of_all_its_groups_fills()
    {
        var random = new Random(77);
        var prices = new PriceBook(TestDecisions.Instruments, TestDecisions.Options, TimeProvider.System);
        for (var i = 0; i < 300; i++)
        {
            var account = new Account
            {
                Id = Guid.NewGuid(),
                Name = "a",
                Exchange = Exchanges.Simulated,
                Mode = Modes.Simulated,
                InitialBalance = Initial,
                Balance = Initial,
                CreatedAt = TestDecisions.Now,
                UpdatedAt = TestDecisions.Now,
            };
            Guid[] groups = [Guid.NewGuid(), Guid.NewGuid()];
            var ledger = new Ledger(account, []);
            var books = groups.SelectMany(g => Symbols, (g, s) => (Group: g, Symbol: s)).ToDictionary(k => k, _ => new WholeNumbers());
            var realized = 0m;
            for (var fill = 0; fill < 40; fill++)
            {
                var (group, symbol) = (groups[random.Next(2)], Symbols[random.Next(2)]);
                var coin = Coins[symbol == "BTCUSDT" ? 0 : 1];
                var (qty, price) = Fill(random, coin, ledger.Held(group, symbol));
                var fee = decimal.Round(Math.Abs(qty) * price * 0.0005m, 18);
                realized += ledger.Book(group, symbol, 10m, new PlannedFill(qty > 0m, Math.Abs(qty), price, fee), TestDecisions.Now).RealizedPnl;
                books[(group, symbol)].Fill(qty, price, fee);
                prices.Update([TestDecisions.Tick(Price(random, coin), symbol: symbol)]);
            }

            var fees = books.Values.Aggregate(BigInteger.Zero, (sum, b) => sum + b.Fees);
            var cash = books.Values.Aggregate(BigInteger.Zero, (sum, b) => sum + b.Cash);
            var worth = books.Aggregate(BigInteger.Zero, (sum, b) => sum + (prices.Find(b.Key.Symbol) is { } tick ? b.Value.Worth(tick.Price) : 0));
            Assert.Multiple(() =>
            {
                Assert.That(
                    Units(account.RealizedPnl),
                    Is.EqualTo(Units(realized)).And.EqualTo(books.Values.Aggregate(BigInteger.Zero, (sum, b) => sum + b.Realized)),
                    "the fills' own PnL adds up");
                Assert.That(Units(account.Fees), Is.EqualTo(fees));
                Assert.That(account.Balance, Is.EqualTo(Initial + account.RealizedPnl - account.Fees));
                Assert.That(Units(ledger.State(groups[0], prices, TestDecisions.Now).Equity), Is.EqualTo(Units(Initial) + cash + worth - fees));
            });
        }
    }

    private static (decimal Qty, decimal Price) Fill(Random random, (int QtyPlaces, int PricePlaces, int MaxLots, int MaxTicks) coin, decimal held)
    {
        // Every fourth closes all of it, every fourth a part.
        var qty = held != 0m && random.Next(4) is var what and < 2
            ? what == 0 ? -held : -Math.Sign(held) * Math.Min(Math.Abs(held), Scaled(1 + random.NextInt64((long)(Math.Abs(held) * Power(coin.QtyPlaces))), coin.QtyPlaces))
            : (random.Next(2) == 0 ? 1m : -1m) * Scaled(1 + random.Next(coin.MaxLots), coin.QtyPlaces);
        return (qty, Price(random, coin));
    }

    private static decimal Price(Random random, (int QtyPlaces, int PricePlaces, int MaxLots, int MaxTicks) coin) => Scaled(1 + random.Next(coin.MaxTicks), coin.PricePlaces);

    private static decimal Scaled(long value, int places) => value / Power(places);

    private static decimal Power(int places) => (decimal)BigInteger.Pow(10, places);

    /// <summary>In units of the column's last place; throws where there is a digit behind it.</summary>
    private static BigInteger Units(decimal value)
    {
        Assert.That(decimal.Round(value, PositionMath.Places), Is.EqualTo(value), "no digit that a column does not keep");
        var bits = decimal.GetBits(value);
        var whole = ((new BigInteger((uint)bits[2]) << 64) | (new BigInteger((uint)bits[1]) << 32) | (uint)bits[0]) * BigInteger.Pow(10, PositionMath.Places);
        whole /= BigInteger.Pow(10, (bits[3] >> 16) & 0xff);
        return bits[3] < 0 ? -whole : whole;
    }

    /// <summary>The other bookkeeping: integers of 10^-18, cash first; the cost only to tell which part of the cash has been earned.</summary>
    private sealed class WholeNumbers
    {
        // Of 12 places in units of 18.
        private static readonly BigInteger Split = BigInteger.Pow(10, 6);
        private static readonly BigInteger One = BigInteger.Pow(10, PositionMath.Places);

        public BigInteger Held { get; private set; }

        public BigInteger Cash { get; private set; }

        public BigInteger Fees { get; private set; }

        public BigInteger Cost { get; private set; }

        /// <summary>What came in beyond what is still tied up.</summary>
        public BigInteger Realized => Cash + Cost;

        public BigInteger Worth(decimal price) => Exact(Held * Units(price));

        public void Fill(decimal qty, decimal price, decimal fee)
        {
            var (signed, each) = (Units(qty), Units(price));
            Cash -= Exact(signed * each);
            Fees += Units(fee);
            var after = Held + signed;
            if (Held.IsZero || Held.Sign == signed.Sign)
            {
                Cost += Exact(signed * each);
            }
            else if (after.IsZero || after.Sign != Held.Sign)
            {
                Cost = Exact(after * each);
            }
            else
            {
                Cost -= Rounded(Cost * BigInteger.Abs(signed), BigInteger.Abs(Held) * Split) * Split;
            }

            Held = after;
        }

        private static BigInteger Exact(BigInteger product)
        {
            Assert.That(product % One, Is.EqualTo(BigInteger.Zero), "the sequence is on a grid whose products the columns hold");
            return product / One;
        }

        /// <summary>To the nearest, halves to even.</summary>
        private static BigInteger Rounded(BigInteger value, BigInteger by)
        {
            var whole = BigInteger.DivRem(BigInteger.Abs(value), by, out var rest);
            var twice = (rest * 2).CompareTo(by);
            whole += twice > 0 || (twice == 0 && !whole.IsEven) ? 1 : 0;
            return value.Sign * whole;
        }
    }
}
