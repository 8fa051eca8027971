using System.Text.Json;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Contracts.Wire.Frames;

/// <summary>Turns one text frame of either dialect into a checked <see cref="ClientFrame"/> or into all that is wrong with it. Never throws.</summary>
public static class FrameParser
{
    public const int MaxFrameBytes = 64 * 1024;

    /// <summary><paramref name="spoken"/> is what the connection spoke so far. The first frame with <c>kind</c> makes it the newer dialect for good.</summary>
    public static ParseResult Parse(ReadOnlyMemory<byte> frame, Dialect spoken)
    {
        var errors = new List<FieldError>();
        if (frame.Length > MaxFrameBytes)
        {
            errors.Add(new("$", $"at most {MaxFrameBytes} bytes", $"{frame.Length} bytes"));
            return new(null, errors, null, null, spoken);
        }

        using var document = StrictJson.Parse(frame, "$", errors);
        if (document is null)
        {
            return new(null, errors, null, null, spoken);
        }

        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new("$", "JSON object", FieldError.Shorten(document.RootElement.GetRawText())));
            return new(null, errors, null, null, spoken);
        }

        return Read(new FieldReader(document.RootElement, "", errors), spoken);
    }

    private static ParseResult Read(FieldReader fields, Dialect spoken)
    {
        var requestId = fields.Text("request_id", FieldLimits.RequestId);
        if (fields.Has("kind"))
        {
            if (fields.Has("type"))
            {
                fields.Fail("kind", "not together with type");
                return new(null, fields.Errors, null, requestId, spoken);
            }

            return ReadKind(fields, requestId);
        }

        if (spoken == Dialect.Type)
        {
            return ReadType(fields, requestId);
        }

        if (fields.Has("type"))
        {
            fields.Fail("type", "kind instead of type: this connection speaks protocol 3");
        }
        else
        {
            _ = fields.OneOf("kind", true, FieldWords.KindFrames);
        }

        return new(null, fields.Errors, null, requestId, spoken);
    }

    private static ParseResult ReadType(FieldReader fields, string? requestId)
    {
        string? eventType = null;
        ClientFrame? frame = null;
        switch (fields.OneOf("type", true, FieldWords.TypeFrames))
        {
            case "event":
                eventType = EventFrameParser.EventType(fields);
                frame = eventType is null ? null : EventFrameParser.Read(fields, eventType, requestId);
                break;
            case "system":
                frame = SystemFrameParser.Read(fields, null, requestId);
                break;
            case "ping":
                frame = Ping(fields, requestId);
                break;
            case SteeringTypes.Cancel:
                eventType = SteeringTypes.Cancel;
                frame = SteeringParser.Cancel(fields, requestId);
                break;
            case SteeringTypes.Protect:
                eventType = SteeringTypes.Protect;
                frame = SteeringParser.Protect(fields, requestId);
                break;
        }

        return new(fields.Errors.Count == 0 ? frame : null, fields.Errors, eventType, requestId, Dialect.Type) { Warnings = fields.Warnings };
    }

    private static ParseResult ReadKind(FieldReader fields, string? requestId)
    {
        string? eventType = null;
        ClientFrame? frame = null;
        switch (fields.OneOf("kind", true, FieldWords.KindFrames))
        {
            case "event":
                switch (fields.OneOf("category", true, FieldWords.Categories))
                {
                    case "signal":
                        eventType = EventTypes.Immediate;
                        frame = KindEventParser.Signal(fields, requestId);
                        break;
                    case "decision":
                        eventType = EventTypes.PostTrade;
                        frame = KindEventParser.Decision(fields, requestId);
                        break;
                }

                break;
            case "log":
                frame = SystemFrameParser.Read(fields, Trace.Read(fields.Object("trace"), isKey: false), requestId);
                break;
            case "ping":
                frame = Ping(fields, requestId);
                break;
            case SteeringTypes.Cancel:
                eventType = SteeringTypes.Cancel;
                (frame, requestId) = SteeringParser.KindCancel(fields, requestId);
                break;
            case SteeringTypes.Protect:
                eventType = SteeringTypes.Protect;
                (frame, requestId) = SteeringParser.KindProtect(fields, requestId);
                break;
        }

        return new(fields.Errors.Count == 0 ? frame : null, fields.Errors, eventType, requestId, Dialect.Kind) { Warnings = fields.Warnings };
    }

    private static PingFrame Ping(FieldReader fields, string? requestId) => new(fields.TextOrNumber("id", FieldLimits.RequestId), requestId);
}
