using System.Globalization;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using TradingSystem.Venues.Simulated;

namespace TradingSystem.Tests.Venues.Simulated;

/// <summary>
/// A month of one-minute candles: real ones from <c>MARKET_DATA_DIR</c> or <c>shared/data</c> beside the repository, else drawn from a fixed seed.
/// </summary>
internal static class CandleFile
{
    private const string Real = "binance_usdm/BTCUSDT-1m-20250504-20250603.csv.gz";

    public static (IReadOnlyList<MarketCandle> Candles, string Source) Month() => Find() is { } path ? (Read(path), "real") : (Drawn(), "drawn");

    private static string? Find([CallerFilePath] string source = "")
    {
        if (Environment.GetEnvironmentVariable("MARKET_DATA_DIR") is { Length: > 0 } given)
        {
            return Path.Combine(given, Real);
        }

        for (var folder = new DirectoryInfo(Path.GetDirectoryName(source)!); folder is not null; folder = folder.Parent)
        {
            if (Path.Combine(folder.FullName, "shared", "data", Real) is var path && File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }

    private static List<MarketCandle> Read(string path)
    {
        using var file = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        file.ReadLine();
        var candles = new List<MarketCandle>();
        while (file.ReadLine() is { } line)
        {
            var cells = line.Split(',');
            var numbers = cells[1..].Select(c => decimal.Parse(c, CultureInfo.InvariantCulture)).ToArray();
            var open = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(cells[0], CultureInfo.InvariantCulture));
            candles.Add(new(TestExchanges.Btc, open, TimeSpan.FromMinutes(1), numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]));
        }

        return candles;
    }

    /// <summary>A random walk of its own generator, so that no runtime changes it.</summary>
    private static List<MarketCandle> Drawn()
    {
        var random = new Draws(20_250_504);
        var candles = new List<MarketCandle>();
        var price = 95_500m;
        var time = DateTimeOffset.FromUnixTimeMilliseconds(1_746_372_780_000);
        for (var i = 0; i < 43_200; i++)
        {
            var open = price + (random.Next(21) == 0 ? Move(400) : Move(3));
            var close = open + Move(600);
            var high = Math.Max(open, close) + (random.Next(300) / 10m);
            var low = Math.Min(open, close) - (random.Next(300) / 10m);
            candles.Add(new(TestExchanges.Btc, time.AddMinutes(i), TimeSpan.FromMinutes(1), open, high, low, close, random.Next(60_000) / 1000m));
            price = close;
        }

        return candles;

        decimal Move(int most) => (random.Next((2 * most) + 1) - most + (price < 80_000m ? most / 4 : price > 110_000m ? -most / 4 : 0)) / 10m;
    }
}

/// <summary>Numbers that look like chance and are the same for ever (a 64-bit linear congruence).</summary>
internal sealed class Draws(ulong seed)
{
    private ulong _state = seed;

    /// <summary>From 0 to below <paramref name="below"/>.</summary>
    public int Next(int below)
    {
        _state = unchecked((_state * 6_364_136_223_846_793_005UL) + 1_442_695_040_888_963_407UL);
        return (int)((_state >> 33) % (ulong)below);
    }
}
