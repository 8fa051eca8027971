using System.Diagnostics;
using System.Globalization;

namespace TradingSystem.Benchmarks.Micro;

/// <summary>How long single decisions of <see cref="DecisionBenchmarks"/> take: BenchmarkDotNet tells means of many, not the slowest of them.</summary>
internal static class DecisionLatency
{
    public const string Argument = "decide";

    private const int WarmUp = 300_000;
    private const int Measured = 1_000_000;

    /// <summary>Prints a Markdown table, in microseconds.</summary>
    public static int Run()
    {
        Console.WriteLine("| other positions on the account | limits | decisions/s | p50 µs | p99 µs | p99.9 µs | slowest µs |\n|---:|---|---:|---:|---:|---:|---:|");
        foreach (var others in new[] { 0, 10 })
        {
            foreach (var limits in new[] { false, true })
            {
                var ticks = Measure(new DecisionBenchmarks { OtherPositions = others, EveryLimit = limits });
                var perSecond = Measured * (double)Stopwatch.Frequency / ticks.Sum();
                Array.Sort(ticks);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {others} | {(limits ? "all but the rates" : "options only")} | {perSecond:#,0} | {At(ticks, 0.5)} | {At(ticks, 0.99)} | {At(ticks, 0.999)} | {At(ticks, 1)} |"));
            }
        }

        return 0;
    }

    private static long[] Measure(DecisionBenchmarks benchmark)
    {
        benchmark.OpenTheBooks();
        for (var i = 0; i < WarmUp; i++)
        {
            benchmark.Decide();
        }

        var ticks = new long[Measured];
        for (var i = 0; i < Measured; i++)
        {
            var began = Stopwatch.GetTimestamp();
            benchmark.Decide();
            ticks[i] = Stopwatch.GetTimestamp() - began;
        }

        return ticks;
    }

    private static string At(long[] sorted, double quantile) =>
        (sorted[(int)Math.Ceiling(quantile * sorted.Length) - 1] * 1_000_000d / Stopwatch.Frequency).ToString("0.0", CultureInfo.InvariantCulture);
}
