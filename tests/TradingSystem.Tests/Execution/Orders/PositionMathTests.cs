using NUnit.Framework;
using TradingSystem.Execution.Orders;

namespace TradingSystem.Tests.Execution.Orders;

[TestFixture]
public sealed class PositionMathTests
{
    [FsCheck.NUnit.Property(MaxTest = 500)]
    public bool Cash_and_position_agree_with_a_ledger_that_only_counts_money((int Qty, int Price)[] fills)
    {
        // The other bookkeeping: no average price, only what was paid and received.
        decimal cash = 0m, held = 0m, fees = 0m;
        var position = default(PositionState);
        foreach (var (lots, ticks) in fills)
        {
            var qty = lots % 1000 / 1000m;
            var price = 1m + (Math.Abs(ticks % 1_000_000) / 10m);
            if (qty == 0m)
            {
                continue;
            }

            var fee = Math.Abs(qty) * price * 0.0005m;
            position = PositionMath.Apply(position, qty, price, fee);
            cash -= qty * price;
            held += qty;
            fees += fee;
            var worth = position.RealizedPnl + PositionMath.Unrealized(position.Qty, position.Cost, price);
            var same = position.Qty == held && position.Fees == fees
                && worth == cash + (held * price)
                && (position.Qty == 0m) == (position.AvgPrice == 0m);
            if (!same)
            {
                return false;
            }
        }

        return true;
    }

    [Test]
    public void Adding_averages_the_entry_and_realises_nothing()
    {
        var position = Apply((1m, 100m), (3m, 200m));
        Assert.That(position, Is.EqualTo(new PositionState(4m, 700m, 0m, 0m)));
    }

    [Test]
    public void Reducing_realises_against_the_entry_and_keeps_it()
    {
        var position = Apply((-4m, 100m), (1m, 90m));
        Assert.That(position, Is.EqualTo(new PositionState(-3m, -300m, 10m, 0m)));
    }

    [Test]
    public void Flipping_realises_all_that_was_held_and_enters_at_the_fill()
    {
        var position = Apply((2m, 100m), (-5m, 110m));
        Assert.That(position, Is.EqualTo(new PositionState(-3m, -330m, 20m, 0m)));
    }

    [Test]
    public void Closing_leaves_a_flat_position_without_entry()
    {
        var position = Apply((2m, 100m), (-2m, 95m));
        Assert.That(position, Is.EqualTo(new PositionState(0m, 0m, -10m, 0m)));
    }

    [Test]
    public void A_reduced_position_keeps_its_average() =>
        Assert.That(Apply((0.3m, 100_000.1m), (-0.1m, 90_000m)).AvgPrice, Is.EqualTo(100_000.1m));

    [Test]
    public void A_profit_in_small_steps_is_the_difference_of_what_was_paid_and_received()
    {
        // The average of these is no decimal; kept to 12 places it gave -0.215300000000001.
        var position = Apply((0.003m, 65_123.1m), (0.004m, 65_150.3m), (-0.001m, 65_100m), (-0.006m, 65_107.7m));
        Assert.That(position.RealizedPnl, Is.EqualTo((0.001m * 65_100m) + (0.006m * 65_107.7m) - (0.003m * 65_123.1m) - (0.004m * 65_150.3m)));
    }

    [Test]
    public void Many_units_of_a_tiny_coin_lose_nothing()
    {
        // A billion units: half a digit at the twelfth place was 0.0005 USDT.
        var position = Apply((700_000_000m, 0.00000123m), (300_000_007m, 0.00000124m), (-1_000_000_007m, 0.00000125m));
        Assert.That(position, Is.EqualTo(new PositionState(0m, 0m, (1_000_000_007m * 0.00000125m) - (700_000_000m * 0.00000123m) - (300_000_007m * 0.00000124m), 0m)));
    }

    [TestCase("1000", "7", "142.857142857")]
    [TestCase("300000.7", "3", "100000.233333")]
    [TestCase("0.000001", "3", "0.000000333333333333")]
    [TestCase("390.1", "10", "39.01")]
    [TestCase("-390.1", "-10", "39.01")]
    [TestCase("123456.123456789", "1", "123456.123456789")]
    public void An_average_is_shown_to_twelve_digits_where_it_has_no_end(string cost, string qty, string shown) =>
        Assert.That(new PositionState(decimal.Parse(qty, Invariant), decimal.Parse(cost, Invariant), 0m, 0m).AvgPrice, Is.EqualTo(decimal.Parse(shown, Invariant)));

    private static System.Globalization.CultureInfo Invariant => System.Globalization.CultureInfo.InvariantCulture;

    private static PositionState Apply(params (decimal Qty, decimal Price)[] fills) =>
        fills.Aggregate(default(PositionState), (p, f) => PositionMath.Apply(p, f.Qty, f.Price, 0m));
}
