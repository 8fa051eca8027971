using NUnit.Framework;
using TradingSystem.Execution.Simulation;
using static TradingSystem.Tests.Execution.Decisions;

namespace TradingSystem.Tests.Execution;

[TestFixture]
public sealed class MarketFillTests
{
    [Test]
    public void A_buy_pays_the_ask_and_slippage_rounded_up_to_the_tick() =>
        Assert.That(MarketFill.Price(true, Tick(97_000m, 96_999.9m, 97_000.1m), Btc, 1m), Is.EqualTo(97_009.9m)); // 97,009.80001

    [Test]
    public void A_sell_gets_the_bid_less_slippage_rounded_down_to_the_tick() =>
        Assert.That(MarketFill.Price(false, Tick(97_000m, 96_999.9m, 97_000.1m), Btc, 1m), Is.EqualTo(96_990.2m)); // 96,990.20001

    [Test]
    public void Without_a_book_the_last_price_counts() =>
        Assert.That(
            (MarketFill.Price(true, Tick(100_000m), Btc, 0m), MarketFill.Price(false, Tick(100_000m, 0m, 0m), Btc, 0m)),
            Is.EqualTo((100_000m, 100_000m)));

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public bool A_fill_is_on_the_tick_and_never_better_than_the_market(FsCheck.PositiveInt thousandths)
    {
        var last = 1m + (thousandths.Get / 1000m);
        var (buy, sell) = (MarketFill.Price(true, Tick(last), Btc, 1m), MarketFill.Price(false, Tick(last), Btc, 1m));
        return buy >= last && sell <= last && buy % Btc.Tick == 0m && sell % Btc.Tick == 0m;
    }

    [Test]
    public void The_taker_fee_is_five_basis_points_of_the_notional() =>
        Assert.That(MarketFill.Fee(0.5m, 100_000m, Options.TakerFeeBps), Is.EqualTo(25m));
}
