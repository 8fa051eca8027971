using System.Text;
using System.Text.Json;
using NUnit.Framework;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Frames;

namespace TradingSystem.Tests.Wire.Frames;

public sealed class FrameParserTests
{
    [Test]
    public void The_python_template_is_read_as_a_long_decision()
    {
        var frame = (EventFrame)Good(PostTrade("""{"source_id":"rsi_algorithmic_bot","symbol":"BTCUSDT","signal":{"action":"LONG","qty":0.0,"margin_usd":50.0}}"""));
        Assert.Multiple(() =>
        {
            Assert.That(frame.Signal, Is.EqualTo(new TradeSignal("BTCUSDT", "LONG", 0, 50, null, null, null, null, null, null, "market", null, null)));
            Assert.That(frame.Priority, Is.EqualTo(10));
            Assert.That(frame.CorrelationId, Is.EqualTo("direct_algo_run_001"));
        });
    }

    [Test]
    public void Priority_is_five_when_it_is_not_given()
    {
        var frame = (EventFrame)Good("""{"type":"event","event_type":"immediate","targets":["g"],"title":"t","payload":"p"}""");
        Assert.That(frame.Priority, Is.EqualTo(5));
    }

    [TestCase("BUY", "LONG")]
    [TestCase("SELL", "SHORT")]
    [TestCase("CLOSE", "CLOSE")]
    [TestCase("NO_TRADE", "NO_TRADE")]
    public void Actions_are_read_with_their_synonyms(string sent, string read)
    {
        var frame = (EventFrame)Good(PostTrade($$$"""{"symbol":"BTCUSDT","signal":{"action":"{{{sent}}}","margin_usd":1}}"""));
        Assert.That(frame.Signal!.Action, Is.EqualTo(read));
    }

    [Test]
    public void A_close_needs_neither_quantity_nor_margin()
    {
        var frame = (EventFrame)Good(PostTrade("""{"symbol":"BTCUSDT","signal":{"action":"CLOSE","qty":0.0}}"""));
        Assert.That(frame.Signal!.Qty, Is.Zero);
    }

    [Test]
    public void A_decimal_string_is_read_exactly()
    {
        var frame = (EventFrame)Good(PostTrade("""{"symbol":"BTCUSDT","signal":{"action":"LONG","qty":"0.123456789012345678"}}"""));
        Assert.That(frame.Signal!.Qty, Is.EqualTo(0.123456789012345678m));
    }

    [TestCase("NaN")]
    [TestCase("Infinity")]
    [TestCase("-Infinity")]
    [TestCase("1e400")]
    [TestCase("-1")]
    [TestCase("\"NaN\"")]
    [TestCase("\"-0.5\"")]
    [TestCase("true")]
    public void A_margin_that_is_no_finite_positive_decimal_is_refused_by_its_path(string margin)
    {
        Refused(PostTrade($$$"""{"symbol":"BTCUSDT","signal":{"action":"LONG","margin_usd":{{{margin}}}}}"""), "payload.signal.margin_usd");
    }

    [TestCase("""{"symbol":"BTCUSDT","signal":{"action":"LONG","qty":0,"margin_usd":0}}""", "payload.signal.margin_usd")]
    [TestCase("""{"symbol":"BTCUSDT","signal":{"action":"HOLD","qty":1}}""", "payload.signal.action")]
    [TestCase("""{"symbol":"BTCUSDT","signal":{"action":"LONG","qty":1,"qty":2}}""", "payload.signal.qty")]
    [TestCase("""{"symbol":"BTCUSDT","signal":{"action":"LONG","qty":1,"confidence_pct":101}}""", "payload.signal.confidence_pct")]
    [TestCase("""{"symbol":"BTCUSDT","signal":{"action":"LONG","qty":1,"order_type":"limit"}}""", "payload.signal.price")]
    [TestCase("""{"signal":{"action":"LONG","qty":1}}""", "payload.symbol")]
    [TestCase("""{"symbol":"BTCUSDT"}""", "payload.signal")]
    [TestCase("not json", "payload")]
    [TestCase("[1]", "payload")]
    public void A_payload_that_breaks_a_rule_is_refused_by_its_path(string payload, string path) => Refused(PostTrade(payload), path);

    [TestCase("{", "$")]
    [TestCase("", "$")]
    [TestCase("[]", "$")]
    [TestCase("{}", "type")]
    [TestCase("""{"type":"event","kind":"event"}""", "kind")]
    [TestCase("""{"type":"event","event_type":"immediate","payload":"p"}""", "targets")]
    [TestCase("""{"type":"event","event_type":"immediate","targets":[],"payload":"p"}""", "targets")]
    [TestCase("""{"type":"event","event_type":"immediate","targets":["a",7],"payload":"p"}""", "targets[1]")]
    [TestCase("""{"type":"event","event_type":"immediate","targets":["a"],"payload":{}}""", "payload")]
    [TestCase("""{"type":"event","event_type":"immediate","targets":["a"],"payload":"p","priority":11}""", "priority")]
    [TestCase("""{"type":"event","event_type":"immediate","targets":["a"],"payload":"p","priority":1.5}""", "priority")]
    [TestCase("""{"type":"event","event_type":"immediate","targets":["a"],"payload":"p","priority":NaN}""", "priority")]
    [TestCase("""{"type":"event","event_type":"immediate","targets":["a"],"payload":"\ud800"}""", "payload")]
    [TestCase("""{"type":"event","event_type":"immediate","targets":["a"],"payload":"\u0000"}""", "payload")]
    [TestCase("""{"type":"event","event_type":"immediate","targets":["a"],"payload":"p","condition":{"a":[{"b":1,"b":2}]}}""", "condition.a[0].b")]
    [TestCase("""{"type":"event","event_type":"immediate","targets":["a"],"payload":"p","condition":{"x":1e999}}""", "condition.x")]
    [TestCase("""{"type":"event","event_type":"post_trade","payload":"{}"}""", "condition")]
    [TestCase("""{"type":"event","event_type":"post_trade","payload":"{}","condition":{"domain":"x"}}""", "condition.domain")]
    [TestCase("""{"type":"system","level":"debug","code":"X"}""", "level")]
    [TestCase("""{"type":"system","level":"info","code":"TRADING_GROUP_DISCUSSION_LOG","detail":{"member_opinions":[],"decision":{}}}""", "detail.group_id")]
    [TestCase("""{"type":"system","level":"info","code":"X","detail":"text"}""", "detail")]
    [TestCase("""{"type":"ping","id":{}}""", "id")]
    public void A_frame_that_breaks_a_rule_is_refused_by_the_path_of_the_field(string frame, string path) => Refused(frame, path);

    [Test]
    public void More_than_thirty_two_levels_are_refused()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 40)) + string.Concat(Enumerable.Repeat("]", 40));
        Refused("{\"type\":\"ping\",\"x\":" + deep + "}", "$");
    }

    [Test]
    public void The_request_id_and_event_type_of_a_bad_frame_are_still_known()
    {
        var result = Parse("""{"type":"event","event_type":"post_trade","request_id":"r1"}""");
        Assert.Multiple(() =>
        {
            Assert.That(result.Frame, Is.Null);
            Assert.That(result.RequestId, Is.EqualTo("r1"));
            Assert.That(result.EventType, Is.EqualTo("post_trade"));
        });
    }

    [Test]
    public void All_broken_rules_are_told_at_once()
    {
        var result = Parse("""{"type":"event","event_type":"immediate","priority":0,"targets":"g","title":5}""");
        Assert.That(result.Errors.Select(e => e.Path), Is.EquivalentTo(new[] { "priority", "targets", "title", "payload" }));
    }

    [Test]
    public void Links_of_a_discussion_that_are_no_uuid_link_to_nothing()
    {
        var group = Guid.NewGuid();
        var trigger = Guid.NewGuid();
        var frame = (SystemFrame)Good($$$$"""{"type":"system","level":"info","code":"TRADING_GROUP_DISCUSSION_LOG","message":"m","detail":{"group_id":"{{{{group}}}}","member_opinions":[{"a":1}],"decision":{"b":2},"decision_id":"mine","trace":{"trigger_event_id":"{{{{trigger}}}}"} } }""");
        Assert.That(frame.Discussion, Is.EqualTo(new DiscussionDetail(group, """[{"a":1}]""", """{"b":2}""", trigger, null, null)));
    }

    private static string PostTrade(string payload) =>
        $$$"""
        {"type":"event","event_type":"post_trade","priority":10,"targets":["trade_execution"],"title":"t",
         "payload":{{{JsonSerializer.Serialize(payload)}}},
         "condition":{"domain":"trade_decision","trace":{"correlation_id":"direct_algo_run_001"} } }
        """;

    private static ParseResult Parse(string frame) => FrameParser.Parse(Encoding.UTF8.GetBytes(frame), Dialect.Type);

    private static ClientFrame Good(string frame)
    {
        var result = Parse(frame);
        Assert.That(result.Errors, Is.Empty);
        return result.Frame!;
    }

    private static void Refused(string frame, string path)
    {
        var result = Parse(frame);
        Assert.Multiple(() =>
        {
            Assert.That(result.Frame, Is.Null);
            Assert.That(result.Errors.Select(e => e.Path), Does.Contain(path));
        });
    }
}
