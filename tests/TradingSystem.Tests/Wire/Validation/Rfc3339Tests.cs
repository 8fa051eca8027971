using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Tests.Wire.Validation;

[TestFixture]
public sealed class Rfc3339Tests
{
    [TestCase("2025-01-31T13:00:00Z", "2025-01-31T13:00:00.0000000+00:00")]
    [TestCase("2025-01-31T13:00:00.5Z", "2025-01-31T13:00:00.5000000+00:00")]
    [TestCase("2025-01-31T13:00:00+02:00", "2025-01-31T11:00:00.0000000+00:00")]
    [TestCase("2025-01-31T13:00:00-11:30", "2025-02-01T00:30:00.0000000+00:00")]
    [TestCase("2024-02-29T23:59:59.999999999999Z", "2024-02-29T23:59:59.9999999+00:00")]
    public void A_time_with_an_offset_is_read_as_UTC(string text, string utc) =>
        Assert.That(Rfc3339.Read(text)?.ToString("O", CultureInfo.InvariantCulture), Is.EqualTo(utc));

    [TestCase("12:00")]
    [TestCase("03/04/2025")]
    [TestCase("2025-04-03")]
    [TestCase("2025-04-03T12:00Z")]
    [TestCase("2025-04-03T12:00:00")]
    [TestCase("2025-04-03 12:00:00Z")]
    [TestCase("2025-04-03T12:00:00 02:00")]
    [TestCase("2025-04-03T12:00:00+0200")]
    [TestCase("2025-04-03T12:00:00+02")]
    [TestCase("2025-04-03T12:00:00.Z")]
    [TestCase("2025-04-03T12:00:00,5Z")]
    [TestCase("2025-04-03T24:00:00Z")]
    [TestCase("2025-04-03T12:00:60Z")]
    [TestCase("2025-02-29T12:00:00Z")]
    [TestCase("0000-01-01T00:00:00Z")]
    [TestCase(" 2025-04-03T12:00:00Z")]
    [TestCase("2025-04-03T12:00:00Z ")]
    [TestCase("2025-04-03T12:00:00Z\n")]
    [TestCase("٢٠٢٥-04-03T12:00:00Z")]
    [TestCase("Thu, 03 Apr 2025 12:00:00 GMT")]
    [TestCase("now")]
    [TestCase("")]
    public void Anything_else_is_none(string text) => Assert.That(Rfc3339.Read(text), Is.Null);

    [Test]
    public void Every_moment_that_is_written_is_read_as_itself() =>
        Prop.ForAll(ArbMap.Default.ArbFor<DateTimeOffset>(), moment => Rfc3339.Read(moment.ToString("O", CultureInfo.InvariantCulture)) == moment).QuickCheckThrowOnFailure();
}
