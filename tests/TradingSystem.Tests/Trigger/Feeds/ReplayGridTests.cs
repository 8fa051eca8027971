using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Tests.Time;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;
using static TradingSystem.Tests.Trigger.Feeds.ReplayFolder;

namespace TradingSystem.Tests.Trigger.Feeds;

/// <summary>Bars that are not on the common grid keep the file's own times, or are refused.</summary>
public sealed class ReplayGridTests
{
    private readonly ReplayFolder _folder = new();

    [OneTimeTearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase(7 * 24 * 60, 0, "1w")]
    [TestCase(3 * 24 * 60, 24 * 60, "3d")]
    [TestCase(24 * 60, 16 * 60, "1d")]
    [TestCase(60, 30, "1h")]
    [TestCase(1, 0.5, "1m")]
    [TestCase(0.5, 0.25, "30s")]
    public async Task Bars_off_the_grid_keep_their_own_times(double minutes, double offset, string name)
    {
        var length = TimeSpan.FromMinutes(minutes);
        DateTimeOffset[] opens = [.. Enumerable.Range(0, 12).Select(i => Day.AddMinutes(offset) + (i * length))];
        var file = _folder.Csv($"BTCUSDT-{name}-{offset}.csv", opens.Select(o => Short(o)));
        Assert.That(file.Interval.Name, Is.EqualTo(name));

        var state = await PlayAsync(file);
        Assert.Multiple(() =>
        {
            Assert.That(state.Candles("BTCUSDT", name, 100, null).Select(c => (c.OpenTime, c.Closed)), Is.EqualTo(opens.Select(o => (o, true))));
            Assert.That(state.Status!.Shown.Name, Is.EqualTo(name), "the page and the table have them, too");
            Assert.That(state.Intervals, Is.EqualTo(new[] { name }), "no longer bar is made of those that do not fill it");
        });
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Months_are_refused_for_they_are_not_equally_long(bool tellsEnd)
    {
        DateTimeOffset[] months = [.. Enumerable.Range(0, 5).Select(i => Day.AddMonths(i))];
        var e = Assert.Throws<ReplayFormatException>(() => _folder.Csv("BTCUSDT-1mo-2024.csv", months.Select(m => tellsEnd ? Row(m, m.AddMonths(1) - m, 100) : Short(m))))!;
        Assert.That(e.Message, Is.EqualTo("BTCUSDT-1mo-2024.csv line 2, column open_time: bars must all be as long, and months are not: take bars of 1d or 1w, got '2024-02-01'"));
    }

    [Test]
    public void A_bar_between_the_steps_of_the_others_is_refused_at_the_start()
    {
        var rows = Enumerable.Range(0, 100).Select(i => Short(Day.AddHours(i))).Append(Short(Day.AddHours(100).AddMinutes(28)));
        var e = Assert.Throws<ReplayFormatException>(() => _folder.Csv("BTCUSDT-1h-odd.csv", rows))!;
        Assert.That((e.Line, e.Column, e.Rule), Is.EqualTo((101, "open_time", "open times must be whole steps of 1h from the file's first, for all bars must be as long")));
    }

    [Test]
    public void A_bar_that_ends_later_than_the_others_is_refused()
    {
        var rows = Minutes(Day, 3).Append(Row(Day.AddMinutes(3), TimeSpan.FromMinutes(5), 100));
        var e = Assert.Throws<ReplayFormatException>(() => _folder.Csv("BTCUSDT-1m-long.csv", rows))!;
        Assert.That((e.Line, e.Column, e.Rule), Is.EqualTo((4, "close_time", "close_time must not be later than 1m after open_time")));
    }

    [Test]
    public void A_bars_end_says_the_same_in_microseconds_and_milliseconds()
    {
        var rows = Minutes(Day, 3).ToList();
        var micros = rows.Select(r => r.Split(',')).Select(f => string.Join(',', [$"{f[0]}000", .. f[1..6], $"{f[6]}999", .. f[7..]]));
        var file = _folder.Csv("BTCUSDT-1m-us.csv", micros);
        Assert.That(file.Bars(), Is.EqualTo(_folder.Csv("BTCUSDT-1m-ms.csv", rows).Bars()));
        Assert.That(file.Bars().First().End, Is.EqualTo(Day.AddMinutes(1)));
    }

    internal static Task<MarketState> PlayAsync(ReplayFile file, params ICandleListener[] listeners) => PlayAsync(ReplayRecording.Of(file), listeners);

    internal static async Task<MarketState> PlayAsync(ReplayRecording recording, params ICandleListener[] listeners)
    {
        var state = new MarketState(TimeProvider.System, listeners);
        using var stop = new CancellationTokenSource();
        var run = new ReplayFeed(
            recording, 100_000, true, new MemoryFeedStates().Patient(TimeProvider.System), new InstantTime(),
            NullLogger<ReplayFeed>.Instance).RunAsync(state, stop.Token);
        for (var i = 0; i < 6_000 && state.Status is not { IsOver: true } && !run.IsCompleted; i++)
        {
            await Task.Delay(5);
        }

        Assert.That(state.Status?.IsOver, Is.True, state.Status?.Notice);
        await stop.CancelAsync();
        Assert.That(async () => await run, Throws.InstanceOf<OperationCanceledException>());
        return state;
    }
}
