using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Tests.Time;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Rules;
using TradingSystem.Trigger.Storage;
using Interval = TradingSystem.Trigger.Candles.Interval;

namespace TradingSystem.Tests.Trigger.Rules;

/// <summary>Rules over the same candles share their clauses, and rest while none of these stirs; nobody must be able to tell.</summary>
[TestFixture]
public sealed class SharedClauseTests
{
    private static readonly DateTimeOffset Midnight = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Btc = ["BTCUSDT"];
    private static readonly RuleOperand Price = new(Candle: "close");

    [Test]
    public void A_rule_among_others_says_what_it_says_alone([Range(0, 19)] int seed)
    {
        var random = new Random(seed);
        ArmedRule[] rules = [.. Enumerable.Range(0, 30).Select(i => Armed(Drawn(random), i))];
        Candle[] bars = Walk(random);

        var together = Kept(bars, rules);

        Assert.That(together, Has.Count.GreaterThan(100));
        Assert.That(together.Count(r => r.EventId is not null), Is.GreaterThan(5));
        foreach (var rule in rules)
        {
            Assert.That(together.Where(r => r.RuleId == rule.Id).Select(Text), Is.EqualTo(Kept(bars, rule).Select(Text)), rule.Document.Name);
        }
    }

    [Test]
    public void A_rule_that_rests_says_what_one_says_that_looks_at_every_close([Range(0, 4)] int seed)
    {
        var random = new Random(seed);
        var resting = new Watch(Interval.Second);
        for (var i = 0; i < 30; i++)
        {
            resting.Add(Armed(Drawn(random), i));
        }

        Candle[] bars = Walk(random)[..200];
        var said = 0;
        for (var n = 0; n < bars.Length; n++)
        {
            // As long as nothing of it was kept, which nothing is of what was told before, it looks.
            var looking = resting.Renew(n == 0 ? null : bars[n - 1].OpenTime.AddSeconds(1));
            foreach (var bar in bars[..n])
            {
                looking.Look(bar, keeps: true);
            }

            var expected = looking.Look(bars[n], keeps: true).Select(Said).ToList();
            Assert.That(resting.Look(bars[n], keeps: true).Select(Said), Is.EqualTo(expected), $"at {n}");
            said += expected.Count;
        }

        Assert.That(said, Is.GreaterThan(100));

        static string Said(Evaluation e) => $"{e.Rule.Id} {e.At:O} {e.Met} {e.Firing?.HeldBack} {e.Firing?.ChangePct} {e.Firing is not null} {e.IsChange} {string.Join(' ', e.Clauses)}";
    }

    [Test]
    public void What_rules_ask_for_in_other_words_is_told_in_the_words_of_each()
    {
        var (five, exactly) = (Moved(5m), Moved(5.0m));
        var (hundred, point) = (Above(100m), Above(100.0m));

        var kept = Kept(Bars(99, 99, 110), Armed(five, 0), Armed(exactly, 1), Armed(hundred, 2), Armed(point, 3));

        Assert.That(
            kept.Where(r => r.EventId is not null).Select(r => RuleJson.ReadClauses(r.Clauses).Single().Right),
            Is.EqualTo(new[] { "5 % within 60 s", "5.0 % within 60 s", "100", "100.0" }));
    }

    [Test]
    public void A_debounce_counts_from_the_last_close_that_it_was_true_at_though_nothing_stirred_there()
    {
        var rule = new ArmedRule(Id(0), 1, default, new("rule", Btc, Above(100), "t", DebounceS: 3));

        Assert.That(
            Kept(Bars(99, 101, 101, 101, 101, 101, 99, 101, 101, 99, 99, 99, 101), rule).Select(r => r.Outcome),
            Is.EqualTo(new[] { null, RuleWords.Raised, null, RuleWords.Debounce, null, RuleWords.Raised }));
    }

    [Test]
    public void A_movement_that_was_told_is_measured_afresh_while_another_of_the_same_field_goes_on()
    {
        // Two per cent from the lowest are reached twice, five once: the smaller begins anew at 102.5, the larger still counts from 100.
        var kept = Kept(Bars(100, 102.5m, 103, 104.7m, 105.1m), Armed(Moved(2m), 0), Armed(Moved(5m), 1));

        Assert.That(
            kept.Where(r => r.EventId is not null).Select(r => ((r.At - Midnight).TotalSeconds - 1, RuleJson.ReadClauses(r.Clauses).Single().RightValue)),
            Is.EqualTo(new[] { (1d, (decimal?)2.5m), (3d, 2.1463m), (4d, 5.1m) }));
    }

    [Test]
    public void A_figure_that_cannot_be_multiplied_takes_no_other_rule_with_it_and_is_measured_from_by_none()
    {
        var kept = Kept(Bars(100, 100, 7e28m, 100, 106), Armed(Moved(5m), 0), Armed(Above(1e10m), 1));

        Assert.That(
            kept.Where(r => r.EventId is not null).Select(r => (r.RuleId == Id(0), (r.At - Midnight).TotalSeconds - 1)),
            Is.EqualTo(new[] { (false, 2d), (true, 4d) }));
    }

    [Test]
    public void A_close_at_which_no_clause_stirs_takes_no_memory()
    {
        var crossed = new RuleCondition(Left: Price, Op: RuleWords.Crosses, Right: new(Indicator: "ema", Times: 2));
        var engine = Engine(
            [], Armed(Above(100), 0), Armed(Moved(50), 1), Armed(crossed, 2), Armed(new(All: [Above(50) with { ForS = 5 }, new(Not: Above(200))]), 3));
        Candle[] bars = [.. Enumerable.Range(0, 400).Select(i => Bar(i, 90 + (i % 2)))];
        foreach (var bar in bars.AsSpan()[..200])
        {
            engine.Closed(bar);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var bar in bars.AsSpan()[200..])
        {
            engine.Closed(bar);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static RuleCondition Above(decimal level) => new(Left: Price, Op: RuleWords.Gt, Right: new(Value: level));

    private static RuleCondition Moved(decimal by) => new(Left: Price, Op: RuleWords.Moves, ByPct: by, WithinS: 60);

    /// <summary>Of few operands, levels and times, so that rules have much in common.</summary>
    private static RuleCondition Drawn(Random random, int depth = 0)
    {
        var condition = (depth < 2 ? random.Next(6) : 5) switch
        {
            0 => new RuleCondition(All: [Drawn(random, depth + 1), Drawn(random, depth + 1)]),
            1 => new(Any: [Drawn(random, depth + 1), Drawn(random, depth + 1), Drawn(random, depth + 1)]),
            2 => new(Not: Drawn(random, depth + 1)),
            _ => DrawnClause(random),
        };
        return condition is { Op: null } or { Op: RuleWords.Gt } && !IsMoment(condition) && random.Next(3) == 0 ? condition with { ForS = random.Next(1, 5) } : condition;
    }

    private static RuleCondition DrawnClause(Random random) => random.Next(4) switch
    {
        0 => new(
            Left: new(Candle: random.Next(2) == 0 ? "close" : "mark_price"), Op: RuleWords.Movements[random.Next(3)], ByPct: random.Next(1, 4), WithinS: 5 * random.Next(1, 3)),
        1 => new(Left: DrawnOperand(random), Op: RuleWords.Crossings[random.Next(3)], Right: DrawnOperand(random)),
        _ => new(Left: DrawnOperand(random), Op: RuleWords.Gt, Right: DrawnOperand(random)),
    };

    private static RuleOperand DrawnOperand(Random random) => random.Next(5) switch
    {
        0 => Price,
        1 => new(Candle: "mark_price"),
        2 => new(Candle: "close", Ago: random.Next(1, 3)),
        3 => new(Indicator: "sma", Parameters: new Dictionary<string, decimal> { ["period"] = 3 }),
        _ => new(Value: random.Next(99, 102)),
    };

    private static bool IsMoment(RuleCondition condition) => condition switch
    {
        { All: { } all } => all.Any(IsMoment),
        { Any: { } any } => any.All(IsMoment),
        { Op: { } op } => !RuleWords.Comparisons.Contains(op),
        _ => false,
    };

    /// <summary>With gaps, and marks that are not always known.</summary>
    private static Candle[] Walk(Random random)
    {
        var price = 100m;
        return
        [
            .. Enumerable.Range(0, 300).Where(_ => random.Next(40) > 0).Select(i =>
            {
                price += random.Next(-2, 3) / 2m;
                return Bar(i, price) with { MarkPrice = random.Next(5) == 0 ? null : price + random.Next(-1, 2) };
            }),
        ];
    }

    private static Candle[] Bars(params decimal[] closes) => [.. closes.Select((c, i) => Bar(i, c))];

    private static Candle Bar(int second, decimal close) => new("BTCUSDT", "1s", Midnight.AddSeconds(second), close, close, close, close, 1, true);

    private static Guid Id(int number) => new(number, 0, 0, new byte[8]);

    private static ArmedRule Armed(RuleCondition when, int number) =>
        new(Id(number), 1, default, new($"rule_{number}", Btc, when, "t", CooldownS: number % 5 == 4 ? 10 : null, DebounceS: number % 7 == 6 ? 4 : null));

    private static List<RuleEvaluationRow> Kept(Candle[] bars, params ArmedRule[] rules)
    {
        var kept = new List<RuleEvaluationRow>();
        var engine = Engine(kept, rules);
        Array.ForEach(bars, engine.Closed);
        return kept;
    }

    private static RuleEngine Engine(List<RuleEvaluationRow> kept, params ArmedRule[] rules)
    {
        var engine = new RuleEngine(_ => { }, kept.Add, new ManualTime(Midnight), NullLogger<RuleEngine>.Instance);
        engine.Arm(rules, RuleMemories.None);
        engine.Started(new(FeedStatus.Simulated, FeedStatus.Simulated, Interval.Second, Interval.Second, Btc, null));
        return engine;
    }

    private static string Text(RuleEvaluationRow row) => $"{row.At:O} {row.Met} {row.Outcome} {row.EventId} {row.Clauses}";
}
