using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Tests.Time;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;

namespace TradingSystem.Tests.Trigger.Feeds;

/// <summary>A simulated market whose process ends and starts again.</summary>
public sealed class SimulatedRestartTests
{
    private const ulong Seed = 7;

    private static readonly string[] Symbols = ["BTCUSDT", "ETHUSDT"];
    private static readonly IComparer<Candle> ByTime = Comparer<Candle>.Create((a, b) => a.OpenTime.CompareTo(b.OpenTime));
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 10, 58, 17, 350, TimeSpan.Zero);

    [TestCase(0)]
    [TestCase(3)]
    [TestCase(61)]
    [TestCase(3_700)]
    [TestCase(115_000)]
    public async Task Prices_go_on_as_if_it_had_not_ended_and_what_was_told_lies_within_its_candles(int secondsAway)
    {
        var (states, clock) = (new MemoryFeedStates(), new ManualTime(Start));
        var before = await TellAsync(states, clock, Symbols, TimeSpan.FromSeconds(200), save: false);
        clock.Advance(TimeSpan.FromSeconds(secondsAway));
        var sink = new RecordingSink();
        var after = await TellAsync(states, clock, Symbols, TimeSpan.FromSeconds(90), save: false, sink);

        Assert.That(before, Is.EqualTo(Unbroken(before[0].MarketTime, before[^1].MarketTime)));
        Assert.That(after, Is.EqualTo(Unbroken(after[0].MarketTime, after[^1].MarketTime)));
        foreach (var symbol in Symbols)
        {
            var minutes = sink.Histories[(symbol, "1m")].ToDictionary(c => c.OpenTime);
            var within = before.Where(t => t.Symbol == symbol && t.MarketTime < after[0].MarketTime && minutes.ContainsKey(Interval.Minute.Floor(t.MarketTime))).ToList();
            Assert.That(within, secondsAway < 100_000 ? Is.Not.Empty : Is.Empty, "the history is thirty hours");
            Assert.That(within.All(t => minutes[Interval.Minute.Floor(t.MarketTime)] is { } c && c.Low <= t.Price && t.Price <= c.High));
            Assert.That(
                minutes.Values.Where(c => c.Closed).Order(ByTime).Zip(minutes.Values.Order(ByTime).Skip(1)).All(p => p.Second.OpenTime - p.First.OpenTime == TimeSpan.FromMinutes(1)));
        }
    }

    [Test]
    public async Task A_start_after_the_market_was_left_for_long_goes_on_with_the_price_that_it_was_left_at()
    {
        var (states, clock) = (new MemoryFeedStates(), new ManualTime(Start));
        await TellAsync(states, clock, Symbols, TimeSpan.FromHours(2), save: true);
        var left = states.Of("simulated:7")[^1];
        Assert.That(left.At, Is.GreaterThan(clock.GetUtcNow() - TimeSpan.FromHours(1.1)));
        clock.Advance(TimeSpan.FromDays(400));
        var sink = new RecordingSink();
        var after = await TellAsync(states, clock, Symbols, TimeSpan.FromSeconds(5), save: false, sink);
        var first = sink.Histories[("BTCUSDT", "1m")][0];
        Assert.Multiple(() =>
        {
            Assert.That((double)first.Open, Is.EqualTo(SimulatedState.Read(left.Text).Instruments["BTCUSDT"].Price).Within(1).Percent);
            Assert.That(first.OpenTime, Is.GreaterThan(clock.GetUtcNow() - TimeSpan.FromDays(2)), "the time between has no candles");
            Assert.That(after[0].MarketTime, Is.GreaterThan(clock.GetUtcNow() - TimeSpan.FromSeconds(7)));
        });
    }

    [Test]
    public async Task A_symbol_that_was_left_out_for_a_while_comes_back_where_it_would_have_been()
    {
        var (states, clock) = (new MemoryFeedStates(), new ManualTime(Start));
        var hours = TimeSpan.FromHours(40);
        await TellAsync(states, clock, Symbols, TimeSpan.FromHours(1), save: true);
        await TellAsync(states, clock, ["BTCUSDT"], hours, save: true);
        var after = await TellAsync(states, clock, ["ETHUSDT", "BTCUSDT"], TimeSpan.FromSeconds(10), save: false);

        Assert.That(after, Is.EquivalentTo(Unbroken(after[0].MarketTime, after[^1].MarketTime)));
    }

    [TestCase(10)]
    [TestCase(400)]
    [TestCase(7_300)]
    public async Task A_symbol_that_is_added_has_the_same_past_at_every_later_start(int secondsAway)
    {
        var (states, clock) = (new MemoryFeedStates(), new ManualTime(Start));
        await TellAsync(states, clock, ["BTCUSDT"], TimeSpan.FromHours(3), save: true);
        var (first, second) = (new RecordingSink(), new RecordingSink());
        var told = await TellAsync(states, clock, Symbols, TimeSpan.FromSeconds(70), save: false, first);
        clock.Advance(TimeSpan.FromSeconds(secondsAway));
        await TellAsync(states, clock, Symbols, TimeSpan.FromSeconds(10), save: false, second);

        foreach (var symbol in Symbols)
        {
            var (then, now) = (first.Histories[(symbol, "1m")].Where(c => c.Closed).ToList(), second.Histories[(symbol, "1m")].ToDictionary(c => c.OpenTime));
            Assert.That(then, Has.Count.GreaterThan(SimulatedFeed.HistoryMinutes - 5));
            Assert.That(then.Where(c => now.ContainsKey(c.OpenTime)).Select(c => now[c.OpenTime]), Is.EqualTo(then.Where(c => now.ContainsKey(c.OpenTime))).And.Not.Empty);
            Assert.That(told.Where(t => t.Symbol == symbol && now.ContainsKey(Interval.Minute.Floor(t.MarketTime)))
                .All(t => now[Interval.Minute.Floor(t.MarketTime)] is { } c && c.Low <= t.Price && t.Price <= c.High));
        }
    }

    [Test]
    public async Task Two_nodes_tell_the_same()
    {
        var states = new MemoryFeedStates();
        var one = await TellAsync(states, new ManualTime(Start), Symbols, TimeSpan.FromSeconds(60), save: false);
        var two = await TellAsync(states, new ManualTime(Start.AddSeconds(20)), Symbols, TimeSpan.FromSeconds(40), save: false);
        Assert.That(two, Is.EqualTo(one.SkipWhile(t => t.MarketTime < two[0].MarketTime)));
    }

    [Test]
    public async Task While_the_database_is_away_at_the_start_no_price_is_told()
    {
        var (states, clock, sink) = (new MemoryFeedStates { Away = true }, new ManualTime(Start), new RecordingSink());
        using var stop = new CancellationTokenSource();
        var run = new SimulatedFeed(Symbols, Seed, states.Patient(clock), clock).RunAsync(sink, stop.Token);
        Assert.That((sink.Statuses.Count, clock.WaitingTimers), Is.EqualTo((0, 1)));
        states.Away = false;
        clock.Advance(TimeSpan.FromSeconds(1));
        await Until(() => sink.AllTrades.Count > 0);
        await EndAsync(run, stop);
    }

    [Test]
    public async Task A_process_that_stood_still_tells_what_it_missed_as_candles_and_no_price_of_the_past()
    {
        var (states, clock, sink) = (new MemoryFeedStates(), new ManualTime(Start), new RecordingSink());
        using var stop = new CancellationTokenSource();
        var run = new SimulatedFeed(Symbols, Seed, states.Patient(clock), clock).RunAsync(sink, stop.Token);
        await Until(() => sink.AllTrades.Count > 0 && clock.WaitingTimers == 1);
        var told = sink.AllTrades.Count;
        clock.Advance(TimeSpan.FromMinutes(10));
        await Until(() => sink.AllTrades.Count > told && clock.WaitingTimers == 1);
        await EndAsync(run, stop);
        var minutes = sink.Histories[("BTCUSDT", "1m")];
        Assert.Multiple(() =>
        {
            Assert.That(sink.AllTrades[told].MarketTime, Is.GreaterThan(clock.GetUtcNow() - TimeSpan.FromSeconds(2)));
            Assert.That(minutes[^1].OpenTime, Is.EqualTo(Interval.Minute.Floor(clock.GetUtcNow())));
            Assert.That(minutes.Zip(minutes.Skip(1)).All(p => p.Second.OpenTime - p.First.OpenTime == TimeSpan.FromMinutes(1)));
        });
    }

    /// <summary>The one path that seed and beginning decide, told by nobody.</summary>
    private static List<Trade> Unbroken(DateTimeOffset from, DateTimeOffset to)
    {
        var market = new SimulatedMarket(Symbols, Seed);
        var trades = new List<Trade>();
        for (var at = Interval.Second.Floor(Start) - TimeSpan.FromMinutes(SimulatedFeed.HistoryMinutes); at <= to; at += SimulatedMarket.StepLength)
        {
            var step = market.Step(at);
            if (at >= from)
            {
                trades.AddRange(step);
            }
        }

        return trades;
    }

    /// <summary>What a process tells from the clock's now on, whose end nobody is told of; the clock goes along.</summary>
    private static async Task<IReadOnlyList<Trade>> TellAsync(MemoryFeedStates states, ManualTime clock, string[] symbols, TimeSpan length, bool save, RecordingSink? sink = null)
    {
        sink ??= new RecordingSink();
        var end = clock.GetUtcNow() + length;
        var feed = new SimulatedFeed(symbols, Seed, states.Patient(clock), clock);
        if (!save)
        {
            await feed.BeginAsync(sink, CancellationToken.None);
            await feed.TellOlderAsync(sink);
            var steps = (Interval.Second.Floor(end) - Interval.Second.Floor(clock.GetUtcNow())) / SimulatedMarket.StepLength;
            for (var i = 0; i <= steps; i++)
            {
                feed.Step(sink);
            }
        }
        else
        {
            using var stop = new CancellationTokenSource();
            var run = feed.RunAsync(sink, stop.Token);
            while (clock.GetUtcNow() < end)
            {
                await Until(() => clock.WaitingTimers == 1);
                clock.Advance(TimeSpan.FromMinutes(20));
            }

            await Until(() => clock.WaitingTimers == 1);
            await EndAsync(run, stop);
        }

        clock.Advance(end > clock.GetUtcNow() ? end - clock.GetUtcNow() : TimeSpan.Zero);
        return sink.AllTrades;
    }

    private static async Task EndAsync(Task run, CancellationTokenSource stop)
    {
        await stop.CancelAsync();
        Assert.That(async () => await run, Throws.InstanceOf<OperationCanceledException>());
    }

    private static async Task Until(Func<bool> holds)
    {
        for (var i = 0; i < 6_000 && !holds(); i++)
        {
            await Task.Delay(5);
        }

        Assert.That(holds());
    }
}
