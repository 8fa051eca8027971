using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Trigger.Stories;

namespace TradingSystem.Tests.Trigger.Stories;

[TestFixture]
[Parallelizable(ParallelScope.All)]
public sealed class StoryDatesTests
{
    private static readonly DateTimeOffset Now = new(2026, 8, 15, 12, 0, 0, TimeSpan.Zero);

    [TestCase("Sat, 15 Aug 2026 11:26:43 +0000", "2026-08-15T11:26:43")]
    [TestCase("Sat, 15 Aug 2026 11:26:43 GMT", "2026-08-15T11:26:43")]
    [TestCase("15 Aug 2026 06:26 EST", "2026-08-15T11:26:00")]
    [TestCase("Saturday, 15 August 2026 04:26:43 -0700", "2026-08-15T11:26:43")]
    [TestCase("Sat,15 Aug 26 11:26:43 Z", "2026-08-15T11:26:43")]
    [TestCase("Sat, 5 Sep 1998 1:02:03 GMT", "1998-09-05T01:02:03")]
    [TestCase("Sat, 05 Sept 1998 01:02:03 +0200", "1998-09-04T23:02:03")]
    [TestCase("2026-08-15T11:26:43Z", "2026-08-15T11:26:43")]
    [TestCase("2026-08-15T13:26:43.123456+02:00", "2026-08-15T11:26:43")]
    [TestCase("2026-08-15 13:26+0200", "2026-08-15T11:26:00")]
    [TestCase("\n 2026-08-15T11:26:43Z ", "2026-08-15T11:26:43")]
    public void A_date_is_the_moment_that_it_names(string text, string expected) =>
        Assert.That(StoryDates.Read(text, Now)?.UtcDateTime.ToString("s", CultureInfo.InvariantCulture), Is.EqualTo(expected));

    [TestCase(null, TestName = "No date")]
    [TestCase("", TestName = "An empty one")]
    [TestCase("yesterday")]
    [TestCase("2026-08-15", TestName = "A day without a time of day")]
    [TestCase("2026-08-15T11:26:43", TestName = "A time without a zone")]
    [TestCase("Sat, 15 Aug 2026 11:26:43", TestName = "The same in words")]
    [TestCase("Sat, 15 Aug 2026 11:26:43 IST", TestName = "A zone that is several")]
    [TestCase("Sat, 15 Aug 200 11:26:43 GMT", TestName = "The year 200")]
    [TestCase("0200-08-15T11:26:43Z", TestName = "The year 0200")]
    [TestCase("1970-01-01T00:00:00Z", TestName = "What an unset clock says")]
    [TestCase("2026-08-16T12:00:01Z", TestName = "More than a day ahead")]
    [TestCase("2026-02-30T11:26:43Z", TestName = "A day that there is not")]
    [TestCase("2026-08-15T24:00:00Z", TestName = "An hour that there is not")]
    [TestCase("2026-08-15T11:26:43+99:00", TestName = "An offset that there is not")]
    [TestCase("9999-12-31T23:59:59-12:00", TestName = "The end of time")]
    [TestCase("0001-01-01T00:00:00+14:00", TestName = "The beginning of time")]
    [TestCase("٢٠٢٦-08-15T11:26:43Z", TestName = "Digits of another script")]
    public void What_leaves_something_open_or_cannot_be_is_no_date(string? text) => Assert.That(StoryDates.Read(text, Now), Is.Null);

    [FsCheck.NUnit.Property(MaxTest = 3000)]
    public Property Whatever_a_feed_writes_there_is_no_date_before_1990_and_none_far_ahead()
    {
        string[] parts = ["Sat, ", "15", " ", "Aug", "2026", "200", "99", "-", "T", ":", "11", "26", "+0000", "GMT", "EST", "Z", "+99:99", ".", "é", "0000", "\0", "2026-08-15", "11:26:43"];
        var texts = Gen.ArrayOf(Gen.Elements(parts)).Select(p => string.Concat(p));
        return Prop.ForAll(texts.ToArbitrary(), text => StoryDates.Read(text, Now) is not { } at || (at >= StoryDates.Earliest && at <= Now + StoryDates.Ahead));
    }

    [FsCheck.NUnit.Property(MaxTest = 1000)]
    public bool A_moment_that_is_written_is_read_as_itself(int seconds, bool isIso)
    {
        var at = StoryDates.Earliest.AddSeconds(Math.Abs((long)seconds) % 1_000_000_000);
        var text = isIso ? at.ToOffset(TimeSpan.FromHours(5.5)).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture) : at.ToString("R", CultureInfo.InvariantCulture);
        return StoryDates.Read(text, Now) == at;
    }
}
