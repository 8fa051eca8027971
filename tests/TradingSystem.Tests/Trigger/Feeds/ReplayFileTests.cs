using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;

namespace TradingSystem.Tests.Trigger.Feeds;

public sealed class ReplayFileTests
{
    private string _folder = "";

    [SetUp]
    public void SetUp() => _folder = Directory.CreateTempSubdirectory("replay").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, true);

    [TestCase("binance_usdm/BTCUSDT-1m-20250504-20250603.csv.gz", "BTCUSDT", "1m", 43_199)]
    [TestCase("binance_usdm/ETHUSDT-1m-20250504-20250615.csv.gz", "ETHUSDT", "1m", 60_191)]
    [TestCase("binance_usdm/SOLUSDT-1m-20250504-20250603.csv.gz", "SOLUSDT", "1m", 43_200)]
    [TestCase("binance_spot/BTCUSDT-1h-20210101-20210620.csv.gz", "BTCUSDT", "1h", 4_090)]
    [TestCase("binance_spot/ETHUSDT-1h-20210101-20210620.csv.gz", "ETHUSDT", "1h", 4_090)]
    [TestCase("binance_spot/SOLUSDT-1h-20210101-20210620.csv.gz", "SOLUSDT", "1h", 4_090)]
    [TestCase("vision/futures-um-klines-BTCUSDT-1h-2024-10-28.zip", "BTCUSDT", "1h", 24)]
    [TestCase("vision/spot-klines-BTCUSDT-1h-2024-10-28.zip", "BTCUSDT", "1h", 24)]
    public void Recorded_candles_are_read_to_the_last_row(string path, string symbol, string interval, int rows)
    {
        var file = ReplayFile.Open(Shared(path));
        Assert.Multiple(() =>
        {
            Assert.That(file.Symbol, Is.EqualTo(symbol));
            Assert.That(file.IsTrades, Is.False);
            Assert.That(file.Interval.Name, Is.EqualTo(interval));
            Assert.That(file.Bars().Count(), Is.EqualTo(rows));
        });
    }

    [Test]
    public void A_recorded_outage_is_told_as_missing_hours_and_one_that_stood_still() =>
        Assert.That(
            ReplayFile.Open(Shared("binance_spot/BTCUSDT-1h-20210101-20210620.csv.gz")).Survey!.Remarks,
            Has.Count.EqualTo(2).And.One.StartsWith("7 1h bars are missing: ")
                .And.One.EqualTo("1 1h bars are without a trade: 2021-02-11 03:00 to 2021-02-11 04:00 UTC"));

    [TestCase("vision/futures-APEUSDT-aggTrades-2024-10-18.zip", "APEUSDT", 45_342)]
    [TestCase("raw_ws/binance-usdm-BTCUSDT-20240808T2354-trades.csv.gz", "BTCUSDT", 21_313)]
    public void Recorded_trades_are_read_to_the_last_row(string path, string symbol, int rows)
    {
        var file = ReplayFile.Open(Shared(path));
        Assert.Multiple(() =>
        {
            Assert.That(file.Symbol, Is.EqualTo(symbol));
            Assert.That(file.IsTrades);
            Assert.That(file.Trades().Count(), Is.EqualTo(rows));
        });
    }

    [Test]
    public void The_first_recorded_candle_is_what_the_file_says()
    {
        var bar = ReplayFile.Open(Shared("binance_usdm/BTCUSDT-1m-20250504-20250603.csv.gz")).Bars().First();
        Assert.That(bar, Is.EqualTo(new ReplayBar(new(2025, 5, 4, 15, 33, 0, TimeSpan.Zero), 95505.4m, 95505.5m, 95502.7m, 95502.7m, 16.536m)));
    }

    [Test]
    public void Microseconds_and_milliseconds_mean_the_same()
    {
        var ms = ReplayFile.Open(Csv("BTCUSDT-1m-ms.csv", "1746372780000,1,2,1,2,3\n1746372840000,2,2,1,1,3\n"));
        var us = ReplayFile.Open(Csv("BTCUSDT-1m-us.csv", "1746372780000000,1,2,1,2,3\n1746372840000000,2,2,1,1,3\n"));
        Assert.That(us.Bars(), Is.EqualTo(ms.Bars()));
        Assert.That(us.Interval, Is.EqualTo(Interval.Minute));
    }

    [Test]
    public void A_files_symbol_may_be_in_any_case() =>
        Assert.That(ReplayFile.Open(Csv("btcusdt-1m-20250504.csv", "1746372780000,1,2,1,2,3\n1746372840000,2,2,1,1,3\n")).Symbol, Is.EqualTo("BTCUSDT"));

    [TestCase("1746372780000,1,2,1,2,3\n1746372840000,2,x,1,1,3\n", 2, "high", "price must be a decimal number above 0")]
    [TestCase("1746372780000,1,2,1,2,3\n1746372780000,2,2,1,1,3\n", 2, "open_time", "what BTCUSDT-1m-bad.csv line 1 has as '1,2,1,2,3' must be the same here")]
    [TestCase("open_time,open,high,low,close,volume\n1746372780000,1,1,1,2,3\n", 2, "high", "high must not be below open, low or close")]
    [TestCase("1746372780000,2,2,1.5,1,3\n", 1, "low", "low must not be above open or close")]
    [TestCase("1746372780,1,2,1,2,3\n", 1, "open_time", "time must be Unix milliseconds or microseconds")]
    [TestCase("1746372780000,1,2,1,2,-3\n", 1, "volume", "volume must be a decimal number of at least 0")]
    [TestCase("1746372780000,1,2,1,2,3\n1746372840000,2\n1746372900000,1,2,1,2,3\n", 2, "count", "there must be 6 columns, as in the first row")]
    [TestCase("update_id,bid,ask\n1,2,3\n", 1, "open_time", "the header must name open_time,open,high,low,close,volume or price,quantity,transact_time")]
    public void A_bad_row_is_named_by_file_line_column_and_rule(string text, int line, string column, string rule)
    {
        var e = Assert.Throws<ReplayFormatException>(() => ReplayFile.Open(Csv("BTCUSDT-1m-bad.csv", text)))!;
        Assert.Multiple(() =>
        {
            Assert.That((e.Line, e.Column, e.Rule), Is.EqualTo((line, column, rule)));
            Assert.That(e.Message, Does.StartWith($"BTCUSDT-1m-bad.csv line {line}, column {column}: {rule}"));
        });
    }

    [TestCase("7,100,2,1,1,1746372780000,true\n8,101,3,2,2,1746372781000,false\n")]
    [TestCase("agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n7,100,2,1,1,1746372780000,True\n8,101,3,2,2,1746372781000,false\n")]
    public void Recorded_trades_tell_who_took(string text) =>
        Assert.That(ReplayFile.Open(Csv("BTCUSDT-aggTrades-x.csv", text)).Trades().Select(t => (t.Quantity, t.TakerBuys)), Is.EqualTo(new[] { (2m, (bool?)false), (3m, true) }));

    [Test]
    public void Recorded_trades_without_a_taker_are_told_without_one_and_with_a_broken_one_are_refused()
    {
        const string Header = "price,quantity,transact_time";
        Assert.That(ReplayFile.Open(Csv("BTCUSDT-trades-x.csv", $"{Header}\n100,2,1746372780000\n")).Trades().Single().TakerBuys, Is.Null);
        var broken = Csv("BTCUSDT-trades-y.csv", $"{Header},is_buyer_maker\n100,2,1746372780000,true\n100,2,1746372780000,maybe\n");
        Assert.That(
            () => ReplayFile.Open(broken).Trades().ToList(),
            Throws.InstanceOf<ReplayFormatException>().With.Message.Contains("line 3, column is_buyer_maker: must be true or false"));
    }

    [Test]
    public void A_candle_is_told_as_open_the_nearer_end_the_other_and_close()
    {
        var bar = new ReplayBar(new(2025, 5, 4, 0, 0, 0, TimeSpan.Zero), 100, 103, 99, 101, 10.5m);
        var trades = ReplayFeed.Expand("BTCUSDT", bar, Interval.Minute);
        Assert.That(trades.Select(t => t.Price), Is.EqualTo(new[] { 100m, 99m, 103m, 101m }));
        Assert.That(trades.Sum(t => t.Quantity), Is.EqualTo(10.5m));
    }

    [Test]
    public async Task A_replay_gives_the_files_own_candles_and_says_when_it_ends()
    {
        var rows = Enumerable.Range(0, 20).Select(i => $"{1746372780000 + (i * 60_000)},{100 + i},{103 + i},{98 + i},{101 + i},{4 + i}");
        var file = ReplayFile.Open(Csv("BTCUSDT-1m-short.csv.gz", "open_time,open,high,low,close,volume\n" + string.Join('\n', rows) + "\n"));
        var state = new MarketState(TimeProvider.System, []);
        using var stop = new CancellationTokenSource();
        var run = new ReplayFeed(
            ReplayRecording.Of(file), 100_000, false, new MemoryFeedStates().Patient(TimeProvider.System), TimeProvider.System,
            NullLogger<ReplayFeed>.Instance).RunAsync(state, stop.Token);
        for (var i = 0; i < 1_000 && state.Status?.Notice != ReplayFeed.Ended; i++)
        {
            await Task.Delay(5);
        }

        var candles = state.Candles("BTCUSDT", "1m", 100, null);
        Assert.Multiple(() =>
        {
            Assert.That(state.Status?.Notice, Is.EqualTo(ReplayFeed.Ended));
            Assert.That(state.Prices().Single().Price, Is.EqualTo(120m));
            Assert.That(
                candles.Select(c => new ReplayBar(c.OpenTime, c.Open, c.High, c.Low, c.Close, c.Volume)),
                Is.EqualTo(file.Bars()));
            Assert.That(candles.All(c => c.Closed));
        });
        await stop.CancelAsync();
        Assert.That(async () => await run, Throws.InstanceOf<OperationCanceledException>());
    }

    // Where the environment says, or beside the repository, above this source file; build output may lie elsewhere.
    private static string Shared(string path, [CallerFilePath] string source = "")
    {
        if (Environment.GetEnvironmentVariable("MARKET_DATA_DIR") is { Length: > 0 } given)
        {
            return Path.Combine(given, path);
        }

        foreach (var start in new[] { TestContext.CurrentContext.TestDirectory, Path.GetDirectoryName(source)! })
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                var data = Path.Combine(folder.FullName, "shared", "data");
                if (Directory.Exists(data))
                {
                    return Path.Combine(data, path);
                }
            }
        }

        Assert.Ignore("There is no shared/data beside the repository.");
        return "";
    }

    private string Csv(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        using var file = File.Create(path);
        using Stream target = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Fastest) : file;
        target.Write(Encoding.UTF8.GetBytes(text));
        return path;
    }
}
