using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using NUnit.Framework.Constraints;
using TradingSystem.Contracts.Bus;
using TradingSystem.Tests.Time;
using TradingSystem.TestSupport.Servers;
using TradingSystem.Trigger;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;
using static TradingSystem.Tests.Trigger.Feeds.ReplayFolder;
using Interval = TradingSystem.Trigger.Candles.Interval;

namespace TradingSystem.Tests.Trigger.Feeds;

/// <summary>Several files, of one symbol or more, are one replay.</summary>
public sealed class ReplayRecordingTests
{
    private readonly ReplayFolder _folder = new();
    private int _files;

    [OneTimeTearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task Symbols_are_told_in_the_order_of_market_time_and_of_their_names()
    {
        var recording = ReplayRecording.Of(Minutes("SOLUSDT", (0, 10)), Minutes("BTCUSDT", (0, 10)));
        var told = (await TellAsync(recording)).AllTrades.ToList();
        Assert.Multiple(() =>
        {
            Assert.That(recording.Symbols, Is.EqualTo(new[] { "BTCUSDT", "SOLUSDT" }));
            Assert.That(told.Select(t => t.Symbol), Is.EqualTo(Enumerable.Repeat(recording.Symbols, 20).SelectMany(s => s)), "half of the ten bars is history");
            Assert.That(told.Select(t => t.MarketTime), Is.Ordered);
        });
    }

    [Test]
    public async Task A_gap_of_one_symbol_tears_no_bar_of_another_and_none_of_its_own_is_closed_over_it()
    {
        // 33 to 41 lacks; 45 is the last of its own, and the other goes on.
        var recording = ReplayRecording.Of(Minutes("BTCUSDT", (0, 60)), Minutes("ETHUSDT", (0, 33), (42, 4)));
        var state = await ReplayGridTests.PlayAsync(recording);
        Assert.Multiple(() =>
        {
            Assert.That(Closed(state, "BTCUSDT", "5m"), Is.EqualTo(Enumerable.Range(0, 12).Select(i => (5d * i, 5m))));
            Assert.That(Closed(state, "ETHUSDT", "5m"), Is.EqualTo(Enumerable.Range(0, 6).Select(i => (5d * i, 5m))));
            Assert.That(
                Closed(state, "ETHUSDT", "1m").Select(b => b.At), Is.EqualTo(Enumerable.Range(0, 33).Concat(Enumerable.Range(42, 4)).Select(m => (double)m)));
            Assert.That(state.Status!.Gaps, Is.EqualTo(new[] { new MarketGap(Day.AddMinutes(33), Day.AddMinutes(42), "ETHUSDT") }));
            Assert.That(state.Status.Symbols, Is.EqualTo(new[] { "BTCUSDT", "ETHUSDT" }));
            Assert.That(state.Status.Notice, Is.EqualTo(
                "replay ended; ETHUSDT: ends before others, at 2024-01-01 00:46 UTC; "
                + "ETHUSDT: 9 1m bars are missing: 2024-01-01 00:33 to 2024-01-01 00:42 UTC"));
        });
    }

    [Test]
    public async Task A_symbol_that_begins_later_is_told_from_its_first_bar_on()
    {
        var recording = ReplayRecording.Of(Minutes("BTCUSDT", (0, 40)), Minutes("ETHUSDT", (32, 20)));
        var state = await ReplayGridTests.PlayAsync(recording);
        Assert.Multiple(() =>
        {
            Assert.That(Closed(state, "ETHUSDT", "1m").Select(b => b.At), Is.EqualTo(Enumerable.Range(32, 20).Select(m => (double)m)));
            Assert.That(
                Closed(state, "ETHUSDT", "5m").Select(b => b.At), Is.EqualTo(new[] { 35d, 40, 45 }), "the one that it began in the middle of is not whole");
            Assert.That(Closed(state, "BTCUSDT", "5m").Select(b => b.At), Is.EqualTo(Enumerable.Range(0, 8).Select(i => 5d * i)));
            Assert.That(recording.Survey!.Remarks, Is.EqualTo(new[]
            {
                "BTCUSDT: ends before others, at 2024-01-01 00:40 UTC", "ETHUSDT: begins later than others, at 2024-01-01 00:32 UTC",
            }));
            Assert.That(recording.Survey.Gaps, Is.Empty);
        });
    }

    [Test]
    public async Task Trades_of_several_symbols_make_the_seconds_that_each_alone_makes()
    {
        var begin = Day.ToUnixTimeMilliseconds();
        ReplayFile Trades(string symbol, int first, int pause) => _folder.Csv(
            $"{symbol}-{++_files}.csv",
            Enumerable.Range(0, 600_000 / pause).Select(i => $"{i},{100 + (i % 7)},1,{i},{i},{begin + first + (i * (long)pause)},true"));
        ReplayFile[] files = [Trades("ETHUSDT", 850, 300), Trades("BTCUSDT", 800, 1_300)];
        var together = await ReplayGridTests.PlayAsync(ReplayRecording.Of(files));
        foreach (var file in files)
        {
            // Each second of the file, and not the first nor the last, which are not whole.
            var seconds = file.Trades().GroupBy(t => Interval.Second.Floor(t.MarketTime)).ToDictionary(g => g.Key, g => (decimal)g.Count());
            var closed = together.Candles(file.Symbol, "1s", 1_000, null).Where(c => c.Closed).ToList();
            Assert.That(closed, Has.Count.GreaterThan(500), file.Symbol);
            Assert.That(closed.Select(c => c.Volume), Is.EqualTo(closed.Select(c => seconds.GetValueOrDefault(c.OpenTime))), file.Symbol);
        }
    }

    [Test]
    public async Task Started_again_each_symbol_goes_on_behind_what_was_told()
    {
        var recording = ReplayRecording.Of(Minutes("BTCUSDT", (0, 60)), Minutes("ETHUSDT", (0, 60)));
        var states = new MemoryFeedStates();
        await states.ChangeAsync(recording.Key, _ => [new FeedState(Day.AddMinutes(45), "")], CancellationToken.None);
        var sink = await TellAsync(recording, states);
        Assert.Multiple(() =>
        {
            Assert.That(sink.AllTrades.Select(t => t.MarketTime), Is.All.GreaterThanOrEqualTo(Day.AddMinutes(45)));
            Assert.That(sink.AllTrades, Has.Count.EqualTo(2 * 15 * 4));
            Assert.That(sink.Histories[("ETHUSDT", "1m")], Has.Count.EqualTo(45));
        });
    }

    [Test]
    public void Files_of_one_symbol_are_one_recording_of_it()
    {
        var (a, b) = (Minutes("BTCUSDT", (0, 10)), Minutes("BTCUSDT", (8, 10)));
        var recording = ReplayRecording.Open(b.Paths[0], a.Paths[0]);
        Assert.That(recording.Files.Single().Bars().Select(x => (x.OpenTime - Day).TotalMinutes), Is.EqualTo(Enumerable.Range(0, 18).Select(m => (double)m)));
        Assert.That(recording.Survey!.Remarks, Has.One.StartsWith("2 rows that are there twice are told once"));
    }

    [Test]
    public void Progress_is_that_of_all_files_in_whatever_order_and_of_one_file_as_ever()
    {
        var (a, b) = (Minutes("BTCUSDT", (0, 10)), Minutes("ETHUSDT", (0, 12)));
        var both = ReplayRecording.Open(a.Paths[0], b.Paths[0]);
        Assert.Multiple(() =>
        {
            Assert.That(ReplayRecording.Open(b.Paths[0], a.Paths[0]).Key, Is.EqualTo(both.Key));
            Assert.That(both.Key, Has.Length.LessThan(60).And.StartsWith("replay:2 files:"));
            Assert.That(ReplayRecording.Open(a.Paths[0]).Key, Is.EqualTo($"replay:{a.Name}:{new FileInfo(a.Paths[0]).Length}"));
            Assert.That(ReplayRecording.Open(a.Paths[0], Minutes("ETHUSDT", (0, 13)).Paths[0]).Key, Is.Not.EqualTo(both.Key));
        });
    }

    [Test]
    public void Kinds_intervals_and_grids_are_not_mixed() => Assert.Multiple(() =>
    {
        var minutes = Minutes("BTCUSDT", (0, 10));
        var trades = _folder.Csv("ETHUSDT-trades.csv", [$"1,100,1,1,1,{Day.ToUnixTimeMilliseconds()},true"]);
        var hours = _folder.Csv("ETHUSDT-1h.csv", Rows(Day, 5, TimeSpan.FromHours(1)));
        var between = _folder.Csv("ETHUSDT-1m.csv", ReplayFolder.Minutes(Day.AddSeconds(30), 5));
        Assert.That(
            () => ReplayRecording.Of(minutes, trades),
            Refused($"ETHUSDT-trades.csv: all files of a replay must hold candles, or all trades, as {minutes.Name} does"));
        Assert.That(
            () => ReplayRecording.Of(minutes, hours),
            Refused($"ETHUSDT-1h.csv: all files of a replay must hold bars of one interval, and its are 1h long instead of 1m as those of {minutes.Name}"));
        Assert.That(
            () => ReplayRecording.Of(minutes, between),
            Refused($"ETHUSDT-1m.csv: bars of all files of a replay must open at the same times, whole steps of 1m from those of {minutes.Name}"));
        Assert.That(() => ReplayRecording.Open(minutes.Paths[0], minutes.Paths[0]), Refused($"{minutes.Name}: a replay must not have two files of one name"));
    });

    [Test]
    public void Market_names_a_file_several_or_a_folder()
    {
        _folder.Csv("all/BTCUSDT-1m.csv", ReplayFolder.Minutes(Day, 5));
        _folder.Csv("all/ETHUSDT-1m.csv", ReplayFolder.Minutes(Day, 5));
        File.WriteAllText(_folder.Of("all/notes.txt"), "no recording");
        File.WriteAllText(_folder.Of("all/._ETHUSDT-1m.csv"), "no text");
        _folder.Csv("one, two/SOLUSDT-1m.csv", ReplayFolder.Minutes(Day, 5));
        Directory.CreateDirectory(_folder.Of("none"));
        Assert.Multiple(() =>
        {
            Assert.That(Symbols("all"), Is.EqualTo(new[] { "BTCUSDT", "ETHUSDT" }));
            Assert.That(Symbols("all/ETHUSDT-1m.csv"), Is.EqualTo(new[] { "ETHUSDT" }));
            Assert.That(Symbols("one, two/SOLUSDT-1m.csv"), Is.EqualTo(new[] { "SOLUSDT" }), "it exists as it stands");
            Assert.That(
                Market($"{_folder.Of("all/ETHUSDT-1m.csv")}, {_folder.Of("all/BTCUSDT-1m.csv")}").Replay!.Symbols, Is.EqualTo(new[] { "BTCUSDT", "ETHUSDT" }));
            Assert.That(
                () => Market($"{_folder.Of("all")},{_folder.Of("away.csv")}"),
                Throws.InvalidOperationException.With.Message.EqualTo($"MARKET=replay:FILE@SPEED: FILE must exist, got '{_folder.Of("away.csv")}'"));
            Assert.That(
                () => Symbols("none"),
                Throws.InvalidOperationException.With.Message.EqualTo(
                    $"MARKET=replay:FILE@SPEED: the folder must contain a .csv, .csv.gz or .zip file, got '{_folder.Of("none")}'"));
        });

        IReadOnlyList<string> Symbols(string name) => Market(_folder.Of(name)).Replay!.Symbols;
    }

    private static TriggerOptions Market(string files) => TriggerOptionsTests.From(("MARKET", $"replay:{files}@60"));

    private static List<(double At, decimal Volume)> Closed(MarketState state, string symbol, string interval) =>
        [.. state.Candles(symbol, interval, 1_000, null).Where(c => c.Closed).Select(c => ((c.OpenTime - Day).TotalMinutes, c.Volume))];

    private static async Task<RecordingSink> TellAsync(ReplayRecording recording, MemoryFeedStates? states = null)
    {
        var sink = new RecordingSink();
        using var stop = new CancellationTokenSource();
        var run = new ReplayFeed(
            recording, 100_000, false, (states ?? new MemoryFeedStates()).Patient(TimeProvider.System), new InstantTime(),
            NullLogger<ReplayFeed>.Instance).RunAsync(sink, stop.Token);
        await Wait.UntilAsync("the replay is over", () => sink.Statuses.Any(s => s.IsOver));
        await stop.CancelAsync();
        Assert.That(async () => await run, Throws.InstanceOf<OperationCanceledException>());
        return sink;
    }

    private static EqualStringConstraint Refused(string message) => Throws.InstanceOf<ReplayFormatException>().With.Message.EqualTo(message);

    private ReplayFile Minutes(string symbol, params (int From, int Count)[] spans) =>
        _folder.Csv($"{symbol}-1m-{++_files}.csv", spans.SelectMany(s => ReplayFolder.Minutes(Day.AddMinutes(s.From), s.Count, 100 + s.From)));
}
