using System.Text.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Trigger.Hooks;

namespace TradingSystem.Tests.Trigger.Hooks;

[TestFixture]
public sealed class HookReaderTests
{
    private const string Good = """
        {"name":"tv","auth":{"kind":"hmac","header":"X-Hub-Signature-256","encoding":"hex","prefix":"sha256=","timestamp_header":"X-Timestamp","tolerance_s":60},
         "targets":["symbol:BTCUSDT"],"title":"{{ body.ticker }}","description":"d","enabled":true,"format":"json","payload":{"side":"{{ body.side }}"},
         "priority":8,"tags":["a"],"key":"{{ body.id }}","required":["id"],"numbers":["price","order.qty"],"time":"time","max_age_s":120,
         "rate_per_minute":600,"expected_every_minutes":15}
        """;

    [Test]
    public void A_hook_is_read_whole_and_kept_as_it_was_written()
    {
        var (hook, faults) = Read(Good);
        Assert.That(faults, Is.Empty);
        Assert.That(JsonElement.DeepEquals(Alerts.Json(HookJson.Write(hook)), Alerts.Json(Good)), HookJson.Write(hook));
        Assert.That(HookJson.Write(HookJson.Read(HookJson.Write(hook))), Is.EqualTo(HookJson.Write(hook)));
    }

    [TestCase("name", "\"TV\"", "name", "small letters")]
    [TestCase("name", "\"a/b\"", "name", "small letters")]
    [TestCase("nam", "\"a\"", "nam", "unknown field, did you mean name")]
    [TestCase("auth", "null", "auth", "a value, or left out")]
    [TestCase("auth", "{}", "auth.kind", "required")]
    [TestCase("auth", "{\"kind\":\"header\"}", "auth.kind", "one of body, path, hmac")]
    [TestCase("auth", "{\"kind\":\"body\"}", "auth.field", "required")]
    [TestCase("auth", "{\"kind\":\"body\",\"field\":\"a.b\"}", "auth.field", "a field of the body itself")]
    [TestCase("auth", "{\"kind\":\"body\",\"field\":\"a\",\"header\":\"X-A\"}", "auth.header", "not with body")]
    [TestCase("auth", "{\"kind\":\"path\",\"secret\":\"mine\"}", "auth.secret", "unknown field")]
    [TestCase("auth", "{\"kind\":\"hmac\"}", "auth.header", "required")]
    [TestCase("auth", "{\"kind\":\"hmac\",\"header\":\"Authorization\"}", "auth.header", "a header's name")]
    [TestCase("auth", "{\"kind\":\"hmac\",\"header\":\"X-Forwarded-For\"}", "auth.header", "a header's name")]
    [TestCase("auth", "{\"kind\":\"hmac\",\"header\":\"X-A\",\"tolerance_s\":1}", "auth.tolerance_s", "not with no timestamp_header")]
    [TestCase("targets", "[]", "targets", "1 to 64 items")]
    [TestCase("title", "\"{{ ticker }}\"", "title", "Liquid")]
    [TestCase("key", "\"{{ body.id \"", "key", "Liquid")]
    [TestCase("payload", "{\"hook\":\"x\"}", "payload.hook", "a name that an event's payload does not have already")]
    [TestCase("payload", "{\"a\":\"{{ b }}\"}", "payload.a", "Liquid")]
    [TestCase("numbers", "[\"a..b\"]", "numbers[0]", "a field's name")]
    [TestCase("priority", "11", "priority", "whole number 1 to 10")]
    [TestCase("rate_per_minute", "0", "rate_per_minute", "whole number 1 to 10000")]
    [TestCase("expected_every_minutes", "4321", "expected_every_minutes", "whole number 1 to 4320")]
    [TestCase("format", "\"xml\"", "format", "one of auto, json, pairs, text")]
    public void What_breaks_a_rule_is_named_by_its_field(string field, string value, string path, string rule)
    {
        var json = JsonNode.Parse(Good)!.AsObject();
        json[field] = JsonNode.Parse(value);
        var faults = Read(json.ToJsonString()).Faults;

        Assert.That(faults.Select(f => f.Path), Does.Contain(path), string.Join("; ", faults));
        Assert.That(faults.First(f => f.Path == path).Rule, Does.StartWith(rule));
    }

    [Test]
    public void What_makes_no_sense_together_is_refused()
    {
        Assert.That(
            Read("""{"name":"a","auth":{"kind":"body","field":"s"},"targets":["*"],"title":"t","format":"text","max_age_s":5}""").Faults.Select(f => f.Path),
            Is.EqualTo(new[] { "format", "max_age_s" }));
    }

    private static (HookDocument Hook, List<FieldError> Faults) Read(string json)
    {
        var faults = new List<FieldError>();
        return (HookReader.Read(new FieldReader(JsonDocument.Parse(json).RootElement, "", faults)), faults);
    }
}
