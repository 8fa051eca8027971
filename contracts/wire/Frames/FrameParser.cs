using System.Text.Json;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Contracts.Wire.Frames;

/// <summary>Turns one text frame into a checked <see cref="ClientFrame"/> or into all that is wrong with it. Never throws.</summary>
public static class FrameParser
{
    public const int MaxFrameBytes = 64 * 1024;

    private const int MaxId = 128;

    public static ParseResult Parse(ReadOnlyMemory<byte> frame)
    {
        var errors = new List<FieldError>();
        if (frame.Length > MaxFrameBytes)
        {
            errors.Add(new("$", $"at most {MaxFrameBytes} bytes", $"{frame.Length} bytes"));
            return new(null, errors, null, null);
        }

        using var document = StrictJson.Parse(frame, "$", errors);
        if (document is null)
        {
            return new(null, errors, null, null);
        }

        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new("$", "JSON object", FieldError.Shorten(document.RootElement.GetRawText())));
            return new(null, errors, null, null);
        }

        return Read(new FieldReader(document.RootElement, "", errors), document.RootElement);
    }

    private static ParseResult Read(FieldReader fields, JsonElement root)
    {
        var errors = fields.Errors;
        var requestId = fields.Text("request_id", MaxId);
        if (fields.Has("type") && fields.Has("kind"))
        {
            fields.Fail("kind", "not together with type", root.GetProperty("kind").GetRawText());
            return new(null, errors, null, requestId);
        }

        string? eventType = null;
        ClientFrame? frame = null;
        switch (fields.OneOf("type", true, "event", "system", "ping"))
        {
            case "event":
                eventType = EventFrameParser.EventType(fields);
                frame = eventType is null ? null : EventFrameParser.Read(fields, eventType, requestId);
                break;
            case "system":
                frame = SystemFrameParser.Read(fields, requestId);
                break;
            case "ping":
                frame = Ping(fields, root, requestId);
                break;
        }

        return new(errors.Count == 0 ? frame : null, errors, eventType, requestId);
    }

    private static PingFrame? Ping(FieldReader fields, JsonElement root, string? requestId)
    {
        if (!fields.Has("id"))
        {
            return new(null, requestId);
        }

        var id = root.GetProperty("id");
        if (id.ValueKind is JsonValueKind.String or JsonValueKind.Number && id.GetRawText() is { Length: <= MaxId } raw)
        {
            return new(raw, requestId);
        }

        fields.Fail("id", $"string or number of at most {MaxId} characters", id.GetRawText());
        return null;
    }
}
