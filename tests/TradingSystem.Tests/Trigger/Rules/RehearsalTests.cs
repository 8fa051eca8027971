using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Tests.Venues.Simulated;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.Rules;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Tests.Trigger.Rules;

[TestFixture]
public sealed class RehearsalTests
{
    private static readonly DateTimeOffset Midnight = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Btc = ["BTCUSDT"];
    private static readonly RuleOperand Price = new(Candle: "close");

    internal static readonly IReadOnlyList<RuleDocument> Rules =
    [
        FirstRules.EmaCross(Btc) with { CooldownS = 3600 },
        // Drawn candles, where the real ones are not at hand, move less.
        FirstRules.PriceMove(Btc) with { When = new(Left: Price, Op: RuleWords.Moves, ByPct: 0.1m, WithinS: 300) },
        new("dip", Btc, new(All: [new(Left: new(Indicator: "rsi"), Op: RuleWords.Lt, Right: new(Value: 30), ForS: 180), new(Left: Price, Op: RuleWords.Lt, Right: new(Indicator: "vwap"))]), "t", DebounceS: 600),
        new("breakout", Btc, new(Left: Price, Op: RuleWords.Gt, Right: new(Indicator: "donchian", Ago: 1)), "t", Interval: "15m"),
        new("trend", Btc, new(Left: new(Indicator: "supertrend", Output: "direction"), Op: RuleWords.Crosses, Right: new(Value: 0)), "t", Interval: "1h"),
    ];

    [Test]
    public void A_month_of_candles_is_rehearsed_as_it_is_played()
    {
        Candle[] month =
        [
            .. CandleFile.Month().Candles.Select(c => new Candle("BTCUSDT", "1m", c.OpenTime, c.Open, c.High, c.Low, c.Close, c.Volume, true))
                // Longer candles begin with the first whole hour, live as well.
                .SkipWhile(c => c.OpenTime.Minute != 0),
        ];
        var played = new List<(string Rule, DateTimeOffset At)>();
        ArmedRule[] armed = [.. Rules.Select((r, i) => new ArmedRule(new($"00000000-0000-0000-0000-00000000000{i}"), 1, default, r))];
        var names = armed.ToDictionary(r => r.Id, r => r.Document.Name);
        var engine = new RuleEngine(
            _ => { }, e => played.AddRange(e.EventId is null ? [] : [(names[e.RuleId], e.At)]), TimeProvider.System, NullLogger<RuleEngine>.Instance);
        engine.Arm(armed, RuleMemories.None);
        var market = new MarketState(TimeProvider.System, [engine]);
        market.Started(new(FeedStatus.Replay, "month", Interval.Minute, Interval.Minute, Btc, null));
        foreach (var c in month)
        {
            market.Trades(
            [
                new("BTCUSDT", c.Open, c.Volume, c.OpenTime), new("BTCUSDT", c.High, 0, c.OpenTime.AddSeconds(15)),
                new("BTCUSDT", c.Low, 0, c.OpenTime.AddSeconds(30)), new("BTCUSDT", c.Close, 0, c.OpenTime.AddSeconds(45)),
            ]);
        }

        market.Advance(month[^1].OpenTime.AddMinutes(1));
        foreach (var rule in Rules)
        {
            var interval = Interval.From(Interval.Minute).Single(i => i.Name == (rule.Interval ?? "1m"));
            var rehearsed = new Rehearsal(month, Interval.Minute, interval).Of(rule).Where(f => f.HeldBack is null).Select(f => f.At).ToList();

            Assert.That(rehearsed, Is.Not.Empty, rule.Name);
            Assert.That(rehearsed, Is.EqualTo(played.Where(p => p.Rule == rule.Name).Select(p => p.At)), rule.Name);
        }
    }

    [Test]
    public void What_followed_is_measured_from_the_close_that_raised_it()
    {
        var candles = Minutes(100, 101, 102, 99, 103, 100, 100);
        candles[2] = candles[2] with { High = 104, Low = 98 };
        var rehearsal = new Rehearsal(candles, Interval.Minute, Interval.Minute);
        var firing = rehearsal.Of(new("up", Btc, new(Left: Price, Op: RuleWords.Gt, Right: new(Value: 100)), "t"))[0];

        Assert.That(firing.At, Is.EqualTo(Midnight.AddMinutes(2)));
        Assert.That(
            rehearsal.Following(firing),
            Is.EqualTo(new[] { new Aftermath(1, 99.01m, 297.03m, -297.03m), new Aftermath(5, -99.01m, 297.03m, -297.03m), new Aftermath(60, null, null, null) }));
    }

    [Test]
    public void What_followed_is_not_known_over_a_gap()
    {
        var candles = Minutes(100, 101, 102, 103, 104, 105, 106, 107).ToList();
        candles.RemoveAt(3);
        var rehearsal = new Rehearsal(candles, Interval.Minute, Interval.Minute);
        var firing = rehearsal.Of(new("up", Btc, new(Left: Price, Op: RuleWords.Gt, Right: new(Value: 100)), "t"))[0];

        Assert.That(rehearsal.Gaps, Is.EqualTo(1));
        Assert.That(rehearsal.Following(firing).Select(a => a.ChangeBps is not null), Is.EqualTo(new[] { true, false, false }));
    }

    [Test]
    public void What_would_have_been_held_back_is_told_with_why()
    {
        var rule = new RuleDocument("up", Btc, new(Left: Price, Op: RuleWords.Gt, Right: new(Value: 100)), "t", CooldownS: 240);
        var met = new Rehearsal(Minutes(100, 101, 100, 101, 100, 101), Interval.Minute, Interval.Minute);

        Assert.That(met.Of(rule).Select(f => f.HeldBack), Is.EqualTo(new[] { null, "cooldown", null }));
        Assert.That(met.Of(rule with { CooldownS = null, DebounceS = 240 }).Select(f => f.HeldBack), Is.EqualTo(new[] { null, "debounce", "debounce" }));
    }

    [Test]
    public void What_a_blackout_would_have_held_back_is_told_as_that()
    {
        var rule = new RuleDocument("up", Btc, new(Left: Price, Op: RuleWords.Gt, Right: new(Value: 100)), "t");
        var met = new Rehearsal(Minutes(100, 101, 100, 101, 100, 101), Interval.Minute, Interval.Minute);
        var over = Midnight.AddMinutes(3);

        var judged = met.Of(rule, new(), at => at < over ? new("cpi", over) : null);

        Assert.That(judged.Select(f => f.HeldBack), Is.EqualTo(new[] { "mute", null, null }));
    }

    [Test]
    public void A_clause_over_what_is_not_recorded_is_not_rehearsable_and_not_false()
    {
        RuleOperand mark = new(Candle: "mark_price");
        var rule = new RuleDocument(
            "any", Btc,
            new(Any: [new(Left: Price, Op: RuleWords.Gt, Right: new(Value: 100)), new(Not: new(Left: new(Candle: "funding_rate"), Op: RuleWords.Gt, Right: mark)), new(Left: mark, Op: RuleWords.Crosses, Right: Price)]),
            "t");
        var bare = Minutes(101, 100, 101);
        var marked = bare.ToArray();
        marked[1] = marked[1] with { MarkPrice = 99 };

        Assert.That(
            Unrecorded.In(rule, bare),
            Is.EqualTo(new UnrecordedClause[]
            {
                new("when.any[1].not", "funding_rate", 0, 3, null), new("when.any[1].not", "mark_price", 0, 3, null), new("when.any[2]", "mark_price", 0, 3, null),
            }));
        Assert.That(
            Unrecorded.In(rule, marked),
            Is.EqualTo(new UnrecordedClause[]
            {
                new("when.any[1].not", "funding_rate", 0, 3, null), new("when.any[1].not", "mark_price", 1, 3, Midnight.AddMinutes(1)),
                new("when.any[2]", "mark_price", 1, 3, Midnight.AddMinutes(1)),
            }),
            "what is recorded of a part says nothing of the rest");
        Assert.That(Unrecorded.In(rule, [.. bare.Select(c => c with { MarkPrice = 99, FundingRate = 0 })]), Is.Empty);
        Assert.That(Unrecorded.In(rule with { When = rule.When.Any![0] }, bare), Is.Empty);
        Assert.That(
            new Rehearsal(bare, Interval.Minute, Interval.Minute).Of(rule), Is.Empty, "it was not known before whether any was true, which it would be were the others false");
    }

    [Test]
    public void A_longer_candle_is_rehearsed_with_the_marks_of_its_last_short_one()
    {
        Candle[] candles = [.. Minutes(1, 1, 1, 1, 1, 1, 1, 1, 1, 1).Select((c, i) => c with { MarkPrice = 100 + i, FundingRate = i == 9 ? null : 0.0001m })];
        candles[3] = candles[3] with { MarkPrice = null, FundingRate = null };

        Assert.That(
            new Rehearsal(candles, Interval.Minute, Interval.FiveMinutes).Candles.Select(c => (c.MarkPrice, c.FundingRate)),
            Is.EqualTo(new[] { ((decimal?)104m, (decimal?)0.0001m), (109m, null) }));
        candles[4] = candles[4] with { MarkPrice = null };
        Assert.That(new Rehearsal(candles, Interval.Minute, Interval.FiveMinutes).Candles[0].MarkPrice, Is.Null, "an earlier one is none of its end");
    }

    private static Candle[] Minutes(params decimal[] closes) =>
        [.. closes.Select((c, i) => new Candle("BTCUSDT", "1m", Midnight.AddMinutes(i), c, c, c, c, 1, true))];
}
