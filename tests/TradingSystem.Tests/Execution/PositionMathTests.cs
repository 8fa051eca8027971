using NUnit.Framework;
using TradingSystem.Execution.Positions;

namespace TradingSystem.Tests.Execution;

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
            var worth = position.RealizedPnl + PositionMath.Unrealized(position.Qty, position.AvgPrice, price);
            var same = position.Qty == held && position.Fees == fees
                && Math.Abs(worth - (cash + (held * price))) < 0.000001m
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
        Assert.That(position, Is.EqualTo(new PositionState(4m, 175m, 0m, 0m)));
    }

    [Test]
    public void Reducing_realises_against_the_entry_and_keeps_it()
    {
        var position = Apply((-4m, 100m), (1m, 90m));
        Assert.That(position, Is.EqualTo(new PositionState(-3m, 100m, 10m, 0m)));
    }

    [Test]
    public void Flipping_realises_all_that_was_held_and_enters_at_the_fill()
    {
        var position = Apply((2m, 100m), (-5m, 110m));
        Assert.That(position, Is.EqualTo(new PositionState(-3m, 110m, 20m, 0m)));
    }

    [Test]
    public void Closing_leaves_a_flat_position_without_entry()
    {
        var position = Apply((2m, 100m), (-2m, 95m));
        Assert.That(position, Is.EqualTo(new PositionState(0m, 0m, -10m, 0m)));
    }

    private static PositionState Apply(params (decimal Qty, decimal Price)[] fills) =>
        fills.Aggregate(default(PositionState), (p, f) => PositionMath.Apply(p, f.Qty, f.Price, 0m));
}
