using System.IO.Compression;
using System.Text.RegularExpressions;
using TradingSystem.Trigger.Candles;

namespace TradingSystem.Trigger.Feeds;

/// <summary>One bar of a file.</summary>
public readonly record struct ReplayBar(DateTimeOffset OpenTime, decimal Open, decimal High, decimal Low, decimal Close, decimal Volume);

/// <summary>
/// Recorded market data: candles (six columns, or the exchange's twelve) or aggregated trades, as csv, csv.gz or zip.
/// Rows are read as they are needed.
/// </summary>
public sealed partial class ReplayFile
{
    private const int Probe = 50;

    private ReplayFile(string path, string symbol, bool isTrades, Interval interval)
    {
        Path = path;
        Symbol = symbol;
        IsTrades = isTrades;
        Interval = interval;
    }

    public string Path { get; }

    /// <summary>From the file's name: <c>BTCUSDT-1m-….csv.gz</c>, <c>futures-um-klines-BTCUSDT-1h-….zip</c>.</summary>
    public string Symbol { get; }

    public bool IsTrades { get; }

    /// <summary>The candles' length, inferred from the spacing of the first rows; one second for trades.</summary>
    public Interval Interval { get; }

    /// <summary>Looks at the name and the first rows.</summary>
    /// <exception cref="ReplayFormatException">The file cannot be used; the message names file, line, column and rule.</exception>
    public static ReplayFile Open(string path)
    {
        var name = System.IO.Path.GetFileName(path);
        var symbol = SymbolInName().Match(name);
        if (!symbol.Success)
        {
            throw new ReplayFormatException($"{name}: the file's name must contain its symbol between dashes, e.g. BTCUSDT-1m-20250504.csv.gz");
        }

        bool isTrades;
        using (var reader = new ReplayReader(name, Text(path)))
        {
            isTrades = reader.IsTrades;
        }

        var file = new ReplayFile(path, symbol.Groups[1].Value.ToUpperInvariant(), isTrades, Interval.Second);
        if (isTrades)
        {
            return file.Trades().Any() ? file : throw new ReplayFormatException($"{name}: there must be at least one trade");
        }

        var times = file.Bars().Take(Probe).Select(b => b.OpenTime).ToList();
        if (times.Count < 2)
        {
            throw new ReplayFormatException($"{name}: there must be at least two candles, for the interval is inferred from their spacing");
        }

        var spacing = times.Zip(times.Skip(1), (a, b) => b - a).Min();
        return new ReplayFile(path, file.Symbol, false, new Interval(spacing));
    }

    public IEnumerable<ReplayBar> Bars()
    {
        using var reader = new ReplayReader(System.IO.Path.GetFileName(Path), Text(Path));
        while (reader.NextBar() is { } bar)
        {
            yield return bar;
        }
    }

    public IEnumerable<Trade> Trades()
    {
        using var reader = new ReplayReader(System.IO.Path.GetFileName(Path), Text(Path));
        while (reader.NextTrade(Symbol) is { } trade)
        {
            yield return trade;
        }
    }

    private static StreamReader Text(string path)
    {
        var name = System.IO.Path.GetFileName(path);
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        try
        {
            if (path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
            {
                return new StreamReader(file);
            }

            if (path.EndsWith(".csv.gz", StringComparison.OrdinalIgnoreCase))
            {
                return new StreamReader(new GZipStream(file, CompressionMode.Decompress));
            }

            if (path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
            {
                var archive = new ZipArchive(file, ZipArchiveMode.Read);
                var entry = archive.Entries.FirstOrDefault(e => e.FullName.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
                    ?? throw new ReplayFormatException($"{name}: the archive must contain a .csv file");
                return new StreamReader(entry.Open());
            }

            throw new ReplayFormatException($"{name}: the file must be .csv, .csv.gz or .zip");
        }
        catch (Exception e)
        {
            file.Dispose();
            if (e is InvalidDataException)
            {
                throw new ReplayFormatException($"{name}: the archive must be readable ({e.Message})", e);
            }

            throw;
        }
    }

    [GeneratedRegex("(?:^|[-_.])([A-Z0-9]{2,15}(?:USDT|USDC|FDUSD|BUSD|USD|BTC|ETH))(?=[-_.])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SymbolInName();
}
