using System.Globalization;
using NUnit.Framework;
using TradingSystem.Hosting;

namespace TradingSystem.Tests.Hosting;

[TestFixture]
public sealed class DigitsTests
{
    [TestCase("0.00000394", "0.00000394")]
    [TestCase("0.00000001", "0.00000001")]
    [TestCase("96863.6", "96,863.6")]
    [TestCase("96863.60", "96,863.6")]
    [TestCase("2500", "2,500")]
    [TestCase("-1234567.000000000001", "-1,234,567.000000000001")]
    [TestCase("0.0", "0")]
    public void A_number_has_its_own_digits(string number, string text) => Assert.That(Digits.Of(Parse(number)), Is.EqualTo(text));

    [TestCase("96863", 1, "96,863.0")]
    [TestCase("0.00000394", 8, "0.00000394")]
    [TestCase("-5.25", 2, "-5.25")]
    public void Or_those_of_its_grid(string number, int places, string text) => Assert.That(Digits.Of(Parse(number), places), Is.EqualTo(text));

    [Test]
    public void The_finest_says_how_a_market_is_quoted()
    {
        Assert.That(Digits.Places(96863m, 96863.60m, 96_000.000m), Is.EqualTo(1));
        Assert.That(Digits.Places(), Is.Zero);
    }

    [TestCase("96863.6123456", 3, 4, "96863.612")]
    [TestCase("0.00000001234567", 8, 4, "0.00000001235")]
    [TestCase("-0.000000000123456", 10, 4, "-0.0000000001235")]
    [TestCase("0", 8, 8, "0")]
    [TestCase("0.0000000000000000000000000001", 2, 4, "0.0000000000000000000000000001")]
    [TestCase("79228162514264337593543950335", 2, 4, "79228162514264337593543950335")]
    public void Rounding_leaves_something(string number, int places, int significant, string rounded) =>
        Assert.That(Digits.Round(Parse(number), places, significant).ToString(CultureInfo.InvariantCulture), Is.EqualTo(rounded));

    private static decimal Parse(string number) => decimal.Parse(number, CultureInfo.InvariantCulture);
}
