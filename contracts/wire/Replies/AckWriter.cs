using System.Text.Json;
using TradingSystem.Contracts.Wire.Frames;

namespace TradingSystem.Contracts.Wire.Replies;

/// <summary>The first frame of every connection.</summary>
public static class AckWriter
{
    public const int Protocol = 2;
    public const int HeartbeatMs = 10_000;
    public const int MaxUnanswered = 1024;

    public static byte[] Write(GroupAck ack) => FrameWriter.Write(ack, static (json, a) =>
    {
        Head(json, a.ClientId, [a.GroupName]);
        json.WriteStartObject("config");
        json.WriteString("group_id", a.GroupId);
        json.WriteString("group_name", a.GroupName);
        json.WriteString("market", a.Market);
        json.WriteString("symbol", a.Symbol);
        json.WriteString("interval", a.Interval);
        json.WriteNumber("leverage", Plain(a.Leverage));
        json.WriteNumber("margin_usdt", Plain(a.MarginUsdt));
        json.WriteString("position_mode", a.PositionMode);
        json.WriteStartArray("members");
        foreach (var member in a.Members)
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
        Tail(json, a.SessionId);
    }, 2048);

    public static byte[] Write(TriggerAck ack) => FrameWriter.Write(ack, static (json, a) =>
    {
        Head(json, a.ClientId, a.Targets);
        json.WriteStartObject("config");
        json.WriteString("trigger_name", a.TriggerName);
        json.WriteString("provider_name", a.ProviderName);
        json.WriteString("model_name", a.ModelName);
        json.WriteEndObject();
        Tail(json, a.SessionId);
    }, 2048);

    /// <summary>10.000000000000000000, as the database gives it, becomes 10.</summary>
    private static decimal Plain(decimal value) => value / 1.000000000000000000000000000000000m;

    private static void Head(Utf8JsonWriter json, string clientId, IReadOnlyList<string> targets)
    {
        json.WriteBoolean("ok", true);
        json.WriteString("message", ReplyMessages.Connected);
        json.WriteString("client_id", clientId);
        json.WriteTexts("targets", targets);
    }

    private static void Tail(Utf8JsonWriter json, Guid sessionId)
    {
        json.WriteString("type", "ack");
        json.WriteNumber("protocol", Protocol);
        json.WriteString("session_id", sessionId);
        json.WriteNumber("heartbeat_ms", HeartbeatMs);
        json.WriteStartObject("limits");
        json.WriteNumber("max_frame_bytes", FrameParser.MaxFrameBytes);
        json.WriteNumber("max_unanswered", MaxUnanswered);
        json.WriteEndObject();
        json.WriteString("schema_url", "/asyncapi.json");
    }
}
