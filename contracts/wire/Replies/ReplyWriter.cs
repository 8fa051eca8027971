using System.Text.Json;
using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Contracts.Wire.Replies;

/// <summary>Answers to single frames, and the one unasked system frame.</summary>
public static class ReplyWriter
{
    internal const string CheckedFrame = "frame";
    internal const string CheckedLimits = "limits";

    /// <summary><paramref name="duplicate"/>: the same <c>decision_id</c> was accepted before, and this is its first outcome again.</summary>
    /// <param name="warnings">Of this frame, also of a repetition.</param>
    public static byte[] Accepted(Guid id, int dispatchedClients, string? requestId, Dialect dialect, bool duplicate = false, IReadOnlyList<FieldWarning>? warnings = null) =>
        FrameWriter.Write((id, dispatchedClients, requestId, dialect, duplicate, warnings), static (json, s) =>
        {
            Head(json, true, ReplyMessages.Accepted, s.requestId, s.dialect);
            json.WriteString("id", s.id);
            json.WriteNumber("dispatched_clients", s.dispatchedClients);
            if (s.duplicate)
            {
                json.WriteBoolean("duplicate", true);
            }

            Warnings(json, s.warnings);
        });

    public static byte[] Logged(string? requestId, Dialect dialect) =>
        FrameWriter.Write((requestId, dialect), static (json, s) => Head(json, true, ReplyMessages.Logged, s.requestId, s.dialect));

    public static byte[] Valid(string? requestId, Dialect dialect, IReadOnlyList<FieldWarning>? warnings = null) =>
        FrameWriter.Write((requestId, dialect, warnings), static (json, s) =>
        {
            Head(json, true, ReplyMessages.Valid, s.requestId, s.dialect);
            Warnings(json, s.warnings);
        });

    /// <summary>
    /// Answer to a decision that is only checked. <paramref name="would"/> is null where execution did not say in time: then nothing but the frame
    /// was checked.
    /// </summary>
    public static byte[] ValidDecision(WouldBecome? would, string? requestId, Dialect dialect, bool duplicate = false, IReadOnlyList<FieldWarning>? warnings = null) =>
        FrameWriter.Write((would, requestId, dialect, duplicate, warnings), static (json, s) =>
        {
            Head(json, true, ReplyMessages.Valid, s.requestId, s.dialect);
            json.WriteString("checked", s.would is null ? CheckedFrame : CheckedLimits);
            if (s.would is null)
            {
                json.WriteString("note", "execution did not answer in time: size and limits were not checked");
            }
            else
            {
                Would(json, s.would);
            }

            if (s.duplicate)
            {
                json.WriteBoolean("duplicate", true);
            }

            Warnings(json, s.warnings);
        });

    public static byte[] ValidationError(IReadOnlyList<FieldError> errors, string? requestId, Dialect dialect, IReadOnlyList<FieldWarning>? warnings = null) =>
        FrameWriter.Write((errors, requestId, dialect, warnings), static (json, s) =>
        {
            Head(json, false, ReplyMessages.ValidationError, s.requestId, s.dialect);
            Detail(json, s.errors);
            Warnings(json, s.warnings);
        });

    /// <summary>
    /// <paramref name="path"/> and <paramref name="got"/> name the field that led to the refusal.
    /// A rate limit knows its own <paramref name="retryAfterMs"/>.
    /// </summary>
    public static byte[] Refused(ReplyCode code, string path, string got, string? requestId, Dialect dialect, int? retryAfterMs = null) =>
        FrameWriter.Write((code, path, got, requestId, dialect, retryAfterMs), static (json, s) =>
        {
            Head(json, false, s.code.Message, s.requestId, s.dialect);
            Detail(json, [new FieldError(s.path, s.code.Rule, FieldError.Shorten(s.got))]);
            json.WriteString("code", s.code.Code);
            json.WriteBoolean("retryable", s.code.Retryable);
            if (s.code.Retryable)
            {
                json.WriteNumber("retry_after_ms", s.retryAfterMs ?? s.code.RetryAfterMs);
            }
        });

    public static byte[] Pong(PingFrame ping, Dialect dialect) =>
        FrameWriter.Write((ping, dialect), static (json, s) =>
        {
            json.WriteType(s.dialect, "pong");
            if (s.ping.Id is not null)
            {
                json.WritePropertyName("id");
                json.WriteRawValue(s.ping.Id);
            }

            if (s.ping.RequestId is not null)
            {
                json.WriteString("request_id", s.ping.RequestId);
            }
        });

    public static byte[] ServerShutdown(int reconnectAfterMs, Dialect dialect) =>
        FrameWriter.Write((reconnectAfterMs, dialect), static (json, s) =>
        {
            json.WriteType(s.dialect, "system");
            json.WriteString("code", CloseCodes.ServerShutdown.Reason);
            json.WriteStartObject("detail");
            json.WriteNumber("reconnect_after_ms", s.reconnectAfterMs);
            json.WriteEndObject();
        });

    private static void Head(Utf8JsonWriter json, bool ok, string message, string? requestId, Dialect dialect)
    {
        if (dialect == Dialect.Kind)
        {
            json.WriteType(dialect, "ack");
        }

        json.WriteBoolean("ok", ok);
        json.WriteString("message", message);
        if (requestId is not null)
        {
            json.WriteString("request_id", requestId);
        }
    }

    /// <summary>Only where there are any.</summary>
    private static void Warnings(Utf8JsonWriter json, IReadOnlyList<FieldWarning>? warnings)
    {
        if (warnings is not { Count: > 0 })
        {
            return;
        }

        json.WriteStartArray("warnings");
        foreach (var warning in warnings)
        {
            json.WriteStartObject();
            json.WriteString("path", warning.Path);
            json.WriteString("note", warning.Note);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Would(Utf8JsonWriter json, WouldBecome would)
    {
        json.WriteStartObject("would");
        json.WriteString("action", would.Action);
        json.WriteString("side", would.Side);
        json.WriteMoney("qty", would.Qty);
        json.WriteMoney("price", would.Price);
        json.WriteMoney("margin", would.Margin);
        json.WriteMoney("fee", would.Fee);
        PushWriter.Reason(json, would.Reason);
        json.WriteEndObject();
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
