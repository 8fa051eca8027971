using BenchmarkDotNet.Attributes;
using TradingSystem.Indicators;

namespace TradingSystem.Benchmarks.Micro;

/// <summary>
/// What a candle costs in each indicator, and in all of them, beside what it costs to read it from a file: a month of one-minute candles, time per candle.
/// </summary>
[MemoryDiagnoser]
public class IndicatorBenchmarks
{
    public const string Every = "all twelve";

    private readonly CandleMonth _month = new();
    private Bar[] _bars = [];

    public static IEnumerable<string> Names => [.. IndicatorList.All.Select(d => d.Name), Every];

    [ParamsSource(nameof(Names))]
    public string Indicator { get; set; } = Every;

    [GlobalSetup]
    public void ReadTheMonth() =>
        _bars = [.. _month.Rows().Select(b => new Bar(b.OpenTime, (double)b.Open, (double)b.High, (double)b.Low, (double)b.Close, (double)b.Volume))];

    [Benchmark(Baseline = true, OperationsPerInvoke = CandleMonth.Count)]
    public decimal ReadTheFile() => _month.Rows().Last().Close;

    [Benchmark(OperationsPerInvoke = CandleMonth.Count)]
    public double? Update()
    {
        IIndicator[] indicators = [.. IndicatorList.All.Where(d => Indicator == Every || d.Name == Indicator).Select(d => d.Make())];
        foreach (ref readonly var bar in _bars.AsSpan())
        {
            foreach (var indicator in indicators)
            {
                indicator.Add(bar);
            }
        }

        return indicators[0][0];
    }
}
