using System.Text;
using System.Text.Json;
using NUnit.Framework;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Frames;

namespace TradingSystem.Tests.Wire.Frames;

public sealed class KindFrameTests
{
    private const string Trigger = "0198a7e2-5f0e-7c1a-9d52-3a2b1c0d9e8f";

    [TestCase("""{"kind":"ping"}""", Dialect.Type, Dialect.Kind)]
    [TestCase("""{"kind":"nonsense"}""", Dialect.Type, Dialect.Kind)]
    [TestCase("""{"kind":7}""", Dialect.Type, Dialect.Kind)]
    [TestCase("""{"type":"ping"}""", Dialect.Type, Dialect.Type)]
    [TestCase("""{"type":"ping","kind":null}""", Dialect.Type, Dialect.Type)]
    [TestCase("""{"type":"ping","kind":"ping"}""", Dialect.Type, Dialect.Type)]
    [TestCase("""{"kind":""", Dialect.Type, Dialect.Type)]
    [TestCase("""{"type":"ping"}""", Dialect.Kind, Dialect.Kind)]
    [TestCase("nonsense", Dialect.Kind, Dialect.Kind)]
    public void The_first_frame_with_kind_makes_a_connection_speak_the_newer_dialect_for_good(string frame, Dialect spoken, Dialect then) =>
        Assert.That(FrameParser.Parse(Encoding.UTF8.GetBytes(frame), spoken).Dialect, Is.EqualTo(then));

    [TestCase("""{"type":"ping"}""", "type")]
    [TestCase("""{"type":"ping","kind":"ping"}""", "kind")]
    [TestCase("""{}""", "kind")]
    [TestCase("""{"kind":"event"}""", "category")]
    [TestCase("""{"kind":"event","category":"immediate","payload":{}}""", "category")]
    [TestCase("""{"kind":"event","category":"signal"}""", "payload")]
    [TestCase("""{"kind":"event","category":"signal","payload":"{}"}""", "payload")]
    [TestCase("""{"kind":"event","category":"signal","payload":{}}""", "payload.signal_type")]
    [TestCase("""{"kind":"event","category":"signal","payload":{"signal_type":"s","affected_symbols":["BTCUSDT","a b"]}}""", "payload.affected_symbols[1]")]
    [TestCase("""{"kind":"event","category":"signal","payload":{"signal_type":"s","x":1,"x":2}}""", "payload.x")]
    [TestCase("""{"kind":"event","category":"decision","payload":{"action":"LONG","margin_usdt":1}}""", "payload.symbol")]
    [TestCase("""{"kind":"event","category":"decision","payload":{"symbol":"B","margin_usdt":1}}""", "payload.action")]
    [TestCase("""{"kind":"event","category":"decision","payload":{"symbol":"B","action":"LONG"}}""", "payload.margin_usdt")]
    [TestCase("""{"kind":"event","category":"decision","payload":{"symbol":"B","action":"LONG","margin_usdt":"NaN"}}""", "payload.margin_usdt")]
    [TestCase("""{"kind":"event","category":"decision","payload":{"symbol":"B","action":"CLOSE","trade_account_id":"mine"}}""", "payload.trade_account_id")]
    [TestCase("""{"kind":"event","category":"decision","payload":{"symbol":"B","action":"CLOSE"},"trace":[]}""", "trace")]
    [TestCase("""{"kind":"event","category":"decision","payload":{"symbol":"B","action":"CLOSE"},"trace":{"decision_id":""}}""", "trace.decision_id")]
    [TestCase("""{"kind":"event","category":"decision","payload":{"symbol":"B","action":"CLOSE"},"trace":{"decision_id":"a"},"decision_id":"b"}""", "decision_id")]
    [TestCase("""{"kind":"log","level":"debug","code":"X"}""", "level")]
    [TestCase("""{"kind":"system","level":"info","code":"X"}""", "kind")]
    public void A_frame_that_breaks_a_rule_is_refused_by_the_path_of_the_field(string frame, string path)
    {
        var result = Parse(frame);
        Assert.Multiple(() =>
        {
            Assert.That(result.Frame, Is.Null);
            Assert.That(result.Errors.Select(e => e.Path), Is.EqualTo(new[] { path }));
        });
    }

    [TestCase("signal", """{"signal_type":"s"FORBIDDEN}""")]
    [TestCase("decision", """{"symbol":"B","action":"CLOSE"FORBIDDEN}""")]
    public void What_only_the_server_may_say_is_refused_by_name_at_the_top_and_in_the_payload(string category, string payload)
    {
        string[] names = ["source", "source_id", "targets", "side", "qty", "order_type", "price"];
        var forbidden = string.Concat(names.Select(n => $",\"{n}\":1"));
        var errors = Parse($$"""{"kind":"event","category":"{{category}}","payload":{{payload.Replace("FORBIDDEN", forbidden, StringComparison.Ordinal)}}{{forbidden}} }""").Errors;
        Assert.That(errors.Select(e => e.Path), Is.EquivalentTo(names.Concat(names.Select(n => "payload." + n))));
    }

    [Test]
    public void A_signal_is_for_the_groups_that_trade_its_symbols()
    {
        var payload = """{"signal_type":"news","affected_symbols":["btcusdt","ETHUSDT"],"extra":[1]}""";
        var frame = Good($$"""{"kind":"event","category":"signal","payload":{{payload}},"trace":{"correlation_id":"c","decision_id":"k"},"priority":9}""");
        Assert.Multiple(() =>
        {
            Assert.That(frame.EventType, Is.EqualTo(EventTypes.Immediate));
            Assert.That(frame.Targets, Is.EqualTo(new[] { "symbol:BTCUSDT", "symbol:ETHUSDT" }));
            Assert.That(frame.Title, Is.EqualTo("news"));
            Assert.That(frame.Payload, Is.EqualTo(payload));
            Assert.That(frame.Key, Is.EqualTo("k"));
            Assert.That(frame.CorrelationId, Is.EqualTo("c"));
            Assert.That(frame.Priority, Is.EqualTo(9));
            Assert.That(frame.Signal, Is.Null);
        });
    }

    [Test]
    public void A_signal_without_symbols_is_for_everybody() =>
        Assert.That(Good("""{"kind":"event","category":"signal","payload":{"signal_type":"s","affected_symbols":[]}}""").Targets, Is.EqualTo(new[] { "*" }));

    [Test]
    public void A_decision_becomes_what_the_other_dialect_would_have_said()
    {
        var account = Guid.NewGuid();
        var frame = Good($$"""
            {"kind":"event","category":"decision","decision_id":"d1","valid_until":"2025-01-31T13:00:30+01:00",
             "payload":{"symbol":"btcusdt","trade_account_id":"{{account}}","action":"BUY","confidence_pct":72,"reasoning":"r","entry":1.50,"stop_loss":"1.4","take_profit":2,"margin_usdt":"100.10"},
             "trace":{"correlation_id":"c","causation_id":"x","trigger_event_id":"{{Trigger}}","decision_id":"d1"} }
            """);
        using var payload = JsonDocument.Parse(frame.Payload);
        using var condition = JsonDocument.Parse(frame.Condition!);
        Assert.Multiple(() =>
        {
            Assert.That(frame.Signal, Is.EqualTo(new TradeSignal("BTCUSDT", "LONG", 0, 100.10m, null, 1.5m, 1.4m, 2, 72, "r", "market", null, account)));
            Assert.That(frame.Targets, Is.EqualTo(new[] { "trade_execution" }));
            Assert.That(frame.Key, Is.EqualTo("d1"));
            Assert.That((frame.CorrelationId, frame.CausationId, frame.TriggerEventId), Is.EqualTo(("c", "x", (Guid?)Guid.Parse(Trigger))));
            Assert.That(frame.ValidUntil, Is.EqualTo(new DateTimeOffset(2025, 1, 31, 12, 0, 30, TimeSpan.Zero)));
            Assert.That(payload.RootElement.GetProperty("signal").GetProperty("margin_usd").GetDecimal(), Is.EqualTo(100.10m));
            Assert.That(condition.RootElement.GetProperty("domain").GetString(), Is.EqualTo("trade_decision"));
            Assert.That(condition.RootElement.GetProperty("trace").GetProperty("decision_id").GetString(), Is.EqualTo("d1"));
        });
    }

    [Test]
    public void The_kind_of_event_is_known_although_the_frame_is_wrong() =>
        Assert.That(Parse("""{"kind":"event","category":"decision","request_id":"r"}""") is { EventType: EventTypes.PostTrade, RequestId: "r", Frame: null }, Is.True);

    [Test]
    public void A_log_of_a_discussion_takes_its_links_from_the_frame_if_it_has_none()
    {
        var group = Guid.NewGuid();
        var frame = (SystemFrame)Parse($$"""{"kind":"log","level":"info","code":"TRADING_GROUP_DISCUSSION_LOG","detail":{"group_id":"{{group}}","member_opinions":[],"decision":{},"correlation_id":"own"},"trace":{"correlation_id":"c","trigger_event_id":"{{Trigger}}"} }""").Frame!;
        Assert.That(frame.Discussion, Is.EqualTo(new DiscussionDetail(group, "[]", "{}", Guid.Parse(Trigger), null, "own")));
    }

    private static ParseResult Parse(string frame) => FrameParser.Parse(Encoding.UTF8.GetBytes(frame), Dialect.Kind);

    private static EventFrame Good(string frame)
    {
        var result = Parse(frame);
        Assert.That(result.Errors, Is.Empty);
        return (EventFrame)result.Frame!;
    }
}
