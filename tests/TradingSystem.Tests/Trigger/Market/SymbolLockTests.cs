using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Tests.Time;
using TradingSystem.Tests.Trigger.Rules;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.Rules;

namespace TradingSystem.Tests.Trigger.Market;

/// <summary>Each symbol has a lock of its own, and what is about several has all of them.</summary>
public sealed class SymbolLockTests
{
    private static readonly DateTimeOffset Midnight = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Symbols = ["BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT"];
    private static readonly RuleOperand Price = new(Candle: "close");

    [Test]
    public void Symbols_that_are_told_side_by_side_come_to_what_they_come_to_one_after_another([Values(1, 2, 3)] int seed)
    {
        var trades = Symbols.ToDictionary(s => s, s => Drawn(s, new Random(seed + Array.IndexOf(Symbols, s))));
        var (alone, aside) = (new Run(), new Run());
        foreach (var symbol in Symbols)
        {
            Tell(alone.Market, trades[symbol]);
        }

        using var start = new Barrier(3);
        var isOver = false;
        var looking = Started(() =>
        {
            // Whoever looks meanwhile, or lets the rules be told again as a change of another rule does, changes nothing.
            for (var i = 0; !Volatile.Read(ref isOver); i++)
            {
                aside.Market.TakeMoved();
                aside.Market.Windows(["1s", "1m"], 120);
                aside.Market.SymbolStates();
                if (i % 50 == 0)
                {
                    aside.Market.Retell(aside.Engine, aside.Arm);
                }
            }
        });
        Thread[] telling = [.. Symbols.Chunk(2).Select(its => Started(() => its.ToList().ForEach(s => Tell(aside.Market, trades[s]))))];
        Array.ForEach(telling, t => t.Join());
        Volatile.Write(ref isOver, true);
        looking.Join();

        foreach (var symbol in Symbols)
        {
            Assert.That(aside.Of(symbol), Is.EqualTo(alone.Of(symbol)).And.Count.GreaterThan(50), symbol);
            Assert.That(aside.Market.Candles(symbol, "1m", 1_000, null), Is.EqualTo(alone.Market.Candles(symbol, "1m", 1_000, null)), symbol);
        }

        Thread Started(Action run)
        {
            var thread = new Thread(() =>
            {
                start.SignalAndWait();
                run();
            });
            thread.Start();
            return thread;
        }
    }

    [Test]
    public void A_list_of_trades_of_several_symbols_is_told_whole()
    {
        var market = new MarketState(new ManualTime(Midnight), []);
        market.Started(Status(FeedStatus.Live));
        var isOver = false;
        var closing = new Thread(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                market.CloseQuiet();
            }
        });
        closing.Start();
        for (var i = 0; i < 500; i++)
        {
            var at = Midnight.AddSeconds(10 * i);
            // Ahead of the last of them the second symbol's bar would be closed, for the first is so far on.
            market.Trades([.. Enumerable.Repeat(new Trade(Symbols[0], 100m, 1m, at.AddSeconds(10)), 200), new(Symbols[1], 100m, 1m, at.AddSeconds(5))]);
        }

        Volatile.Write(ref isOver, true);
        closing.Join();

        Assert.That(market.SymbolStates().Select(s => s.LateTrades), Is.All.Zero);
    }

    [Test]
    public void What_moved_is_told_in_the_order_in_which_it_did()
    {
        var market = new MarketState(new ManualTime(Midnight), []);
        market.Started(Status(FeedStatus.Replay));
        market.Trades([new("XRPUSDT", 1m, 1m, Midnight), new("BTCUSDT", 2m, 1m, Midnight), new("XRPUSDT", 3m, 1m, Midnight)]);
        Assert.That(market.TakeMoved().Select(p => (p.Symbol, p.Price)), Is.EqualTo(new[] { ("XRPUSDT", 3m), ("BTCUSDT", 2m) }));
        market.Trades([new("BTCUSDT", 4m, 1m, Midnight)]);
        market.Trades([new("XRPUSDT", 5m, 1m, Midnight)]);
        Assert.That(market.TakeMoved().Select(p => p.Symbol), Is.EqualTo(new[] { "BTCUSDT", "XRPUSDT" }));
        Assert.That(market.TakeMoved(), Is.Empty);
    }

    [Test]
    public void Another_market_has_nothing_of_the_one_before_and_the_same_symbol_begins_anew()
    {
        var market = new MarketState(new ManualTime(Midnight), []);
        market.Started(Status(FeedStatus.Replay));
        market.Trades([new("XRPUSDT", 1m, 1m, Midnight), new("BTCUSDT", 2m, 1m, Midnight)]);
        string[] others = ["BTCUSDT", "ADAUSDT"];
        market.Started(Status(FeedStatus.Simulated) with { Symbols = others });
        market.Trades([new("XRPUSDT", 3m, 1m, Midnight), new("ADAUSDT", 4m, 1m, Midnight)]);

        Assert.That(market.Prices().Select(p => (p.Symbol, p.Price, p.Source)), Is.EqualTo(new[] { ("ADAUSDT", 4m, FeedStatus.Simulated) }));
        Assert.That(market.Candles("XRPUSDT", "1s", 10, null), Is.Empty);
        Assert.That(market.Candles("BTCUSDT", "1s", 10, null), Is.Empty);
        Assert.That(market.SymbolStates().Select(s => s.Symbol), Is.EqualTo(others));
    }

    private static FeedStatus Status(string source) => new(source, source, Interval.Second, Interval.Second, Symbols, null);

    private static List<Trade> Drawn(string symbol, Random random)
    {
        var (price, at) = (100m, Midnight);
        return
        [
            .. Enumerable.Range(0, 3_000).Select(_ =>
            {
                price += random.Next(-2, 3) / 2m;
                at = at.AddMilliseconds(random.Next(1_500));
                return new Trade(symbol, price, random.Next(1, 4), at);
            }),
        ];
    }

    private static void Tell(MarketState market, List<Trade> trades) => trades.ForEach(t => market.Trades([t]));

    /// <summary>A recording, with rules over it and what came of them.</summary>
    private sealed class Run
    {
        private static readonly IReadOnlyList<ArmedRule> Rules =
        [
            .. new RuleCondition[]
            {
                new(Left: Price, Op: RuleWords.Crosses, Right: new(Indicator: "sma", Parameters: new Dictionary<string, decimal> { ["period"] = 5 })),
                new(Left: Price, Op: RuleWords.Gt, Right: new(Value: 101), ForS: 3),
                new(Left: Price, Op: RuleWords.Moves, ByPct: 2, WithinS: 60),
            }.Select((when, i) => new ArmedRule(new(i, 0, 0, new byte[8]), 1, default, new($"rule_{i}", ["*"], when, "{{ symbol }} {{ price }}", CooldownS: i == 0 ? 5 : null))),
        ];

        private static readonly ArmedRule Another = new(Guid.AllBitsSet, 1, default, new("another", ["*"], new(Left: Price, Op: RuleWords.Gt, Right: new(Value: 100)), "t"));

        private readonly ConcurrentQueue<(string Symbol, string Text)> _said = [];
        private bool _hasAnother = true;

        public Run()
        {
            Engine = new(
                s => Say(s.Item.SourceId.Contains(Another.Document.Name, StringComparison.Ordinal), s.Item.SourceId.Split(':')[^1], $"{s.MarketTime:O} {s.Item.Title}"),
                e => Say(e.RuleId == Another.Id, e.Symbol, $"{e.At:O} {e.RuleId} {e.Outcome} {e.Clauses}"),
                new ManualTime(Midnight), NullLogger<RuleEngine>.Instance);
            Arm();
            Market = new(new ManualTime(Midnight), [Engine]);
            Market.Started(Status(FeedStatus.Replay));
        }

        public RuleEngine Engine { get; }

        public MarketState Market { get; }

        /// <summary>The rules, and each second time one more, so that all of them begin anew over the past.</summary>
        public void Arm() => Engine.Arm((_hasAnother = !_hasAnother) ? [.. Rules, Another] : Rules, RuleMemories.None);

        private void Say(bool isOfAnother, string symbol, string text)
        {
            if (!isOfAnother)
            {
                _said.Enqueue((symbol, text));
            }
        }

        public List<string> Of(string symbol) => [.. _said.Where(s => s.Symbol == symbol).Select(s => s.Text)];
    }
}
