using System.Globalization;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Tests.Wire.Validation;

public sealed class AmountTests
{
    private const decimal Least = 0.000000000000000001m;

    [TestCase("5.42e-20")]
    [TestCase("1e-30")]
    [TestCase("1e-400")]
    [TestCase("0.0000000000000000000000000000000000000001")]
    [TestCase("1e-99999")]
    public void What_is_too_small_to_be_kept_is_the_least_there_is_and_not_zero(string number) => Assert.Multiple(() =>
    {
        Assert.That(Read(number), Is.EqualTo(Least));
        Assert.That(Read($"\"{number}\""), Is.EqualTo(Least), "as text");
        Assert.That(Read($"-{number}"), Is.Null, "negative");
    });

    [TestCase("0")]
    [TestCase("0.0")]
    [TestCase("-0.0")]
    [TestCase("0e-30")]
    [TestCase("0.000e5")]
    [TestCase("\"0\"")]
    [TestCase("\"0.00\"")]
    [TestCase("\"0E-18\"")]
    public void Zero_is_zero_however_it_is_written(string number) => Assert.That(Read(number), Is.Zero);

    [TestCase("1e-18", "0.000000000000000001")]
    [TestCase("1.2e1", "12")]
    [TestCase("\"1.2E+1\"", "12")]
    [TestCase("0.123456789012345678", "0.123456789012345678")]
    public void What_can_be_kept_is_kept_exactly(string number, string value) => Assert.That(Read(number), Is.EqualTo(decimal.Parse(value, CultureInfo.InvariantCulture)));

    [TestCase("1e13")]
    [TestCase("1e29")]
    [TestCase("\"1e29\"")]
    [TestCase("\"1e400\"")]
    [TestCase("\"nan\"")]
    [TestCase("\"-1\"")]
    [TestCase("-1")]
    [TestCase("true")]
    public void What_is_no_amount_is_refused(string number) => Assert.That(Read(number), Is.Null);

    [Test]
    public void A_positive_number_never_becomes_zero() => Prop.ForAll<double>(number =>
    {
        if (!double.IsFinite(number) || number == 0 || Math.Abs(number) > 1e11)
        {
            return true;
        }

        var read = Read(Math.Abs(number).ToString("R", CultureInfo.InvariantCulture));
        return read > 0 && Read((Math.Abs(number) * 1e-300).ToString("R", CultureInfo.InvariantCulture)) is { } tiny && (tiny > 0 || Math.Abs(number) * 1e-300 == 0);
    }).QuickCheckThrowOnFailure();

    [TestCase("1e-30")]
    [TestCase("5.00000000000000000001")]
    public void What_is_no_whole_number_is_none(string number) => Assert.That(With(number, f => f.Whole("x", 0, 10)), Is.Null);

    private static decimal? Read(string json) => With(json, f => f.Amount("x"));

    private static T? With<T>(string json, Func<FieldReader, T?> read)
        where T : struct
    {
        using var document = JsonDocument.Parse($$"""{"x":{{json}}}""");
        var errors = new List<FieldError>();
        var value = read(new FieldReader(document.RootElement, "", errors));
        Assert.That(errors, Has.Count.EqualTo(value is null ? 1 : 0));
        return value;
    }
}
