using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Tests.Time;
using TradingSystem.TestSupport.Servers;
using TradingSystem.Trigger.Feeds;
using static TradingSystem.Tests.Trigger.Feeds.ReplayFolder;

namespace TradingSystem.Tests.Trigger.Feeds;

/// <summary>What every feed promises those that it tells.</summary>
public abstract class FeedConformance
{
    private IReadOnlyList<FeedCall> _calls = [];

    private IEnumerable<Trade> Trades => _calls.SelectMany(c => c.Trades);

    [OneTimeSetUp]
    public async Task Run() => _calls = await TellAsync();

    [Test]
    public void It_says_first_which_market_it_is() => Assert.Multiple(() =>
    {
        Assert.That(_calls[0].Status, Is.Not.Null);
        Assert.That(
            _calls.Where(c => c.Status is not null).Select(c => c.Status!.IsSameMarket(_calls[0].Status!)), Is.All.True, "and never that it is another");
    });

    [Test]
    public void It_tells_all_symbols_that_it_announced_and_no_other()
    {
        var announced = _calls[0].Status!.Symbols;
        Assert.Multiple(() =>
        {
            Assert.That(_calls.SelectMany(c => c.Symbols).Distinct(), Is.EquivalentTo(announced));
            Assert.That(Trades.Select(t => t.Symbol).Distinct(), Is.EquivalentTo(announced));
        });
    }

    [Test]
    public void Trades_of_a_symbol_never_go_back_in_market_time()
    {
        foreach (var symbol in Trades.GroupBy(t => t.Symbol))
        {
            Assert.That(symbol.Select(t => t.MarketTime), Is.Ordered, symbol.Key);
        }
    }

    [Test]
    public void Trades_have_a_price_and_no_quantity_below_zero() =>
        Assert.That(Trades.Where(t => t.Price <= 0 || t.Quantity < 0), Is.Empty);

    [Test]
    public void Marks_have_a_price_and_the_time_that_the_exchange_gave_them()
    {
        var marks = _calls.Select(c => c.Mark).OfType<Mark>().ToList();
        Assert.That(marks.Where(m => m.Price <= 0 || m.MarketTime is null), Is.Empty);
        Assert.That(marks.Select(m => m.Symbol).Distinct(), Is.SubsetOf(_calls[0].Status!.Symbols));
    }

    [Test]
    public void The_history_that_comes_before_the_first_trade_lies_before_it() => Assert.Multiple(() =>
    {
        foreach (var symbol in _calls[0].Status!.Symbols)
        {
            var first = _calls.TakeWhile(c => !c.Trades.Any(t => t.Symbol == symbol)).Count();
            var begin = _calls[first].Trades.First(t => t.Symbol == symbol).MarketTime;
            foreach (var told in _calls.Take(first).Where(c => c.Kind == FeedCalls.History && c.Symbols.Contains(symbol)))
            {
                Assert.That(told.Candles.Select(c => c.OpenTime), Is.Ordered.And.Unique);
                Assert.That(told.Candles.Where(c => c.Closed).Select(c => c.OpenTime + told.Interval.Length), Is.All.LessThanOrEqualTo(begin), symbol);
                Assert.That(told.Candles.Where(c => !c.Closed).Select(c => c.OpenTime), Is.All.LessThanOrEqualTo(begin), symbol);
            }
        }
    });

    [Test]
    public async Task The_same_market_again_is_told_the_same()
    {
        var again = await TellAsync();
        // When what people are told comes is no part of the market.
        var (one, two) = (Told(_calls), Told(again));
        var both = Math.Min(one.Count, two.Count);
        Assert.That(both, Is.GreaterThan(100));
        Assert.That(two.Take(both), Is.EqualTo(one.Take(both)));
    }

    /// <summary>A market from its beginning, until enough of it was told.</summary>
    private protected abstract Task<IReadOnlyList<FeedCall>> TellAsync();

    /// <summary>Runs it until it has told enough, and ends it.</summary>
    private protected static async Task<IReadOnlyList<FeedCall>> TellAsync(IMarketFeed feed, Func<FeedCalls, bool> isEnough, FeedCalls? told = null)
    {
        var sink = told ?? new FeedCalls();
        using var stop = new CancellationTokenSource();
        var run = Task.Run(() => feed.RunAsync(sink, stop.Token));
        await Wait.UntilAsync("the feed has told enough", () => run.IsCompleted || isEnough(sink));
        Assert.That(run.IsCompleted, Is.False, "a feed runs until it is cancelled");
        await stop.CancelAsync();
        Assert.That(async () => await run.WaitAsync(Wait.Most), Throws.InstanceOf<OperationCanceledException>());
        return sink.All;
    }

    private static List<string> Told(IReadOnlyList<FeedCall> calls) => [.. calls.Where(c => c.Status is null).Select(c => $"{c.Kind} {c.Text}")];
}

/// <summary>The simulated market, from a seed.</summary>
[TestFixture]
public sealed class SimulatedFeedConformance : FeedConformance
{
    private static readonly string[] Symbols = ["BTCUSDT", "ETHUSDT", "SOLUSDT"];

    private protected override Task<IReadOnlyList<FeedCall>> TellAsync()
    {
        var time = new ManualTime(new(2026, 3, 2, 10, 0, 17, 350, TimeSpan.Zero));
        var feed = new SimulatedFeed(Symbols, 42, new MemoryFeedStates().Patient(time), time);
        return TellAsync(feed, calls =>
        {
            // Less than what a feed that stood still takes for a pause.
            if (time.WaitingTimers > 0)
            {
                time.Advance(TimeSpan.FromSeconds(2));
            }

            return calls.All.Count(c => c.Kind == "trades") >= 100;
        });
    }
}

/// <summary>A replay that <c>Open</c> gives, to its end and without its pauses.</summary>
public abstract class ReplayConformance : FeedConformance
{
    private readonly ReplayFolder _folder = new();
    private ReplayRecording? _recording;

    [OneTimeTearDown]
    public void TearDown() => _folder.Dispose();

    private protected abstract ReplayRecording Open(ReplayFolder folder);

    private protected override Task<IReadOnlyList<FeedCall>> TellAsync()
    {
        var feed = new ReplayFeed(
            _recording ??= Open(_folder), 100_000, false, new MemoryFeedStates().Patient(TimeProvider.System), new InstantTime(),
            NullLogger<ReplayFeed>.Instance);
        return TellAsync(feed, calls => calls.All[^1] is { Status.IsOver: true });
    }
}

/// <summary>Candles of three symbols: one with a gap, one that begins late, one that ends early and is out of order.</summary>
[TestFixture]
public sealed class ReplayedCandlesConformance : ReplayConformance
{
    private protected override ReplayRecording Open(ReplayFolder folder) => ReplayRecording.Of(
        folder.Csv("BTCUSDT-1m.csv", [.. Minutes(Day, 40), .. Minutes(Day.AddMinutes(50), 30)]),
        folder.Csv("ETHUSDT-1m.csv", Minutes(Day.AddMinutes(47), 43)),
        folder.Csv("SOLUSDT-1m.csv", [.. Minutes(Day.AddMinutes(30), 40, 130), .. Minutes(Day, 32)]));
}

/// <summary>Trades of two symbols, some at the same moments; one with a gap.</summary>
[TestFixture]
public sealed class ReplayedTradesConformance : ReplayConformance
{
    private protected override ReplayRecording Open(ReplayFolder folder) => ReplayRecording.Of(
        folder.Csv("BTCUSDT-aggTrades.csv", Trades(0, 400, 1_000).Concat(Trades(9_000, 200, 1_300))),
        folder.Csv("ETHUSDT-aggTrades.csv", Trades(0, 500, 800)));

    private static IEnumerable<string> Trades(int first, int count, int pause)
    {
        var begin = Day.ToUnixTimeMilliseconds() + (first * 100L);
        return Enumerable.Range(0, count).Select(
            i => $"{first + i},{100 + (i % 9)},{1 + (i % 3)},{i},{i},{begin + (i * (long)pause)},{(i % 2 == 0 ? "true" : "false")}");
    }
}
