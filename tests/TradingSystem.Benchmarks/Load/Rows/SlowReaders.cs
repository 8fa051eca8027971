using System.Diagnostics;
using TradingSystem.Benchmarks.Load.Client;
using TradingSystem.Benchmarks.Load.Measure;
using TradingSystem.Benchmarks.Load.Options;
using TradingSystem.Benchmarks.Load.Peers;

namespace TradingSystem.Benchmarks.Load.Rows;

/// <summary>
/// 950 readers get signals at a steady pace, with and without 50 more that stopped reading; pairs of both, one after the other.
/// The signals are large enough that a stalled reader's queue fills within the measurement.
/// </summary>
internal sealed class SlowReaders : Row
{
    private const int Readers = 950;
    private const int Stalled = 50;
    private const int Pairs = 7;
    private const int PayloadBytes = 24 * 1024;
    private const int StalledReceiveBuffer = 4096;
    private const double EventsPerSecond = 20;

    public override string Name => "slow";

    public override string Title => "50 stalled readers among 1,000: deliveries/s to the others";

    public override string Peers => "PE";

    public override bool RepeatsItself => true;

    public override async Task<Result> RunAsync(Peer peer, int repetition, LoadOptions options)
    {
        var without = new List<Run>();
        var with = new List<Run>();
        await OnceAsync(peer, 0, options.WarmUp);
        for (var pair = 0; pair < Pairs; pair++)
        {
            // The order changes, so that neither always follows the other.
            foreach (var stalled in pair % 2 == 0 ? [0, Stalled] : new[] { Stalled, 0 })
            {
                (stalled == 0 ? without : with).Add(await OnceAsync(peer, stalled, options.Time));
            }
        }

        var ratios = without.Zip(with, (a, b) => b.P99 / a.P99).ToList();
        return new Result(Name, peer.Name, repetition)
        {
            Rate = Median(with.Select(r => r.Rate)),
            P50 = Median(with.Select(r => r.P50)),
            P99 = Median(with.Select(r => r.P99)),
            P999 = Median(with.Select(r => r.P999)),
            Values = new Dictionary<string, double>
            {
                ["p99 without, ms"] = Median(without.Select(r => r.P99)),
                ["p99 with / without"] = Median(ratios),
                ["MB above base without"] = Median(without.Select(r => r.Memory)),
                ["MB above base with"] = Median(with.Select(r => r.Memory)),
                ["cut of 50"] = Median(with.Select(r => (double)r.Cut)),
            },
        };
    }

    private static async Task<Run> OnceAsync(Peer peer, int stalled, TimeSpan time)
    {
        var tally = new Tally();
        using var loop = new Loop();
        var queries = await peer.GroupQueriesAsync(Readers + Stalled);
        var slow = Enumerable.Range(0, stalled).Select(_ => new Listener(new Tally(), timed: false) { MayBeClosed = true }).ToList();
        loop.ConnectAll([.. slow.Select((role, i) => new Func<Connection>(() => loop.Connect(peer.Port, queries[Readers + i], role, StalledReceiveBuffer)))], ConnectDeadline);
        foreach (var connection in loop.Connections)
        {
            connection.Pause();
        }

        Connect(loop, peer, queries.Take(Readers).Select(query => (query, (Role)new Listener(tally, timed: true))));
        // One more than will ever be unanswered at this pace.
        var sender = new Sender(Frames.Immediate("*", PayloadBytes), 256, tally, stamped: true);
        Connect(loop, peer, [((await peer.TriggerQueriesAsync(1))[0], sender)]);
        tally.Stopped = true;

        var start = ProcessTimes.ResidentBytes(peer.GatewayPid);
        var most = start;
        var watch = Stopwatch.StartNew();
        for (var sent = 0; watch.Elapsed < time; sent++)
        {
            sender.Send(loop.Connections[^1], 1);
            var next = TimeSpan.FromSeconds((sent + 1) / EventsPerSecond);
            loop.RunFor(next - watch.Elapsed);
            most = Math.Max(most, ProcessTimes.ResidentBytes(peer.GatewayPid));
        }

        var seconds = watch.Elapsed.TotalSeconds;
        var run = new Run(
            tally.Done / seconds, tally.Latency.Percentile(0.5), tally.Latency.Percentile(0.99), tally.Latency.Percentile(0.999),
            (most - start) / 1048576.0, CountCut(loop, stalled));
        loop.RunFor(TimeSpan.FromSeconds(1));
        return run;
    }

    /// <summary>A cut connection was reset or closed, which a paused one learns only by reading on.</summary>
    private static int CountCut(Loop loop, int stalled) => loop.Connections.Take(stalled).Count(c => c.WasCut());

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private sealed record Run(double Rate, double P50, double P99, double P999, double Memory, int Cut);
}
