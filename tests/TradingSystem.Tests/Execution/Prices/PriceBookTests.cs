using NUnit.Framework;
using TradingSystem.Execution.Prices;
using TradingSystem.Tests.Time;
using static TradingSystem.Tests.Execution.TestDecisions;

namespace TradingSystem.Tests.Execution.Prices;

[TestFixture]
public sealed class PriceBookTests
{
    private static readonly TimeSpan LongerThanAnyTest = TimeSpan.FromMinutes(1);

    [Test]
    public void A_tick_that_was_overtaken_is_dropped()
    {
        var book = Book();
        book.Update([Tick(2m, observedAt: Now), Tick(1m, observedAt: Now.AddTicks(-1))]);
        Assert.That(book.Find("BTCUSDT")!.Price, Is.EqualTo(2m));
    }

    [Test]
    public void A_tick_from_the_future_counts_as_seen_now()
    {
        var book = Book();
        book.Update([Tick(2m, observedAt: Now.AddHours(1))]);
        Assert.That(book.Find("BTCUSDT")!.ObservedAt, Is.EqualTo(Now));
    }

    [Test]
    public void Symbols_that_cannot_be_traded_take_no_room()
    {
        var book = Book();
        book.Update([Tick(symbol: "NOPEUSDT")]);
        Assert.That(book.Find("NOPEUSDT"), Is.Null);
    }

    [Test]
    public async Task Waiting_ends_with_the_first_fresh_price()
    {
        var book = Book();
        var waiting = book.WaitForFreshAsync(["BTCUSDT"], LongerThanAnyTest, CancellationToken.None);
        book.Update([Tick(observedAt: Now - Options.MaxPriceAge - TimeSpan.FromTicks(1))]);
        Assert.That(waiting.IsCompleted, Is.False);
        book.Update([Tick()]);
        await waiting.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Test]
    public async Task A_dead_feed_is_waited_for_once_and_again_after_it_lived()
    {
        var clock = new ManualTime(Now);
        var book = new PriceBook(Instruments, new() { PriceWait = TimeSpan.FromSeconds(5) }, clock);
        book.Update([Tick(symbol: "ETHUSDT")]);
        var first = book.WaitForFreshAsync(["BTCUSDT"], LongerThanAnyTest, CancellationToken.None);
        clock.Advance(TimeSpan.FromSeconds(5));
        await first.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That(book.WaitForFreshAsync(["BTCUSDT"], LongerThanAnyTest, CancellationToken.None).IsCompleted);
        book.Update([Tick(observedAt: clock.GetUtcNow())]);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That(book.WaitForFreshAsync(["BTCUSDT"], LongerThanAnyTest, CancellationToken.None).IsCompleted, Is.False);
    }

    [Test]
    public async Task A_node_that_has_heard_no_price_yet_takes_no_feed_for_dead()
    {
        var clock = new ManualTime(Now);
        var book = new PriceBook(Instruments, new() { PriceWait = TimeSpan.FromSeconds(5) }, clock);
        var first = book.WaitForFreshAsync(["BTCUSDT"], LongerThanAnyTest, CancellationToken.None);
        clock.Advance(TimeSpan.FromSeconds(29));
        Assert.That(first.IsCompleted, Is.False);
        book.Update([Tick(symbol: "ETHUSDT", observedAt: clock.GetUtcNow())]);
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.That(first.IsCompleted, Is.False, "the symbol's own wait begins with the first price of any");
        book.Update([Tick(observedAt: clock.GetUtcNow())]);
        await first.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Test]
    public async Task A_node_that_never_hears_a_price_waits_once_and_not_for_ever()
    {
        var clock = new ManualTime(Now);
        var book = new PriceBook(Instruments, new() { PriceWait = TimeSpan.FromSeconds(5) }, clock);
        var first = book.WaitForFreshAsync(["BTCUSDT"], LongerThanAnyTest, CancellationToken.None);
        clock.Advance(TimeSpan.FromSeconds(30));
        await first.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That(book.WaitForFreshAsync(["BTCUSDT"], LongerThanAnyTest, CancellationToken.None).IsCompleted);
    }

    private static PriceBook Book() => new(Instruments, Options, new StoppedClock());

    private sealed class StoppedClock : TimeProvider
    {
        public DateTimeOffset Time { get; set; } = Now;

        public override DateTimeOffset GetUtcNow() => Time;
    }
}
