using BenchmarkDotNet.Attributes;
using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Rules;

namespace TradingSystem.Benchmarks.Micro;

/// <summary>A rule over a year of one-minute candles in memory, with what followed each time that it was met; the goal is 3 s. Beside it one look at each.</summary>
[MemoryDiagnoser]
public class RehearsalBenchmarks
{
    private static readonly string[] Symbols = ["BTCUSDT"];

    private Candle[] _year = [];

    [GlobalSetup]
    public void ReadTheYear()
    {
        var month = new CandleMonth().Rows().ToList();
        _year =
        [
            .. Enumerable.Range(0, 12).SelectMany(m => month.Select(
                b => new Candle(Symbols[0], "1m", b.OpenTime.AddMinutes(m * month.Count), b.Open, b.High, b.Low, b.Close, b.Volume, true))),
        ];
    }

    [Benchmark(Baseline = true)]
    public decimal LookAtEach() => _year.Max(c => c.High) - _year.Min(c => c.Low);

    [Benchmark]
    public int EmaCross() => Rehearse(FirstRules.EmaCross(Symbols), Interval.Minute);

    [Benchmark]
    public int EmaCrossOfFiveMinutes() => Rehearse(FirstRules.EmaCross(Symbols) with { Interval = "5m" }, Interval.FiveMinutes);

    [Benchmark]
    public int PriceMove() => Rehearse(FirstRules.PriceMove(Symbols), Interval.Minute);

    private int Rehearse(RuleDocument rule, Interval interval)
    {
        var rehearsal = new Rehearsal(_year, Interval.Minute, interval);
        return rehearsal.Of(rule).Sum(f => rehearsal.Following(f).Count);
    }
}
