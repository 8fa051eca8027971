using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Tests.Time;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Rules;
using TradingSystem.Trigger.Storage;
using Interval = TradingSystem.Trigger.Candles.Interval;

namespace TradingSystem.Tests.Trigger.Rules;

/// <summary>What is kept of rules, by which they say why they did or did not raise an event.</summary>
[TestFixture]
public sealed class RuleEvaluationTests
{
    private static readonly DateTimeOffset Midnight = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Btc = ["BTCUSDT"];
    private static readonly RuleOperand Price = new(Candle: "close");

    [Test]
    public void A_look_is_kept_when_a_clause_says_something_else_and_no_other()
    {
        var kept = Kept(Rule(Above(100)), 99, 99, 99, 101, 101, 99, 99);

        Assert.That(kept.Select(Short), Is.EqualTo(new[] { "0 not met", "3 raised", "5 not met" }));
        Assert.That(kept.Select(e => e.EventId is not null), Is.EqualTo(new[] { false, true, false }));
        Assert.That(
            RuleJson.ReadClauses(kept[1].Clauses), Is.EqualTo(new[] { new ClauseReading("when", "close", 101, RuleWords.Gt, "100", 100, true) }));
    }

    [Test]
    public void A_clause_that_changes_beneath_the_same_result_is_kept_too()
    {
        var kept = Kept(Rule(new(All: [Above(100), new(Not: Above(50))])), 40, 60, 101, 101);

        Assert.That(kept.Select(Short), Is.EqualTo(new[] { "0 not met", "1 not met", "2 not met" }));
        Assert.That(RuleJson.ReadClauses(kept[1].Clauses).Select(c => (c.Path, c.Result)), Is.EqualTo(new[] { ("when.all[0]", (bool?)false), ("when.all[1].not", true) }));
    }

    [Test]
    public void What_holds_a_rule_back_is_kept_each_time()
    {
        Assert.That(
            Kept(Rule(Above(100)) with { CooldownS = 60 }, 99, 101, 99, 101).Select(Short),
            Is.EqualTo(new[] { "0 not met", "1 raised", "2 not met", "3 cooldown" }));
        Assert.That(
            Kept(Rule(Above(100)) with { DebounceS = 3 }, 99, 101, 99, 101).Select(Short),
            Is.EqualTo(new[] { "0 not met", "1 raised", "2 not met", "3 debounce" }));
        var cross = new RuleCondition(Left: Price, Op: RuleWords.Crosses, Right: new(Value: 100));
        Assert.That(
            Kept(Rule(cross) with { CooldownS = 60 }, 99, 101, 99, 101).Select(Short),
            Is.EqualTo(new[] { "0 unknown", "1 raised", "2 cooldown", "3 cooldown" }), "each cross is news, whatever the one before said");
    }

    [Test]
    public void What_is_true_from_the_first_look_on_is_kept_as_no_news_and_what_is_cold_as_unknown()
    {
        Assert.That(Kept(Rule(Above(100)), 101, 101).Select(Short), Is.EqualTo(new[] { "0 met" }));
        var cold = new RuleCondition(Left: new(Indicator: "sma", Parameters: new Dictionary<string, decimal> { ["period"] = 3 }), Op: RuleWords.Gt, Right: new(Value: 0));
        Assert.That(Kept(Rule(cold), 1, 1, 1, 1).Select(Short), Is.EqualTo(new[] { "0 unknown", "2 met" }));
    }

    [Test]
    public void A_length_of_time_says_how_much_of_it_has_passed()
    {
        var kept = Kept(Rule(Above(100) with { ForS = 2 }), 99, 101, 101, 101);

        Assert.That(kept.Select(Short), Is.EqualTo(new[] { "0 not met", "1 not met", "3 raised" }));
        Assert.That(
            kept.Select(e => RuleJson.ReadClauses(e.Clauses)[1]).Select(c => (c.Path, c.LeftValue, c.RightValue, c.Result)),
            Is.EqualTo(new[] { ("when.for_s", (decimal?)0m, (decimal?)2m, (bool?)false), ("when.for_s", 0m, 2m, false), ("when.for_s", 2m, 2m, true) }));
    }

    [Test]
    public void What_became_known_too_late_is_kept_as_late()
    {
        var (raised, kept, clock) = (new List<ImmediateEvent>(), new List<RuleEvaluationRow>(), new ManualTime(Midnight));
        var engine = Engine(raised, kept, clock, RuleMemories.None, Armed(Rule(Above(100))));
        Close(engine, clock, Bar(0, 99));
        clock.Advance(TimeSpan.FromMinutes(5));
        Candle[] known = [Bar(0, 99), Bar(1, 101), Bar(2, 99)];
        engine.History("BTCUSDT", Interval.Second, known, known[1..]);

        Assert.That(raised, Is.Empty);
        Assert.That(kept.Select(Short), Is.EqualTo(new[] { "0 not met", "1 late", "2 not met" }));
    }

    [Test]
    public void The_first_close_of_each_of_several_rules_that_were_made_at_once_is_kept()
    {
        var (kept, clock) = (new List<RuleEvaluationRow>(), new ManualTime(Midnight));
        var (first, second) = (Armed(Rule(Above(100))), Armed(Rule(Above(200)) with { Name = "second" }));
        var engine = Engine([], kept, clock, RuleMemories.None, first);
        engine.Arm([first, second], RuleMemories.None);
        engine.Started(Status(FeedStatus.Live));
        Close(engine, clock, Bar(0, 99));
        engine.Arm([first, second with { Version = 2 }], RuleMemories.None);
        engine.Started(Status(FeedStatus.Live));
        engine.History("BTCUSDT", Interval.Second, [Bar(0, 99)], []);
        Close(engine, clock, Bar(1, 99));

        Assert.That(kept.Select(e => (e.RuleId == first.Id, e.Version, Short(e))), Is.EquivalentTo(new[]
        {
            (true, 1, "0 not met"), (false, 1, "0 not met"), (false, 2, "1 not met"),
        }));
    }

    [Test]
    public void An_event_of_a_close_between_the_making_of_a_rule_and_its_arming_is_kept()
    {
        var (raised, kept, clock) = (new List<ImmediateEvent>(), new List<RuleEvaluationRow>(), new ManualTime(Midnight));
        var engine = Engine(raised, kept, clock, RuleMemories.None);
        Candle[] known = [Bar(0, 99), Bar(1, 101)];
        Array.ForEach(known, b => Close(engine, clock, b));
        engine.Arm([Armed(Rule(Above(100))) with { Since = Midnight.AddMilliseconds(1_500) }], RuleMemories.None);
        engine.Started(Status(FeedStatus.Live));
        engine.History("BTCUSDT", Interval.Second, known, []);

        Assert.That(kept.Select(Short), Is.EqualTo(new[] { "1 raised" }));
        Assert.That(kept.Single().EventId, Is.EqualTo(raised.Single().Id));
    }

    [Test]
    public void What_the_past_shows_otherwise_than_it_was_kept_is_kept_with_the_next_close()
    {
        var (kept, clock) = (new List<RuleEvaluationRow>(), new ManualTime(Midnight));
        var warm = new RuleCondition(Left: new(Indicator: "sma", Parameters: new Dictionary<string, decimal> { ["period"] = 2 }), Op: RuleWords.Gt, Right: new(Value: 0));
        var engine = Engine([], kept, clock, RuleMemories.None, Armed(Rule(warm)));
        Close(engine, clock, Bar(0, 99));
        Close(engine, clock, Bar(2, 99));
        engine.History("BTCUSDT", Interval.Second, [Bar(0, 99), Bar(1, 99), Bar(2, 99)], [Bar(1, 99)]);
        Close(engine, clock, Bar(3, 99));

        Assert.That(kept.Select(Short), Is.EqualTo(new[] { "0 unknown", "3 met" }));
    }

    [Test]
    public void Of_a_recording_the_first_close_that_is_played_is_kept_and_nothing_of_its_past()
    {
        var (kept, clock) = (new List<RuleEvaluationRow>(), new ManualTime(Midnight));
        var engine = Engine([], kept, clock, RuleMemories.None, Status(FeedStatus.Replay), Armed(Rule(Above(100))));
        engine.History("BTCUSDT", Interval.Second, [Bar(0, 99), Bar(1, 101), Bar(2, 99)], [Bar(0, 99), Bar(1, 101), Bar(2, 99)]);
        Close(engine, clock, Bar(3, 99));

        Assert.That(kept.Select(Short), Is.EqualTo(new[] { "3 not met" }));
    }

    [Test]
    public void An_event_that_a_stop_may_have_swallowed_is_raised_again_as_the_same()
    {
        var (raised, kept, clock) = (new List<ImmediateEvent>(), new List<RuleEvaluationRow>(), new ManualTime(Midnight));
        var rule = Armed(Rule(Above(100)) with { CooldownS = 60 });
        var engine = Engine(raised, kept, clock, RuleMemories.None, rule);
        Candle[] known = [Bar(0, 99), Bar(1, 101), Bar(2, 99), Bar(3, 101)];
        Array.ForEach(known, b => Close(engine, clock, b));
        engine = Engine(raised, kept, clock, RuleMemories.Of(kept), rule);
        engine.History("BTCUSDT", Interval.Second, known, []);

        Assert.That(raised.Select(e => e.Id).Distinct().Count(), Is.EqualTo(1));
        Assert.That(raised, Has.Count.EqualTo(2), "and what the cooldown held back stays so");
    }

    [Test]
    public void A_recording_that_is_begun_again_is_another_run_of_it_and_a_market_by_the_clock_is_one()
    {
        string Run(string source)
        {
            var (kept, clock) = (new List<RuleEvaluationRow>(), new ManualTime(Midnight));
            var engine = Engine([], kept, clock, RuleMemories.None, Status(source), Armed(Rule(Above(100))));
            Close(engine, clock, Bar(0, 99));
            return kept.Single().Run;
        }

        Assert.That(Run(FeedStatus.Live), Is.EqualTo(FeedStatus.Live));
        Assert.That(Run(FeedStatus.Replay), Is.Not.EqualTo(Run(FeedStatus.Replay)));
    }

    /// <summary>Whatever the rule and the market, a gap, or a stop with a start behind it: what is kept last by a close is what every clause says at it.</summary>
    [Test]
    public void What_is_kept_says_what_every_clause_said_at_every_close()
    {
        var rule = Armed(Rule(new(Any:
        [
            new(All: [Above(1_000), new(Left: new(Indicator: "rsi", Parameters: new Dictionary<string, decimal> { ["period"] = 5 }), Op: RuleWords.Lt, Right: new(Value: 60))]),
            new(Left: Price, Op: RuleWords.Crosses, Right: new(Indicator: "sma", Parameters: new Dictionary<string, decimal> { ["period"] = 4 })),
            new(Not: Above(1_001) with { ForS = 3 }),
            new(Left: Price, Op: RuleWords.Moves, ByPct: 0.2m, WithinS: 10),
        ])) with
        { CooldownS = 20 });
        // Beside it a clause that says something else at every close, so that all of them are kept.
        var other = new RuleCondition(Left: new(Candle: "volume"), Op: RuleWords.Gt, Right: new(Value: 1));
        var whole = Armed(Rule(new(All: [rule.Document.When, new(Any: [other, new(Not: other)])])));
        Prop.ForAll(
            ArbMap.Default.ArbFor<int>(), Gen.Choose(20, 150).ToArbitrary(), Gen.Choose(0, 199).ToArbitrary(), (seed, stop, gap) =>
            {
                Candle[] bars = [.. Walk(seed, 200).Where((_, i) => i != gap).Select((b, i) => b with { Volume = 1 + (i % 2) })];
                var (kept, clock) = (new List<RuleEvaluationRow>(), new ManualTime(Midnight));
                var engine = Engine([], kept, clock, RuleMemories.None, rule);
                Array.ForEach(bars[..stop], b => Close(engine, clock, b));
                engine = Engine([], kept, clock, RuleMemories.Of(kept), rule);
                engine.History("BTCUSDT", Interval.Second, bars[..stop], []);
                Array.ForEach(bars[stop..], b => Close(engine, clock, b));
                var (all, from) = (new List<RuleEvaluationRow>(), new ManualTime(Midnight));
                var patient = Engine([], all, from, RuleMemories.None, whole);
                Array.ForEach(bars, b => Close(patient, from, b));
                return all.Count == bars.Length && all.All(one => Says(kept.Where(e => e.At <= one.At).MaxBy(e => e.At)!).SequenceEqual(Says(one).SkipLast(2)));
            }).QuickCheckThrowOnFailure();

        static IEnumerable<(string, bool?)> Says(RuleEvaluationRow row) =>
        [
            ("", row.Met),
            .. RuleJson.ReadClauses(row.Clauses).Select(c => (c.Path.Replace("when.all[0]", "when", StringComparison.Ordinal), c.Result)),
        ];
    }

    private static List<RuleEvaluationRow> Kept(RuleDocument rule, params decimal[] closes)
    {
        var (kept, clock) = (new List<RuleEvaluationRow>(), new ManualTime(Midnight));
        var engine = Engine([], kept, clock, RuleMemories.None, Armed(rule));
        for (var i = 0; i < closes.Length; i++)
        {
            Close(engine, clock, Bar(i, closes[i]));
        }

        return kept;
    }

    /// <summary>The number of the close and what came of it.</summary>
    private static string Short(RuleEvaluationRow row) =>
        $"{(row.At - Midnight).TotalSeconds - 1} {row.Outcome ?? (row.Met switch { true => "met", false => "not met", _ => "unknown" })}";

    private static RuleEngine Engine(
        List<ImmediateEvent> raised, List<RuleEvaluationRow> kept, ManualTime clock, IReadOnlyDictionary<RuleKey, RuleMemory> memory, params ArmedRule[] rules) =>
        Engine(raised, kept, clock, memory, Status(FeedStatus.Live), rules);

    private static RuleEngine Engine(
        List<ImmediateEvent> raised, List<RuleEvaluationRow> kept, ManualTime clock, IReadOnlyDictionary<RuleKey, RuleMemory> memory, FeedStatus status,
        params ArmedRule[] rules)
    {
        var engine = new RuleEngine(s => raised.Add(s.Item), kept.Add, clock, NullLogger<RuleEngine>.Instance);
        engine.Arm(rules, memory);
        engine.Started(status);
        return engine;
    }

    /// <summary>At its end.</summary>
    private static void Close(RuleEngine engine, ManualTime clock, Candle candle)
    {
        clock.Advance(candle.OpenTime.AddSeconds(1) - clock.GetUtcNow());
        engine.Closed(candle);
    }

    private static ArmedRule Armed(RuleDocument rule) => new(Guid.NewGuid(), 1, default, rule);

    private static FeedStatus Status(string source) => new(source, source, Interval.Second, Interval.Second, Btc, null);

    private static RuleDocument Rule(RuleCondition when) => new("test", Btc, when, "{{ rule }}");

    private static RuleCondition Above(decimal value) => new(Left: Price, Op: RuleWords.Gt, Right: new(Value: value));

    private static Candle Bar(int second, decimal close) => new("BTCUSDT", "1s", Midnight.AddSeconds(second), close, close, close, close, 1, true);

    private static Candle[] Walk(int seed, int count)
    {
        var random = new Random(seed);
        var close = 1_000m;
        return [.. Enumerable.Range(0, count).Select(i => Bar(i, close += random.Next(-30, 31) / 20m))];
    }
}
