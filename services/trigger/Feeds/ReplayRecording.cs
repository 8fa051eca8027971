using System.Security.Cryptography;
using System.Text;
using TradingSystem.Trigger.Candles;

namespace TradingSystem.Trigger.Feeds;

/// <summary>All that a replay plays: a recording of each of its symbols, of one file or more. All hold candles of one interval, or all trades.</summary>
public sealed class ReplayRecording
{
    public const int MostSymbols = 20;

    private ReplayRecording(IReadOnlyList<ReplayFile> files)
    {
        Files = files;
        Symbols = [.. files.Select(f => f.Symbol)];
        (IsTrades, Interval) = (files[0].IsTrades, files[0].Interval);
        string[] paths = [.. files.SelectMany(f => f.Paths)];
        string[] all = [.. paths.Select(p => FormattableString.Invariant($"{Path.GetFileName(p)}:{new FileInfo(p).Length}")).Order(StringComparer.Ordinal)];
        if (all.Length == 1)
        {
            (Name, Key) = (Path.GetFileName(paths[0]), $"replay:{all[0]}");
        }
        else
        {
            // Every stored candle has it, and a folder may hold hundreds of files.
            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', all))))[..32];
            Name = FormattableString.Invariant($"{all.Length} files ({string.Join(", ", Symbols)})");
            Key = FormattableString.Invariant($"replay:{all.Length} files:{hash}");
        }

        Survey = files.All(f => f.Survey is not null) ? ReplaySurvey.Of([.. files.Select(f => (f, f.Survey!))]) : null;
    }

    /// <summary>One a symbol, in the order of their names.</summary>
    public IReadOnlyList<ReplayFile> Files { get; }

    public IReadOnlyList<string> Symbols { get; }

    public bool IsTrades { get; }

    /// <summary>As for each of them.</summary>
    public Interval Interval { get; }

    /// <summary>For people.</summary>
    public string Name { get; }

    /// <summary>Keeps recordings apart where progress and candles are stored: names and sizes of all files, wherever they lie.</summary>
    public string Key { get; }

    /// <summary>What lacks of candles. Null for trades: see <see cref="SurveyTrades"/>.</summary>
    public ReplaySurvey? Survey { get; }

    /// <summary>Opens all files; those of one symbol are one recording.</summary>
    /// <exception cref="ReplayFormatException">They cannot be used, or not together; the message names the file, and what is wrong in it.</exception>
    public static ReplayRecording Open(params IReadOnlyList<string> paths) =>
        paths.GroupBy(p => Path.GetFileName(p)).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? throw new ReplayFormatException($"{twice.Key}: a replay must not have two files of one name")
            : Of([.. paths.GroupBy(ReplayFile.SymbolOf).Select(g => ReplayFile.Open([.. g]))]);

    /// <summary>Of files that are open, each of another symbol.</summary>
    /// <exception cref="ReplayFormatException">They cannot be played together.</exception>
    public static ReplayRecording Of(params IReadOnlyList<ReplayFile> files)
    {
        ReplayFile[] all = [.. files.OrderBy(f => f.Symbol, StringComparer.Ordinal)];
        if (all.Length > MostSymbols)
        {
            throw new ReplayFormatException(FormattableString.Invariant($"a replay must have at most {MostSymbols} symbols, and there are {all.Length}"));
        }

        var first = all[0];
        if (Array.Find(all, f => f.IsTrades != first.IsTrades) is { } kind)
        {
            throw new ReplayFormatException($"{kind.Name}: all files of a replay must hold candles, or all trades, as {first.Name} does");
        }

        if (Array.Find(all, f => f.Interval.Length != first.Interval.Length) is { } interval)
        {
            throw new ReplayFormatException(
                $"{interval.Name}: all files of a replay must hold bars of one interval, and its are {interval.Interval.Name} long instead of "
                + $"{first.Interval.Name} as those of {first.Name}");
        }

        return Array.Find(all, f => f.Interval != first.Interval) is { } grid
            ? throw new ReplayFormatException(
                $"{grid.Name}: bars of all files of a replay must open at the same times, whole steps of {first.Interval.Name} from those of {first.Name}")
            : new ReplayRecording(all);
    }

    /// <summary>What lacks of trades; takes as long as reading all of them.</summary>
    public ReplaySurvey SurveyTrades(CancellationToken cancellationToken) => ReplaySurvey.Of([.. Files.Select(f => (f, f.SurveyTrades(cancellationToken)))]);
}
