using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Venues.Instruments;
using static TradingSystem.Tests.Execution.TestDecisions;

namespace TradingSystem.Tests.Venues.Instruments;

[TestFixture]
public sealed class MarketFillTests
{
    [Test]
    public void A_buy_pays_the_ask_and_slippage_rounded_up_to_the_tick() =>
        Assert.That(Price(true, Tick(97_000m, 96_999.9m, 97_000.1m), 1m), Is.EqualTo(97_009.9m)); // 97,009.80001

    [Test]
    public void A_sell_gets_the_bid_less_slippage_rounded_down_to_the_tick() =>
        Assert.That(Price(false, Tick(97_000m, 96_999.9m, 97_000.1m), 1m), Is.EqualTo(96_990.2m)); // 96,990.20001

    [Test]
    public void Without_a_book_the_last_price_counts() =>
        Assert.That(
            (Price(true, Tick(100_000m), 0m), Price(false, Tick(100_000m, 0m, 0m), 0m)),
            Is.EqualTo((100_000m, 100_000m)));

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public bool A_fill_is_on_the_tick_and_never_better_than_the_market(FsCheck.PositiveInt thousandths)
    {
        var last = 1m + (thousandths.Get / 1000m);
        var (buy, sell) = (Price(true, Tick(last), 1m), Price(false, Tick(last), 1m));
        return buy >= last && sell <= last && buy % Btc.Tick == 0m && sell % Btc.Tick == 0m;
    }

    [Test]
    public void The_taker_fee_is_five_basis_points_of_the_notional() =>
        Assert.That(MarketFill.Fee(0.5m, 100_000m, Options.TakerFeeBps), Is.EqualTo(25m));

    private static decimal Price(bool buy, PriceTick tick, decimal slippageBps) => MarketFill.Price(buy, tick.Price, tick.Bid, tick.Ask, Btc, slippageBps);
}
