using System.Diagnostics;
using TradingSystem.Benchmarks.Load.Client;
using TradingSystem.Benchmarks.Load.Options;
using TradingSystem.Benchmarks.Load.Peers;

namespace TradingSystem.Benchmarks.Load.Measure;

/// <summary>Warms up, measures for a while, then waits until what was accepted is worked off.</summary>
internal static class Window
{
    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);

    // Of one core: prices and timers of an idle product stay below it.
    private const double IdleShare = 0.25;

    // What the last messages take anyway.
    private const double ShortDrain = 0.5;

    public static async Task<Result> MeasureAsync(Result result, Peer peer, Loop loop, Tally tally, LoadOptions options)
    {
        loop.RunFor(options.WarmUp);
        var published = await peer.PublishedAsync();
        var before = Cpu(peer);
        tally.Begin();
        var watch = Stopwatch.StartNew();
        loop.RunFor(options.Time);
        var seconds = watch.Elapsed.TotalSeconds;
        var done = tally.Done;
        var after = Cpu(peer);
        var latency = (tally.Latency.Percentile(0.5), tally.Latency.Percentile(0.99), tally.Latency.Percentile(0.999));

        tally.Stopped = true;
        var backlog = await peer.BacklogAsync();
        published = await peer.PublishedAsync() - published;
        var drain = await DrainAsync(peer, loop);
        var loaded = options.WarmUp.TotalSeconds + seconds;
        return result with
        {
            Rate = done / seconds,
            Sustained = done / seconds * (drain <= ShortDrain ? 1 : loaded / (loaded + drain)),
            P50 = latency.Item1,
            P99 = latency.Item2,
            P999 = latency.Item3,
            Backlog = backlog,
            DrainSeconds = drain,
            Failed = tally.Failed,
            Note = tally.FirstFailure,
            Values = published > 0 ? new Dictionary<string, double> { ["per broker message"] = (double)done / published } : new Dictionary<string, double>(),
            Cpu = after.ToDictionary(c => c.Key, c => done == 0 ? 0 : (c.Value - before[c.Key]) / done * 10_000),
        };
    }

    /// <summary>Seconds until the broker is empty and everybody rests; the clients go on reading meanwhile.</summary>
    private static async Task<double> DrainAsync(Peer peer, Loop loop)
    {
        var watch = Stopwatch.StartNew();
        var rested = 0.0;
        while (watch.Elapsed < LongestDrain)
        {
            var before = Cpu(peer);
            var began = watch.Elapsed.TotalSeconds;
            loop.RunFor(Step);
            var after = Cpu(peer);
            var share = after.Where(c => c.Key != "client").Sum(c => c.Value - before[c.Key]) / (watch.Elapsed.TotalSeconds - began);
            if (share < IdleShare && await peer.BacklogAsync() == 0)
            {
                return rested;
            }

            rested = watch.Elapsed.TotalSeconds;
        }

        return LongestDrain.TotalSeconds;
    }

    private static Dictionary<string, double> Cpu(Peer peer)
    {
        var times = peer.Processes.ToDictionary(p => p.Name, p => ProcessTimes.CpuSeconds(p.Pid));
        times["client"] = Environment.CpuUsage.TotalTime.TotalSeconds;
        return times;
    }
}
