using NUnit.Framework;
using TradingSystem.Trigger.News;

namespace TradingSystem.Tests.Trigger.News;

[TestFixture]
public sealed class NewsPollerTests
{
    private static readonly TimeSpan Minutes5 = TimeSpan.FromMinutes(5);

    [TestCase(1, 5)]
    [TestCase(2, 10)]
    [TestCase(3, 20)]
    [TestCase(5, 60)]
    [TestCase(1_000_000, 60)]
    public void A_feed_that_fails_is_asked_half_as_often_each_time_and_still_once_an_hour(int failures, int minutes) =>
        Assert.That(NewsPoller.Wait(Minutes5, failures, null).TotalMinutes, Is.InRange(minutes * 0.9, minutes * 1.1));

    [Test]
    public void What_the_server_asks_for_counts_where_it_is_longer_up_to_a_day()
    {
        Assert.That(NewsPoller.Wait(Minutes5, 1, TimeSpan.FromHours(3)), Is.EqualTo(TimeSpan.FromHours(3)));
        Assert.That(NewsPoller.Wait(Minutes5, 1, TimeSpan.FromDays(400)), Is.EqualTo(TimeSpan.FromHours(24)));
        Assert.That(NewsPoller.Wait(Minutes5, 1, TimeSpan.FromSeconds(-5)), Is.InRange(Minutes5 * 0.9, Minutes5 * 1.1));
        Assert.That(NewsPoller.Wait(Minutes5, 1, TimeSpan.FromSeconds(1)), Is.InRange(Minutes5 * 0.9, Minutes5 * 1.1));
    }

    [Test]
    public void A_feed_that_is_asked_once_a_day_is_not_asked_more_often_because_it_fails() =>
        Assert.That(NewsPoller.Wait(TimeSpan.FromDays(1), 3, null).TotalHours, Is.InRange(24 * 0.9, 24 * 1.1));
}
