using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Tests.Time;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;

namespace TradingSystem.Tests.Trigger.Feeds;

/// <summary>A replay that is started again.</summary>
public sealed class ReplayResumeTests
{
    private const long First = 1_746_372_780_000;

    private MemoryFeedStates _states = null!;
    private string _folder = "";
    private ReplayFile _file = null!;

    [SetUp]
    public void SetUp()
    {
        _states = new MemoryFeedStates();
        _folder = Directory.CreateTempSubdirectory("replay").FullName;
        var path = Path.Combine(_folder, "BTCUSDT-1m-resume.csv");
        File.WriteAllLines(path, Enumerable.Range(0, 40).Select(i => $"{First + (i * 60_000)},{100 + i},{100 + i},{100 + i},{100 + i},4"));
        _file = ReplayFile.Open(path);
    }

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, true);

    [Test]
    public async Task It_goes_on_behind_the_last_price_told_and_the_file_fills_what_a_crash_left_out()
    {
        var told = new List<Trade>();
        for (var start = 0; start < 4; start++)
        {
            var state = await RunAsync(anew: false, told, until: 3);
            Assert.That(
                state.Candles("BTCUSDT", "1m", 100, null).Select(c => c.Open), Is.EqualTo(Enumerable.Range(100, (int)told[^1].Price - 99)),
                "no bar lacks, none is told otherwise");
        }

        Assert.That(told.Select(t => t.MarketTime), Is.Ordered);
        Assert.That(told.Zip(told.Skip(1)).Select(p => p.Second.Price - p.First.Price), Is.All.InRange(0m, 2m), "a price goes on where it was; a bar may be left out");
    }

    [Test]
    public async Task Once_ended_it_stays_so_unless_it_is_begun_anew()
    {
        var told = new List<Trade>();
        await RunAsync(anew: false, told, until: int.MaxValue);
        var (last, count) = (told[^1].Price, told.Count);
        await RunAsync(anew: false, told, until: int.MaxValue);
        Assert.That((last, told.Count), Is.EqualTo((139m, count)));

        await RunAsync(anew: true, told, until: int.MaxValue);
        Assert.That(told.Skip(count).Select(t => t.MarketTime), Is.EqualTo(told.Take(count).Select(t => t.MarketTime)));
    }

    [Test]
    public async Task A_bar_of_trades_that_it_goes_on_in_the_middle_of_is_never_told_as_closed()
    {
        var path = Path.Combine(_folder, "BTCUSDT-trades-resume.csv");
        File.WriteAllLines(path, ["price,quantity,transact_time", .. Enumerable.Range(0, 2_400).Select(i => $"{100 + i},1,{First + (i * 1_000)}")]);
        _file = ReplayFile.Open(path);
        for (var start = 0; start < 3; start++)
        {
            var state = await RunAsync(anew: false, [], until: 640);
            foreach (var interval in new[] { Interval.Minute, Interval.FiveMinutes })
            {
                var closed = state.Candles("BTCUSDT", interval.Name, 100, null).Where(c => c.Closed).ToList();
                Assert.That(closed, Is.Not.Empty, $"{interval.Name} of start {start}");
                Assert.That(
                    closed.Select(c => (c.Volume, c.Close - c.Open)),
                    Is.All.EqualTo(((decimal)interval.Length.TotalSeconds, (decimal)interval.Length.TotalSeconds - 1m)),
                    $"{interval.Name} of start {start}");
            }
        }
    }

    private async Task<MarketState> RunAsync(bool anew, List<Trade> told, int until)
    {
        var state = new MarketState(TimeProvider.System, []);
        using var stop = new CancellationTokenSource();
        var sink = new Cut(state, told, until, stop);
        var run = new ReplayFeed(
            ReplayRecording.Of(_file), 60, anew, _states.Patient(TimeProvider.System), new InstantTime(),
            NullLogger<ReplayFeed>.Instance).RunAsync(sink, stop.Token);
        Assert.That(async () => await run.WaitAsync(TimeSpan.FromSeconds(60)), Throws.InstanceOf<OperationCanceledException>());
        return state;
    }

    /// <summary>Ends the feed as a crash does, in the middle, or when the file has ended.</summary>
    private sealed class Cut(MarketState state, List<Trade> told, int until, CancellationTokenSource stop) : IFeedSink
    {
        private int _left = until;

        public void Started(FeedStatus status)
        {
            state.Started(status);
            if (status.Notice == ReplayFeed.Ended)
            {
                stop.Cancel();
            }
        }

        public void History(string symbol, Interval interval, IReadOnlyList<TradingSystem.Contracts.Bus.Candle> candles, bool derive) =>
            state.History(symbol, interval, candles, derive);

        public void Trades(IReadOnlyList<Trade> trades)
        {
            told.AddRange(trades);
            state.Trades(trades);
            if (--_left == 0)
            {
                stop.Cancel();
            }
        }

        public void Quote(string symbol, decimal bid, decimal ask)
        {
        }

        public void Mark(Mark mark)
        {
        }

        public void Advance(DateTimeOffset marketTime) => state.Advance(marketTime);

        public void Torn() => state.Torn();

        public void Gap(string symbol, DateTimeOffset until) => state.Gap(symbol, until);

        public IReadOnlyList<LackingBars> Lacking(TimeSpan grace) => [];
    }
}
