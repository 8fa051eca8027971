using System.Globalization;
using NUnit.Framework;
using TradingSystem.Execution.Limits;

namespace TradingSystem.Tests.Execution.Limits;

[TestFixture]
public sealed class BlackoutWindowTests
{
    // 2025-06-06 is a Friday.
    [TestCase("2025-06-06T12:59:59.999Z", false)]
    [TestCase("2025-06-06T13:00:00Z", true)]
    [TestCase("2025-06-06T13:59:59.999Z", true)]
    [TestCase("2025-06-06T14:00:00Z", false)]
    [TestCase("2025-06-07T13:30:00Z", false)]
    [TestCase("2025-06-06T15:30:00+02:00", true)]
    public void A_weekly_window_is_in_utc_and_ends_before_its_end(string now, bool covers) =>
        Assert.That(new BlackoutWindow { From = 13 * 60, To = 14 * 60, Days = [DayOfWeek.Friday] }.Covers(Time(now)), Is.EqualTo(covers));

    [TestCase("2025-06-06T21:59:59Z", false)]
    [TestCase("2025-06-06T22:00:00Z", true)]
    [TestCase("2025-06-07T01:59:59Z", true)]
    [TestCase("2025-06-07T02:00:00Z", false)]
    [TestCase("2025-06-06T01:00:00Z", false)]
    public void A_window_over_midnight_ends_the_day_after(string now, bool covers) =>
        Assert.That(new BlackoutWindow { From = 22 * 60, To = 2 * 60, Days = [DayOfWeek.Friday] }.Covers(Time(now)), Is.EqualTo(covers));

    [TestCase("2025-06-06T00:00:00Z")]
    [TestCase("2025-06-07T23:59:59Z")]
    public void A_window_that_ends_where_it_begins_is_the_whole_day(string now) =>
        Assert.That(new BlackoutWindow { From = 0, To = 0 }.Covers(Time(now)), Is.True);

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
