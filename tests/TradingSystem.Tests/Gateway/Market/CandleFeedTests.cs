using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Gateway.Market;
using TradingSystem.Tests.Time;
using TradingSystem.TestSupport.Servers;

namespace TradingSystem.Tests.Gateway.Market;

/// <summary>A group's candles in the gateway: what a reader gets is what closed, each once, with no hole that the market does not have.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class CandleFeedTests
{
    private readonly ManualTime _time = new(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Test]
    public async Task History_and_what_follows_meet_without_a_hole_and_without_a_repetition()
    {
        var market = new AskedMarket { Bars = Bars(0, 50) };
        var feed = new CandleFeed("BTCUSDT", "1m", market, _time);
        await feed.WarmAsync();
        feed.Add(Bar(49));
        var snapshot = feed.Snapshot(20, isAnew: false);
        feed.Add(Bar(50));
        feed.Add(Bars(45, 7));
        Assert.Multiple(() =>
        {
            Assert.That(Minutes(snapshot.History), Is.EqualTo(Enumerable.Range(30, 20)));
            Assert.That(Minutes(Read(feed, snapshot)), Is.EqualTo(new[] { 50, 51 }));
            Assert.That(market.Asked, Is.EqualTo(1), "what has to be known was asked once");
        });
    }

    [Test]
    public async Task A_bar_whose_predecessor_was_lost_waits_until_the_market_was_asked_for_it()
    {
        var market = new AskedMarket { Bars = Bars(0, 10) };
        var feed = new CandleFeed("BTCUSDT", "1m", market, _time);
        await feed.WarmAsync();
        var snapshot = feed.Snapshot(5, isAnew: false);
        market.Hold();
        market.Bars = Bars(0, 13);
        feed.Add(Bar(12));
        feed.Add(Bar(13));
        Assert.That(Read(feed, snapshot), Is.Empty, "10 and 11 are missing");
        market.Release();
        await feed.WarmAsync();
        await Wait.UntilAsync("four bars", () => Read(feed, snapshot).Count == 4);
        Assert.That(Minutes(Read(feed, snapshot)), Is.EqualTo(new[] { 10, 11, 12, 13 }));
    }

    [Test]
    public async Task A_hole_that_the_market_has_itself_holds_nothing_up()
    {
        var market = new AskedMarket { Bars = Bars(0, 10) };
        var feed = new CandleFeed("BTCUSDT", "1m", market, _time);
        await feed.WarmAsync();
        var snapshot = feed.Snapshot(5, isAnew: false);
        feed.Add(Bar(20));
        await Wait.UntilAsync("one bar", () => Read(feed, snapshot).Count == 1);
        feed.Add(Bar(21));
        Assert.That(Minutes(Read(feed, snapshot)), Is.EqualTo(new[] { 20, 21 }));
        Assert.That(market.Asked, Is.EqualTo(2));
        feed.Add(Bar(15));
        Assert.That(Minutes(Read(feed, snapshot)), Is.EqualTo(new[] { 20, 21, 15 }), "what is found later is told later");
        Assert.That(Minutes(feed.Snapshot(4, isAnew: false).History), Is.EqualTo(new[] { 9, 15, 20, 21 }));
    }

    [Test]
    public async Task A_bar_that_is_told_again_with_other_figures_replaces_the_one_before()
    {
        var market = new AskedMarket { Bars = Bars(0, 3) };
        var feed = new CandleFeed("BTCUSDT", "1m", market, _time);
        await feed.WarmAsync();
        var snapshot = feed.Snapshot(3, isAnew: false);
        var better = Bar(1) with { High = 200m, Volume = 7.25m };
        feed.Add(better);
        feed.Add(better);
        Assert.That(Read(feed, snapshot).Select(f => f.Candle), Is.EqualTo(new[] { better }));
        Assert.That(feed.Snapshot(3, isAnew: false).History.Select(f => f.Candle), Is.EqualTo(new[] { Bar(0), better, Bar(2) }));
    }

    /// <summary>Two nodes of the market need not agree on it, and no frame has it.</summary>
    [Test]
    public async Task A_bar_that_is_told_again_with_another_mark_price_is_not_sent_again()
    {
        var market = new AskedMarket { Bars = Bars(0, 3) };
        var feed = new CandleFeed("BTCUSDT", "1m", market, _time);
        await feed.WarmAsync();
        var snapshot = feed.Snapshot(3, isAnew: false);
        feed.Add(Bar(1) with { MarkPrice = 100m, FundingRate = 0.0001m });
        feed.Add(Bar(1));
        Assert.That(Read(feed, snapshot), Is.Empty);
    }

    [Test]
    public async Task Without_an_answer_readers_go_on_and_get_everything_once_it_comes()
    {
        var market = new AskedMarket { Bars = null };
        var feed = new CandleFeed("BTCUSDT", "1m", market, _time);
        await feed.WarmAsync();
        var asker = feed.Snapshot(100, isAnew: false);
        Assert.That((asker.IsKnown, asker.History.Count), Is.EqualTo((false, 0)));
        await feed.WarmAsync();
        Assert.That(market.Asked, Is.EqualTo(1), "not again within a second");
        feed.Add(Bar(5));
        market.Bars = Bars(0, 7);
        _time.Advance(TimeSpan.FromSeconds(2));
        feed.Add(Bar(6));
        await Wait.UntilAsync("the market's end", () => feed.IsOver(asker.Era));
        Assert.Multiple(() =>
        {
            Assert.That(Minutes(feed.Snapshot(100, isAnew: true).History), Is.EqualTo(Enumerable.Range(0, 7)), "who asked for history gets it anew");
            var follower = feed.Snapshot(0, isAnew: true);
            Assert.That(Minutes(Read(feed, follower)), Is.EqualTo(new[] { 5, 6 }), "who did not gets what has closed since");
        });
    }

    [Test]
    public async Task Another_market_begins_anew()
    {
        var market = new AskedMarket { Bars = Bars(100, 10) };
        var feed = new CandleFeed("BTCUSDT", "1m", market, _time);
        await feed.WarmAsync();
        var snapshot = feed.Snapshot(10, isAnew: false);
        market.Bars = Bars(0, 5);
        feed.Forget();
        await feed.WarmAsync();
        var cursor = snapshot.Cursor;
        Assert.That(feed.IsOver(snapshot.Era));
        Assert.That(feed.Read(ref cursor, snapshot.Era, [], 10), Is.False);
        Assert.That(Minutes(feed.Snapshot(100, isAnew: true).History), Is.EqualTo(Enumerable.Range(0, 5)));
    }

    [Test]
    public async Task A_reader_that_is_too_far_behind_is_told_so()
    {
        var market = new AskedMarket { Bars = Bars(0, 1) };
        var feed = new CandleFeed("BTCUSDT", "1m", market, _time);
        await feed.WarmAsync();
        var snapshot = feed.Snapshot(1, isAnew: false);
        for (var minute = 1; minute <= CandleFeed.LogCapacity; minute++)
        {
            feed.Add(Bar(minute));
        }

        var cursor = snapshot.Cursor;
        Assert.That(feed.Read(ref cursor, snapshot.Era, [], 10), Is.True);
        feed.Add(Bar(CandleFeed.LogCapacity + 1));
        cursor = snapshot.Cursor;
        Assert.That(feed.Read(ref cursor, snapshot.Era, [], 10), Is.False);
        Assert.That(feed.Snapshot(5000, isAnew: false).History, Has.Count.EqualTo(MarketFeature.MaxCandles));
    }

    private static List<CandleFrame> Read(CandleFeed feed, CandleSnapshot snapshot)
    {
        var (cursor, frames) = (snapshot.Cursor, new List<CandleFrame>());
        Assert.That(feed.Read(ref cursor, snapshot.Era, frames, int.MaxValue), Is.True);
        return frames;
    }

    private static IEnumerable<int> Minutes(IEnumerable<CandleFrame> frames) => frames.Select(f => (int)(f.Candle.OpenTime - DateTimeOffset.UnixEpoch).TotalMinutes);

    internal static Candle Bar(int minute) =>
        new("BTCUSDT", "1m", DateTimeOffset.UnixEpoch.AddMinutes(minute), 100m + minute, 101m + minute, 99m + minute, 100.5m + minute, 1.5m, true);

    internal static Candle[] Bars(int from, int count) => [.. Enumerable.Range(from, count).Select(Bar)];

    /// <summary>A market that answers with what it has, does not answer (null), or takes its time.</summary>
    internal sealed class AskedMarket : ICandleQuestions
    {
        private TaskCompletionSource _answers = Done();

        public IReadOnlyList<Candle>? Bars { get; set; } = [];

        public string? Lacks { get; set; }

        public int Asked { get; private set; }

        public void Hold() => _answers = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _answers.SetResult();

        public async Task<CandlesAnswer?> AskAsync(string symbol, string interval)
        {
            Asked++;
            await _answers.Task;
            return Bars is { } bars ? new(Guid.NewGuid(), symbol, interval, bars, Lacks) : null;
        }

        private static TaskCompletionSource Done()
        {
            var done = new TaskCompletionSource();
            done.SetResult();
            return done;
        }
    }
}
