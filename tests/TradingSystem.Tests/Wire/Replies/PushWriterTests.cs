using System.Text;
using System.Text.Json;
using NUnit.Framework;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Replies;

namespace TradingSystem.Tests.Wire.Replies;

public sealed class PushWriterTests
{
    private static readonly ImmediatePush Push = new(Guid.NewGuid(), "trigger", 5, ["*"], "the title", "", [], DateTimeOffset.UnixEpoch);

    [TestCase("plain text", "the title", "neutral", "immediate", "plain text", "[]")]
    [TestCase("", "the title", "neutral", "immediate", "", "[]")]
    [TestCase("{\"other\":1}", "the title", "neutral", "immediate", "{\"other\":1}", "[]")]
    [TestCase("{\"sentiment\":\"bullish\",\"sentiment\":\"x\"}", "the title", "neutral", "immediate", "{\"sentiment\":\"bullish\",\"sentiment\":\"x\"}", "[]")]
    [TestCase("{\"sentiment\":\"bullish\"}", "the title", "bullish", "immediate", "{\"sentiment\":\"bullish\"}", "[]")]
    [TestCase(" {\"analysis\":\"a\",\"signal_type\":7,\"affected_symbols\":[\"B\"],\"action_window\":null}", "the title", "neutral", "immediate", "a", "[\"B\"]")]
    [TestCase("{\"analysis\":\"a\",\"affected_symbols\":[\"B\",1]}", "the title", "neutral", "immediate", "a", "[]")]
    [TestCase("[\"analysis\"]", "the title", "neutral", "immediate", "[\"analysis\"]", "[]")]
    [TestCase("{\"analysis\":", "the title", "neutral", "immediate", "{\"analysis\":", "[]")]
    public void Any_payload_becomes_a_whole_signal(string payload, string type, string sentiment, string window, string analysis, string symbols)
    {
        using var frame = Json(PushWriter.Signal(Push with { Payload = payload }, 7, []));
        var read = frame.RootElement.GetProperty("payload");
        Assert.Multiple(() =>
        {
            Assert.That(read.GetProperty("signal_type").GetString(), Is.EqualTo(type));
            Assert.That(read.GetProperty("sentiment").GetString(), Is.EqualTo(sentiment));
            Assert.That(read.GetProperty("action_window").GetString(), Is.EqualTo(window));
            Assert.That(read.GetProperty("analysis").GetString(), Is.EqualTo(analysis));
            Assert.That(read.GetProperty("affected_symbols").GetRawText(), Is.EqualTo(symbols));
        });
    }

    [Test]
    public void A_signal_that_belongs_to_nothing_begins_a_trace_with_its_own_id()
    {
        using var frame = Json(PushWriter.Signal(Push, 7, []));
        var trace = frame.RootElement.GetProperty("trace");
        Assert.That(trace.GetProperty("correlation_id").GetString(), Is.EqualTo(Push.Id.ToString()).And.EqualTo(trace.GetProperty("trigger_event_id").GetString()));
    }

    [Test]
    public void Money_has_no_trailing_zeros_and_no_exponent()
    {
        var order = new OrderPush(
            Push.Id, null, null, Push.Id, "filled", "B", "BUY", 10.000000000000000000m, 0.000000010m, 79228162514264337593543950335m, -0.10m, null,
            DateTimeOffset.UnixEpoch);
        var text = Encoding.UTF8.GetString(PushWriter.OrderUpdate(order, 1, Dialect.Type));
        Assert.That(text, Does.Contain("\"qty\":10,\"avg_price\":0.00000001,\"fee\":79228162514264337593543950335,\"realized_pnl\":-0.1,"));
    }

    [Test]
    public void A_decision_without_an_id_of_its_own_is_called_by_its_event_id()
    {
        var order = new OrderPush(Push.Id, null, null, Guid.NewGuid(), "filled", "B", "BUY", 1, 1, 0, 0, null, DateTimeOffset.UnixEpoch);
        using var frame = Json(PushWriter.OrderUpdate(order, 1, Dialect.Kind));
        Assert.That(frame.RootElement.GetProperty("decision_id").GetString(), Is.EqualTo(Push.Id.ToString()));
    }

    [Test]
    public async Task Many_threads_write_frames_at_once_without_mixing_them()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() =>
        {
            for (var i = 0; i < 2000; i++)
            {
                var payload = new string((char)('a' + n), i);
                using var frame = Json(PushWriter.Immediate(Push with { Payload = payload }, i));
                Assert.That(frame.RootElement.GetProperty("payload").GetString(), Is.EqualTo(payload));
            }
        })));
    }

    private static JsonDocument Json(byte[] open) => JsonDocument.Parse((byte[])[.. open, .. PushWriter.Tail(false, 3)]);
}
