using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Tests.Time;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.Rules;
using Interval = TradingSystem.Trigger.Candles.Interval;

namespace TradingSystem.Tests.Trigger.Rules;

/// <summary>Rules over mark price and funding rate.</summary>
[TestFixture]
public sealed class MarkRuleTests
{
    private static readonly DateTimeOffset Midnight = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Btc = ["BTCUSDT"];
    private static readonly RuleOperand Mark = new(Candle: "mark_price");
    private static readonly RuleOperand Funding = new(Candle: "funding_rate");

    [Test]
    public void A_comparison_is_of_three_values()
    {
        var above = new RuleCondition(Left: Mark, Op: RuleWords.Gt, Right: new(Value: 100));

        Assert.That(Fired(above, 99, 101, null, 101, 99, 101), Is.EqualTo(new[] { 1, 5 }), "what was true before a hole is no news behind it");
        Assert.That(Fired(above, 99, null, 101, null, null, 99, null, null, 101), Is.EqualTo(new[] { 2, 8 }), "what was false before it is");
        Assert.That(Fired(above, null, 101, 99, 101), Is.EqualTo(new[] { 3 }), "of what was never known nobody says that it was false");
        Assert.That(Fired(new RuleCondition(Not: above), 101, null, 101, 99), Is.EqualTo(new[] { 3 }), "what is not known is not false");
        Assert.That(Fired(new RuleCondition(All: [new(Not: above), new(Left: new(Candle: "close"), Op: RuleWords.Gt, Right: new(Value: 1))]), 101, null), Is.Empty);
        Assert.That(Fired(new RuleCondition(Any: [new(Not: above), new(Left: new(Candle: "close"), Op: RuleWords.Gt, Right: new(Value: 1_000_000))]), 101, null), Is.Empty);
    }

    [Test]
    public void A_warm_up_is_no_hole()
    {
        var rising = new RuleCondition(All: [new(Left: Mark, Op: RuleWords.Gt, Right: new(Value: 100)), new(Left: new(Candle: "close", Ago: 3), Op: RuleWords.Gt, Right: new(Value: 1))]);

        Assert.That(Fired(rising, 99, 101, 101, 101, 99, 101), Is.EqualTo(new[] { 5 }), "where it begins to be known depends on where its candles begin");
        Assert.That(Fired(rising with { ForS = 60 }, 99, 101, 101, 101, 101, 99, 101, 101), Is.EqualTo(new[] { 7 }));
    }

    [Test]
    public void A_hole_behind_what_was_true_is_no_time_in_which_it_was_false()
    {
        var rule = Rule(new(Left: Mark, Op: RuleWords.Gt, Right: new(Value: 100)));

        Assert.That(Fired(rule with { DebounceS = 150 }, 99, 101, null, 99, 101), Is.EqualTo(new[] { 1 }));
        Assert.That(Fired(rule with { DebounceS = 150 }, 99, 101, 99, null, 101), Is.EqualTo(new[] { 1, 4 }));
    }

    [Test]
    public void A_cross_is_seen_over_candles_of_which_it_is_not_known()
    {
        var cross = new RuleCondition(Left: Mark, Op: RuleWords.Crosses, Right: new(Value: 100));

        Assert.That(Fired(cross, null, 99, 101, null, 99, 99, 101), Is.EqualTo(new[] { 2, 4, 6 }));
        Assert.That(Fired(cross with { Left = new(Candle: "close"), Right = Mark }, 1_001, 999, 1_001), Is.EqualTo(new[] { 1, 2 }), "the close is 1000");
    }

    [Test]
    public void A_length_of_time_begins_anew_behind_a_candle_of_which_it_is_not_known()
    {
        var lasting = new RuleCondition(Left: Mark, Op: RuleWords.Gt, Right: new(Value: 100), ForS: 120);

        Assert.That(Fired(lasting, 99, 101, 101, 101), Is.EqualTo(new[] { 3 }));
        Assert.That(Fired(lasting, 99, 101, null, 101, 101, 101, 99, 101, 101, 101), Is.EqualTo(new[] { 5, 9 }));
        Assert.That(Fired(lasting, 99, 101, 101, 101, null, 101, 101, 101), Is.EqualTo(new[] { 3 }), "it had been true for so long before, and may have been all the time");
        // While it may have lasted for so long nobody says that it has not.
        Assert.That(Fired(new RuleCondition(Not: lasting), 101, 101, 101, null, 101, 101, 101), Is.Empty);
        Assert.That(Fired(new RuleCondition(All: [new(Not: lasting), new(Left: Mark, Op: RuleWords.Gt, Right: new(Value: 110))]), 99, 101, null, 111, 101), Is.Empty);
        Assert.That(Fired(new RuleCondition(All: [new(Not: lasting), new(Left: Mark, Op: RuleWords.Gt, Right: new(Value: 110))]), 99, 101, 111, 101), Is.EqualTo(new[] { 2 }));
    }

    [Test]
    public void A_movement_is_measured_over_what_is_known()
    {
        var rise = new RuleCondition(Left: Mark, Op: RuleWords.Rises, ByPct: 1, WithinS: 300);

        Assert.That(Fired(rise, null, 100, null, 101, null, 101, 102.01m), Is.EqualTo(new[] { 3, 6 }));
        Assert.That(Fired(rise with { WithinS = 60 }, 100, null, 101, 102.01m), Is.EqualTo(new[] { 3 }));
        var move = new RuleCondition(Left: Mark, Op: RuleWords.Moves, ByPct: 500, WithinS: 300);
        Assert.That(Fired(new RuleCondition(Not: move), 1, 6, 5, 6), Is.EqualTo(new[] { 2 }));
        Assert.That(Fired(new RuleCondition(Not: move), 1, -4, 5, 6), Is.Empty, "of what was below zero there are no per cent, and it may have risen by them");
        Assert.That(Fired(new RuleCondition(Not: rise), 100, 101, null), Is.Empty, "where it is not known nobody says that it did not move");
    }

    [Test]
    public void It_is_looked_up_in_the_past_and_multiplied()
    {
        Assert.That(Fired(new RuleCondition(Left: Mark, Op: RuleWords.Gt, Right: new(Candle: "mark_price", Ago: 2)), 100, 101, 99, 102), Is.EqualTo(new[] { 3 }));
        // A candle's premium: the mark is a half over the close of 1000.
        Assert.That(Fired(new RuleCondition(Left: Mark, Op: RuleWords.Gte, Right: new(Candle: "close", Times: 1.5m)), 1_499, 1_500), Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void Funding_is_compared_to_its_last_digit_and_told_as_it_is()
    {
        var raised = new List<ImmediateEvent>();
        var rule = Rule(new(Left: Funding, Op: RuleWords.Gte, Right: new(Value: 0.0001m))) with { Title = "{{ mark_price }} {{ funding_rate | times: 10000 | round: 1 }} bps" };
        var engine = Engine(raised, new ManualTime(Midnight), rule);
        engine.Started(Status);
        engine.Closed(Bar(0, 100) with { FundingRate = 0.00009999m });
        engine.Closed(Bar(1, 100.50m) with { FundingRate = 0.00010000m });

        var told = raised.Single();
        Assert.That(told.Title, Is.EqualTo("100.5 1.0 bps"));
        Assert.That(told.Payload, Does.Contain("""{"path":"when","left":"funding_rate","left_value":0.0001,"op":"gte","right":"0.0001","right_value":0.0001,"result":true}"""));
    }

    /// <summary>
    /// The order in which marks come, as long as they come before the trade that closes their candle; what a second connection tells again; and a service that
    /// is stopped when the last candle has closed, and started in the same minute: the same events.
    /// </summary>
    [Test]
    public void Another_order_a_second_connection_and_a_stop_within_a_minute_change_nothing()
    {
        var (total, marked) = (0, 0);
        Prop.ForAll(
            ArbMap.Default.ArbFor<int>(), Gen.Choose(1, 30 * 60).ToArbitrary(), Gen.Choose(0, 40).ToArbitrary(), (seed, stop, down) =>
            {
                var market = new DrawnMarket(seed);
                var whole = market.Run(market.Moments);
                total += whole.Raised.Count;
                marked += whole.Kept.Count(c => c.MarkPrice is not null);
                // Stopped when the candle before has closed, and started again while a mark of the minute is still to come.
                stop += stop % 60 == 0 ? 1 : 0;
                var begin = Math.Min(stop + down, (((stop / 60) + 1) * 60) - 2);
                return new[] { market.Run(market.Mixed()), market.Run(market.Moments, Math.Min(stop, begin), begin), market.Run(market.Mixed(), Math.Min(stop, begin), begin) }
                    .All(other => other.Raised.SequenceEqual(whole.Raised) && other.Kept.SequenceEqual(whole.Kept));
            }).QuickCheckThrowOnFailure();
        Assert.That(total, Is.GreaterThan(500), "the rules must have something to say");
        Assert.That(marked, Is.GreaterThan(1_000));
    }

    [Test]
    public void A_stop_over_the_end_of_a_candle_leaves_its_figures_unknown_and_never_other_ones()
    {
        var unknown = 0;
        Prop.ForAll(
            ArbMap.Default.ArbFor<int>(), Gen.Choose(1, 28 * 60).ToArbitrary(), Gen.Choose(0, 90).ToArbitrary(), (seed, stop, down) =>
            {
                var market = new DrawnMarket(seed);
                var (whole, other) = (market.Run(market.Moments).Kept, market.Run(market.Mixed(), stop, stop + down).Kept);
                unknown += other.Count(c => c.MarkPrice is null) - whole.Count(c => c.MarkPrice is null);
                return whole.Zip(other).All(p => p.Second == p.First || (p.Second == p.First with { MarkPrice = null, FundingRate = null }
                    && p.First.OpenTime.AddMinutes(1) >= DrawnMarket.Midnight.AddSeconds(stop) && p.First.OpenTime <= DrawnMarket.Midnight.AddSeconds(stop + down)));
            }).QuickCheckThrowOnFailure();
        Assert.That(unknown, Is.GreaterThan(0), "some must have been stopped there");
    }

    /// <summary>Of a rule that is true while the rate is high: each time that it became so, as far as anybody knows, and at the close at which that was known first.</summary>
    [Test]
    public void A_stop_over_the_end_of_a_candle_takes_no_event_with_it_that_can_be_known()
    {
        var behindHole = 0;
        Prop.ForAll(
            ArbMap.Default.ArbFor<int>(), Gen.Choose(0, 28).ToArbitrary(), Gen.Choose(1, 50).ToArbitrary(), (seed, minute, down) =>
            {
                var market = new DrawnMarket(seed);
                var stop = (minute * 60) + 59 - (Math.Abs(seed % 50) % down);
                var other = market.Run(market.Moments, stop, stop + down);
                var expected = new List<DateTimeOffset>();
                bool? before = null;
                var isHole = false;
                foreach (var candle in other.Kept)
                {
                    var isHigh = candle.FundingRate > DrawnMarket.HighRate;
                    if (candle.FundingRate is not null && isHigh && before == false)
                    {
                        expected.Add(candle.OpenTime.AddMinutes(1));
                        behindHole += isHole ? 1 : 0;
                    }

                    isHole = candle.FundingRate is null;
                    before = isHole ? before : isHigh;
                }

                return other.Raised.Where(r => r.Rule == DrawnMarket.WhileHigh).Select(r => r.At).Order().SequenceEqual(expected);
            }).QuickCheckThrowOnFailure();
        Assert.That(behindHole, Is.GreaterThan(0), "some must have become true in a hole");
    }

    private static FeedStatus Status => new(FeedStatus.Live, FeedStatus.Live, Interval.Minute, Interval.Minute, Btc, null);

    private static RuleDocument Rule(RuleCondition when) => new("test", Btc, when, "{{ rule }}");

    private static Candle Bar(int minute, decimal? mark) => new("BTCUSDT", "1m", Midnight.AddMinutes(minute), 1_000, 1_000, 1_000, 1_000, 1, true, mark);

    private static RuleEngine Engine(List<ImmediateEvent> raised, TimeProvider time, params RuleDocument[] rules)
    {
        var engine = new RuleEngine(s => raised.Add(s.Item), _ => { }, time, NullLogger<RuleEngine>.Instance);
        engine.Arm([.. rules.Select(r => new ArmedRule(Guid.NewGuid(), 1, default, r))], RuleMemories.None);
        return engine;
    }

    /// <summary>The numbers of the candles at which it fires, by the mark price beside each.</summary>
    private static int[] Fired(RuleCondition when, params decimal?[] marks) => Fired(Rule(when), marks);

    private static int[] Fired(RuleDocument rule, params decimal?[] marks)
    {
        var (raised, fired) = (new List<ImmediateEvent>(), new List<int>());
        var engine = Engine(raised, new ManualTime(Midnight), rule);
        engine.Started(Status);
        for (var i = 0; i < marks.Length; i++)
        {
            var before = raised.Count;
            engine.Closed(Bar(i, marks[i]));
            fired.AddRange(Enumerable.Repeat(i, raised.Count - before));
        }

        return [.. fired];
    }
}
