using TradingSystem.Benchmarks.Load.Measure;

namespace TradingSystem.Benchmarks.Load.Report;

/// <summary>What a row must reach, as a figure of the product, perhaps relative to a baseline of the same minutes.</summary>
internal sealed record Goal(string Row, string Text, string Peer, Func<Result, double> Figure, string? Against, bool AtLeast, double Limit)
{
    public static IReadOnlyList<Goal> All { get; } =
    [
        new("fanout", "deliveries/s ≥ 1.6 R", "P", r => r.Sustained, "R", true, 1.6),
        new("fanout", "deliveries/s ≥ 0.6 M", "P", r => r.Sustained, "M", true, 0.6),
        new("ack64", "events/s ≥ 3.5 R", "P", r => r.Sustained, "R", true, 3.5),
        new("ack1", "events/s ≥ 1.2 R", "P", r => r.Sustained, "R", true, 1.2),
        new("decisions", "decisions/s ≥ 6 R", "P", r => r.Sustained, "R", true, 6),
        new("decisions", "update p50 ≤ 8 ms", "P", r => r.P50, null, false, 8),
        new("single", "update p50 ≤ 1.25 R", "P", r => r.P50, "R", false, 1.25),
        new("single", "embedded update p50 ≤ 0.9 ms", "E", r => r.P50, null, false, 0.9),
        new("idle", "KB per connection ≤ 15", "P", r => r.Values["KB per connection"], null, false, 15),
        new("idle", "connects/s ≥ 0.4 M", "P", r => r.Rate, "M", true, 0.4),
        new("slow", "the others' p99 with / without ≤ 1.25", "P", r => r.Values["p99 with / without"], null, false, 1.25),
    ];

    /// <summary>The figure or ratio, or null if a peer is missing.</summary>
    public double? Reached(IReadOnlyList<Result> medians)
    {
        Result? Find(string peer) => medians.FirstOrDefault(r => r.Row == Row && r.Peer == peer);
        if (Find(Peer) is not { } mine || (Against is not null && Find(Against) is null))
        {
            return null;
        }

        return Against is null ? Figure(mine) : Figure(mine) / Figure(Find(Against)!);
    }

    public bool Holds(double reached) => AtLeast ? reached >= Limit : reached <= Limit;
}
