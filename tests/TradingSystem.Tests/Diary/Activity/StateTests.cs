using NUnit.Framework;
using TradingSystem.Diary.Activity;
using TradingSystem.Diary.Timeline;

namespace TradingSystem.Tests.Diary.Activity;

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

    [TestCase("0", 0L, false)]
    [TestCase("17", 17L, false)]
    [TestCase("2025-01-31T13:00:00Z", null, true)]
    public void The_diary_is_read_on_from_an_entry_or_a_moment(string text, long? after, bool isMoment)
    {
        Assert.That(DiaryStart.TryParse(text, null, out var start), Is.True);
        Assert.That((start.After, start.From is not null), Is.EqualTo((after, isMoment)));
    }
}
