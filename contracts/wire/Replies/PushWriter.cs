namespace TradingSystem.Contracts.Wire.Replies;

/// <summary>What groups are sent without asking; the same bytes go to every receiver.</summary>
public static class PushWriter
{
    public static byte[] Write(ImmediatePush push) => FrameWriter.Write(push, static (json, p) =>
    {
        json.WriteString("type", "event");
        json.WriteString("event_type", "immediate");
        json.WriteString("id", p.Id);
        json.WriteString("source_id", p.SourceId);
        json.WriteNumber("priority", p.Priority);
        json.WriteTexts("targets", p.Targets);
        json.WriteString("title", p.Title);
        json.WriteString("payload", p.Payload);
        json.WriteTexts("tags", p.Tags);
        json.WriteString("created_at", p.CreatedAt);
        json.WriteBoolean("replayed", false);
    }, push.Payload.Length + 512);
}
