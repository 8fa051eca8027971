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
/// the reading alone. A month of one-minute candles, time per candle; the goal is 150,000 candles a second, 6.7 µs each.
/// </summary>
[MemoryDiagnoser]
public class RuleBenchmarks
{
    private static readonly string[] Symbols = ["BTCUSDT"];
    private static readonly FeedStatus Status = new(FeedStatus.Replay, "benchmark", Interval.Minute, Interval.Minute, Symbols, null);

    private readonly CandleMonth _month = new();

    [Params(0, 100)]
    public int Rules { get; set; }

    [Benchmark(Baseline = true, OperationsPerInvoke = CandleMonth.Count)]
    public decimal ReadTheFile() => _month.Rows().Last().Close;

    [Benchmark(OperationsPerInvoke = CandleMonth.Count)]
    public int ReadAggregateAndJudge()
    {
        var (raised, kept) = (0, 0);
        var engine = new RuleEngine(_ => raised++, _ => kept++, TimeProvider.System, NullLogger<RuleEngine>.Instance);
        engine.Arm([.. Enumerable.Range(0, Rules).Select(Rule)], new Dictionary<RuleKey, RuleMemory>());
        var market = new MarketState(TimeProvider.System, [engine]);
        market.Started(Status);
        foreach (var bar in _month.Rows())
        {
            var quarter = bar.Volume / 4;
            market.Trades(
            [
                new(Symbols[0], bar.Open, quarter, bar.OpenTime),
                new(Symbols[0], bar.High, quarter, bar.OpenTime.AddSeconds(15)),
                new(Symbols[0], bar.Low, quarter, bar.OpenTime.AddSeconds(30)),
                new(Symbols[0], bar.Close, quarter, bar.OpenTime.AddSeconds(45)),
            ]);
        }

        return raised + kept;
    }

    /// <summary>Each indicator in turn with each of its outputs, compared, crossed, and beside a movement, over a length of time.</summary>
    private static ArmedRule Rule(int number)
    {
        var definition = IndicatorList.All[number % IndicatorList.All.Count];
        var left = new RuleOperand(Indicator: definition.Name, Output: definition.Outputs[number % definition.Outputs.Count]);
        var price = new RuleOperand(Candle: "close");
        var level = new RuleOperand(Value: 1_000_000 + number);
        RuleCondition when = (number % 4) switch
        {
            0 => new(Left: left, Op: RuleWords.Gt, Right: level),
            1 => new(Left: left, Op: RuleWords.Crosses, Right: level),
            2 => new(All: [new(Left: left, Op: RuleWords.Lt, Right: price, ForS: 600), new(Left: price, Op: RuleWords.Rises, ByPct: 5 + number, WithinS: 3600)]),
            _ => new(Any: [new(Not: new(Left: left, Op: RuleWords.Lte, Right: level)), new(Left: price, Op: RuleWords.CrossesAbove, Right: level)]),
        };
        return new(Guid.NewGuid(), 1, default, new($"rule_{number}", Symbols, when, "{{ rule }}"));
    }
}
