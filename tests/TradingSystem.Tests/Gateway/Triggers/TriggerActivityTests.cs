using NUnit.Framework;
using TradingSystem.Gateway.Triggers;

namespace TradingSystem.Tests.Gateway.Triggers;

[TestFixture]
public sealed class TriggerActivityTests
{
    private static readonly DateTimeOffset Begin = new(2026, 3, 2, 12, 0, 30, TimeSpan.Zero);

    [Test]
    public void It_counts_the_events_of_this_minute_and_the_59_before_it_whatever_their_order([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        var (activity, now, all) = (new TriggerActivity(), Begin, new List<DateTimeOffset>());
        for (var n = 0; n < 500; n++)
        {
            // Mostly seconds pass, sometimes hours, and what a log brings may be older than what it brought before.
            now += TimeSpan.FromSeconds(random.NextDouble() * (random.Next(20) == 0 ? 5_000 : 60));
            var at = now - TimeSpan.FromMinutes(random.NextDouble() * (random.Next(3) == 0 ? 90 : 0));
            activity.Raised(Event(at), now);
            all.Add(at);
            if (random.Next(4) == 0)
            {
                Assert.That(activity.EventsLastHour(now), Is.EqualTo(all.Count(e => Minute(e) > Minute(now) - 60)), $"at {now:O}");
            }
        }

        Assert.That(activity.Signs.Event!.At, Is.EqualTo(all.Max()));
        Assert.That(activity.EventsLastHour(now.AddMinutes(60)), Is.Zero);
    }

    [Test]
    public void An_event_of_a_node_whose_clock_is_ahead_counts_as_of_now()
    {
        var activity = new TriggerActivity();
        activity.Raised(Event(Begin.AddDays(1)), Begin);

        Assert.That((activity.Signs.Event!.At, activity.EventsLastHour(Begin)), Is.EqualTo((Begin, 1)));
        Assert.That(activity.EventsLastHour(Begin.AddMinutes(60)), Is.Zero);
    }

    [Test]
    public void What_one_kind_of_sign_tells_leaves_the_others_as_they_were()
    {
        var (activity, raised, error) = (new TriggerActivity(), Event(Begin), new TriggerError("c", "m", Begin));
        activity.Raised(raised, Begin);
        activity.Refused(error);
        activity.Sent(Begin.AddSeconds(1));
        activity.Connected(Begin.AddSeconds(2));

        Assert.That(activity.Signs, Is.EqualTo(new TriggerSigns(Begin.AddSeconds(2), Begin.AddSeconds(1), raised, error)));
    }

    private static TriggerEvent Event(DateTimeOffset at) => new(Guid.NewGuid(), "t", at);

    private static long Minute(DateTimeOffset at) => at.UtcTicks / TimeSpan.TicksPerMinute;
}
