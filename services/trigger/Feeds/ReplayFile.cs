using System.Text.RegularExpressions;
using TradingSystem.Trigger.Candles;

namespace TradingSystem.Trigger.Feeds;

/// <summary>
/// Recorded market data of a symbol: candles (six columns, or the exchange's twelve) or trades, as csv, csv.gz or a zip of one or more csv, or several such.
/// Rows are read as they are needed, and sorted where they are out of order. Bars keep the file's own open times: all are as long, and open whole
/// lengths apart.
/// </summary>
public sealed partial class ReplayFile
{
    private const int Probe = 50;

    private readonly IReadOnlyList<ReplayText> _texts;
    private readonly bool _hasIds;

    private ReplayFile(IReadOnlyList<string> paths, string symbol, IReadOnlyList<Head> heads, Interval interval)
    {
        Paths = paths;
        Symbol = symbol;
        IsTrades = heads[0].IsTrades;
        Interval = interval;
        _hasIds = heads.All(h => h.HasIds);
        _texts = [.. heads.Select(h => new ReplayText(h.Source, h.First(_hasIds), h.Window, h.HasIds))];
    }

    public IReadOnlyList<string> Paths { get; }

    /// <summary>For messages: of the first file.</summary>
    public string Name => Path.GetFileName(Paths[0]);

    /// <summary>From the name of the file, or of those in its archive: <c>BTCUSDT-1m-….csv.gz</c>, <c>futures-um-klines-BTCUSDT-1h-….zip</c>.</summary>
    public string Symbol { get; }

    public bool IsTrades { get; }

    /// <summary>The candles' length and grid, inferred from the first rows; one second for trades.</summary>
    public Interval Interval { get; }

    /// <summary>What lacks in a file of candles. Null for trades, of which there are too many to wait for: see <see cref="SurveyTrades"/>.</summary>
    public ReplaySurvey? Survey { get; private init; }

    /// <summary>Looks at the name and the first rows, and reads candles once from end to end; again where some are out of order.</summary>
    /// <exception cref="ReplayFormatException">The file cannot be used; the message names file, line, column and rule.</exception>
    public static ReplayFile Open(params IReadOnlyList<string> paths)
    {
        var symbol = SymbolOf(paths[0]);
        if (paths.FirstOrDefault(p => SymbolOf(p) != symbol) is { } other)
        {
            throw new ReplayFormatException($"{Path.GetFileName(other)}: all files must be of one symbol, {symbol}");
        }

        List<ReplaySource> sources = [.. paths.SelectMany(ReplaySource.Of)];
        try
        {
            return Open(paths, symbol, sources, []);
        }
        catch (ReplayFormatException)
        {
            // Out of order, a text's first rows tell neither where it begins nor how far apart its bars are.
            var unordered = sources.Where(s => !IsInOrder(s)).ToHashSet();
            if (unordered.Count == 0)
            {
                throw;
            }

            return Open(paths, symbol, sources, unordered);
        }
    }

    /// <summary>By the name of the file, or of those in its archive, between dashes.</summary>
    /// <exception cref="ReplayFormatException">They name none, or more than one.</exception>
    public static string SymbolOf(string path) => SymbolOf(Path.GetFileName(path), ReplaySource.Of(path));

    /// <summary>In the order of their open times, each once; what is not whole is left out.</summary>
    public IEnumerable<ReplayBar> Bars() => Bars(new());

    /// <summary>In their order, each once.</summary>
    public IEnumerable<Trade> Trades() => Ticks(new()).Select(t => t.Trade);

    /// <summary>What lacks in a file of trades; takes as long as reading all of them.</summary>
    public ReplaySurvey SurveyTrades(CancellationToken cancellationToken) => ReplaySurvey.OfTrades(this, cancellationToken);

    internal IEnumerable<ReplayBar> Bars(ReplayTally tally)
    {
        foreach (var (bar, at) in ReplayMerge.Rows(ReplayKinds.Bars, _texts, tally))
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
                tally.CutShort.Add(at);
                continue;
            }

            yield return bar;
        }
    }

    internal IEnumerable<ReplayTrade> Ticks(ReplayTally tally)
    {
        var last = DateTimeOffset.MinValue;
        foreach (var (trade, at) in _hasIds ? ReplayMerge.Rows(ReplayKinds.Trades(Symbol, true), _texts, tally) : InTurn(tally))
        {
            if (trade.Trade.MarketTime < last)
            {
                throw at.Broken("transact_time", "times must not fall where ids rise", Text(trade));
            }

            last = trade.Trade.MarketTime;
            yield return trade;
        }
    }

    /// <summary>Trades that are not numbered cannot be told apart, so the texts must not overlap.</summary>
    private IEnumerable<(ReplayTrade Row, ReplayPlace At)> InTurn(ReplayTally tally)
    {
        var (last, before) = (DateTimeOffset.MinValue, "");
        foreach (var text in _texts.OrderBy(t => t.First))
        {
            using var rows = text.Read(ReplayKinds.Trades(Symbol, text.HasIds), tally);
            for (var isFirst = true; rows.MoveNext(); isFirst = false)
            {
                if (isFirst && rows.Row.Trade.MarketTime < last)
                {
                    throw rows.Place.Broken("transact_time", $"trades without ids must not begin before those of {before} end", Text(rows.Row));
                }

                yield return (rows.Row with { Id = null }, rows.Place);
                last = rows.Row.Trade.MarketTime;
            }

            before = text.Source.Name;
        }
    }

    private static string Text(ReplayTrade trade) => $"{trade.Trade.MarketTime.UtcDateTime:yyyy-MM-dd HH:mm:ss}";

    private static ReplayFile Open(IReadOnlyList<string> paths, string symbol, List<ReplaySource> sources, HashSet<ReplaySource> unordered)
    {
        var heads = sources.Select(s => Head.Of(s, symbol, unordered.Contains(s) ? ReplayKinds.BarWindow : 0, sources.Count == 1)).OfType<Head>().ToList();
        if (heads.Find(h => h.IsTrades != heads[0].IsTrades) is { } other)
        {
            throw new ReplayFormatException($"{other.Source.Name}: all files of a replay must hold candles, or all trades, as {heads[0].Source.Name} does");
        }

        if (heads is [{ IsTrades: true }, ..])
        {
            return new ReplayFile(paths, symbol, heads, Interval.Second);
        }

        var interval = IntervalOf(Path.GetFileName(paths[0]), heads);
        var file = new ReplayFile(paths, symbol, heads, interval);
        return new ReplayFile(paths, symbol, heads, interval) { Survey = ReplaySurvey.OfBars(file) };
    }

    private static bool IsInOrder(ReplaySource source)
    {
        try
        {
            using var reader = source.Read();
            var last = DateTimeOffset.MinValue;
            while (!reader.IsTrades && reader.NextBar() is { } bar)
            {
                if (bar.OpenTime < last)
                {
                    return false;
                }

                last = bar.OpenTime;
            }
        }
        catch (ReplayFormatException)
        {
            // What cannot be read is refused whatever its order.
        }

        return true;
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
                $"{coarse.Source.Name}: all files of a replay must hold bars of one interval, and its are {new Interval(coarse.Spacing!.Value).Name} apart "
                + $"instead of {new Interval(length).Name}");
        }

        return Interval.Of(length, bars[0]);
    }

    [GeneratedRegex("(?:^|[-_.])([A-Z0-9]{2,15}(?:USDT|USDC|FDUSD|BUSD|USD|BTC|ETH))(?=[-_.])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SymbolInName();

    /// <summary>The first rows of a text, in order: of bars some, of trades one.</summary>
    private sealed record Head(ReplaySource Source, int Window, bool HasIds, ReplayTrade? Trade, IReadOnlyList<ReplayBar> Bars, IReadOnlyList<int> Lines)
    {
        public bool IsTrades => Trade is not null;

        /// <summary>The shortest way from a bar to the next, where there are enough of them to tell.</summary>
        public TimeSpan? Spacing => Bars.Count < 3 ? null : Bars.Zip(Bars.Skip(1), (a, b) => b.OpenTime - a.OpenTime).Min();

        /// <summary>What the rows are ordered by: bars by their time, trades by their ids where all texts have some.</summary>
        public long First(bool hasIds) => Trade is not { } trade ? Bars[0].OpenTime.UtcTicks : hasIds ? trade.Id!.Value : trade.Trade.MarketTime.UtcTicks;

        /// <summary>
        /// Null for a text without rows. Bars are looked for <paramref name="window"/> rows ahead; trades as far as all of them are, unless the text is
        /// <paramref name="alone"/> and nothing is to come before or behind it.
        /// </summary>
        public static Head? Of(ReplaySource source, string symbol, int window, bool alone)
        {
            var reader = source.Read();
            if (reader.IsTrades)
            {
                using var trades = new ReplayOrder<ReplayTrade>(
                    source.Name, reader, ReplayKinds.Trades(symbol, reader.HasIds), alone ? 0 : ReplayKinds.TradeWindow, new());
                return trades.MoveNext() ? new(source, ReplayKinds.TradeWindow, reader.HasIds, trades.Row, [], []) : null;
            }

            using var rows = new ReplayOrder<ReplayBar>(source.Name, reader, ReplayKinds.Bars, window, new());
            var (bars, lines) = (new List<ReplayBar>(), new List<int>());
            while (bars.Count < Probe && rows.MoveNext())
            {
                bars.Add(rows.Row);
                lines.Add(rows.Place.Line);
            }

            return bars.Count == 0 ? null : new(source, window, false, null, bars, lines);
        }
    }
}
