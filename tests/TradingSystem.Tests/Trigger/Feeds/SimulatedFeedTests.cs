using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Tests.Time;
using TradingSystem.Trigger;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.Rules;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Tests.Trigger.Feeds;

public sealed class SimulatedFeedTests
{
    private static readonly string[] Symbols = ["BTCUSDT", "ETHUSDT", "SOLUSDT"];
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 10, 0, 17, 350, TimeSpan.Zero);

    [Test]
    public void The_same_seed_gives_the_same_prices_step_by_step()
    {
        var one = new SimulatedMarket(Symbols, 42);
        var two = new SimulatedMarket(Symbols, 42);
        var other = new SimulatedMarket(Symbols, 43);
        var differs = false;
        for (var i = 0; i < 5_000; i++)
        {
            var at = Start + (i * SimulatedMarket.StepLength);
            var trades = one.Step(at);
            Assert.That(two.Step(at), Is.EqualTo(trades));
            differs |= !other.Step(at).SequenceEqual(trades);
        }

        Assert.That(differs);
    }

    [Test]
    public void A_known_seed_keeps_its_prices_across_versions()
    {
        var market = new SimulatedMarket(Symbols, 42);
        IReadOnlyList<Trade> last = [];
        for (var i = 0; i < 1_000; i++)
        {
            last = market.Step(Start);
        }

        Assert.That(string.Join(" ", last.Select(t => t.Price)), Is.EqualTo("95098.9 2502.44 150.00"));
    }

    [Test]
    public void Another_choice_of_symbols_does_not_change_a_symbols_prices()
    {
        var all = new SimulatedMarket(Symbols, 7);
        var alone = new SimulatedMarket(["ETHUSDT"], 7);
        for (var i = 0; i < 500; i++)
        {
            Assert.That(alone.Step(Start)[0], Is.EqualTo(all.Step(Start)[1]));
        }
    }

    [Test]
    public async Task Moves_have_the_size_of_a_real_market()
    {
        var time = new ManualTime(Start);
        var feed = new SimulatedFeed(Symbols, TriggerOptions.DefaultSeed, new MemoryFeedStates().Patient(time), time);
        var sink = new RecordingSink();
        await feed.BeginAsync(sink, CancellationToken.None);
        foreach (var (symbol, begin) in new[] { ("BTCUSDT", 95_000m), ("ETHUSDT", 2_500m), ("SOLUSDT", 150m) })
        {
            var minutes = sink.Histories[(symbol, "1m")];
            var closed = minutes.Where(c => c.Closed).ToList();
            Assert.That(closed, Has.Count.GreaterThanOrEqualTo(300));
            Assert.That(sink.Histories[(symbol, "1s")], Has.Count.GreaterThanOrEqualTo(200));
            Assert.That(closed[0].Open, Is.EqualTo(begin).Within(10).Percent);
            var moves = closed.Select(c => (double)(Math.Abs(c.Close - c.Open) / c.Open)).Order().ToList();
            Assert.That(moves[moves.Count / 2], Is.InRange(0.0002, 0.002), symbol);
            Assert.That(closed.Zip(closed.Skip(1)).All(p => p.Second.OpenTime - p.First.OpenTime == TimeSpan.FromMinutes(1)));
        }
    }

    [TestCase(0)]
    [TestCase(31)]
    [TestCase(59)]
    public async Task The_default_seed_raises_two_ema_crosses_within_the_first_half_minute(int second)
    {
        var raised = await RaisedAsync(TriggerOptions.DefaultSeed, Start + TimeSpan.FromSeconds(second), TimeSpan.FromSeconds(30));
        Assert.That(raised, Has.Count.GreaterThanOrEqualTo(2));
    }

    private static async Task<IReadOnlyList<ImmediateEvent>> RaisedAsync(ulong seed, DateTimeOffset start, TimeSpan length)
    {
        var raised = new List<ImmediateEvent>();
        var clock = new ManualTime(start);
        var engine = new RuleEngine(s => raised.Add(s.Item), _ => { }, clock, NullLogger<RuleEngine>.Instance);
        engine.Arm([new(Guid.NewGuid(), 1, start, FirstRules.EmaCross(["BTCUSDT"]))], new Dictionary<RuleKey, RuleMemory>());
        var state = new MarketState(clock, [engine]);
        var feed = new SimulatedFeed(Symbols, seed, new MemoryFeedStates().Patient(clock), clock);
        await feed.BeginAsync(state, CancellationToken.None);
        for (var t = TimeSpan.Zero; t < length; t += SimulatedMarket.StepLength)
        {
            feed.Step(state);
        }

        return raised;
    }
}
