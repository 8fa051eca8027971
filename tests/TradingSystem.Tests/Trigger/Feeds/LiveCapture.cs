using System.Globalization;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text.Json;
using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;

namespace TradingSystem.Tests.Trigger.Feeds;

/// <summary>
/// Minutes of the exchange's trades and quotes: as they were captured on a socket (<c>MARKET_DATA_DIR</c> or <c>shared/data</c> beside the repository), or
/// drawn; with the candles that the exchange's own record would have of them.
/// </summary>
/// <param name="Trades">By id, which counts up by one.</param>
/// <param name="Quotes">The last of each second, as its message.</param>
internal sealed record LiveCapture(IReadOnlyList<Trade> Trades, IReadOnlyDictionary<DateTimeOffset, string> Quotes)
{
    public const string Symbol = "BTCUSDT";

    private const string File = "raw_ws/binance-usdm-BTCUSDT-20240808T2354-raw.jsonl.gz";
    private const int PastBars = 600;

    public DateTimeOffset Begin { get; } = Interval.Second.Floor(Trades[0].MarketTime);

    public DateTimeOffset End { get; } = Interval.Second.Floor(Trades[^1].MarketTime) + Interval.Second.Length;

    /// <summary>Null where the capture is not beside the repository.</summary>
    public static LiveCapture? Real() => Find() is { } path ? Read(path) : null;

    public static LiveCapture Drawn(int seed, int seconds)
    {
        var random = new Random(seed);
        var begin = new DateTimeOffset(2026, 3, 2, 23, 54, 16, TimeSpan.Zero);
        var trades = new List<Trade>();
        var price = 61_800.0m;
        for (var second = 0; second < seconds; second++)
        {
            // Some seconds have no trade at all, some have many.
            var count = random.Next(4) == 0 ? 0 : random.Next(1, 20);
            foreach (var ms in Enumerable.Range(0, count).Select(_ => random.Next(1000)).Order())
            {
                price += random.Next(-5, 6) / 10m;
                trades.Add(new Trade(
                    Symbol, price, random.Next(1, 2_000) / 1_000m, begin.AddSeconds(second).AddMilliseconds(ms), TakerBuys: random.Next(2) == 0,
                    Id: 5_000_000 + trades.Count));
            }
        }

        return new(trades, new Dictionary<DateTimeOffset, string>());
    }

    /// <summary>
    /// The exchange's record at <paramref name="now"/>: of the time before the capture bars in which nothing was traded, the last one as far as it has come.
    /// </summary>
    public IReadOnlyList<Candle> Record(Interval interval, DateTimeOffset now)
    {
        var bars = new List<Candle>();
        var close = Trades[0].Price;
        var at = interval.Floor(Begin) - (PastBars * interval.Length);
        foreach (var traded in Trades.TakeWhile(t => t.MarketTime <= now).GroupBy(t => interval.Floor(t.MarketTime)))
        {
            Flat(traded.Key);
            Trade[] all = [.. traded];
            bars.Add(new Candle(
                Symbol, interval.Name, at, all[0].Price, all.Max(t => t.Price), all.Min(t => t.Price), all[^1].Price, all.Sum(t => t.Quantity),
                at + interval.Length <= now));
            (close, at) = (all[^1].Price, at + interval.Length);
        }

        Flat(interval.Floor(now) + interval.Length);
        return bars;

        void Flat(DateTimeOffset until)
        {
            for (; at < until; at += interval.Length)
            {
                bars.Add(new Candle(Symbol, interval.Name, at, close, close, close, close, 0m, at + interval.Length <= now));
            }
        }
    }

    private static string? Find([CallerFilePath] string source = "")
    {
        if (Environment.GetEnvironmentVariable("MARKET_DATA_DIR") is { Length: > 0 } given)
        {
            return Path.Combine(given, File);
        }

        for (var folder = new DirectoryInfo(Path.GetDirectoryName(source)!); folder is not null; folder = folder.Parent)
        {
            if (Path.Combine(folder.FullName, "shared", "data", File) is var path && System.IO.File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }

    private static LiveCapture Read(string path)
    {
        var trades = new List<Trade>();
        var quotes = new Dictionary<DateTimeOffset, string>();
        using var lines = new StreamReader(new GZipStream(System.IO.File.OpenRead(path), CompressionMode.Decompress));
        while (lines.ReadLine() is { } line)
        {
            // The time at which it was received, a space, the message.
            var message = line[(line.IndexOf(' ') + 1)..];
            if (message.StartsWith("""{"stream":"btcusdt@trade",""", StringComparison.Ordinal))
            {
                using var document = JsonDocument.Parse(message);
                var data = document.RootElement.GetProperty("data");
                trades.Add(new Trade(
                    Symbol, Number(data, "p"), Number(data, "q"), DateTimeOffset.FromUnixTimeMilliseconds(data.GetProperty("T").GetInt64()),
                    TakerBuys: !data.GetProperty("m").GetBoolean(), Id: data.GetProperty("t").GetInt64()));
            }
            else if (message.StartsWith("""{"stream":"btcusdt@bookTicker",""", StringComparison.Ordinal))
            {
                using var document = JsonDocument.Parse(message);
                var at = DateTimeOffset.FromUnixTimeMilliseconds(document.RootElement.GetProperty("data").GetProperty("T").GetInt64());
                quotes[Interval.Second.Floor(at)] = message;
            }
        }

        return new(trades, quotes);
    }

    private static decimal Number(JsonElement data, string name) => decimal.Parse(data.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
}
