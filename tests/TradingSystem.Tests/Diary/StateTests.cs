using NUnit.Framework;
using TradingSystem.Diary.Activity;
using TradingSystem.Diary.Queries;

namespace TradingSystem.Tests.Diary;

[TestFixture]
public sealed class StateTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [TestCase(true, 0, "active")]
    [TestCase(true, 5, "active")]
    [TestCase(true, 6, "idle")]
    [TestCase(true, null, "idle")]
    [TestCase(false, 0, "paused")]
    public void A_group_is_active_for_five_minutes(bool active, int? minutesAgo, string status) =>
        Assert.That(StateEndpoints.StatusOf(active, minutesAgo is { } m ? Now.AddMinutes(-m) : null, Now, TimeSpan.FromMinutes(5)), Is.EqualTo(status));

    [TestCase("active", "paused", "active")]
    [TestCase("idle", "paused", "idle")]
    [TestCase("paused", "paused", "paused")]
    public void The_system_is_as_active_as_its_liveliest_group(string one, string two, string status) =>
        Assert.That(StateEndpoints.Combine([one, two]), Is.EqualTo(status));

    [Test]
    public void Without_groups_it_is_idle() => Assert.That(StateEndpoints.Combine([]), Is.EqualTo("idle"));

    [Test]
    public void Each_wrong_parameter_is_named()
    {
        var check = new QueryCheck();

        Assert.That(check.Limit(null), Is.EqualTo(100));
        Assert.That(check.Limit("1000"), Is.EqualTo(1000));
        Assert.That(check.Problem, Is.Null);
        check.Limit("1001");
        check.Seq("cursor", "-1");
        check.Id("group_id", "x");
        check.Time("since", "yesterday");
        Assert.That(check.Problem, Is.Not.Null);
    }
}
