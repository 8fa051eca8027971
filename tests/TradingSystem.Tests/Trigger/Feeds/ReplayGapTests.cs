using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Tests.Time;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;
using static TradingSystem.Tests.Trigger.Feeds.ReplayFolder;

namespace TradingSystem.Tests.Trigger.Feeds;

/// <summary>What a recording lacks is told, and nobody takes what lies around it for neighbours.</summary>
public sealed class ReplayGapTests
{
    private readonly ReplayFolder _folder = new();

    [OneTimeTearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task A_missing_day_is_told_at_the_start_and_after_the_end()
    {
        var file = _folder.Csv("BTCUSDT-1h-day.csv", [.. Rows(Day, 24, TimeSpan.FromHours(1)), .. Rows(Day.AddDays(2), 24, TimeSpan.FromHours(1))]);
        var told = new Statuses();
        var state = await ReplayGridTests.PlayAsync(file, told);
        const string Lacks = "24 1h bars are missing: 2024-01-02 00:00 to 2024-01-03 00:00 UTC";
        Assert.Multiple(() =>
        {
            Assert.That(file.Survey!.Remarks, Is.EqualTo(new[] { Lacks }));
            Assert.That(state.Status!.Gaps, Is.EqualTo(new[] { new MarketGap(Day.AddDays(1), Day.AddDays(2)) }));
            Assert.That(state.Status.Notice, Is.EqualTo($"{ReplayFeed.Ended}; {Lacks}"));
            Assert.That(told.Count, Is.EqualTo(1), "what is told beside a market makes no new one of it");
        });
    }

    // 120 bars: the first 60 are told as history, the others as they come. The gap is in either.
    [TestCase(20)]
    [TestCase(90)]
    public async Task A_longer_bar_that_minutes_lack_in_is_never_closed(int before)
    {
        var file = _folder.Csv($"BTCUSDT-1m-{before}.csv", [.. Minutes(Day, before + 3), .. Minutes(Day.AddMinutes(before + 22), 120 - before)]);
        var state = await ReplayGridTests.PlayAsync(file);
        var fives = state.Candles("BTCUSDT", "5m", 1000, null).Where(c => c.Closed).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(fives.Select(c => c.Volume), Is.All.EqualTo(5m));
            Assert.That(
                fives.Select(c => (c.OpenTime - Day).TotalMinutes),
                Does.Contain((double)before - 5).And.Not.Contain((double)before).And.Not.Contain((double)before + 20).And.Contain((double)before + 25));
            Assert.That(
                state.Candles("BTCUSDT", "1m", 1000, null).Select(c => c.OpenTime), Is.EqualTo(file.Bars().Select(b => b.OpenTime)),
                "each minute of the file, and none beside");
        });
    }

    [Test]
    public async Task Bars_that_an_outage_left_standing_are_bars_and_told_with_their_spans()
    {
        IEnumerable<string> Traded(int from) => Minutes(Day.AddMinutes(from), 5);
        IEnumerable<string> Frozen(int from, int count) => Enumerable.Range(from, count).Select(i => Row(Day.AddMinutes(i), TimeSpan.FromMinutes(1), 104, 0));
        var file = _folder.Csv(
            "BTCUSDT-1m-frozen.csv", [.. Traded(0), .. Frozen(5, 5), .. Traded(10), .. Frozen(15, 4), .. Traded(19), .. Frozen(24, 3), .. Frozen(30, 6)]);
        var state = await ReplayGridTests.PlayAsync(file);
        Assert.Multiple(() =>
        {
            Assert.That(file.Survey!.Remarks, Is.EqualTo(new[]
            {
                "3 1m bars are missing: 2024-01-01 00:27 to 2024-01-01 00:30 UTC",
                "11 1m bars are without a trade: 2024-01-01 00:05 to 2024-01-01 00:10 UTC, 2024-01-01 00:30 to 2024-01-01 00:36 UTC",
            }));
            Assert.That(state.Status!.Gaps, Is.EqualTo(new[] { new MarketGap(Day.AddMinutes(27), Day.AddMinutes(30)) }), "what stands still is none");
            Assert.That(
                state.Candles("BTCUSDT", "1m", 100, null).Select(c => (c.OpenTime, c.Close, c.Volume, c.Closed)),
                Is.EqualTo(file.Bars().Select(b => (b.OpenTime, b.Close, b.Volume, true))));
        });
    }

    [Test]
    public void A_bar_that_stands_still_but_was_traded_in_or_moved_is_none_of_an_outage()
    {
        var hours = TimeSpan.FromHours(1);
        var moved = Row(Day.AddHours(2), hours, 100, 0).Replace(",100,100,100,100,", ",100,101,100,100,", StringComparison.Ordinal);
        string[] rows = [.. Rows(Day, 2, hours), moved];
        var file = _folder.Csv("BTCUSDT-1h-still.csv", rows);
        Assert.That(file.Survey!.Remarks, Is.Empty);
    }

    [Test]
    public void A_last_row_that_ends_in_the_middle_is_left_out_and_told()
    {
        var rows = Minutes(Day, 4).ToList();
        var file = _folder.Csv("BTCUSDT-1m-cut.csv", [.. rows[..3], rows[3][..40]], end: "");
        Assert.Multiple(() =>
        {
            Assert.That(file.Bars().Count(), Is.EqualTo(3));
            Assert.That(file.Survey!.Remarks, Is.EqualTo(new[] { "a last row that ends in the middle is left out: BTCUSDT-1m-cut.csv line 4" }));
        });
    }

    [Test]
    public void A_row_with_too_few_columns_in_the_middle_is_refused_at_the_start()
    {
        var rows = Minutes(Day, 100).ToList();
        rows[80] = rows[80][..50];
        var e = Assert.Throws<ReplayFormatException>(() => _folder.Csv("BTCUSDT-1m-few.csv", rows))!;
        Assert.That((e.Line, e.Column, e.Rule), Is.EqualTo((81, "count", "there must be 12 columns, as in the first row")));
    }

    [Test]
    public async Task A_bar_that_ended_before_its_time_is_left_out_and_told()
    {
        var file = _folder.Csv("BTCUSDT-1m-still.csv", [.. Minutes(Day, 5), Row(Day.AddMinutes(5), TimeSpan.FromSeconds(20), 100), .. Minutes(Day.AddMinutes(6), 4)]);
        var state = await ReplayGridTests.PlayAsync(file);
        Assert.Multiple(() =>
        {
            Assert.That(file.Survey!.Remarks, Has.One.EqualTo("bars that ended before their time are left out: BTCUSDT-1m-still.csv line 6"));
            Assert.That(state.Candles("BTCUSDT", "1m", 100, null).Select(c => (c.OpenTime - Day).TotalMinutes), Is.EqualTo(new[] { 0d, 1, 2, 3, 4, 6, 7, 8, 9 }));
            Assert.That(state.Status!.Gaps, Is.EqualTo(new[] { new MarketGap(Day.AddMinutes(5), Day.AddMinutes(6)) }));
        });
    }

    [Test]
    public async Task Trades_that_lack_by_their_ids_are_a_gap_and_a_quiet_market_is_none()
    {
        var ms = Day.ToUnixTimeMilliseconds();
        string Trade(long id, int second) => $"{id},100,1,{id},{id},{ms + (second * 1000L)},true";
        var file = _folder.Csv("BTCUSDT-aggTrades-2024.csv",
            [.. Enumerable.Range(0, 600).Select(i => Trade(i, i)), Trade(600, 2400), .. Enumerable.Range(0, 600).Select(i => Trade(2000 + i, 7200 + i))]);
        var survey = file.SurveyTrades(CancellationToken.None);
        var state = await ReplayGridTests.PlayAsync(file);
        var minutes = state.Candles("BTCUSDT", "1m", 1000, null).Where(c => c.Closed).Select(c => (c.OpenTime - Day).TotalMinutes).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(survey.Gaps, Is.EqualTo(new[] { new MarketGap(Day.AddSeconds(2400), Day.AddSeconds(7200)) }));
            Assert.That(survey.Remarks, Is.EqualTo(new[] { "1399 trades are missing: 2024-01-01 00:40 to 2024-01-01 02:00 UTC" }));
            Assert.That(state.Status!.Gaps, Is.EqualTo(survey.Gaps));
            Assert.That(
                minutes, Is.EqualTo(Enumerable.Range(0, 40).Concat(Enumerable.Range(120, 9)).Select(m => (double)m)),
                "the half hour without a trade had none; of what lacks there is no bar");
        });
    }

    [Test]
    public async Task Started_again_behind_a_gap_it_still_knows_of_it()
    {
        var file = _folder.Csv("BTCUSDT-1m-again.csv", [.. Minutes(Day, 23), .. Minutes(Day.AddMinutes(42), 40)]);
        var states = new MemoryFeedStates();
        // As a run leaves it that was killed between the two.
        var recording = ReplayRecording.Of(file);
        await states.ChangeAsync(recording.Key, _ => [new FeedState(Day.AddMinutes(30), "")], CancellationToken.None);
        var state = new MarketState(TimeProvider.System, []);
        using var stop = new CancellationTokenSource();
        var run = new ReplayFeed(
            recording, 100_000, false, states.Patient(TimeProvider.System), new InstantTime(), NullLogger<ReplayFeed>.Instance).RunAsync(state, stop.Token);
        for (var i = 0; i < 6_000 && state.Status is not { IsOver: true }; i++)
        {
            await Task.Delay(5);
        }

        Assert.That(
            state.Candles("BTCUSDT", "5m", 1000, null).Where(c => c.Closed).Select(c => (c.OpenTime - Day).TotalMinutes),
            Is.EqualTo(new[] { 0d, 5, 10, 15, 45, 50, 55, 60, 65, 70, 75 }));
        await stop.CancelAsync();
        Assert.That(async () => await run, Throws.InstanceOf<OperationCanceledException>());
    }

    private sealed class Statuses : ICandleListener
    {
        public int Count { get; private set; }

        public void Started(FeedStatus status) => Count++;

        public void History(string symbol, Interval interval, IReadOnlyList<Candle> closed, IReadOnlyList<Candle> changed)
        {
        }

        public void Closed(Candle candle)
        {
        }
    }
}
