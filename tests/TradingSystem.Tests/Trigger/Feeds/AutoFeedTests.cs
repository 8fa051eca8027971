using NUnit.Framework;
using TradingSystem.Tests.Time;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;

namespace TradingSystem.Tests.Trigger.Feeds;

public sealed class AutoFeedTests
{
    private static readonly string[] Symbols = ["BTCUSDT"];
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);

    [Test]
    public async Task Without_a_live_price_the_simulated_market_begins_after_three_seconds_with_a_notice()
    {
        var time = new ManualTime(Start);
        var sink = new RecordingSink();
        using var stop = new CancellationTokenSource();
        var states = new MemoryFeedStates();
        var live = new StubFeed(FeedStatus.Live, prices: false);
        var run = new AutoFeed(live, Simulated(states, time), TimeSpan.FromSeconds(3), states.Patient(time), time).RunAsync(sink, stop.Token);
        await Until(() => time.WaitingTimers == 1);
        time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.That(sink.Statuses, Is.Empty);
        time.Advance(TimeSpan.FromSeconds(0.1));
        await Until(() => sink.Statuses.Count > 0 && time.WaitingTimers == 1);
        time.Advance(TimeSpan.FromSeconds(1));
        await Until(() => sink.AllTrades.Count > 0);
        live.Price();
        Assert.Multiple(() =>
        {
            Assert.That(sink.Statuses.Select(s => (s.Source, s.Notice)), Is.EqualTo(new[] { (FeedStatus.Simulated, AutoFeed.Notice) }));
            Assert.That(sink.AllTrades.Select(t => t.Price), Has.None.EqualTo(1m), "a live price that comes late is not mixed in");
        });
        await EndAsync(run, stop);
    }

    [Test]
    public async Task A_live_price_in_time_keeps_the_market_live()
    {
        var time = new ManualTime(Start);
        var sink = new RecordingSink();
        using var stop = new CancellationTokenSource();
        var run = new AutoFeed(
            new StubFeed(FeedStatus.Live, prices: true), _ => new StubFeed(FeedStatus.Simulated, prices: true), TimeSpan.FromSeconds(3),
            new MemoryFeedStates().Patient(time), time).RunAsync(sink, stop.Token);
        await Until(() => sink.AllTrades.Count > 0);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.That(sink.Statuses.Select(s => s.Source), Is.EqualTo(new[] { FeedStatus.Live }));
        await EndAsync(run, stop);
    }

    [Test]
    public async Task What_was_chosen_first_is_kept_at_every_later_start()
    {
        var time = new ManualTime(Start);
        foreach (var (first, then) in new[] { (true, false), (false, true) })
        {
            var states = new MemoryFeedStates();
            foreach (var reachable in new[] { first, then })
            {
                var sink = new RecordingSink();
                using var stop = new CancellationTokenSource();
                var run = new AutoFeed(
                    new StubFeed(FeedStatus.Live, reachable), Simulated(states, time), TimeSpan.FromSeconds(3), states.Patient(time),
                    time).RunAsync(sink, stop.Token);
                for (var i = 0; i < 200 && sink.Statuses.Count == 0; i++)
                {
                    time.Advance(TimeSpan.FromSeconds(0.1));
                    await Task.Delay(5);
                }

                await Until(() => sink.Statuses.Count > 0);
                Assert.That(sink.Statuses[0].Source, Is.EqualTo(first ? FeedStatus.Live : FeedStatus.Simulated), $"first reachable: {first}, now: {reachable}");
                await EndAsync(run, stop);
            }
        }
    }

    private static Func<string, IMarketFeed> Simulated(MemoryFeedStates states, TimeProvider time) =>
        notice => new SimulatedFeed(Symbols, 1, states.Patient(time), time, notice);

    private static async Task EndAsync(Task run, CancellationTokenSource stop)
    {
        await stop.CancelAsync();
        Assert.That(async () => await run, Throws.InstanceOf<OperationCanceledException>());
    }

    private static async Task Until(Func<bool> holds)
    {
        for (var i = 0; i < 1_000 && !holds(); i++)
        {
            await Task.Delay(5);
        }

        Assert.That(holds());
    }

    private sealed class StubFeed(string source, bool prices) : IMarketFeed
    {
        private IFeedSink? _sink;

        public async Task RunAsync(IFeedSink sink, CancellationToken cancellationToken)
        {
            _sink = sink;
            sink.Started(new FeedStatus(source, source, Interval.Second, Interval.Second, Symbols, null));
            if (prices)
            {
                Price();
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        public void Price() => _sink!.Trades([new Trade("BTCUSDT", 1, 1, Start)]);
    }
}
