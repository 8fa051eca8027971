using TradingSystem.Benchmarks.Load.Measure;

namespace TradingSystem.Benchmarks.Load.Report;

/// <summary>The median of every figure over the repetitions of a row on a peer.</summary>
internal static class Summary
{
    public static IReadOnlyList<Result> Medians(IEnumerable<Result> results) =>
        [.. results.GroupBy(r => (r.Row, r.Peer)).Select(g => Median(g.Key.Row, g.Key.Peer, [.. g]))];

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Where(v => !double.IsNaN(v)).Order().ToList();
        return sorted.Count == 0 ? double.NaN
            : sorted.Count % 2 == 1 ? sorted[sorted.Count / 2]
            : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }

    private static Result Median(string row, string peer, IReadOnlyList<Result> all) => new(row, peer, 0)
    {
        Rate = Median(all.Select(r => r.Rate)),
        Sustained = Median(all.Select(r => r.Sustained)),
        P50 = Median(all.Select(r => r.P50)),
        P99 = Median(all.Select(r => r.P99)),
        P999 = Median(all.Select(r => r.P999)),
        // Not the median: one repetition that left work behind is worth knowing.
        Backlog = all.Max(r => r.Backlog),
        DrainSeconds = all.Max(r => r.DrainSeconds),
        Failed = all.Sum(r => r.Failed),
        Note = all.Select(r => r.Note).FirstOrDefault(n => n is not null),
        Cpu = Merge(all.Select(r => r.Cpu)),
        Values = Merge(all.Select(r => r.Values)),
    };

    private static Dictionary<string, double> Merge(IEnumerable<IReadOnlyDictionary<string, double>> all) =>
        all.SelectMany(d => d).GroupBy(p => p.Key).ToDictionary(g => g.Key, g => Median(g.Select(p => p.Value)));
}
