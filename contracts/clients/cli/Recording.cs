using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TradingSystem.Cli;

/// <summary>Who may send a frame.</summary>
internal enum Sender
{
    Anybody,
    Group,
    Trigger,
}

/// <summary>A line of a recording: a frame to send, or why it cannot be sent.</summary>
/// <param name="What">The kind of frame it was.</param>
internal sealed record Recorded(int Line, DateTimeOffset? At, string What, Sender Sender, JsonObject? Frame, string? WhyNot);

/// <summary>
/// What <c>listen</c> wrote and <c>replay</c> reads. A line is a frame as it was sent, <c>{"at":"2026-01-31T12:00:00Z","frame":{…}}</c>, or a frame
/// as it was pushed: an event is made the frame that its trigger sent, the rest the server says by itself.
/// </summary>
internal static class Recording
{
    public const string Ack = "ack";
    public const string Event = "event";
    public const string OrderUpdate = "order_update";
    public const string ConfigUpdate = "config_update";
    public const string Gap = "gap";

    private static readonly string[] Servers = [Ack, OrderUpdate, ConfigUpdate, Gap, "resumed", "heartbeat", "pong", "candle", "candles_end", "price"];
    private static readonly string[] Passed = ["priority", "title", "tags"];

    /// <param name="run">Part of each event's key: sent twice under one name it is once.</param>
    /// <param name="to">Whom events are for instead of their own targets; none keeps those.</param>
    public static async Task<IReadOnlyList<Recorded>> ReadAsync(FileInfo file, string run, string[] to, CancellationToken cancellationToken)
    {
        if (!file.Exists)
        {
            throw new UserException($"there is no file {file}", "`tradingsystem bot listen > FILE` writes one, or write into each line a frame as it was sent");
        }

        var lines = new List<Recorded>();
        var number = 0;
        await foreach (var text in File.ReadLinesAsync(file.FullName, cancellationToken))
        {
            number++;
            if (string.IsNullOrWhiteSpace(text))
            {
                continue;
            }

            try
            {
                var json = JsonNode.Parse(text)!.AsObject();
                var (at, frame) = json["frame"] is JsonObject inner ? (json["at"], inner.DeepClone().AsObject()) : (json.ContainsKey("seq") ? json["created_at"] : null, json);
                lines.Add(Read(number, at is null ? null : DateTimeOffset.Parse(at.GetValue<string>(), CultureInfo.InvariantCulture), frame, run, to));
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException)
            {
                throw new UserException(
                    $"{file.Name}:{number}: {e.Message}",
                    "each line is one JSON object: what `listen` printed, a frame as it was sent, or {\"at\":…,\"frame\":{…}}");
            }
        }

        return lines;
    }

    private static Recorded Read(int line, DateTimeOffset? at, JsonObject frame, string run, string[] to)
    {
        var kind = Text(frame, "type") ?? Text(frame, "kind") ?? "";
        if (frame.ContainsKey("ok") || Servers.Contains(kind))
        {
            var what = Servers.Contains(kind) ? kind : "reply";
            return new(line, at, what, Sender.Anybody, null, what == OrderUpdate ? "tells of an order; a decision cannot be read from it" : "is the server's to say");
        }

        if (kind != Event)
        {
            return new(line, at, kind, kind is "cancel" or "protect" || Text(frame, "code") == "TRADING_GROUP_DISCUSSION_LOG" ? Sender.Group : Sender.Anybody, Plain(frame), null);
        }

        if ((Text(frame, "event_type") ?? Text(frame, "category")) is "post_trade" or "decision")
        {
            return new(line, at, "decision", Sender.Group, Plain(frame), null);
        }

        // Only what was pushed has a place in the server's log.
        var sent = !frame.ContainsKey("seq") ? Plain(frame)
            : Text(frame, "id") is { Length: > 0 } id ? Raised(frame, $"{run}:{id}")
            : null;
        if (sent is not null && to.Length > 0 && sent.ContainsKey("type"))
        {
            sent["targets"] = new JsonArray([.. to.Select(t => (JsonNode)t)]);
        }

        return new(line, at, Event, Sender.Trigger, sent, sent is null ? "has no id, which its key is made of" : null);
    }

    /// <summary>The frame that a trigger sends to raise an event that was pushed to a group.</summary>
    private static JsonObject Raised(JsonObject pushed, string key)
    {
        var frame = new JsonObject();
        if (pushed.ContainsKey("type"))
        {
            (frame["type"], frame["event_type"], frame["event_key"]) = (Event, "immediate", key);
            Copy("targets");
        }
        else
        {
            // Targets follow from the payload's affected_symbols there, and the key stands in the trace.
            (frame["kind"], frame["category"]) = (Event, "signal");
            frame["trace"] = new JsonObject { ["correlation_id"] = pushed["trace"]?["correlation_id"]?.DeepClone(), ["decision_id"] = key };
        }

        Copy("payload");
        foreach (var name in Passed)
        {
            Copy(name);
        }

        return frame;

        void Copy(string name)
        {
            if (pushed[name] is { } value)
            {
                frame[name] = value.DeepClone();
            }
        }
    }

    /// <summary>Without the names that tie a frame to its first reply, which may stand in many lines; those of a ping stay out as well.</summary>
    private static JsonObject Plain(JsonObject frame)
    {
        frame.Remove("id");
        frame.Remove("request_id");
        return frame;
    }

    private static string? Text(JsonObject frame, string name) => frame[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
