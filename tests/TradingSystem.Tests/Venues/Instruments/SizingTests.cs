using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Tests.Execution;
using TradingSystem.Venues.Instruments;

namespace TradingSystem.Tests.Venues.Instruments;

[TestFixture]
public sealed class SizingTests
{
    private static readonly decimal[] Steps = [0.001m, 0.01m, 0.1m, 1m, 5m];

    [FsCheck.NUnit.Property(MaxTest = 1000)]
    public Property A_sized_quantity_is_on_the_grid_and_never_costs_more_than_the_margin_buys(PositiveInt cents, PositiveInt leverage, PositiveInt ticks, NonNegativeInt stepIndex)
    {
        var margin = cents.Get / 100m;
        var times = 1m + (leverage.Get % 125);
        var price = ticks.Get / 1000m;
        var step = Steps[stepIndex.Get % Steps.Length];

        var qty = Sizing.FromMargin(margin, times, price, step);

        return (qty % step == 0m && qty >= 0m && qty * price <= margin * times && (qty + step) * price > margin * times).ToProperty()
            .Label($"margin {margin} × {times} at {price} by {step}: {qty}");
    }

    [FsCheck.NUnit.Property(MaxTest = 1000)]
    public bool Rounding_stays_within_one_step_on_its_own_side(NonNegativeInt thousandths, PositiveInt divisor, NonNegativeInt stepIndex)
    {
        var value = thousandths.Get / 1000m / divisor.Get;
        var step = Steps[stepIndex.Get % Steps.Length];
        var (down, up) = (Sizing.RoundDown(value, step), Sizing.RoundUp(value, step));
        return down <= value && value - down < step && up >= value && up - value < step && down % step == 0m && up % step == 0m;
    }

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public bool The_least_margin_that_is_named_passes_and_a_cent_and_a_step_less_does_not(PositiveInt ticks, PositiveInt leverage)
    {
        var price = 1_000m + (ticks.Get % 2_000_000 / 10m);
        var times = 1m + (leverage.Get % 125);
        var least = Sizing.LeastMargin(TestDecisions.Btc, price, times);
        var qty = Sizing.FromMargin(least, times, price, TestDecisions.Btc.Step);
        var less = Sizing.FromMargin(least - 0.01m, times, price, TestDecisions.Btc.Step);
        return qty >= TestDecisions.Btc.MinQty && qty * price >= TestDecisions.Btc.MinNotional
            && (less < TestDecisions.Btc.MinQty || less * price < TestDecisions.Btc.MinNotional);
    }
}
