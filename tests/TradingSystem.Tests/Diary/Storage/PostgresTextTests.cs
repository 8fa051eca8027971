using System.Text.Json;
using NUnit.Framework;
using TradingSystem.Diary.Storage;

namespace TradingSystem.Tests.Diary.Storage;

[TestFixture]
public sealed class PostgresTextTests
{
    [Test]
    public void Text_keeps_everything_but_nul_and_lone_surrogates()
    {
        Assert.That(PostgresText.Clean("a\0b"), Is.EqualTo("a\uFFFDb"));
        Assert.That(PostgresText.Clean("a\ud800b\udc00"), Is.EqualTo("a\uFFFDb\uFFFD"));
        Assert.That(PostgresText.Clean("grüße 🚀"), Is.EqualTo("grüße 🚀"));
        Assert.That(PostgresText.Clean(null), Is.Null);
    }

    [TestCase("""{"a":"x\u0000y"}""", """{"a":"x\ufffdy"}""")]
    [TestCase("""{"a":"x\\u0000y"}""", """{"a":"x\\u0000y"}""")]
    [TestCase("""{"a":"\ud83d\ude80 \u00e9"}""", """{"a":"\ud83d\ude80 \u00e9"}""")]
    [TestCase("""["\ud83d","\ude80","\ud83d\n"]""", """["\ufffd","\ufffd","\ufffd\n"]""")]
    [TestCase("""["\ud83d\u0041"]""", """["\ufffd\u0041"]""")]
    [TestCase("""{"n":1e400}""", """{"n":1e400}""")]
    public void Json_escapes_that_jsonb_refuses_are_replaced(string json, string expected) =>
        Assert.That(PostgresText.CleanJson(json), Is.EqualTo(expected));

    [TestCase("not json")]
    [TestCase("")]
    [TestCase("""{"n":1e999999}""")]
    [TestCase("""{"n":1e-999999}""")]
    [TestCase("""{"a":1}{""")]
    public void What_cannot_be_stored_as_json_is_kept_as_a_string(string json) =>
        Assert.That(JsonSerializer.Deserialize<string>(PostgresText.CleanJson(json)!), Is.EqualTo(json));

    [Test]
    public void Very_deep_json_is_kept_as_a_string()
    {
        var deep = new string('[', 5000) + new string(']', 5000);

        Assert.That(JsonSerializer.Deserialize<string>(PostgresText.CleanJson(deep)!), Is.EqualTo(deep));
    }
}
