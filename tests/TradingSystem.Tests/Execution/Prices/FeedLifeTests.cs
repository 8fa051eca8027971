using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Prices;
using TradingSystem.Tests.Time;
using static TradingSystem.Tests.Execution.TestDecisions;

namespace TradingSystem.Tests.Execution.Prices;

/// <summary>Nothing is entered on a feed that is dead, or that nobody says lives; the way out stays open.</summary>
[TestFixture]
public sealed class FeedLifeTests
{
    private static readonly TimeSpan Epsilon = TimeSpan.FromTicks(1);

    private ManualTime _time = null!;
    private FeedLife _feed = null!;

    [SetUp]
    public void Begin()
    {
        _time = new(Now);
        _feed = new(_time);
    }

    [Test]
    public void An_entry_is_refused_while_the_feed_is_dead_and_taken_when_it_ticks_again()
    {
        Assert.That(Entry(), Is.Null, "nothing is known of a feed's life: its prices' age is all that counts");
        Hear(alive: true);
        Assert.That(Entry(), Is.Null);
        _time.Advance(TimeSpan.FromSeconds(2));
        Hear(alive: false, since: Now.AddSeconds(1));
        Assert.That((Refusal!.Code.Word, Refusal.Value), Is.EqualTo(("FEED_DEAD", "1")));
        Assert.That(Refusal.Message, Does.Contain("dead since 2025-06-01T12:00:01"));
        Hear(alive: true);
        Assert.That(Entry(), Is.Null);
    }

    [Test]
    public void A_life_that_was_told_too_long_ago_is_none()
    {
        Hear(alive: true);
        _time.Advance(Options.MaxFeedAge);
        Assert.That(Entry(), Is.Null);
        _time.Advance(Epsilon);
        Assert.That((Refusal!.Code.Word, Refusal.Limit), Is.EqualTo(("FEED_DEAD", "5")));
        Hear(alive: true);
        Assert.That(Entry(), Is.Null);
    }

    [Test]
    public void A_sender_whose_clock_runs_ahead_is_trusted_no_longer_and_an_overtaken_word_counts_for_nothing()
    {
        _feed.Hear(Status(true, null) with { CreatedAt = Now.AddHours(1) });
        Assert.That(_feed.Last, Is.EqualTo(new FeedState(true, Now)));
        _feed.Hear(Status(false, Now) with { CreatedAt = Now.AddSeconds(-1) });
        Assert.That(_feed.Last?.IsAlive, Is.True);
    }

    [TestCase("simulated")]
    [TestCase("replay")]
    public void A_market_without_a_channel_that_always_ticks_has_no_life(string source)
    {
        Hear(alive: false, since: Now);
        _feed.Hear(Status(null, null) with { Source = source });
        _time.Advance(TimeSpan.FromDays(1));
        Assert.That((_feed.Last, Entry()), Is.EqualTo(((FeedState?)null, (RejectionReason?)null)));
    }

    [Test]
    public void No_exit_is_refused_for_it()
    {
        Hear(alive: false, since: Now);
        var held = Holding(-1m);
        Assert.Multiple(() =>
        {
            Assert.That(Decide(Long() with { Action = TradeAction.Close }, held).Fill?.Qty, Is.EqualTo(1m));
            Assert.That(Decide(Long() with { Qty = 0.5m, MarginUsd = 0m }, held).Fill?.Qty, Is.EqualTo(0.5m), "it makes the position smaller");
            Assert.That(Decide(Long() with { Qty = 1.5m, MarginUsd = 0m }, held).Reason?.Code.Word, Is.EqualTo("FEED_DEAD"), "it would turn it");
            Assert.That(Decide(Long() with { Action = TradeAction.NoTrade }, held), Is.TypeOf<Verdict.Recorded>());
        });
    }

    [Test]
    public void An_entry_at_an_exchange_is_refused_for_it_too()
    {
        Hear(alive: false, since: Now);
        var check = new DecisionCheck(Instruments, Options, _feed);
        Assert.That(check.Check(Long(), Rich, Tick(), Now, Free, venue: AtVenue).Reason?.Code.Word, Is.EqualTo("FEED_DEAD"));
        var resting = check.Check(Limit(90_000m), Rich, Tick(), Now, Free, venue: AtVenue);
        Assert.That(resting.Reason?.Code.Word, Is.EqualTo("FEED_DEAD"));
        Assert.That(check.Check(Long() with { Action = TradeAction.Close }, Holding(1m), null, Now, Free, venue: AtVenue).Fill?.Qty, Is.EqualTo(1m));
    }

    private RejectionReason? Refusal => Entry();

    private RejectionReason? Entry() => Decide(Long(), Rich).Reason;

    private Verdict Decide(TradeDecision decision, AccountState account)
    {
        var now = _time.GetUtcNow();
        return new DecisionCheck(Instruments, Options, _feed).Check(decision with { CreatedAt = now }, account, Tick(observedAt: now), now, Free);
    }

    private void Hear(bool alive, DateTimeOffset? since = null) => _feed.Hear(Status(alive, since));

    private MarketStatus Status(bool? alive, DateTimeOffset? since) => new("live", null, ["BTCUSDT"], _time.GetUtcNow(), Alive: alive, DeadSince: since);
}
