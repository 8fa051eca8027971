using NUnit.Framework;
using NUnit.Framework.Constraints;
using TradingSystem.Trigger.Feeds;
using static TradingSystem.Tests.Trigger.Feeds.ReplayFolder;

namespace TradingSystem.Tests.Trigger.Feeds;

/// <summary>A zip of several files is one recording.</summary>
public sealed class ReplayArchiveTests
{
    private const string Header = "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore";

    private readonly ReplayFolder _folder = new();

    [OneTimeTearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Its_files_are_read_by_their_first_bar_and_not_by_their_names()
    {
        var file = _folder.Zip(
            "BTCUSDT-1m.zip",
            ("1/BTCUSDT-1m-10.csv", [Header, .. Minutes(Day.AddMinutes(20), 10, 120)]),
            ("1/BTCUSDT-1m-9.csv", Minutes(Day.AddMinutes(10), 10, 110)),
            ("__MACOSX/1/._BTCUSDT-1m-9.csv", ["no text"]),
            ("2/BTCUSDT-1m-1.csv", Minutes(Day, 10)));
        Assert.That(file.Bars().Select(b => (b.OpenTime, b.Open)), Is.EqualTo(Enumerable.Range(0, 30).Select(i => (Day.AddMinutes(i), 100m + i))));
        Assert.That(file.Survey!.Remarks, Is.Empty);
    }

    [Test]
    public void What_two_files_hold_alike_is_told_once_and_said()
    {
        var file = _folder.Zip(
            "BTCUSDT-1m-alike.zip", ("BTCUSDT-1m-a.csv", Minutes(Day, 20)), ("BTCUSDT-1m-b.csv", Minutes(Day.AddMinutes(15), 15, 115)),
            ("BTCUSDT-1m-c.csv", Minutes(Day.AddMinutes(5), 2, 105)));
        Assert.Multiple(() =>
        {
            Assert.That(file.Bars().Select(b => b.Open), Is.EqualTo(Enumerable.Range(100, 30)));
            Assert.That(file.Survey!.Remarks, Is.EqualTo(new[]
            {
                "7 rows that are there twice are told once: BTCUSDT-1m-alike.zip/BTCUSDT-1m-c.csv line 1, BTCUSDT-1m-alike.zip/BTCUSDT-1m-c.csv line 2, "
                + "BTCUSDT-1m-alike.zip/BTCUSDT-1m-b.csv line 1 and 4 more",
            }));
        });
    }

    [Test]
    public void What_two_files_hold_differently_is_refused_by_both_their_lines()
    {
        var e = Assert.Throws<ReplayFormatException>(() =>
            _folder.Zip("BTCUSDT-1m-odds.zip", ("BTCUSDT-1m-a.csv", Minutes(Day, 20)), ("BTCUSDT-1m-b.csv", Minutes(Day.AddMinutes(18), 15, 500))))!;
        Assert.That(
            e.Message,
            Is.EqualTo(
                "BTCUSDT-1m-odds.zip/BTCUSDT-1m-b.csv line 1, column open_time: what BTCUSDT-1m-odds.zip/BTCUSDT-1m-a.csv line 19 has as "
                + "'118,118,118,118,1 until 2024-01-01 00:19:00' must be the same here, got '500,500,500,500,1 until 2024-01-01 00:19:00'"));
    }

    [Test]
    public void A_day_that_lacks_between_its_files_is_a_gap()
    {
        var file = _folder.Zip(
            "BTCUSDT-1h.zip", ("BTCUSDT-1h-01.csv", Rows(Day, 24, TimeSpan.FromHours(1))),
            ("BTCUSDT-1h-03.csv", Rows(Day.AddDays(2), 24, TimeSpan.FromHours(1))));
        Assert.That(file.Survey!.Remarks, Is.EqualTo(new[] { "24 1h bars are missing: 2024-01-02 00:00 to 2024-01-03 00:00 UTC" }));
    }

    [Test]
    public void Files_of_another_symbol_kind_or_interval_are_refused_by_name() => Assert.Multiple(() =>
    {
        var minutes = ("BTCUSDT-1m-a.csv", Minutes(Day, 20));
        Assert.That(
            () => _folder.Zip("BTCUSDT-1.zip", minutes, ("ETHUSDT-1m-b.csv", Minutes(Day, 20))),
            Refused("BTCUSDT-1.zip/ETHUSDT-1m-b.csv: all files of an archive must be of one symbol, BTCUSDT"));
        Assert.That(
            () => _folder.Zip("BTCUSDT-2.zip", minutes, ("BTCUSDT-trades.csv", [$"1,100,1,1,1,{Day.ToUnixTimeMilliseconds()},true"])),
            Refused("BTCUSDT-2.zip/BTCUSDT-trades.csv: all files of a replay must hold candles, or all trades, as BTCUSDT-2.zip/BTCUSDT-1m-a.csv does"));
        Assert.That(
            () => _folder.Zip("BTCUSDT-3.zip", minutes, ("BTCUSDT-1h-b.csv", Enumerable.Range(1, 5).Select(h => Short(Day.AddHours(h))))),
            Refused("BTCUSDT-3.zip/BTCUSDT-1h-b.csv: all files of a replay must hold bars of one interval, and its are 1h apart instead of 1m"));
    });

    [Test]
    public void Trades_of_several_files_are_told_apart_by_their_ids()
    {
        var ms = Day.ToUnixTimeMilliseconds();
        string Trade(long id) => $"{id},{100 + id},1,{id},{id},{ms + id},true";
        var file = _folder.Zip(
            "BTCUSDT-aggTrades.zip", ("BTCUSDT-aggTrades-2.csv", [Trade(3), Trade(4), Trade(5)]),
            ("BTCUSDT-aggTrades-1.csv", [Trade(1), Trade(2), Trade(3), Trade(4)]));
        Assert.Multiple(() =>
        {
            Assert.That(file.Trades().Select(t => t.Price), Is.EqualTo(new[] { 101m, 102, 103, 104, 105 }));
            Assert.That(file.SurveyTrades(CancellationToken.None).Remarks, Is.EqualTo(new[]
            {
                "2 rows that are there twice are told once: "
                + "BTCUSDT-aggTrades.zip/BTCUSDT-aggTrades-2.csv line 1, BTCUSDT-aggTrades.zip/BTCUSDT-aggTrades-2.csv line 2",
            }));
        });
    }

    [Test]
    public void Trades_without_ids_must_not_overlap()
    {
        var ms = Day.ToUnixTimeMilliseconds();
        string[] Trades(int from) => ["price,quantity,transact_time", $"100,1,{ms + from}", $"100,1,{ms + from + 10}"];
        var apart = _folder.Zip("BTCUSDT-trades-1.zip", ("BTCUSDT-a.csv", Trades(20)), ("BTCUSDT-b.csv", Trades(0)));
        Assert.That(apart.Trades().Select(t => (t.MarketTime - Day).TotalMilliseconds), Is.EqualTo(new[] { 0d, 10, 20, 30 }));
        var overlapping = _folder.Zip("BTCUSDT-trades-2.zip", ("BTCUSDT-a.csv", Trades(5)), ("BTCUSDT-b.csv", Trades(0)));
        Assert.That(
            () => overlapping.Trades().Count(),
            Refused("BTCUSDT-trades-2.zip/BTCUSDT-a.csv line 2, column transact_time: trades without ids must not begin before those of BTCUSDT-trades-2.zip/BTCUSDT-b.csv end, got '2024-01-01 00:00:00'"));
    }

    private static EqualStringConstraint Refused(string message) => Throws.InstanceOf<ReplayFormatException>().With.Message.EqualTo(message);
}
