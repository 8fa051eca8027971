using System.Text;
using System.Text.Json;
using NUnit.Framework;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Documents;
using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Contracts.Wire.Replies;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Tests.Wire.Validation;

public sealed class UnknownFieldTests
{
    [TestCase("stoploss", "stop_loss")]
    [TestCase("stopLoss", "stop_loss")]
    [TestCase("Stop_Loss", "stop_loss")]
    [TestCase("stop", "stop_loss")]
    [TestCase("takeProfit", "take_profit")]
    [TestCase("margin_usdt", "margin_usd")]
    [TestCase("Qty", "qty")]
    public void An_unknown_field_of_a_signal_is_refused_naming_the_nearest(string sent, string meant)
    {
        foreach (var value in new[] { "59000", "null", "\"x\"" })
        {
            var result = Parse(PostTrade($$"""{"symbol":"BTCUSDT","signal":{"action":"LONG","qty":1,"{{sent}}":{{value}}} }"""));
            Assert.That(result.Errors, Is.EqualTo(new[] { new FieldError("payload.signal." + sent, $"unknown field, did you mean {meant}", value) }));
        }
    }

    [Test]
    public void A_stranger_in_a_signal_is_refused_with_the_fields_that_the_documents_have()
    {
        const string Rule = "unknown field, one of ";
        var error = Parse(PostTrade("""{"symbol":"BTCUSDT","signal":{"action":"LONG","qty":1,"strategy":"rsi"}}""")).Errors.Single();
        Assert.That((error.Path, error.Rule[..Rule.Length]), Is.EqualTo(("payload.signal.strategy", Rule)));
        var payload = FrameCatalog.All.Single(s => s.Name == "type-client-post-trade").Fields.Single(f => f.Name == "payload").Value;
        var signal = payload.Fields!.Single(f => f.Name == "signal").Value;
        Assert.That(error.Rule[Rule.Length..].Split(", "), Is.EquivalentTo(signal.Fields!.Select(f => f.Name)));
    }

    [Test]
    public void A_name_with_escapes_is_the_name_it_stands_for()
    {
        var result = Parse(PostTrade("""{"symbol":"BTCUSDT","signal":{"\u0061ction":"LONG","q\u0074y":1,"stop\u004coss":2}}"""));
        Assert.That(result.Errors.Select(e => e.Path), Is.EqualTo(new[] { "payload.signal.stopLoss" }));
    }

    [Test]
    public void Unknown_fields_elsewhere_in_a_decision_are_warnings()
    {
        var result = Parse("""
            {"type":"event","event_type":"post_trade","event_key":"k","decisionId":"d","trace":{},"id":"x","source_id":"y","created_at":"z",
             "payload":"{\"symbol\":\"BTCUSDT\",\"stop_loss\":59000,\"stranger\":1,\"signal\":{\"action\":\"CLOSE\"}}",
             "condition":{"domain":"trade_decision","extra":1,"trace":{"correlation_id":"c","decision_id":"d"}}}
            """);
        Assert.Multiple(() =>
        {
            Assert.That(result.Errors, Is.Empty);
            Assert.That(result.Warnings, Is.EquivalentTo(new[]
            {
                new FieldWarning("event_key", "unknown field, not read"),
                new FieldWarning("decisionId", "unknown field, not read; did you mean decision_id"),
                new FieldWarning("trace", "unknown field, not read"),
                new FieldWarning("payload.stop_loss", "not read here, it belongs into signal"),
                new FieldWarning("payload.stranger", "unknown field, not read"),
                new FieldWarning("condition.extra", "unknown field, not read"),
                new FieldWarning("condition.trace.decision_id", "unknown field, not read"),
            }));
        });
    }

    [TestCase("stopLoss", "unknown field, did you mean stop_loss")]
    [TestCase("StopLoss", "unknown field, did you mean stop_loss")]
    [TestCase("margin_usd", "unknown field, did you mean margin_usdt")]
    [TestCase("Action", "unknown field, did you mean action")]
    [TestCase("QTY", "unknown field, and qty is not sent by clients")]
    [TestCase("orderType", "unknown field, and order_type is not sent by clients")]
    public void In_the_newer_dialect_another_spelling_is_refused(string sent, string rule)
    {
        var result = Parse($$"""{"kind":"event","category":"decision","payload":{"symbol":"B","action":"CLOSE","{{sent}}":1} }""");
        Assert.That(result.Errors, Is.EqualTo(new[] { new FieldError("payload." + sent, rule, "1") }));
    }

    [Test]
    public void In_the_newer_dialect_other_unknown_fields_are_warnings()
    {
        var result = Parse("""
            {"kind":"event","category":"decision","colour":1,"created_at":"x","trace":{"correlation_id":"c","decision_id":"d","run":7},
             "payload":{"symbol":"B","action":"LONG","margin_usdt":1,"strategy":"rsi","stop":59000,"leverage":3}}
            """);
        Assert.Multiple(() =>
        {
            Assert.That(result.Errors, Is.Empty);
            Assert.That(result.Warnings, Is.EquivalentTo(new[]
            {
                new FieldWarning("colour", "unknown field, not read"),
                new FieldWarning("trace.run", "unknown field, not read"),
                new FieldWarning("payload.strategy", "unknown field, not read"),
                new FieldWarning("payload.stop", "unknown field, not read; did you mean stop_loss"),
                new FieldWarning("payload.leverage", "unknown field, not read"),
            }));
        });
    }

    [Test]
    public void Published_templates_and_examples_have_no_warnings()
    {
        const string template = """
            {"type":"event","event_type":"post_trade","priority":10,"targets":["trade_execution"],"title":"[Direct Algorithmic Strategy] LONG BTCUSDT",
             "payload":"{\"source_id\": \"rsi_algorithmic_bot\", \"symbol\": \"BTCUSDT\", \"signal\": {\"action\": \"LONG\", \"qty\": 0.0, \"margin_usd\": 50.0}}",
             "condition":{"domain":"trade_decision","trace":{"correlation_id":"direct_algo_run_001"}}}
            """;
        var examples = FrameCatalog.All.Where(s => s.FromClient).SelectMany(s => s.Examples.Select(e => FrameParser.Parse(e, s.Dialect))).Append(Parse(template));
        Assert.That(examples.Where(e => e.Warnings.Count > 0 || e.Errors.Count > 0), Is.Empty);
    }

    [Test]
    public void A_frame_full_of_strangers_gets_a_small_answer()
    {
        var many = string.Join(',', Enumerable.Range(0, 2000).Select(i => $"\"stop_loss{i}\":1"));
        var refused = Parse(PostTrade($$"""{"symbol":"B","signal":{"action":"CLOSE",{{many}}} }"""));
        var warned = Parse($$"""{"type":"event","event_type":"post_trade","condition":{"domain":"trade_decision"},"payload":"{\"symbol\":\"B\",\"signal\":{\"action\":\"CLOSE\"} }",{{many}} }""");
        Assert.Multiple(() =>
        {
            Assert.That(refused.Errors, Has.Count.EqualTo(17));
            Assert.That(refused.Errors[^1], Is.EqualTo(new FieldError("payload.signal.…", "no more unknown fields", "1")));
            Assert.That(warned.Errors, Is.Empty);
            Assert.That(warned.Warnings, Has.Count.EqualTo(17));
            Assert.That(ReplyWriter.Accepted(Guid.Empty, 0, null, Dialect.Type, warnings: warned.Warnings), Has.Length.LessThan(2500));
        });
    }

    [Test]
    public void Warnings_are_told_by_each_reply_that_may_have_them_and_only_where_there_are_any()
    {
        FieldWarning[] warnings = [new("payload.note", "unknown field, not read")];
        foreach (var dialect in Enum.GetValues<Dialect>())
        {
            foreach (var reply in new[]
            {
                ReplyWriter.Accepted(Guid.Empty, 0, null, dialect, warnings: warnings), ReplyWriter.Accepted(Guid.Empty, 0, null, dialect, duplicate: true, warnings: warnings),
                ReplyWriter.Valid(null, dialect, warnings), ReplyWriter.ValidationError([new("a", "b", "c")], null, dialect, warnings),
            })
            {
                using var json = JsonDocument.Parse(reply);
                Assert.That(json.RootElement.GetProperty("warnings").GetRawText(), Is.EqualTo("""[{"path":"payload.note","note":"unknown field, not read"}]"""));
            }

            Assert.That(Encoding.UTF8.GetString(ReplyWriter.Accepted(Guid.Empty, 0, null, dialect, warnings: [])), Does.Not.Contain("warnings"));
        }
    }

    [Test]
    public void Looking_for_unknown_fields_where_there_are_none_allocates_nothing()
    {
        var names = new FieldNames("action", "qty", "margin_usd");
        using var document = JsonDocument.Parse("""{"action":"LONG","qty":0,"margin_usd":1}""");
        var fields = new FieldReader(document.RootElement, "", []);
        Look();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Look();
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(fields.Errors, Is.Empty);

        void Look()
        {
            fields.RefuseUnknown(names);
            fields.WarnUnknown(names, names, "x");
            fields.RefuseVariants(names, names);
        }
    }

    private static string PostTrade(string payload) =>
        $$"""{"type":"event","event_type":"post_trade","payload":{{JsonSerializer.Serialize(payload)}},"condition":{"domain":"trade_decision"} }""";

    private static ParseResult Parse(string frame) => FrameParser.Parse(Encoding.UTF8.GetBytes(frame), Dialect.Type);
}
