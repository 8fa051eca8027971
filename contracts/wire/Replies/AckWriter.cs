using System.Text.Json;
using TradingSystem.Contracts.Wire.Frames;

namespace TradingSystem.Contracts.Wire.Replies;

/// <summary>The first frame of every connection.</summary>
public static class AckWriter
{
    public const int HeartbeatMs = 10_000;
    public const int MaxUnanswered = 1024;
    public const string SchemaUrl = "/asyncapi.json";

    public static byte[] Write(GroupAck ack, SessionTerms terms) => FrameWriter.Write((ack, terms), static (json, s) =>
    {
        Head(json, s.ack.ClientId, [s.ack.GroupName], s.terms.Dialect);
        Config(json, s.ack);
        Tail(json, s.ack.SessionId, s.terms);
    });

    public static byte[] Write(TriggerAck ack, SessionTerms terms) => FrameWriter.Write((ack, terms), static (json, s) =>
    {
        Head(json, s.ack.ClientId, s.ack.Targets, s.terms.Dialect);
        json.WriteStartObject("config");
        json.WriteString("trigger_name", s.ack.TriggerName);
        json.WriteString("provider_name", s.ack.ProviderName);
        json.WriteString("model_name", s.ack.ModelName);
        json.WriteEndObject();
        Tail(json, s.ack.SessionId, s.terms);
    });

    /// <summary>A group's settings, in the ack and whenever they change.</summary>
    internal static void Config(Utf8JsonWriter json, GroupAck group)
    {
        json.WriteStartObject("config");
        json.WriteString("group_id", group.GroupId);
        json.WriteString("group_name", group.GroupName);
        json.WriteString("market", group.Market);
        json.WriteString("symbol", group.Symbol);
        json.WriteString("interval", group.Interval);
        json.WriteMoney("leverage", group.Leverage);
        json.WriteMoney("margin_usdt", group.MarginUsdt);
        json.WriteString("position_mode", group.PositionMode);
        json.WriteStartArray("members");
        foreach (var member in group.Members)
        {
            json.WriteStartObject();
            json.WriteString("id", member.Id);
            json.WriteString("name", member.Name);
            json.WriteString("role", member.Role);
            json.WriteString("provider", member.Provider);
            json.WriteString("model", member.Model);
            json.WriteString("system_prompt", member.SystemPrompt);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Head(Utf8JsonWriter json, string clientId, IReadOnlyList<string> targets, Dialect dialect)
    {
        json.WriteBoolean("ok", true);
        json.WriteString("message", ReplyMessages.Connected);
        json.WriteString("client_id", clientId);
        json.WriteTexts("targets", targets);
        if (dialect == Dialect.Kind)
        {
            json.WriteTexts("subscriptions", targets);
        }
    }

    private static void Tail(Utf8JsonWriter json, Guid sessionId, SessionTerms terms)
    {
        json.WriteType(terms.Dialect, "ack");
        json.WriteNumber("protocol", (int)terms.Dialect);
        json.WriteString("session_id", sessionId);
        json.WriteNumber("heartbeat_ms", HeartbeatMs);
        if (terms.Features.Count > 0)
        {
            json.WriteTexts("features", terms.Features);
        }

        var limits = terms.Limits;
        json.WriteStartObject("limits");
        json.WriteNumber("max_frame_bytes", limits.MaxFrameBytes);
        json.WriteNumber("max_unanswered", limits.MaxUnanswered);
        json.WriteNumber("outbound_queue_bytes", limits.OutboundQueueBytes);
        json.WriteNumber("frames_per_second", limits.FramesPerSecond);
        json.WriteNumber("frame_burst", limits.FrameBurst);
        json.WriteNumber("history_frames", limits.HistoryFrames);
        json.WriteNumber("history_hours", limits.HistoryHours);
        json.WriteEndObject();
        json.WriteString("schema_url", SchemaUrl);
    }
}
