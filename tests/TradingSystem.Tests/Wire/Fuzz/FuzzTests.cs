using System.Globalization;
using System.Text;
using System.Text.Json;
using NUnit.Framework;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Contracts.Wire.Replies;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.TestSupport.Wire;

namespace TradingSystem.Tests.Wire.Fuzz;

/// <summary>FUZZ_FRAMES says how many (5,000 without it), FUZZ_SEED which.</summary>
public sealed class FuzzTests
{
    private static readonly int Frames = Setting("FUZZ_FRAMES", 5_000);
    private static readonly int Seed = Setting("FUZZ_SEED", 20250131);

    [Test]
    public void Whatever_comes_is_a_frame_or_is_refused_with_reasons_in_valid_json()
    {
        var fuzzer = new FrameFuzzer(Seed);
        var accepted = 0;
        for (var i = 0; i < Frames; i++)
        {
            var frame = fuzzer.Next();
            foreach (var dialect in Enum.GetValues<Dialect>())
            {
                if (Fault(frame, dialect) is { } fault)
                {
                    Assert.Fail($"FUZZ_SEED={Seed}, frame {i}, {dialect}: {fault}\n{Encoding.UTF8.GetString(frame)}");
                }

                accepted += FrameParser.Parse(frame, dialect).Frame is null ? 0 : 1;
            }
        }

        TestContext.Out.WriteLine($"{Frames} frames in both dialects, {accepted} accepted");
        Assert.That(accepted, Is.InRange(Frames / 100, Frames * 2 / 3), "a fuzzer that only makes rubbish, or none, tests little");
    }

    [Test]
    public void What_every_json_parser_must_take_is_taken_in_the_frame_and_in_its_payload() => Assert.Multiple(() =>
    {
        foreach (var json in JsonCorpus.MustTake.Where(IsWithinRange))
        {
            Assert.That(Parse(Outer(json)).Errors, Is.Empty, json);
            Assert.That(Parse(Inner(json)).Errors, Is.Empty, json);
        }
    });

    [Test]
    public void What_no_json_parser_may_take_is_refused_in_the_frame_and_in_its_payload() => Assert.Multiple(() =>
    {
        foreach (var json in JsonCorpus.MustRefuse)
        {
            Assert.That(Parse(Outer(json)).Frame, Is.Null, json);
            Assert.That(Parse(Inner(json)).Frame, Is.Null, json);
        }
    });

    [Test]
    public void What_parsers_disagree_about_is_refused() => Assert.Multiple(() =>
    {
        foreach (var json in JsonCorpus.LeftToEach)
        {
            Assert.That(Parse([.. "{\"type\":\"ping\",\"x\":"u8, .. json, .. "}"u8]).Frame, Is.Null, Encoding.UTF8.GetString(json));
        }
    });

    [Test]
    public void Naughty_strings_are_passed_on_as_they_are() => Assert.Multiple(() =>
    {
        foreach (var text in NaughtyStrings.All.Where(t => !t.Contains('\0', StringComparison.Ordinal)))
        {
            var frame = Parse(JsonSerializer.SerializeToUtf8Bytes(new { type = "event", event_type = "immediate", targets = new[] { "*" }, payload = text })).Frame as EventFrame;
            Assert.That(frame?.Payload, Is.EqualTo(text));
        }
    });

    private static byte[] Outer(string json) => Encoding.UTF8.GetBytes($$"""{"type":"event","event_type":"immediate","targets":["*"],"payload":"p","condition":{"x":{{json}} } }""");

    private static byte[] Inner(string json) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        type = "event",
        event_type = "post_trade",
        condition = new { domain = "trade_decision" },
        payload = $$"""{"symbol":"BTCUSDT","signal":{"action":"CLOSE"},"x":{{json}} }""",
    });

    /// <summary>The combinations make a few numbers that are too large for a double.</summary>
    private static bool IsWithinRange(string json) => !double.TryParse(json, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || double.IsFinite(number);

    private static ParseResult Parse(byte[] frame) => FrameParser.Parse(frame, Dialect.Type);

    private static string? Fault(byte[] frame, Dialect spoken)
    {
        try
        {
            var result = FrameParser.Parse(frame, spoken);
            return result.Frame is null ? RefusalFault(result)
                : result.Errors.Count > 0 ? "a frame and errors"
                : WarningFault(result) ?? FrameFault(result.Frame, result.Dialect);
        }
        catch (Exception e)
        {
            return e.ToString();
        }
    }

    private static string? RefusalFault(ParseResult result) =>
        result.Errors.Count == 0 ? "neither frame nor errors"
        : result.Errors.FirstOrDefault(e => e.Path.Length == 0 || e.Rule.Length == 0) is { } empty ? $"says too little: {empty}"
        : JsonFault(ReplyWriter.ValidationError(result.Errors, result.RequestId, result.Dialect, result.Warnings));

    private static string? WarningFault(ParseResult result) =>
        result.Warnings.FirstOrDefault(w => w.Path.Length == 0 || w.Note.Length == 0) is { } empty ? $"says too little: {empty}"
        : JsonFault(ReplyWriter.Accepted(Guid.Empty, 0, result.RequestId, result.Dialect, warnings: result.Warnings));

    /// <summary>What is made of an accepted frame is valid too.</summary>
    private static string? FrameFault(ClientFrame frame, Dialect dialect)
    {
        switch (frame)
        {
            case PingFrame ping:
                return JsonFault(ReplyWriter.Pong(ping, dialect));
            case EventFrame { Signal: not null } decision:
                var again = FrameParser.Parse(
                    Encoding.UTF8.GetBytes($$"""{"type":"event","event_type":"post_trade","payload":{{JsonSerializer.Serialize(decision.Payload)}},"condition":{{decision.Condition}} }"""),
                    Dialect.Type).Frame as EventFrame;
                return again?.Signal == decision.Signal with { TradeAccountId = null } ? null : "the decision's payload and condition are not those of a decision";
            case EventFrame signal:
                var push = new ImmediatePush(
                    Guid.Empty, "t", signal.Priority, signal.Targets, signal.Title, signal.Payload, signal.Tags, DateTimeOffset.UnixEpoch,
                    signal.CorrelationId);
                return JsonFault([.. PushWriter.Immediate(push, 1), .. PushWriter.Tail(false, 0)])
                    ?? JsonFault([.. PushWriter.Signal(push, 1, []), .. PushWriter.Tail(true, null)]);
            default:
                return null;
        }
    }

    private static string? JsonFault(byte[] written)
    {
        var errors = new List<FieldError>();
        using var document = StrictJson.Parse(written, "$", errors);
        return document is null
            ? $"wrote {errors[0]}: {Encoding.UTF8.GetString(written)}"
            : written.Length > 3 * FrameParser.MaxFrameBytes
            ? $"wrote {written.Length} bytes"
            : null;
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
