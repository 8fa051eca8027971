using NUnit.Framework;
using TradingSystem.Trigger.Feeds;
using static TradingSystem.Tests.Trigger.Feeds.ReplayFolder;

namespace TradingSystem.Tests.Trigger.Feeds;

/// <summary>Archives as they come: what means the same is read the same, what could mean two things is refused by its column.</summary>
public sealed class ReplayTextTests
{
    private const string Header = "open_time,open,high,low,close,volume";
    private const string Long = "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore";
    private const string Again = "a header within the text must be the one that it begins with";
    private const string Unix = "time must be Unix milliseconds or microseconds";
    private const string Each = "id,price,qty,quote_qty,time,is_buyer_maker";
    private const string A = "1704067200000,1,2,1,2,3.5";
    private const string B = "1704067260000,2,2,1,1,0.25";
    private const string C = "1704067320000,1,4,1,3,7";

    private static readonly ReplayBar[] Bars =
    [
        new(Day, 1, 2, 1, 2, 3.5m),
        new(Day.AddMinutes(1), 2, 2, 1, 1, 0.25m),
        new(Day.AddMinutes(2), 1, 4, 1, 3, 7),
    ];

    private readonly ReplayFolder _folder = new();
    private int _files;

    [OneTimeTearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase($"{Header}\n{A}\n{B}\n{C}\n", TestName = "with a header")]
    [TestCase($"{A}\n{B}\n{C}\n", TestName = "without a header")]
    [TestCase($"{A}\n{B}\n{C}", TestName = "without an end of the last line")]
    [TestCase($"\uFEFF{Header}\n{A}\n{B}\n{C}\n", TestName = "byte order mark before the header")]
    [TestCase($"\uFEFF{A}\n{B}\n{C}\n", TestName = "byte order mark before the first number")]
    [TestCase($"{Header}\r\n{A}\r\n{B}\n{C}\r\n", TestName = "ends of lines of two systems")]
    [TestCase($"\n\n{Header}\n{A}\n\n{B}\n{C}\n\n  \n,,,,,\n\r\n", TestName = "empty lines before, between and behind")]
    [TestCase($"{Header}\n{A}\n{Header}\n{B}\n{Header}\n{C}\n{Header}\n", TestName = "the same header again")]
    [TestCase($"\uFEFF{Header}\r\n{A}\r\n\uFEFF{Header}\r\n{B}\r\n{C}\r\n", TestName = "joined files with a byte order mark each")]
    [TestCase($"{A}\n{Header}\n{B}\n{C}\n", TestName = "a header that says what was taken for granted")]
    [TestCase("1704067200000,1,2,1,2,3.5\n1704067260000000,2,2,1,1,0.25\n1704067320000,1,4,1,3,7\n", TestName = "milliseconds and microseconds")]
    [TestCase("1704067200000.0,1,2,1,2,3.5\n1704067260000,2,2,1,1,0.25\n1704067320000000.00,1,4,1,3,7\n", TestName = "whole numbers with a point")]
    [TestCase($"{Header}\n\"1704067200000\",\"1\",\"2\",\"1\",\"2\",\"3.5\"\n{B}\n\"1704067320000\",1,4,1,3, \"7\" \n", TestName = "quoted fields")]
    [TestCase("\"Open time\",\"Open\",\"High\",\"Low\",\"Close\",\"Volume\"\n" + $"{A}\n{B}\n{C}\n", TestName = "a header as people write it")]
    [TestCase(" 1704067200000 , 1, 2 ,1,2,3.5 \n 1704067260000,\t2,2,1,1,0.25\n1704067320000,1,4,1,3,7\n", TestName = "spaces around numbers")]
    [TestCase("1704067200000,1e0,2.0,1,0.2E+1,35e-1\n1704067260000,2,2,1,1,2.5e-1\n1704067320000,1,4,1,3,7\n", TestName = "exponents")]
    [TestCase("close,volume,low,high,open,open_time\n2,3.5,1,2,1,1704067200000\n1,0.25,1,2,2,1704067260000\n3,7,1,4,1,1704067320000\n",
        TestName = "another order of columns")]
    [TestCase("symbol,x,open_time,open,high,low,close,volume,note\nBTCUSDT,1," + $"{A},a\nBTCUSDT,2,{B},\nBTCUSDT,3,{C},\"b, c\"\n",
        TestName = "more columns than needed")]
    [TestCase($",{Header}\n0,{A}\n1,{B}\n2,{C}\n", TestName = "an index without a name")]
    [TestCase($"{Header},\n{A},\n{B}\n{C},,\n", TestName = "commas behind the last column")]
    [TestCase($"{A},\n{B},\n{C},\n", TestName = "commas behind the last column and no header")]
    public void What_means_the_same_is_read_the_same(string text)
    {
        var file = Open(text);
        Assert.That(file.Bars(), Is.EqualTo(Bars));
        Assert.That(file.Survey!.Remarks, Is.Empty);
    }

    [TestCase($"{A}\nsymbol,{Header}\n{B}\n", 2, "header", Again,
        TestName = "another header within the text")]
    [TestCase($"{Header}\n{A}\nopen_time,open,low,high,close,volume\n{B}\n", 3, "header", Again,
        TestName = "another order within the text")]
    [TestCase("open_time,open,open,high,low,close,volume\n1704067200000,1,1,2,1,2,3\n", 1, "open", "the header must name a column once",
        TestName = "a column named twice")]
    [TestCase("1704067200000,1,2,1,2,\"3,500\"\n", 1, "volume", "volume must be a decimal number of at least 0", TestName = "thousands in quotes")]
    [TestCase($"{A}\n1704067260000,2,2,1,1,3,500\n", 2, "count", "there must be 6 columns, as in the first row", TestName = "thousands without quotes")]
    [TestCase($"{A}\n1704067260000,2,2\"2\",1,1,3\n", 2, "high", "price must be a decimal number above 0", TestName = "a quote in the middle")]
    [TestCase($"{A}\n1704067260000,2,NaN,1,1,3\n", 2, "high", "price must be a decimal number above 0", TestName = "not a number")]
    [TestCase($"{A}\n1704067260000,2,,1,1,3\n", 2, "high", "price must be a decimal number above 0", TestName = "nothing")]
    [TestCase($"{A}\n1.70407E+12,2,2,1,1,3\n", 2, "open_time", Unix, TestName = "a time with an exponent")]
    [TestCase($"{A}\n1704067260000.5,2,2,1,1,3\n", 2, "open_time", Unix, TestName = "a part of a millisecond")]
    [TestCase($"{A}\n1704067260000000000,2,2,1,1,3\n", 2, "open_time", Unix, TestName = "nanoseconds")]
    [TestCase($"{A}\n300000000000000,2,2,1,1,3\n", 2, "open_time", Unix,
        TestName = "between milliseconds and microseconds")]
    [TestCase($"{A}\n-1704067260000,2,2,1,1,3\n", 2, "open_time", Unix, TestName = "a time below zero")]
    public void What_could_mean_something_else_is_refused_by_line_column_and_rule(string text, int line, string column, string rule)
    {
        var e = Assert.Throws<ReplayFormatException>(() => Open(text))!;
        Assert.That((e.Line, e.Column, e.Rule), Is.EqualTo((line, column, rule)));
    }

    [Test]
    public void Bars_end_alike_whatever_unit_their_ends_are_in()
    {
        const string Rest = "0,0,0,0,0";
        var file = Open(
            $"{Long}\n{A},1704067259999,{Rest}\n1704067260000000,2,2,1,1,0.25,1704067319999999,{Rest}\n1704067320000000,1,4,1,3,7,1704067379999000,{Rest}\n");
        Assert.Multiple(() =>
        {
            Assert.That(file.Bars(), Is.EqualTo(Bars.Select(b => b with { End = b.OpenTime.AddMinutes(1) })));
            Assert.That(file.Survey!.Remarks, Is.Empty);
        });
    }

    [Test]
    public void A_last_column_that_is_always_empty_cuts_no_row_off()
    {
        var file = Open($"{Header},note\n{A},\n{B},\n{C},\n");
        Assert.Multiple(() =>
        {
            Assert.That(file.Bars(), Is.EqualTo(Bars));
            Assert.That(file.Survey!.Remarks, Is.Empty);
        });
    }

    [Test]
    public void A_last_row_that_was_cut_off_is_told_also_before_empty_lines()
    {
        var name = $"BTCUSDT-{++_files}.csv";
        var file = _folder.Csv(name, [A, B, C, "1704067380000,1,4"], "\n\n\n");
        Assert.Multiple(() =>
        {
            Assert.That(file.Bars(), Is.EqualTo(Bars));
            Assert.That(file.Survey!.Remarks, Is.EqualTo(new[] { $"a last row that ends in the middle is left out: {name} line 4" }));
        });
    }

    [Test]
    public void Texts_of_an_archive_may_differ_in_header_unit_and_ends_of_lines()
    {
        var file = _folder.Zip(
            $"BTCUSDT-{++_files}.zip", ("BTCUSDT-1.csv", [$"{A}\r"]), ("BTCUSDT-2.csv", [Header, "1704067260000000,2,2,1,1,0.25"]),
            ("BTCUSDT-3.csv", ["open,high,low,close,volume,open_time\r", "1,4,1,3,7,1704067320000\r"]));
        Assert.That(file.Bars(), Is.EqualTo(Bars));
    }

    [TestCase("1,100,2,1,1,1704067200000,true\n2,101,3,2,2,1704067200005000,False\n", TestName = "aggregated trades without a header")]
    [TestCase("1,100,2,1,1,1704067200000,true,true\n2,101,3,2,2,1704067200005,false,true\n", TestName = "aggregated trades of the spot market")]
    [TestCase($"{Each}\n1,100,2,200,1704067200000,true\n2,101,3,303,1704067200005,false\n", TestName = "trades one by one")]
    [TestCase($"{Each}\n1,100,2,200,1704067200000,true\n{Each}\n2,101,3,303,1704067200005,false\n", TestName = "trades of joined files")]
    public void Trades_are_read_the_same_as_well(string text)
    {
        Trade[] trades = [new("BTCUSDT", 100, 2, Day, TakerBuys: false), new("BTCUSDT", 101, 3, Day.AddMilliseconds(5), TakerBuys: true)];
        Assert.That(Open(text).Trades(), Is.EqualTo(trades));
    }

    private ReplayFile Open(string text) => _folder.Text($"BTCUSDT-{++_files}.csv", text);
}
