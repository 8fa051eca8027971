using System.Globalization;
using System.Text.Json;
using NUnit.Framework;
using TradingSystem.Dashboard.Live;
using TradingSystem.Hosting;

namespace TradingSystem.Tests.Hosting;

[TestFixture]
public sealed class PlainDecimalTests
{
    private static readonly JsonSerializerOptions Rest = Options(PlainDecimal.Apply);
    private static readonly JsonSerializerOptions Hub = Options(LiveJson.Apply);

    /// <summary>Every decimal there is: 96 bits, a scale and a sign.</summary>
    [FsCheck.NUnit.Property(MaxTest = 20_000)]
    public bool Plain_is_the_same_number_without_zeros_at_its_end(int low, int mid, int high, bool negative, byte scale)
    {
        var value = new decimal(low, mid, high, negative, (byte)(scale % 29));
        return IsPlain(value);
    }

    [FsCheck.NUnit.Property(MaxTest = 5_000)]
    public bool Padding_is_taken_off_again(int value, byte scale, byte padding)
    {
        var number = value / (decimal)Math.Pow(10, scale % 10);
        var padded = number + new decimal(0, 0, 0, false, (byte)(padding % 19));
        return padded == number && IsPlain(padded);
    }

    [TestCase("79228162514264337593543950335")]
    [TestCase("-79228162514264337593543950335")]
    [TestCase("7.9228162514264337593543950335")]
    [TestCase("0.0000000000000000000000000001")]
    [TestCase("10000000000000000000000000000")]
    [TestCase("1000000000000000000000000000.0")]
    [TestCase("0.0000000000000000000000000000")]
    [TestCase("0.000000000000000000")]
    [TestCase("10.000000000000000000")]
    [TestCase("1000000.000000000000000000")]
    public void The_edges_are_plain_too(string text) => Assert.That(IsPlain(decimal.Parse(text, CultureInfo.InvariantCulture)), Is.True);

    [Test]
    public void Rest_and_the_hub_write_no_padding()
    {
        var padded = new Money(10.000000000000000000m, 0.500000000000000000m, null, [new(1.50m, null, 2m, [])]);
        const string Plain = """{"Qty":10,"Fee":0.5,"Price":null,"Parts":[{"Qty":1.5,"Fee":null,"Price":2,"Parts":[]}]}""";
        Assert.Multiple(() =>
        {
            Assert.That(JsonSerializer.Serialize(padded, Rest), Is.EqualTo(Plain));
            Assert.That(JsonSerializer.Serialize(padded, Hub), Is.EqualTo(Plain.Replace("Qty", "qty").Replace("Fee", "fee").Replace("Price", "price").Replace("Parts", "parts")));
            Assert.That(JsonSerializer.Deserialize<Money>(Plain, Rest)!.Qty, Is.EqualTo(10m));
        });
    }

    private static bool IsPlain(decimal value)
    {
        var plain = PlainDecimal.Of(value);
        var text = value.ToString(CultureInfo.InvariantCulture);
        var cut = text.Contains('.', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text;
        return plain == value && plain.ToString(CultureInfo.InvariantCulture) == (cut == "-0" ? "0" : cut);
    }

    private static JsonSerializerOptions Options(Action<JsonSerializerOptions> apply)
    {
        var options = new JsonSerializerOptions();
        apply(options);
        return options;
    }

    private sealed record Money(decimal Qty, decimal? Fee, decimal? Price, IReadOnlyList<Money> Parts);
}
