using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Calendar;

namespace TradingSystem.Tests.Calendar;

/// <summary>When cron expressions fall due. What oracle.py writes was made by other code in another language.</summary>
public sealed class CronCalendarTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void It_falls_due_around_clock_changes_when_an_oracle_says_that_goes_through_the_minutes()
    {
        var cases = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder(), "oracle.json")))!.AsArray();
        Assert.That(cases, Has.Count.EqualTo(12 * 2 * 8));
        Assert.Multiple(() =>
        {
            foreach (var one in cases)
            {
                var (zone, cron, day) = ((string)one!["zone"]!, (string)one["cron"]!, (string)one["day"]!);
                var start = DateTimeOffset.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).AddDays(-1);
                var due = Read(cron, zone).After(start).TakeWhile(o => o.At < start.AddHours(60)).Select(o => Text(o.At));
                Assert.That(due, Is.EqualTo(one["due"]!.AsArray().Select(t => (string)t!)), $"{cron} in {zone} around {day}");
            }
        });
    }

    [TestCase("30 2 * * *", "2026-03-08T07:00Z 02:30 does not exist on this day: the clocks go forward to 03:00")]
    [TestCase("30 1 * * *", "2026-03-09T05:30Z the clocks changed: UTC-05:00 before, UTC-04:00 from here on")]
    [TestCase("0 12 * * *", "2026-03-08T16:00Z the clocks changed: UTC-05:00 before, UTC-04:00 from here on")]
    public void It_tells_what_daylight_saving_makes_of_a_time_in_spring(string cron, string told) =>
        Assert.That(Notes(cron, "America/New_York", new(2026, 3, 7, 0, 0, 0, TimeSpan.Zero)), Is.EqualTo(new[] { told }));

    [Test]
    public void It_tells_which_of_two_equal_times_falls_due_in_autumn()
    {
        var october = new DateTimeOffset(2026, 10, 31, 12, 0, 0, TimeSpan.Zero);
        Assert.That(Notes("30 1 * * *", "America/New_York", october), Is.EqualTo(new[]
        {
            "2026-11-01T05:30Z 01:30 comes twice on this day: this is the first",
            "2026-11-02T06:30Z the clocks changed: UTC-04:00 before, UTC-05:00 from here on",
        }));
        Assert.That(Notes("0 * * * *", "America/New_York", october).Take(2), Is.EqualTo(new[]
        {
            "2026-11-01T05:00Z 01:00 comes twice on this day: this is the first",
            "2026-11-01T06:00Z 01:00 comes twice on this day: this is the second",
        }));
    }

    [TestCase("* * * *", "UTC", true)]
    [TestCase("", "UTC", true)]
    [TestCase("60 * * * *", "UTC", true)]
    [TestCase("@daily", "UTC", true)]
    [TestCase("H 3 * * *", "UTC", true)]
    [TestCase("0 0 30 2 *", "UTC", true)]
    [TestCase("0 9 * * *", "Mars/Olympus", false)]
    [TestCase("0 9 * * *", "Eastern Standard Time", false)]
    [TestCase("0 9 * * *", "../UTC", false)]
    [TestCase("0 9 * * *", "", false)]
    public void What_has_no_time_is_refused_with_the_part_that_is_wrong(string cron, string zone, bool isCron)
    {
        Assert.That(CronCalendar.TryRead(cron, zone, out var calendar, out var wrong, out var rule), Is.False);
        Assert.That((calendar, wrong), Is.EqualTo(((CronCalendar?)null, isCron)));
        Assert.That(rule, Does.StartWith(isCron ? CronCalendar.CronRule : CronCalendar.ZoneRule));
    }

    [Test]
    public void Six_fields_begin_with_seconds() =>
        Assert.That(Read("*/20 30 9 * * 1-5", "Europe/Berlin").After(Start).Take(4).Select(o => o.At.ToString("MM-dd HH:mm:ss", CultureInfo.InvariantCulture)),
            Is.EqualTo(new[] { "03-03 08:30:00", "03-03 08:30:20", "03-03 08:30:40", "03-04 08:30:00" }));

    [Test]
    public void Looking_back_finds_what_falls_due_because_the_clocks_go_forward()
    {
        var moved = new DateTimeOffset(2026, 3, 8, 7, 0, 0, TimeSpan.Zero);
        var calendar = Read("30 2 * * *", "America/New_York");
        Assert.That((calendar.Last(moved), calendar.Last(moved.AddHours(5)), calendar.Last(moved.AddTicks(-1))), Is.EqualTo(
            ((DateTimeOffset?)moved, (DateTimeOffset?)moved, (DateTimeOffset?)moved.AddHours(-23.5))));
    }

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public Property The_last_up_to_a_time_and_the_first_behind_it_leave_none_between() =>
        Prop.ForAll(
            Gen.Elements("*/7 * * * *", "30 2 * * *", "0 0 1 * *", "15 9,17 * * 1-5", "*/10 * * * * *").ToArbitrary(),
            Gen.Elements("UTC", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo").ToArbitrary(),
            Gen.Choose(0, 3 * 365 * 24 * 60).ToArbitrary(),
            (cron, zone, minutes) =>
            {
                var (calendar, at) = (Read(cron, zone), Start.AddMinutes(minutes));
                var (last, next) = (calendar.Last(at)!.Value, calendar.Next(at)!.Value);
                return last <= at && next > at && calendar.Next(last) == next && calendar.Last(next.AddTicks(-1)) == last && calendar.Last(next) == next;
            });

    private static IEnumerable<string> Notes(string cron, string zone, DateTimeOffset after) =>
        Read(cron, zone).After(after).TakeWhile(o => o.At < after.AddDays(4)).Where(o => o.Note is not null).Select(o => $"{Text(o.At)} {o.Note}");

    private static CronCalendar Read(string cron, string zone)
    {
        Assert.That(CronCalendar.TryRead(cron, zone, out var calendar, out _, out var rule), Is.True, rule);
        return calendar!;
    }

    private static string Text(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture);

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
