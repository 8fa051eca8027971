using System.Text;
using NUnit.Framework;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Frames;

namespace TradingSystem.Tests.Wire.Frames;

/// <summary><c>cancel</c> and <c>protect</c> in both dialects.</summary>
public sealed class SteeringFrameTests
{
    [TestCase("""{"type":"cancel","decision_id":"d-1","request_id":"r"}""", "d-1")]
    [TestCase("""{"kind":"cancel","payload":{"decision_id":"d-1"},"request_id":"r"}""", "d-1")]
    [TestCase("""{"kind":"cancel","payload":{"decision_id":"d-1","request_id":"r"}}""", "d-1")]
    [TestCase("""{"type":"cancel","decision_id":"d-1","all":false,"request_id":"r"}""", "d-1")]
    [TestCase("""{"type":"cancel","all":true,"request_id":"r"}""", null)]
    [TestCase("""{"type":"cancel","all":true,"decision_id":null,"request_id":"r"}""", null)]
    [TestCase("""{"kind":"cancel","payload":{"all":true},"request_id":"r"}""", null)]
    public void A_cancel_means_one_decision_or_all_of_the_groups(string frame, string? decision)
    {
        var parsed = Parse(frame);
        Assert.Multiple(() =>
        {
            Assert.That(parsed.Errors, Is.Empty);
            Assert.That(parsed.Frame, Is.EqualTo(new CancelFrame(decision, null, null, "r")));
            Assert.That(parsed.RequestId, Is.EqualTo("r"));
            Assert.That(parsed.EventType, Is.EqualTo("cancel"));
        });
    }

    [TestCase("""{"type":"protect","symbol":"btcusdt","stop_loss":59000.5,"request_id":"r"}""", 59000.5, null, true, false)]
    [TestCase("""{"type":"protect","symbol":"BTCUSDT","stop_loss":"59000.5","take_profit":61000,"request_id":"r"}""", 59000.5, 61000, true, true)]
    [TestCase("""{"type":"protect","symbol":"BTCUSDT","stop_loss":null,"request_id":"r"}""", null, null, true, false)]
    [TestCase("""{"type":"protect","symbol":"BTCUSDT","stop_loss":null,"take_profit":null,"request_id":"r"}""", null, null, true, true)]
    [TestCase("""{"kind":"protect","payload":{"symbol":"BTCUSDT","take_profit":61000},"request_id":"r"}""", null, 61000, false, true)]
    [TestCase("""{"kind":"protect","payload":{"symbol":"BTCUSDT","stop_loss":null,"take_profit":61000},"request_id":"r"}""", null, 61000, true, true)]
    public void Null_removes_a_leg_and_left_out_it_stays(string frame, double? stopLoss, double? takeProfit, bool movesStop, bool movesTake)
    {
        var parsed = Parse(frame);
        Assert.Multiple(() =>
        {
            Assert.That(parsed.Errors, Is.Empty);
            Assert.That(parsed.Frame, Is.EqualTo(new ProtectFrame(
                "BTCUSDT", movesStop ? new LegChange((decimal?)stopLoss) : null, movesTake ? new LegChange((decimal?)takeProfit) : null, null, "r")));
            Assert.That(parsed.EventType, Is.EqualTo("protect"));
        });
    }

    [TestCase("""{"type":"cancel"}""", "decision_id")]
    [TestCase("""{"type":"cancel","all":false}""", "decision_id")]
    [TestCase("""{"type":"cancel","decision_id":null}""", "decision_id")]
    [TestCase("""{"type":"cancel","all":null}""", "decision_id")]
    [TestCase("""{"type":"cancel","decision_id":"d","all":true}""", "all")]
    [TestCase("""{"type":"cancel","decision_id":""}""", "decision_id")]
    [TestCase("""{"type":"cancel","decision_id":7}""", "decision_id")]
    [TestCase("""{"type":"cancel","all":"true"}""", "all")]
    [TestCase("""{"type":"cancel","all":true,"decisionId":"d"}""", "decisionId")]
    [TestCase("""{"type":"cancel","all":true,"validate_only":true}""", "validate_only")]
    [TestCase("""{"type":"cancel","decision_id":"d","payload":{}}""", "payload")]
    [TestCase("""{"kind":"cancel","decision_id":"d"}""", "decision_id,payload")]
    [TestCase("""{"kind":"cancel","payload":{}}""", "payload.decision_id")]
    [TestCase("""{"kind":"cancel","payload":{"all":true,"symbol":"B"}}""", "payload.symbol")]
    [TestCase("""{"type":"protect","symbol":"BTCUSDT"}""", "stop_loss")]
    [TestCase("""{"type":"protect","stop_loss":1}""", "symbol")]
    [TestCase("""{"type":"protect","symbol":"BTCUSDT","stop_loss":0}""", "stop_loss")]
    [TestCase("""{"type":"protect","symbol":"BTCUSDT","stop_loss":"0.0"}""", "stop_loss")]
    [TestCase("""{"type":"protect","symbol":"BTCUSDT","stop_loss":-1}""", "stop_loss")]
    [TestCase("""{"type":"protect","symbol":"BTCUSDT","stop_loss":"NaN"}""", "stop_loss")]
    [TestCase("""{"type":"protect","symbol":"BTCUSDT","stop_loss":true}""", "stop_loss")]
    [TestCase("""{"type":"protect","symbol":"BTCUSDT","take_profit":60000,"stoploss":59000}""", "stoploss")]
    [TestCase("""{"type":"protect","symbol":"BTCUSDT","take_profit":60000,"stopLoss":59000}""", "stopLoss")]
    [TestCase("""{"type":"protect","symbol":"BTC USDT","take_profit":60000}""", "symbol")]
    [TestCase("""{"kind":"protect","payload":{"symbol":"BTCUSDT","stop_loss":0}}""", "payload.stop_loss")]
    public void What_could_be_mistaken_is_refused_by_its_path_and_nothing_happens(string frame, string paths)
    {
        var parsed = Parse(frame);
        Assert.Multiple(() =>
        {
            Assert.That(parsed.Frame, Is.Null);
            Assert.That(parsed.Errors.Select(e => e.Path), Is.EquivalentTo(paths.Split(',')));
            Assert.That(parsed.EventType, Is.AnyOf("cancel", "protect"));
        });
    }

    private static ParseResult Parse(string frame) => FrameParser.Parse(Encoding.UTF8.GetBytes(frame), Dialect.Type);
}
