using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Tests.Time;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Rules;
using TradingSystem.Trigger.Storage;
using Interval = TradingSystem.Trigger.Candles.Interval;

namespace TradingSystem.Tests.Trigger.Rules;

[TestFixture]
public sealed class RuleEngineTests
{
    private static readonly DateTimeOffset Midnight = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
    private static readonly RuleOperand Price = new(Candle: "close");
    private static readonly string[] Btc = ["BTCUSDT"];

    [Test]
    public void A_comparison_is_news_when_it_becomes_true_and_not_while_it_stays_so() =>
        Assert.That(Fired(Compare(RuleWords.Gt, 100), 101, 101, 99, 101, 102, 100, 101), Is.EqualTo(new[] { 3, 6 }));

    [Test]
    public void A_cross_is_told_once_and_a_touch_is_none()
    {
        var cross = Cross(RuleWords.Crosses);

        Assert.That(Fired(cross, 99, 100, 99, 100, 101, 102, 100, 101, 99), Is.EqualTo(new[] { 4, 8 }));
        Assert.That(Fired(cross with { Op = RuleWords.CrossesAbove }, 99, 101, 99, 101), Is.EqualTo(new[] { 1, 3 }));
        Assert.That(Fired(cross with { Op = RuleWords.CrossesBelow }, 99, 101, 99, 101), Is.EqualTo(new[] { 2 }));
    }

    [Test]
    public void A_move_is_told_once_and_measured_afresh()
    {
        var move = new RuleCondition(Left: Price, Op: RuleWords.Moves, ByPct: 0.5m, WithinS: 60);

        Assert.That(Fired(move, 100, 100.2m, 100.5m, 100.6m, 100.4m, 100), Is.EqualTo(new[] { 2, 5 }));
        Assert.That(Fired(move with { Op = RuleWords.Falls }, 100, 100.2m, 100.5m, 100.6m, 100.4m, 100), Is.EqualTo(new[] { 5 }));
        Assert.That(Fired(move with { WithinS = 2 }, 100, 100.2m, 100.3m, 100.4m, 100.5m, 101), Is.EqualTo(new[] { 5 }), "two seconds, and no more");
    }

    [Test]
    public void A_length_of_time_begins_at_the_first_close_that_it_was_true_at() =>
        Assert.That(Fired(Compare(RuleWords.Gt, 100) with { ForS = 3 }, 99, 101, 101, 99, 101, 101, 101, 101, 101), Is.EqualTo(new[] { 7 }));

    [Test]
    public void All_any_and_not_are_of_three_values()
    {
        var cold = new RuleCondition(Left: new(Indicator: "sma", Parameters: new Dictionary<string, decimal> { ["period"] = 1000 }), Op: RuleWords.Gt, Right: new(Value: 0));
        var above = Compare(RuleWords.Gt, 100);

        Assert.That(Fired(new RuleCondition(All: [above, cold]), 99, 101), Is.Empty, "true and unknown is unknown");
        Assert.That(Fired(new RuleCondition(Any: [above, cold]), 99, 101), Is.Empty, "false or unknown was unknown before");
        Assert.That(Fired(new RuleCondition(Not: cold), 99, 101, 99), Is.Empty);
        Assert.That(Fired(new RuleCondition(Not: above), 99, 101, 99), Is.EqualTo(new[] { 2 }));
        Assert.That(Fired(new RuleCondition(All: [above, Compare(RuleWords.Lt, 110)]), 99, 101, 120, 105), Is.EqualTo(new[] { 1, 3 }));
    }

    [Test]
    public void Each_cross_counts_where_it_stands_beside_something_that_lasts()
    {
        var both = new RuleCondition(All: [Cross(RuleWords.Crosses), new(Left: new(Candle: "volume"), Op: RuleWords.Gt, Right: new(Value: 0))]);

        Assert.That(Fired(both, 99, 101, 99, 101), Is.EqualTo(new[] { 1, 2, 3 }));
    }

    [Test]
    public void A_cooldown_and_a_debounce_hold_back_in_market_time()
    {
        var above = Compare(RuleWords.Gt, 100);
        decimal[] closes = [99, 101, 99, 101, 99, 99, 99, 101, 99, 101];

        Assert.That(Fired(Rule(above) with { CooldownS = 4 }, closes), Is.EqualTo(new[] { 1, 7 }));
        Assert.That(Fired(Rule(above) with { DebounceS = 3 }, closes), Is.EqualTo(new[] { 1, 7 }));
    }

    [Test]
    public void Behind_a_gap_everything_begins_anew_but_what_is_measured_over_a_time()
    {
        var raised = new List<ImmediateEvent>();
        var engine = Engine(raised, Rule(Cross(RuleWords.Crosses)), Rule(new(Left: Price, Op: RuleWords.Rises, ByPct: 5, WithinS: 60)) with { Name = "rise" });
        engine.Started(Status(FeedStatus.Live));
        foreach (var (second, close) in new[] { (0, 99m), (1, 99m), (10, 105m), (11, 105m) })
        {
            engine.Closed(Bar(second, close));
        }

        Assert.That(raised.Select(e => e.SourceId), Is.EqualTo(new[] { "rule:rise:BTCUSDT" }));
    }

    [Test]
    public void Operands_are_multiplied_and_looked_up_in_the_past()
    {
        var twice = new RuleCondition(Left: Price, Op: RuleWords.Gt, Right: new(Candle: "close", Ago: 2, Times: 2));

        Assert.That(Fired(twice, 10, 11, 20, 23, 40), Is.EqualTo(new[] { 3 }), "40 is twice 20, not more");
    }

    [Test]
    public void An_event_carries_its_rule_with_the_version_and_each_clause_as_it_was_found()
    {
        var raised = new List<ImmediateEvent>();
        var engine = Engine(
            raised, Rule(Cross(RuleWords.Crosses)) with { Title = "{{ symbol }} crossed {{ direction }}", Payload = new Dictionary<string, string> { ["note"] = "at {{ price }}" } });
        engine.Started(Status(FeedStatus.Simulated));
        engine.Closed(Bar(0, 99));
        engine.Closed(Bar(1, 100.5m));

        var e = raised.Single();
        var payload = JsonDocument.Parse(e.Payload).RootElement;
        Assert.Multiple(() =>
        {
            Assert.That((e.SourceId, e.Title, e.Priority, e.CorrelationId), Is.EqualTo(("rule:test:BTCUSDT", "BTCUSDT crossed up", 6, e.Id.ToString())));
            Assert.That(e.Id.Version, Is.EqualTo(5));
            Assert.That(e.Targets, Is.EqualTo(new[] { "symbol:BTCUSDT" }));
            Assert.That(e.Tags, Is.EqualTo(new[] { "rule", "test", "up", "1s", "simulated" }));
            Assert.That(payload.GetProperty("version").GetInt32(), Is.EqualTo(3));
            Assert.That(payload.GetProperty("price").GetDecimal(), Is.EqualTo(100.5m));
            Assert.That(payload.GetProperty("note").GetString(), Is.EqualTo("at 100.5"));
            Assert.That(payload.GetProperty("market_time").GetString(), Is.EqualTo("2026-03-02T00:00:02.000Z"));
            Assert.That(
                payload.GetProperty("clauses").GetRawText(),
                Is.EqualTo("""[{"path":"when","left":"close","left_value":100.5,"op":"crosses","right":"100","right_value":100,"result":true}]"""));
        });
    }

    [Test]
    public void The_rules_of_a_new_database_say_what_they_always_said()
    {
        var raised = new List<ImmediateEvent>();
        var engine = Engine(raised, FirstRules.EmaCross(Btc), FirstRules.PriceMove(Btc));
        engine.Started(Status(FeedStatus.Live));
        engine.History("BTCUSDT", Interval.Second, [.. Enumerable.Range(0, 30).Select(i => Bar(i, 95_000 - (i / 10m)))], []);
        engine.Closed(Bar(30, 95_512.30m));

        Assert.That(
            raised.Select(e => e.Title), Is.EqualTo(new[] { "BTCUSDT EMA 8/21 crossed up at 95,512.3", "BTCUSDT moved up 54.2 bps to 95,512.3" }));
    }

    [Test]
    public void A_rule_is_not_told_of_what_was_before_it_and_nothing_of_that_holds_it_back()
    {
        var raised = new List<ImmediateEvent>();
        var rule = new ArmedRule(Guid.NewGuid(), 1, Midnight.AddSeconds(3), Rule(Cross(RuleWords.Crosses)) with { CooldownS = 60 });
        var engine = new RuleEngine(s => raised.Add(s.Item), _ => { }, new ManualTime(Midnight.AddSeconds(3)), NullLogger<RuleEngine>.Instance);
        engine.Arm([rule], RuleMemories.None);
        engine.Started(Status(FeedStatus.Live));
        engine.History("BTCUSDT", Interval.Second, [Bar(0, 99), Bar(1, 101), Bar(2, 101)], []);
        Assert.That(raised, Is.Empty);

        engine.Closed(Bar(3, 99));
        Assert.That(raised, Has.Count.EqualTo(1));
    }

    [Test]
    public void What_was_true_behind_a_gap_is_no_news_after_a_length_of_time_either()
    {
        var raised = new List<ImmediateEvent>();
        var engine = Engine(raised, Rule(Compare(RuleWords.Gt, 100) with { ForS = 3 }));
        engine.Started(Status(FeedStatus.Live));
        foreach (var second in new[] { 0, 1, 2, 3, 4, 20, 21, 22, 23, 24, 25, 26 })
        {
            engine.Closed(Bar(second, second == 0 ? 99 : 101));
        }

        Assert.That(raised, Has.Count.EqualTo(1), "once before the gap");
    }

    [TestCase(FeedStatus.Live)]
    [TestCase(FeedStatus.Replay)]
    public void A_change_of_one_rule_changes_nothing_for_another(string source)
    {
        var raised = new List<ImmediateEvent>();
        var patient = new ArmedRule(Guid.NewGuid(), 1, default, Rule(Cross(RuleWords.Crosses)) with { Name = "patient", CooldownS = 3600 });
        var other = new ArmedRule(Guid.NewGuid(), 1, default, Rule(Compare(RuleWords.Gt, 1_000_000)));
        var engine = Engine(raised, patient, other);
        engine.Started(Status(source));
        Candle[] told = [Bar(0, 99), Bar(1, 101), Bar(2, 101)];
        Array.ForEach(told, engine.Closed);
        engine.Arm([patient, other with { Version = 2 }], RuleMemories.None);
        engine.Started(Status(source));
        // The ring remembers less than the cooldown lasts.
        engine.History("BTCUSDT", Interval.Second, told[2..], []);
        engine.Closed(Bar(3, 99));

        Assert.That(raised, Has.Count.EqualTo(1));
    }

    /// <summary>Between the moment at which a rule is made and that at which it is armed a candle may close.</summary>
    [Test]
    public void A_candle_that_closed_while_a_rule_was_armed_is_still_news_to_it_and_to_no_other()
    {
        var raised = new List<ImmediateEvent>();
        var first = new ArmedRule(Guid.NewGuid(), 1, default, Rule(Cross(RuleWords.Crosses)) with { Name = "first" });
        var second = new ArmedRule(Guid.NewGuid(), 1, Midnight.AddSeconds(1).AddMilliseconds(900), Rule(Cross(RuleWords.Crosses)) with { Name = "second", CooldownS = 3600 });
        var engine = new RuleEngine(s => raised.Add(s.Item), _ => { }, new ManualTime(Midnight.AddSeconds(2)), NullLogger<RuleEngine>.Instance);
        engine.Arm([first], RuleMemories.None);
        engine.Started(Status(FeedStatus.Live));
        engine.Closed(Bar(0, 99));
        engine.Closed(Bar(1, 101));
        engine.Arm([first, second], RuleMemories.None);
        engine.Started(Status(FeedStatus.Live));
        engine.History("BTCUSDT", Interval.Second, [Bar(0, 99), Bar(1, 101)], []);

        Assert.That(raised.Select(e => e.SourceId), Is.EqualTo(new[] { "rule:first:BTCUSDT", "rule:second:BTCUSDT" }));
    }

    [Test]
    public void A_rule_that_is_made_while_a_recording_is_played_begins_there()
    {
        var raised = new List<ImmediateEvent>();
        var engine = Engine(raised, Rule(Compare(RuleWords.Gt, 1_000_000)));
        engine.Started(Status(FeedStatus.Replay));
        Candle[] played = [Bar(0, 99), Bar(1, 101), Bar(2, 101)];
        Array.ForEach(played, engine.Closed);
        engine.Arm([new(Guid.NewGuid(), 1, Midnight.AddYears(1), Rule(Cross(RuleWords.Crosses)) with { CooldownS = 3600 })], RuleMemories.None);
        engine.Started(Status(FeedStatus.Replay));
        engine.History("BTCUSDT", Interval.Second, played, []);
        Assert.That(raised, Is.Empty);

        engine.Closed(Bar(3, 99));
        Assert.That(raised, Has.Count.EqualTo(1), "nothing that was before holds it back");
    }

    [Test]
    public void A_market_that_goes_by_the_clock_raises_the_same_event_on_every_node_and_after_every_start()
    {
        Guid Id(string source)
        {
            var raised = new List<ImmediateEvent>();
            var engine = Engine(raised, new ArmedRule(new("00000000-0000-0000-0000-000000000001"), 1, default, Rule(Compare(RuleWords.Gt, 100))));
            engine.Started(Status(source));
            engine.Closed(Bar(0, 99));
            engine.Closed(Bar(1, 101));
            return raised.Single().Id;
        }

        Assert.That(Id(FeedStatus.Live), Is.EqualTo(new Guid("a1ee1f3a-4060-5cef-8275-2b02aae55416")), "and in every version of the service");
        Assert.That(Id(FeedStatus.Simulated), Is.EqualTo(Id(FeedStatus.Simulated)));
        Assert.That(Id(FeedStatus.Replay), Is.Not.EqualTo(Id(FeedStatus.Replay)), "a recording may be begun again");
    }

    [Test]
    public void A_bar_that_is_known_late_still_raises_its_event_within_a_minute_and_later_no_more()
    {
        var (raised, clock) = (new List<ImmediateEvent>(), new ManualTime(Midnight.AddSeconds(1)));
        var engine = new RuleEngine(s => raised.Add(s.Item), _ => { }, clock, NullLogger<RuleEngine>.Instance);
        engine.Arm([new(Guid.NewGuid(), 1, default, Rule(Cross(RuleWords.Crosses)))], RuleMemories.None);
        engine.Started(Status(FeedStatus.Live));
        engine.Closed(Bar(0, 99));
        clock.Advance(TimeSpan.FromSeconds(50));
        Candle[] known = [Bar(0, 99), Bar(1, 101)];
        engine.History("BTCUSDT", Interval.Second, known, known[1..]);
        Assert.That(raised, Has.Count.EqualTo(1));
        engine.History("BTCUSDT", Interval.Second, known, []);
        Assert.That(raised, Has.Count.EqualTo(1), "told already");

        clock.Advance(TimeSpan.FromMinutes(2));
        engine.History("BTCUSDT", Interval.Second, [.. known, Bar(2, 99)], [Bar(2, 99)]);
        Assert.That(raised, Has.Count.EqualTo(1), "two minutes are another market");
    }

    /// <summary>Stopped after any candle, started again up to a minute later: what both raise is what one raises that runs through, each once.</summary>
    [Test]
    public void A_stop_at_any_moment_changes_nothing()
    {
        RuleDocument[] rules =
        [
            FirstRules.EmaCross(Btc) with { CooldownS = 30 },
            FirstRules.PriceMove(Btc) with { When = new(Left: Price, Op: RuleWords.Moves, ByPct: 0.2m, WithinS: 20) },
            Rule(Compare(RuleWords.Gt, 1_000) with { ForS = 5 }) with { Name = "lasting", DebounceS = 10 },
            Rule(new(All: [Compare(RuleWords.Lt, 1_000), new(Left: new(Indicator: "rsi"), Op: RuleWords.Lt, Right: new(Value: 45))])) with { Name = "both", CooldownS = 25 },
        ];
        ArmedRule[] armed = [.. rules.Select((r, i) => new ArmedRule(new($"00000000-0000-0000-0000-00000000000{i}"), 1, default, r))];
        var total = 0;
        Prop.ForAll(
            ArbMap.Default.ArbFor<int>(), Gen.Choose(1, 299).ToArbitrary(), Gen.Choose(0, 50).ToArbitrary(), (seed, stop, down) =>
            {
                var bars = Walk(seed, 300);
                var whole = Run(armed, bars, [bars.Length], 0);
                total += whole.Count;
                return whole.SequenceEqual(Run(armed, bars, [stop, bars.Length], Math.Min(down, bars.Length - stop)));
            }).QuickCheckThrowOnFailure();
        Assert.That(total, Is.GreaterThan(100), "the rules must have something to say");
    }

    /// <summary>Lives one behind another, each to the candle of its number; between two of them so many candles are missed.</summary>
    private static List<Guid> Run(ArmedRule[] rules, Candle[] bars, int[] stops, int down)
    {
        var (raised, kept, clock, from) = (new List<Guid>(), new List<RuleEvaluationRow>(), new ManualTime(Midnight), 0);
        foreach (var stop in stops)
        {
            var engine = new RuleEngine(s => raised.Add(s.Item.Id), kept.Add, clock, NullLogger<RuleEngine>.Instance);
            engine.Arm(rules, RuleMemories.Of(kept));
            engine.Started(Status(FeedStatus.Live));
            var known = from == 0 ? 0 : from + down;
            clock.Advance(Midnight.AddSeconds(known) - clock.GetUtcNow());
            engine.History("BTCUSDT", Interval.Second, bars[..known], bars[from..known]);
            for (var i = known; i < Math.Max(stop, known); i++)
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                engine.Closed(bars[i]);
            }

            from = Math.Max(stop, known);
        }

        return raised.Distinct().ToList();
    }

    private static int[] Fired(RuleCondition when, params decimal[] closes) => Fired(Rule(when), closes);

    /// <summary>The numbers of the closes at which it fires.</summary>
    private static int[] Fired(RuleDocument rule, params decimal[] closes)
    {
        var raised = new List<ImmediateEvent>();
        var engine = Engine(raised, rule);
        engine.Started(Status(FeedStatus.Live));
        var fired = new List<int>();
        for (var i = 0; i < closes.Length; i++)
        {
            var before = raised.Count;
            engine.Closed(Bar(i, closes[i]));
            fired.AddRange(Enumerable.Repeat(i, raised.Count - before));
        }

        return [.. fired];
    }

    private static RuleEngine Engine(List<ImmediateEvent> raised, params RuleDocument[] rules) =>
        Engine(raised, [.. rules.Select(r => new ArmedRule(Guid.NewGuid(), 3, default, r))]);

    private static RuleEngine Engine(List<ImmediateEvent> raised, params ArmedRule[] rules)
    {
        var engine = new RuleEngine(s => raised.Add(s.Item), _ => { }, new ManualTime(Midnight.AddHours(1)), NullLogger<RuleEngine>.Instance);
        engine.Arm(rules, RuleMemories.None);
        return engine;
    }

    private static FeedStatus Status(string source) => new(source, source, Interval.Second, Interval.Second, Btc, null);

    private static RuleDocument Rule(RuleCondition when) => new("test", Btc, when, "{{ rule }}");

    private static RuleCondition Compare(string op, decimal value) => new(Left: Price, Op: op, Right: new(Value: value));

    private static RuleCondition Cross(string op) => new(Left: Price, Op: op, Right: new(Value: 100));

    private static Candle Bar(int second, decimal close) => new("BTCUSDT", "1s", Midnight.AddSeconds(second), close, close, close, close, 1, true);

    private static Candle[] Walk(int seed, int count)
    {
        var random = new Random(seed);
        var close = 1_000m;
        return [.. Enumerable.Range(0, count).Select(i => Bar(i, close += random.Next(-30, 31) / 20m))];
    }
}
