using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using TradingSystem.Indicators;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.Rules;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Benchmarks.Micro;

/// <summary>
/// A candle's way: read from a file, told as four trades, made into candles of four lengths, through twelve indicators and a hundred rules; beside it
/// the reading alone. A month of one-minute candles of one symbol, and of eight by one thread and by two; time per candle and candles a second (Op/s). The goal
/// is 150,000 a second on two cores, 6.7 µs each.
/// </summary>
[MemoryDiagnoser]
[OperationsPerSecond]
public class RuleBenchmarks
{
    private const int Several = 8;

    private static readonly string[] Symbols = [.. Enumerable.Range(0, Several).Select(i => $"COIN{i}USDT")];

    private readonly CandleMonth _month = new();

    [Params(0, 100)]
    public int Rules { get; set; }

    [Benchmark(Baseline = true, OperationsPerInvoke = CandleMonth.Count)]
    public decimal ReadTheFile() => _month.Rows().Last().Close;

    [Benchmark(OperationsPerInvoke = CandleMonth.Count)]
    public int ReadAggregateAndJudge() => Run(Symbols[..1], threads: 1);

    [Benchmark(OperationsPerInvoke = CandleMonth.Count * Several)]
    public int EightSymbols() => Run(Symbols, threads: 1);

    [Benchmark(OperationsPerInvoke = CandleMonth.Count * Several)]
    public int EightSymbolsOnTwoThreads() => Run(Symbols, threads: 2);

    private int Run(string[] symbols, int threads)
    {
        var (raised, kept) = (0, 0);
        var engine = new RuleEngine(
            _ => Interlocked.Increment(ref raised), _ => Interlocked.Increment(ref kept), TimeProvider.System, NullLogger<RuleEngine>.Instance);
        engine.Arm([.. Enumerable.Range(0, Rules).Select(n => Rule(n, symbols))], new Dictionary<RuleKey, RuleMemory>());
        var market = new MarketState(TimeProvider.System, [engine]);
        market.Started(new(FeedStatus.Replay, "benchmark", Interval.Minute, Interval.Minute, symbols, null));
        var others = symbols.Chunk(symbols.Length / threads).Skip(1).Select(its => new Thread(() => Tell(market, its))).ToList();
        others.ForEach(t => t.Start());
        Tell(market, symbols[..(symbols.Length / threads)]);
        others.ForEach(t => t.Join());
        return raised + kept;
    }

    /// <summary>A file for each symbol, read side by side. No feed tells trades by two threads: two show what the locks allow, as for histories of several symbols.</summary>
    private void Tell(MarketState market, string[] symbols)
    {
        var files = symbols.Select(_ => _month.Rows().GetEnumerator()).ToList();
        while (files[0].MoveNext())
        {
            Tell(market, symbols[0], files[0].Current);
            for (var i = 1; i < files.Count && files[i].MoveNext(); i++)
            {
                Tell(market, symbols[i], files[i].Current);
            }
        }

        files.ForEach(f => f.Dispose());
    }

    private static void Tell(MarketState market, string symbol, ReplayBar bar)
    {
        var quarter = bar.Volume / 4;
        market.Trades(
        [
            new(symbol, bar.Open, quarter, bar.OpenTime),
            new(symbol, bar.High, quarter, bar.OpenTime.AddSeconds(15)),
            new(symbol, bar.Low, quarter, bar.OpenTime.AddSeconds(30)),
            new(symbol, bar.Close, quarter, bar.OpenTime.AddSeconds(45)),
        ]);
    }

    /// <summary>Each indicator in turn with each of its outputs, compared, crossed, and beside a movement, over a length of time.</summary>
    private static ArmedRule Rule(int number, string[] symbols)
    {
        var definition = IndicatorList.All[number % IndicatorList.All.Count];
        var left = new RuleOperand(Indicator: definition.Name, Output: definition.Outputs[number % definition.Outputs.Count]);
        var price = new RuleOperand(Candle: "close");
        // About where the price of the month goes, so that rules have something to say.
        var level = new RuleOperand(Value: 90_000 + (120 * number));
        RuleCondition when = (number % 4) switch
        {
            0 => new(Left: left, Op: RuleWords.Gt, Right: level),
            1 => new(Left: left, Op: RuleWords.Crosses, Right: level),
            2 => new(All: [new(Left: left, Op: RuleWords.Lt, Right: price, ForS: 600), new(Left: price, Op: RuleWords.Rises, ByPct: 0.5m + (0.02m * number), WithinS: 900 * (1 + (number / 4 % 3)))]),
            _ => new(Any: [new(Not: new(Left: left, Op: RuleWords.Lte, Right: level)), new(Left: price, Op: RuleWords.CrossesAbove, Right: level)]),
        };
        return new(Guid.NewGuid(), 1, default, new($"rule_{number}", symbols, when, "{{ rule }}"));
    }
}
