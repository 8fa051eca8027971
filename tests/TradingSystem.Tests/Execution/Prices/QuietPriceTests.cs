using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Prices;
using TradingSystem.Tests.Time;
using static TradingSystem.Tests.Execution.TestDecisions;

namespace TradingSystem.Tests.Execution.Prices;

/// <summary>What a symbol is traded at that nobody trades just now, on a feed that lives.</summary>
[TestFixture]
public sealed class QuietPriceTests
{
    private static readonly TimeSpan Epsilon = TimeSpan.FromTicks(1);
    private static readonly DateTimeOffset Traded = Now - TimeSpan.FromMinutes(5);

    /// <summary>Five minutes ago somebody paid 100,000; now it is marked at 90,000.</summary>
    private static readonly PriceTick Quiet = Tick(observedAt: Traded) with { MarketTime = Traded.AddSeconds(-1), MarkPrice = 90_000m, MarkedAt = Now };

    [TestCase(-1, 100_000)]
    [TestCase(0, 100_000)]
    [TestCase(1, 90_000)]
    public void The_mark_price_takes_the_last_trades_place_just_after_the_age_limit(int epsilons, decimal price)
    {
        var tick = Quiet with { ObservedAt = Now - Options.MaxPriceAge - (Epsilon * epsilons) };
        Assert.That(QuietPrice.At(tick, Now, Options.MaxPriceAge)?.Price, Is.EqualTo(price));
    }

    [TestCase(0, null)]
    [TestCase(1, "PRICE_STALE")]
    public void Without_a_young_mark_price_there_is_none(int epsilons, string? code)
    {
        var tick = Quiet with { MarkedAt = Now - Options.MaxPriceAge - (Epsilon * epsilons) };
        Assert.That(Check(Long(), tick: tick).Reason?.Code.Word, Is.EqualTo(code));
        Assert.That(Check(Long(), tick: Quiet with { MarkPrice = null, MarkedAt = null }).Reason, Has.Property("Value").EqualTo("300"));
    }

    [Test]
    public void An_entry_is_sized_by_the_mark_price_and_filled_at_the_quote_or_at_the_mark_price()
    {
        Assert.Multiple(() =>
        {
            Assert.That(
                Check(Long(), tick: Quiet).Fill, Has.Property("Qty").EqualTo(0.011m).And.Property("Price").EqualTo(90_009m),
                "1,000 USDT at 90,000, a basis point of slippage");
            Assert.That(
                Check(Long(), tick: Quiet with { Bid = 90_100m, Ask = 90_200m }).Fill?.Price, Is.EqualTo(90_209.1m), "the quote is what an order meets");
            Assert.That(
                Check(Long() with { Entry = 100_000m }, tick: Quiet).Reason?.Code.Word, Is.EqualTo("PRICE_OFF_ENTRY"),
                "the last trade says nothing about where it would be filled");
        });
    }

    [Test]
    public void Protection_is_checked_against_the_last_trade_too_which_is_what_sets_it_off()
    {
        var (target, stop) = (Long() with { TakeProfit = 95_000m }, Long() with { StopLoss = 95_000m });
        Assert.That(Check(target, tick: Quiet).Reason?.Code.Word, Is.EqualTo("TAKE_PROFIT_WRONG_SIDE"), "the last price is beyond it");
        Assert.That(Check(stop, tick: Quiet).Reason?.Code.Word, Is.EqualTo("STOP_LOSS_WRONG_SIDE"), "it would be filled below it");
        Assert.That(Check(Long() with { StopLoss = 85_000m, TakeProfit = 105_000m }, tick: Quiet).Fill, Is.Not.Null);
    }

    [Test]
    public void An_exit_does_not_wait_for_somebody_to_trade()
    {
        Assert.That(Check(Long() with { Action = TradeAction.Close }, Holding(1m), Quiet).Fill?.Price, Is.EqualTo(89_991m));
        var old = Quiet with { MarkedAt = Now - TimeSpan.FromMinutes(1) };
        Assert.That(Check(Long() with { Action = TradeAction.Close }, Holding(1m), old), Is.TypeOf<Verdict.Waiting>(), "neither is young");
    }

    [Test]
    public void The_order_says_the_price_that_it_was_decided_on_and_its_market_time()
    {
        var time = new ManualTime(Now);
        var prices = new PriceBook(Instruments, Options, time);
        prices.Update([Quiet]);
        Assert.That((prices.IsFresh("BTCUSDT"), prices.IsPriced("BTCUSDT")), Is.EqualTo((false, true)));
        var ledger = new Ledger(new Account { Id = Guid.NewGuid(), Name = "demo", Exchange = "simulated", Mode = "simulated", Balance = 1_000_000m }, []);
        var order = new Decider(new DecisionCheck(Instruments, Options, NoFeed), prices, time).Decide(Long(), ledger, new Fences(), SetOf()).Order;
        Assert.That((order.Status, order.PriceAtDecision, order.MarketTime), Is.EqualTo(("filled", 90_000m, (DateTimeOffset?)Now.AddSeconds(-1))));
    }

    [Test]
    public async Task Whoever_waits_for_a_price_waits_for_no_trade()
    {
        var time = new ManualTime(Now);
        var prices = new PriceBook(Instruments, Options, time);
        var waiting = prices.WaitForFreshAsync(["BTCUSDT"], TimeSpan.FromMinutes(1), CancellationToken.None);
        prices.Update([Quiet with { MarkedAt = Now - Options.MaxPriceAge - Epsilon }]);
        Assert.That(waiting.IsCompleted, Is.False);
        prices.Update([Quiet]);
        await waiting.WaitAsync(TimeSpan.FromSeconds(10));
        prices.Update([Quiet with { MarkedAt = Now.AddSeconds(-3), MarkPrice = 80_000m }]);
        Assert.That(prices.Find("BTCUSDT")!.MarkPrice, Is.EqualTo(90_000m), "an overtaken mark price is dropped");
        prices.Update([Quiet with { MarkedAt = Now.AddHours(1) }]);
        Assert.That(prices.Find("BTCUSDT")!.MarkedAt, Is.EqualTo(Now), "one from the future counts as seen now");
    }
}
