using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Calendar;

namespace TradingSystem.Tests.Calendar;

[TestFixture]
public sealed class TimeWindowTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void A_span_has_its_first_moment_and_not_its_end()
    {
        var window = TimeWindow.Once(Noon, Noon.AddHours(1));
        Assert.Multiple(() =>
        {
            Assert.That(window.EndOf(Noon.AddTicks(-1)), Is.Null);
            Assert.That(window.EndOf(Noon), Is.EqualTo(Noon.AddHours(1)));
            Assert.That(window.EndOf(Noon.AddHours(1).AddTicks(-1)), Is.EqualTo(Noon.AddHours(1)));
            Assert.That(window.EndOf(Noon.AddHours(1)), Is.Null);
            Assert.That(window.EndOf(Noon.AddMinutes(30)), Is.EqualTo(Noon.AddHours(1)), "asked about an earlier time behind it");
            Assert.That(window.After(Noon.AddHours(1)), Is.Empty);
            Assert.That(window.After(Noon.AddMinutes(59)).Single().From, Is.EqualTo(Noon));
        });
    }

    [Test]
    public void A_span_of_a_calendar_goes_by_the_clocks_of_its_zone_over_both_changes()
    {
        var window = Each("25 8 * * 1-5", "America/New_York", TimeSpan.FromMinutes(20));
        Assert.Multiple(() =>
        {
            Assert.That(window.EndOf(new(2026, 3, 6, 13, 30, 0, TimeSpan.Zero)), Is.EqualTo(new DateTimeOffset(2026, 3, 6, 13, 45, 0, TimeSpan.Zero)), "a Friday of winter");
            Assert.That(window.EndOf(new(2026, 3, 7, 13, 30, 0, TimeSpan.Zero)), Is.Null, "a Saturday");
            Assert.That(window.EndOf(new(2026, 3, 9, 13, 30, 0, TimeSpan.Zero)), Is.Null, "an hour late: it is summer");
            Assert.That(window.EndOf(new(2026, 3, 9, 12, 30, 0, TimeSpan.Zero)), Is.EqualTo(new DateTimeOffset(2026, 3, 9, 12, 45, 0, TimeSpan.Zero)));
            Assert.That(window.EndOf(new(2026, 11, 2, 13, 30, 0, TimeSpan.Zero)), Is.Not.Null, "winter again");
            Assert.That(
                window.After(new(2026, 3, 6, 13, 44, 0, TimeSpan.Zero)).Take(2).Select(s => s.From),
                Is.EqualTo(new[] { new DateTimeOffset(2026, 3, 6, 13, 25, 0, TimeSpan.Zero), new DateTimeOffset(2026, 3, 9, 12, 25, 0, TimeSpan.Zero) }));
        });
    }

    [Test]
    public void Spans_that_touch_or_overlap_end_together()
    {
        Assert.That(Each("0,30 9-10 * * *", "UTC", TimeSpan.FromMinutes(30)).EndOf(Noon.AddHours(-3).AddMinutes(10)), Is.EqualTo(Noon.AddHours(-1)));
        Assert.That(
            Each("0,30 9-10 * * *", "UTC", TimeSpan.FromMinutes(30)).After(Noon.AddHours(-4)).Take(2),
            Is.EqualTo(new[] { new WindowSpan(Noon.AddHours(-3), Noon.AddHours(-1)), new WindowSpan(Noon.AddHours(21), Noon.AddHours(23)) }));
        Assert.That(Each("0,10 9 * * *", "UTC", TimeSpan.FromMinutes(45)).EndOf(Noon.AddHours(-3).AddMinutes(5)), Is.EqualTo(Noon.AddHours(-3).AddMinutes(55)));
        Assert.That(Each("* * * * *", "UTC", TimeSpan.FromMinutes(1)).EndOf(Noon), Is.GreaterThan(Noon.AddHours(16)), "without an end it is a far one");
    }

    [Test]
    public void Whatever_is_asked_in_whatever_order_the_answer_is_that_of_the_calendar()
    {
        string[] crons = ["*/7 * * * *", "30 2 * * *", "0 0 * * 1", "15,45 8-10 * * 1-5"];
        string[] zones = ["UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"];
        var cases =
            from cron in Gen.Elements(crons)
            from zone in Gen.Elements(zones)
                // Those that follow without an end are another matter.
            from minutes in cron[0] == '*' ? Gen.Elements(1, 3, 6) : Gen.Elements(1, 5, 20, 45, 600)
            from times in Gen.Choose(0, 60 * 24 * 60 * 60).ListOf(30)
            select (cron, zone, Length: TimeSpan.FromMinutes(minutes), times);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var (begin, length) = (new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero), c.Length);
            var (window, calendar) = (Each(c.cron, c.zone, length), Read(c.cron, c.zone));
            foreach (var time in c.times.Select(s => begin.AddSeconds(s)))
            {
                DateTimeOffset? end = null;
                for (var at = calendar.Next(time - length); at is { } from && from <= (end ?? time); at = calendar.Next(from))
                {
                    end = from + length;
                }

                Assert.That(window.EndOf(time), Is.EqualTo(end), $"{c.cron} {c.zone} {length} at {time:O}");
            }
        }).QuickCheckThrowOnFailure();
    }

    private static TimeWindow Each(string cron, string zone, TimeSpan length) => TimeWindow.Each(Read(cron, zone), length);

    private static CronCalendar Read(string cron, string zone) =>
        CronCalendar.TryRead(cron, zone, out var calendar, out _, out var rule) ? calendar : throw new InvalidOperationException(rule);
}
