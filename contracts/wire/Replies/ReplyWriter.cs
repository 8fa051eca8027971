using System.Text.Json;
using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Contracts.Wire.Replies;

/// <summary>Answers to single frames, and the one unasked system frame.</summary>
public static class ReplyWriter
{
    public static byte[] Accepted(Guid id, int dispatchedClients, string? requestId) =>
        FrameWriter.Write((id, dispatchedClients, requestId), static (json, s) =>
        {
            Head(json, true, ReplyMessages.Accepted, s.requestId);
            json.WriteString("id", s.id);
            json.WriteNumber("dispatched_clients", s.dispatchedClients);
        });

    public static byte[] Logged(string? requestId) =>
        FrameWriter.Write(requestId, static (json, id) => Head(json, true, ReplyMessages.Logged, id));

    public static byte[] Valid(string? requestId) =>
        FrameWriter.Write(requestId, static (json, id) => Head(json, true, ReplyMessages.Valid, id));

    public static byte[] ValidationError(IReadOnlyList<FieldError> errors, string? requestId) =>
        FrameWriter.Write((errors, requestId), static (json, s) =>
        {
            Head(json, false, ReplyMessages.ValidationError, s.requestId);
            Detail(json, s.errors);
        });

    /// <summary><paramref name="path"/> and <paramref name="got"/> name the field that led to the refusal.</summary>
    public static byte[] Refused(ReplyCode code, string path, string got, string? requestId) =>
        FrameWriter.Write((code, path, got, requestId), static (json, s) =>
        {
            Head(json, false, s.code.Message, s.requestId);
            Detail(json, [new FieldError(s.path, s.code.Rule, FieldError.Shorten(s.got))]);
            json.WriteString("code", s.code.Code);
            json.WriteBoolean("retryable", s.code.Retryable);
            if (s.code.Retryable)
            {
                json.WriteNumber("retry_after_ms", s.code.RetryAfterMs);
            }
        });

    public static byte[] Pong(PingFrame ping) =>
        FrameWriter.Write(ping, static (json, p) =>
        {
            json.WriteString("type", "pong");
            if (p.Id is not null)
            {
                json.WritePropertyName("id");
                json.WriteRawValue(p.Id);
            }

            if (p.RequestId is not null)
            {
                json.WriteString("request_id", p.RequestId);
            }
        });

    public static byte[] ServerShutdown(int reconnectAfterMs) =>
        FrameWriter.Write(reconnectAfterMs, static (json, ms) =>
        {
            json.WriteString("type", "system");
            json.WriteString("code", "SERVER_SHUTDOWN");
            json.WriteStartObject("detail");
            json.WriteNumber("reconnect_after_ms", ms);
            json.WriteEndObject();
        });

    private static void Head(Utf8JsonWriter json, bool ok, string message, string? requestId)
    {
        json.WriteBoolean("ok", ok);
        json.WriteString("message", message);
        if (requestId is not null)
        {
            json.WriteString("request_id", requestId);
        }
    }

    private static void Detail(Utf8JsonWriter json, IReadOnlyList<FieldError> errors)
    {
        json.WriteStartArray("detail");
        foreach (var error in errors)
        {
            json.WriteStartObject();
            json.WriteString("path", error.Path);
            json.WriteString("rule", error.Rule);
            json.WriteString("got", error.Got);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
