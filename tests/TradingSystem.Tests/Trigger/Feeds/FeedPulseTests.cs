using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Tests.Time;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;

namespace TradingSystem.Tests.Trigger.Feeds;

/// <summary>When a feed is dead, and what is told of it.</summary>
public sealed class FeedPulseTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Epsilon = TimeSpan.FromTicks(1);
    private static readonly string[] Symbols = ["BTCUSDT"];

    private ManualTime _time = null!;
    private RecordingSink _sink = null!;
    private FeedPulse _pulse = null!;

    [SetUp]
    public void Begin()
    {
        (_time, _sink) = (new(Start), new());
        _pulse = new FeedPulse(
            _sink, new FeedStatus(FeedStatus.Live, FeedStatus.Live, Interval.Second, Interval.Second, Symbols, null), Longest, _time, NullLogger.Instance);
    }

    [TearDown]
    public void End() => _pulse.Dispose();

    [Test]
    public void It_is_not_alive_before_its_first_tick()
    {
        Assert.That(Last, Is.EqualTo(((bool?)false, (DateTimeOffset?)Start, FeedPulse.Waiting)));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.That(_sink.Statuses, Has.Count.EqualTo(1));
        _pulse.Tick();
        Assert.That(Last, Is.EqualTo(((bool?)true, (DateTimeOffset?)null, (string?)null)));
    }

    [Test]
    public void It_is_dead_after_three_seconds_without_a_tick_and_says_since_when_until_the_next()
    {
        _pulse.Tick();
        for (var i = 0; i < 5; i++)
        {
            _time.Advance(Longest - Epsilon);
            Assert.That(_pulse.IsAlive);
            _pulse.Tick();
        }

        Assert.That(_sink.Statuses, Has.Count.EqualTo(2), "what did not change is not told again");
        _time.Advance(Longest);
        Assert.That(_pulse.IsAlive, Is.False);
        Assert.That(Last, Is.EqualTo(((bool?)false, (DateTimeOffset?)_time.GetUtcNow(), "feed dead, no entries since 2026-03-02 12:00:17 UTC; reconnecting")));
        _time.Advance(TimeSpan.FromSeconds(1));
        _pulse.Tick();
        Assert.That(Last, Is.EqualTo(((bool?)true, (DateTimeOffset?)null, (string?)null)));
        _time.Advance(Longest);
        Assert.That(_pulse.IsAlive, Is.False, "it can die twice");
    }

    [Test]
    public void A_connection_that_is_lost_is_told_at_once_and_is_no_death_while_another_ticks_in_time()
    {
        _pulse.Tick();
        _time.Advance(TimeSpan.FromSeconds(1));
        _pulse.Lost();
        Assert.That(Last, Is.EqualTo(((bool?)true, (DateTimeOffset?)null, FeedPulse.Reconnecting)));
        _time.Advance(TimeSpan.FromSeconds(1));
        _pulse.Tick();
        Assert.That(Last, Is.EqualTo(((bool?)true, (DateTimeOffset?)null, (string?)null)));
        _pulse.Lost();
        _time.Advance(Longest);
        Assert.That(Last.Alive, Is.False);
    }

    [Test]
    public void A_timer_that_is_ahead_of_the_clock_does_not_keep_a_dead_feed_alive()
    {
        var status = new FeedStatus(FeedStatus.Live, FeedStatus.Live, Interval.Second, Interval.Second, Symbols, null);
        using var pulse = new FeedPulse(_sink, status, Longest, new HastyTime(_time), NullLogger.Instance);
        pulse.Tick();
        _time.Advance(Longest - TimeSpan.FromMilliseconds(5));
        Assert.That(pulse.IsAlive);
        _time.Advance(TimeSpan.FromMilliseconds(10));
        Assert.That(pulse.IsAlive, Is.False);
    }

    /// <summary>Its timers fire 5 ms before their time.</summary>
    private sealed class HastyTime(ManualTime clock) : TimeProvider
    {
        private static readonly TimeSpan Haste = TimeSpan.FromMilliseconds(5);

        public override long TimestampFrequency => clock.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override long GetTimestamp() => clock.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new Timer(clock.CreateTimer(callback, state, dueTime, period));

        private sealed class Timer(ITimer timer) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime > Haste ? dueTime - Haste : dueTime, period);

            public void Dispose() => timer.Dispose();

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }
    }

    private (bool? Alive, DateTimeOffset? Since, string? Notice) Last => _sink.Statuses[^1] is var s ? (s.Alive, s.DeadSince, s.Notice) : default;
}
