using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Trigger.Feeds;
using static TradingSystem.Tests.Trigger.Feeds.ReplayFolder;

namespace TradingSystem.Tests.Trigger.Feeds;

/// <summary>Rows come in whatever order, and more than once; the recording is the same.</summary>
public sealed class ReplayOrderTests
{
    private readonly ReplayFolder _folder = new();
    private int _files;

    [OneTimeTearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Bars_in_any_order_and_told_twice_are_the_same_bars()
    {
        // With a gap, a bar that ends early, and enough of them that the first rows of a shuffled text tell no interval.
        var early = Row(Day.AddMinutes(120), TimeSpan.FromSeconds(20), 100);
        string[] rows = [.. Minutes(Day, 90), .. Minutes(Day.AddMinutes(100), 20), early, .. Minutes(Day.AddMinutes(121), 10)];
        var whole = Csv(rows);
        var orders =
            from shuffled in Gen.Shuffle(Enumerable.Range(0, rows.Length).ToArray())
            from again in Gen.Choose(0, rows.Length - 1).ArrayOf(7)
            from places in Gen.Choose(0, rows.Length).ArrayOf(7)
            from texts in Gen.Choose(1, 3)
            select (Order: again.Zip(places).Aggregate(shuffled.ToList(), (all, a) => [.. all[..a.Second], a.First, .. all[a.Second..]]), Texts: texts);
        Prop.ForAll(orders.ToArbitrary(), o =>
        {
            string[] told = [.. o.Order.Select(i => rows[i])];
            var texts = told.Chunk((told.Length / o.Texts) + 1).Select((c, i) => ($"BTCUSDT-{i}.csv", (IEnumerable<string>)c));
            var file = o.Texts == 1 ? Csv(told) : _folder.Zip(Name("zip"), [.. texts]);
            return file.Bars().SequenceEqual(whole.Bars()) && file.Interval == whole.Interval && file.Survey!.Gaps.SequenceEqual(whole.Survey!.Gaps)
                && file.Survey.Remarks.Any(r => r.StartsWith("7 rows that are there twice are told once: ", StringComparison.Ordinal));
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void How_many_rows_were_out_of_order_or_twice_is_said_with_the_first_places()
    {
        string[] rows = [.. Minutes(Day, 8)];
        var name = Name("csv");
        var file = _folder.Csv(name, [rows[0], rows[3], rows[1], rows[3], rows[2], rows[7], rows[4], rows[5], rows[6], rows[0]]);
        Assert.Multiple(() =>
        {
            Assert.That(file.Bars().Select(b => b.Open), Is.EqualTo(Enumerable.Range(100, 8)));
            Assert.That(file.Survey!.Remarks, Is.EqualTo(new[]
            {
                $"5 rows out of order are sorted: {name} line 3, {name} line 5, {name} line 7 and 2 more",
                $"2 rows that are there twice are told once: {name} line 10, {name} line 4",
            }));
        });
    }

    [Test]
    public void Rows_of_one_time_that_differ_are_refused_by_both_lines_and_contents()
    {
        var rows = Minutes(Day, 5).ToList();
        var name = Name("csv");
        var e = Assert.Throws<ReplayFormatException>(() => _folder.Csv(name, [.. rows, Row(Day.AddMinutes(1), TimeSpan.FromMinutes(1), 7.5m, 2)]))!;
        Assert.That(
            e.Message, Is.EqualTo(
                $"{name} line 6, column open_time: what {name} line 2 has as '101,101,101,101,1 until 2024-01-01 00:02:00' must be the same here, "
                + "got '7.5,7.5,7.5,7.5,2 until 2024-01-01 00:02:00'"));
    }

    [Test]
    public void Trades_out_of_order_are_sorted_by_their_ids_and_told_once()
    {
        var name = Name("csv");
        var file = _folder.Csv(name, [Trade(1), Trade(4), Trade(2), Trade(4), Trade(3), Trade(5), Trade(1)]);
        Assert.Multiple(() =>
        {
            Assert.That(file.Trades().Select(t => t.Price), Is.EqualTo(new[] { 101m, 102, 103, 104, 105 }));
            Assert.That(file.SurveyTrades(CancellationToken.None).Remarks, Is.EqualTo(new[]
            {
                $"2 rows out of order are sorted: {name} line 3, {name} line 5",
                $"2 rows that are there twice are told once: {name} line 7, {name} line 4",
            }));
        });
    }

    [Test]
    public void Trades_without_ids_are_sorted_by_their_times_and_none_is_taken_for_another()
    {
        var ms = Day.ToUnixTimeMilliseconds();
        var (first, later) = ($"101,1,{ms + 10}", $"102,1,{ms + 20}");
        var file = _folder.Csv(Name("csv"), ["price,quantity,transact_time", $"100,1,{ms}", later, first, $"103,1,{ms + 20}", later]);
        Assert.Multiple(() =>
        {
            Assert.That(
                file.Trades().Select(t => t.Price), Is.EqualTo(new[] { 100m, 101, 102, 103, 102 }), "in the order of the text where times are the same");
            Assert.That(file.SurveyTrades(CancellationToken.None).Remarks, Has.Count.EqualTo(1));
        });
    }

    [TestCase(10_000, true)]
    [TestCase(10_001, false)]
    public void A_trade_may_come_as_far_behind_its_place_as_rows_are_sorted(int behind, bool isTold)
    {
        var name = Name("csv");
        var file = _folder.Csv(
            name, [Trade(0), .. Enumerable.Range(2, behind).Select(Trade), Trade(1), .. Enumerable.Range(behind + 2, 50).Select(Trade)]);
        if (isTold)
        {
            Assert.That(file.Trades().Select(t => t.Price), Is.EqualTo(Enumerable.Range(100, behind + 52)));
            return;
        }

        var e = Assert.Throws<ReplayFormatException>(() => _ = file.Trades().Count())!;
        const string Rule = "a row must come at most 10000 rows behind its place, for no more are sorted";
        Assert.That((e.Line, e.Column, e.Rule), Is.EqualTo((behind + 2, "agg_trade_id", Rule)));
    }

    [Test]
    public void Trades_whose_times_fall_where_their_ids_rise_are_refused()
    {
        var ms = Day.ToUnixTimeMilliseconds();
        var name = Name("csv");
        var file = _folder.Csv(name, [$"1,100,1,1,1,{ms + 5},true", $"2,100,1,2,2,{ms},true"]);
        Assert.That(
            () => _ = file.Trades().Count(),
            Throws.InstanceOf<ReplayFormatException>().With.Message.StartWith($"{name} line 2, column transact_time: times must not fall where ids rise"));
    }

    private static string Trade(int id) => $"{id},{100 + id},1,{id},{id},{Day.ToUnixTimeMilliseconds() + id},true";

    private string Name(string end) => $"BTCUSDT-{++_files}.{end}";

    private ReplayFile Csv(IEnumerable<string> rows) => _folder.Csv(Name("csv"), rows);
}
