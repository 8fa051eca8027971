using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Trigger.Hooks;

namespace TradingSystem.Tests.Trigger.Hooks;

[TestFixture]
public sealed class HookBodyTests
{
    private static readonly HookDocument Numbers = Alerts.Hook with { Numbers = ["price", "qty"] };

    [TestCase("{\"a\":1}", "{\"a\":1}")]
    [TestCase("  \r\n{\"a\":{\"b\":[1]}}\n", "{\"a\":{\"b\":[1]}}")]
    [TestCase("\uFEFF{\"a\":1}", "{\"a\":1}")]
    [TestCase("ticker=BTCUSDT\nprice = 60000.5\r\nnote=a=b, c;d", "{\"ticker\":\"BTCUSDT\",\"price\":60000.5,\"note\":\"a=b, c;d\"}")]
    [TestCase("ticker=BTCUSDT; price=60000.5", "{\"ticker\":\"BTCUSDT\",\"price\":60000.5}")]
    [TestCase("ticker=BTCUSDT, price=-1e2", "{\"ticker\":\"BTCUSDT\",\"price\":-1e2}")]
    [TestCase("price=NaN", "{\"price\":\"NaN\"}")]
    [TestCase("price=", "{\"price\":\"\"}")]
    [TestCase("Buy now", "{\"text\":\"Buy now\",\"line1\":\"Buy now\"}")]
    [TestCase("Buy, if x = 1\nand more", "{\"text\":\"Buy, if x = 1\\nand more\",\"line1\":\"Buy, if x = 1\",\"line2\":\"and more\"}")]
    [TestCase("[BTC] buy", "{\"text\":\"[BTC] buy\",\"line1\":\"[BTC] buy\"}")]
    public void A_body_is_json_pairs_or_text_by_what_it_begins_with(string body, string fields)
    {
        var (json, faults) = Alerts.Read(body, Numbers);
        Assert.That(faults, Is.Empty);
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(json!), JsonNode.Parse(fields)), json);
    }

    [TestCase("{\"price\": {{close}}}", "price", "filled in by the sender", "{{close}}")]
    [TestCase("{\"order\":{\"qty\":1,\"price\":{{close}}},\"a\":1}", "order.price", "filled in by the sender", "{{close}}")]
    [TestCase("{\"price\": NaN}", "price", "finite number", "NaN")]
    [TestCase("{\"price\": nan}", "price", "valid JSON", null)]
    [TestCase("{\"price\": 1e400}", "price", "finite number", "1e400")]
    [TestCase("{\"a\":1,\"a\":2}", "a", "no duplicate key", "a")]
    [TestCase("{\"a\":1", "a", "valid JSON", null)]
    [TestCase("{\"a\":\"\\u0000\"}", "a", "no U+0000", null)]
    [TestCase("", "$", "a body", "nothing")]
    [TestCase(" \n ", "$", "a body", "nothing")]
    [TestCase("a=1\na=2", "a", "no duplicate key", "a")]
    public void What_cannot_be_read_is_named_by_its_field(string body, string path, string rule, string? got)
    {
        var (json, faults) = Alerts.Read(body);
        Assert.That(json, Is.Null);
        Assert.That((faults.Single().Path, faults[0].Rule), Is.EqualTo((path, rule)));
        Assert.That(got is null || faults[0].Got == got, faults[0].Got);
    }

    [Test]
    public void Bytes_that_are_no_text_are_refused()
    {
        foreach (var bytes in new byte[][] { [0xFF, 0xFE], [.. "{\"a\":\""u8, 0xC0, 0x80, .. "\"}"u8] })
        {
            Assert.That(Alerts.Read(bytes).Faults.Single().Rule, Is.EqualTo("valid UTF-8"));
        }
    }

    [TestCase(HookWords.Json, "Buy now", "valid JSON")]
    [TestCase(HookWords.Json, "[1]", "JSON object")]
    [TestCase(HookWords.Pairs, "Buy now", "name=value")]
    public void A_pinned_format_takes_no_other(string format, string body, string rule) =>
        Assert.That(Alerts.Read(body, Alerts.Hook with { Format = format }).Faults.Single().Rule, Is.EqualTo(rule));

    [Test]
    public void Text_is_text_where_that_is_pinned() =>
        Assert.That(Alerts.Read("{\"a\":1}", Alerts.Hook with { Format = HookWords.Text }).Json, Does.Contain("line1"));

    [FsCheck.NUnit.Property(MaxTest = 2_000)]
    public bool Whatever_comes_is_read_or_refused_and_never_fails(byte[] bytes, string text, bool isText)
    {
        var body = isText ? Encoding.UTF8.GetBytes(text ?? "") : bytes;
        return new[] { null, HookWords.Json, HookWords.Pairs, HookWords.Text }.All(format =>
        {
            var (json, faults) = Alerts.Read(body, Numbers with { Format = format });
            return (json is null) == faults.Count > 0;
        });
    }

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public Property Broken_off_json_is_refused_or_the_whole() =>
        Prop.ForAll(Gen.Choose(0, 60).ToArbitrary(), length =>
        {
            const string whole = """{"secret":"wh_x","a":{"b":[1,"{{x}}",null]},"c":-1.5e3,"d":"\u00e9"}""";
            var (json, faults) = Alerts.Read(whole[..Math.Min(length, whole.Length - 1)]);
            return json is null && faults.Count == 1;
        });

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public Property Pairs_come_back_as_they_were_written() =>
        Prop.ForAll(Values().ToArbitrary(), values =>
        {
            var body = string.Join('\n', values.Select((v, i) => string.Create(CultureInfo.InvariantCulture, $"f{i}={v}"))) + "\nlast=1";
            var (json, _) = Alerts.Read(body);
            var fields = JsonDocument.Parse(json!).RootElement;
            return values.Select((v, i) => fields.GetProperty($"f{i}").GetString() == v.Trim()).All(same => same);
        });

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public Property A_secret_is_found_in_what_is_broken_behind_it(NonNull<string> behind)
    {
        var body = Encoding.UTF8.GetBytes("{\"x\":{\"secret\":\"not this\"},\"secret\":\"wh_1\",\"price\":" + behind.Get);
        return (Encoding.UTF8.GetString(HookScan.TextOf(body, "secret")) == "wh_1").ToProperty();
    }

    [TestCase("{\"secret\":\"a\\u0062\"}")]
    [TestCase("{\"x\":{\"secret\":\"ab\"}}")]
    [TestCase("{\"secret\":1}")]
    [TestCase("{\"Secret\":\"ab\"}")]
    [TestCase("{\"price\":{{close}},\"secret\":\"ab\"}")]
    public void A_secret_elsewhere_is_none(string body) => Assert.That(HookScan.TextOf(Alerts.Bytes(body), "secret").Length, Is.Zero);

    [TestCase("secret=ab\nx=1", "ab")]
    [TestCase("x=1;secret = ab ;y", "ab")]
    [TestCase("xsecret=ab", "")]
    [TestCase("ab", "")]
    public void A_pairs_value_is_found(string body, string value) =>
        Assert.That(Encoding.UTF8.GetString(HookBody.PairOf(Alerts.Bytes(body), "secret")), Is.EqualTo(value));

    private static Gen<string[]> Values()
    {
        var value = Gen.Elements("1", "a=b", "a,b", "a;b", "é", "\"", "{{", "  x ", "", "\\", "\u2028").ArrayOf().Select(string.Concat);
        return value.ArrayOf(5);
    }
}
