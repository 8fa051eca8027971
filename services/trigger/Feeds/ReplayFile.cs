using System.Text.RegularExpressions;
using TradingSystem.Trigger.Candles;

namespace TradingSystem.Trigger.Feeds;

/// <summary>
/// Recorded market data: candles (six columns, or the exchange's twelve) or aggregated trades, as csv, csv.gz or a zip of one or more csv.
/// Rows are read as they are needed. Bars keep the file's own open times: all are as long, and open whole lengths apart.
/// </summary>
public sealed partial class ReplayFile
{
    private const int Probe = 50;

    private static readonly ReplayMerge<ReplayBar> BarMerge = new(r => r.NextBar(), b => b.OpenTime.UtcTicks, "open_time");

    private readonly IReadOnlyList<(ReplaySource Source, long First)> _sources;
    private readonly bool _hasIds;
    private readonly ReplayMerge<ReplayTrade> _tradeMerge;

    private ReplayFile(string path, string symbol, IReadOnlyList<Head> heads, Interval interval)
    {
        Path = path;
        Symbol = symbol;
        IsTrades = heads[0].IsTrades;
        Interval = interval;
        _sources = [.. heads.Select(h => (h.Source, h.First))];
        _hasIds = heads.All(h => h.HasIds);
        _tradeMerge = new(r => r.NextTrade(symbol), t => t.Id!.Value, "agg_trade_id");
    }

    public string Path { get; }

    /// <summary>From the name of the file, or of those in its archive: <c>BTCUSDT-1m-….csv.gz</c>, <c>futures-um-klines-BTCUSDT-1h-….zip</c>.</summary>
    public string Symbol { get; }

    public bool IsTrades { get; }

    /// <summary>The candles' length and grid, inferred from the first rows; one second for trades.</summary>
    public Interval Interval { get; }

    /// <summary>What lacks in a file of candles. Null for trades, of which there are too many to wait for: see <see cref="SurveyTrades"/>.</summary>
    public ReplaySurvey? Survey { get; private init; }

    /// <summary>Looks at the name and the first rows, and reads candles once from end to end.</summary>
    /// <exception cref="ReplayFormatException">The file cannot be used; the message names file, line, column and rule.</exception>
    public static ReplayFile Open(string path)
    {
        var name = System.IO.Path.GetFileName(path);
        var sources = ReplaySource.Of(path);
        var symbol = SymbolOf(name, sources);
        var heads = sources.Select(s => Head.Of(s, symbol)).OfType<Head>().ToList();
        if (heads.Find(h => h.IsTrades != heads[0].IsTrades) is { } other)
        {
            throw new ReplayFormatException($"{other.Source.Name}: all files of an archive must hold candles, or all trades, as {heads[0].Source.Name} does");
        }

        if (heads is [{ IsTrades: true }, ..])
        {
            return new ReplayFile(path, symbol, heads, Interval.Second);
        }

        var interval = IntervalOf(name, heads);
        var file = new ReplayFile(path, symbol, heads, interval);
        return new ReplayFile(path, symbol, heads, interval) { Survey = ReplaySurvey.OfBars(file) };
    }

    /// <summary>In the order of their open times, each once; what is not whole is left out.</summary>
    public IEnumerable<ReplayBar> Bars() => Bars(new());

    /// <summary>In their order, each once.</summary>
    public IEnumerable<Trade> Trades() => Ticks(new()).Select(t => t.Trade);

    /// <summary>What lacks in a file of trades; takes as long as reading all of them.</summary>
    public ReplaySurvey SurveyTrades(CancellationToken cancellationToken) => ReplaySurvey.OfTrades(this, cancellationToken);

    internal IEnumerable<ReplayBar> Bars(ReplayTally tally)
    {
        foreach (var (bar, at) in BarMerge.Rows(_sources, tally))
        {
            if (Interval.Floor(bar.OpenTime) != bar.OpenTime)
            {
                throw at.Broken(
                    "open_time", $"open times must be whole steps of {Interval.Name} from the file's first, for all bars must be as long",
                    $"{bar.OpenTime.UtcDateTime:yyyy-MM-dd HH:mm:ss}");
            }

            if (bar.End > bar.OpenTime + Interval.Length)
            {
                throw at.Broken("close_time", $"close_time must not be later than {Interval.Name} after open_time", $"{bar.End.Value.UtcDateTime:yyyy-MM-dd HH:mm:ss}");
            }

            if (bar.End < bar.OpenTime + Interval.Length)
            {
                tally.CutShort.Add(at.Place);
                continue;
            }

            yield return bar;
        }
    }

    internal IEnumerable<ReplayTrade> Ticks(ReplayTally tally) =>
        _hasIds ? _tradeMerge.Rows(_sources, tally).Select(r => r.Row) : InTurn(tally);

    /// <summary>Trades that are not numbered cannot be told apart, so the texts must not overlap.</summary>
    private IEnumerable<ReplayTrade> InTurn(ReplayTally tally)
    {
        var (last, before) = (DateTimeOffset.MinValue, "");
        foreach (var (source, _) in _sources.OrderBy(s => s.First))
        {
            using var reader = source.Read();
            while (reader.NextTrade(Symbol) is { } trade)
            {
                if (trade.Trade.MarketTime < last)
                {
                    throw reader.Broken(
                        "transact_time", $"trades without ids must not begin before those of {before} end",
                        $"{trade.Trade.MarketTime.UtcDateTime:yyyy-MM-dd HH:mm:ss}");
                }

                // Only the first row of a text can: within one the reader looks after it.
                yield return trade with { Id = null };
                last = trade.Trade.MarketTime;
            }

            before = source.Name;
            if (reader.IsCutOff)
            {
                tally.CutOff.Add(reader.Place);
            }
        }
    }

    private static string SymbolOf(string name, IReadOnlyList<ReplaySource> sources)
    {
        var named = sources.Select(s => (s.Name, Match: SymbolInName().Match(s.Name[(s.Name.LastIndexOf('/') + 1)..]))).Where(s => s.Match.Success).ToList();
        var match = SymbolInName().Match(name) is { Success: true } own ? own : named.Select(s => s.Match).FirstOrDefault();
        if (match is null)
        {
            throw new ReplayFormatException($"{name}: the file's name must contain its symbol between dashes, e.g. BTCUSDT-1m-20250504.csv.gz");
        }

        var symbol = match.Groups[1].Value.ToUpperInvariant();
        return named.Find(s => !symbol.Equals(s.Match.Groups[1].Value, StringComparison.OrdinalIgnoreCase)) is { Match: not null } other
            ? throw new ReplayFormatException($"{other.Name}: all files of an archive must be of one symbol, {symbol}")
            : symbol;
    }

    private static Interval IntervalOf(string name, List<Head> heads)
    {
        var bars = heads.SelectMany(h => h.Bars).Select(b => b.OpenTime).Distinct().Order().ToList();
        if (bars.Count < 2)
        {
            throw new ReplayFormatException($"{name}: there must be at least two candles, for the interval is inferred from their spacing");
        }

        var length = bars.Zip(bars.Skip(1), (a, b) => b - a).Min();
        if (heads.SelectMany(h => h.Bars).Max(b => b.End - b.OpenTime) is { } told && told > TimeSpan.Zero && told < length)
        {
            // Each of them stands alone; how long they are is told all the same.
            length = told;
        }

        if (length.TotalDays is >= 28 and <= 31 && bars.TrueForAll(b => b is { Day: 1, TimeOfDay.Ticks: 0 }))
        {
            var second = heads.SelectMany(h => h.Bars.Select((b, i) => (h, b, i))).First(r => r.b.OpenTime == bars[1]);
            throw new ReplayFormatException(
                second.h.Source.Name, second.h.Lines[second.i], "open_time", "bars must all be as long, and months are not: take bars of 1d or 1w",
                $"{bars[1].UtcDateTime:yyyy-MM-dd}");
        }

        if (heads.Find(h => h.Spacing > length) is { } coarse)
        {
            throw new ReplayFormatException(
                $"{coarse.Source.Name}: all files of an archive must hold bars of one interval, and its are {new Interval(coarse.Spacing!.Value).Name} apart instead of {new Interval(length).Name}");
        }

        return Interval.Of(length, bars[0]);
    }

    [GeneratedRegex("(?:^|[-_.])([A-Z0-9]{2,15}(?:USDT|USDC|FDUSD|BUSD|USD|BTC|ETH))(?=[-_.])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SymbolInName();

    /// <summary>The first rows of a text. <c>First</c> is what its rows are ordered by.</summary>
    private sealed record Head(ReplaySource Source, bool IsTrades, bool HasIds, long First, IReadOnlyList<ReplayBar> Bars, IReadOnlyList<int> Lines)
    {
        /// <summary>The shortest way from a bar to the next, where there are enough of them to tell.</summary>
        public TimeSpan? Spacing => Bars.Count < 3 ? null : Bars.Zip(Bars.Skip(1), (a, b) => b.OpenTime - a.OpenTime).Min();

        /// <summary>Null for a text without rows.</summary>
        public static Head? Of(ReplaySource source, string symbol)
        {
            using var reader = source.Read();
            if (reader.IsTrades)
            {
                return reader.NextTrade(symbol) is { } trade ? new(source, true, reader.HasIds, trade.Id ?? trade.Trade.MarketTime.UtcTicks, [], []) : null;
            }

            var (bars, lines) = (new List<ReplayBar>(), new List<int>());
            while (bars.Count < Probe && reader.NextBar() is { } bar)
            {
                bars.Add(bar);
                lines.Add(reader.Line);
            }

            return bars.Count == 0 ? null : new(source, false, false, bars[0].OpenTime.UtcTicks, bars, lines);
        }
    }
}
