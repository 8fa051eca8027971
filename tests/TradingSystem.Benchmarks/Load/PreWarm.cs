using System.Diagnostics;
using TradingSystem.Benchmarks.Load.Measure;
using TradingSystem.Benchmarks.Load.Options;
using TradingSystem.Benchmarks.Load.Peers;
using TradingSystem.Benchmarks.Load.Rows;

namespace TradingSystem.Benchmarks.Load;

/// <summary>
/// Loads a new peer until its run-time has stopped compiling. The product is four processes of much code: for its first minute
/// most of their time goes into that, and none of it says what the code is worth.
/// </summary>
internal static class PreWarm
{
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(4);

    // Of one core, all processes together.
    private const double QuietShare = 0.05;

    /// <summary>Returns the seconds it took.</summary>
    public static async Task<double> RunAsync(Peer peer, IReadOnlyList<Row> rows, LoadOptions options)
    {
        var watch = Stopwatch.StartNew();
        var threads = new Dictionary<int, double>();
        var share = 1.0;
        while (rows.Count > 0 && share > QuietShare && watch.Elapsed < options.PreWarm)
        {
            var began = watch.Elapsed.TotalSeconds;
            var compiled = 0.0;
            foreach (var row in rows)
            {
                await row.RunAsync(peer, 0, options with { WarmUp = TimeSpan.Zero, Time = Turn });
                compiled += Compiled(peer, threads);
            }

            share = compiled / (watch.Elapsed.TotalSeconds - began);
        }

        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>Seconds since the last look.</summary>
    private static double Compiled(Peer peer, Dictionary<int, double> threads)
    {
        var sum = 0.0;
        foreach (var (thread, seconds) in peer.Programs.SelectMany(ProcessTimes.CompileSeconds))
        {
            sum += seconds - threads.GetValueOrDefault(thread);
            threads[thread] = seconds;
        }

        return sum;
    }
}
