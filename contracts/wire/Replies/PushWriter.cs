using System.Text;
using System.Text.Json;

namespace TradingSystem.Contracts.Wire.Replies;

/// <summary>
/// What groups are sent without asking. Frames with a <c>seq</c> are written once for all their receivers and left open;
/// <see cref="Tail"/> closes them for each.
/// </summary>
public static class PushWriter
{
    private static readonly byte[] LiveTail = ",\"replayed\":false}"u8.ToArray();
    private static readonly byte[] ReplayedTail = ",\"replayed\":true}"u8.ToArray();

    public static byte[] Immediate(ImmediatePush push, long seq) => FrameWriter.Write((push, seq), static (json, s) =>
    {
        json.WriteType(Dialect.Type, "event");
        json.WriteString("event_type", "immediate");
        json.WriteString("id", s.push.Id);
        json.WriteString("source_id", s.push.SourceId);
        json.WriteNumber("priority", s.push.Priority);
        json.WriteTexts("targets", s.push.Targets);
        json.WriteString("title", s.push.Title);
        json.WriteString("payload", s.push.Payload);
        json.WriteTexts("tags", s.push.Tags);
        json.WriteString("created_at", s.push.CreatedAt);
        json.WriteNumber("seq", s.seq);
    }, open: true);

    /// <summary>The same event in the newer dialect, with what the receiving group holds.</summary>
    public static byte[] Signal(ImmediatePush push, long seq, IReadOnlyList<OpenPosition> openPositions) =>
        FrameWriter.Write((push, seq, openPositions), static (json, s) =>
        {
            json.WriteType(Dialect.Kind, "event");
            json.WriteString("category", "signal");
            json.WriteString("id", s.push.Id);
            json.WriteString("source", s.push.SourceId);
            json.WriteNumber("priority", s.push.Priority);
            json.WriteTexts("targets", s.push.Targets);
            json.WriteString("title", s.push.Title);
            SignalPayload.Write(json, s.push);
            json.WriteTexts("tags", s.push.Tags);
            json.WriteStartObject("trace");
            // A signal that belongs to nothing begins something: its own id is what later frames refer to.
            json.WriteString("correlation_id", s.push.CorrelationId ?? s.push.Id.ToString());
            json.WriteString("trigger_event_id", s.push.Id);
            json.WriteEndObject();
            json.WriteStartArray("open_positions");
            foreach (var position in s.openPositions)
            {
                json.WriteStartObject();
                json.WriteString("symbol", position.Symbol);
                json.WriteMoney("qty", position.Qty);
                json.WriteMoney("avg_price", position.AvgPrice);
                json.WriteMoney("unrealized_pnl", position.UnrealizedPnl);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("created_at", s.push.CreatedAt);
            json.WriteNumber("seq", s.seq);
        }, open: true);

    public static byte[] OrderUpdate(OrderPush push, long seq, Dialect dialect) => FrameWriter.Write((push, seq, dialect), static (json, s) =>
    {
        json.WriteType(s.dialect, "order_update");
        json.WriteString("status", s.push.Status);
        if (s.push.DecisionId is { } decisionId)
        {
            json.WriteString("decision_id", decisionId);
        }
        else
        {
            json.WriteString("decision_id", s.push.EventId);
        }

        json.WriteString("event_id", s.push.EventId);
        json.WriteString("correlation_id", s.push.CorrelationId);
        json.WriteString("order_id", s.push.OrderId);
        json.WriteString("symbol", s.push.Symbol);
        json.WriteString("side", s.push.Side);
        json.WriteMoney("qty", s.push.Qty);
        json.WriteMoney("avg_price", s.push.AvgPrice);
        json.WriteMoney("fee", s.push.Fee);
        json.WriteMoney("realized_pnl", s.push.RealizedPnl);
        Reason(json, s.push.Reason);
        json.WriteString("created_at", s.push.CreatedAt);
        json.WriteNumber("seq", s.seq);
    }, open: true);

    /// <summary>What closes an open frame: whether it is sent again, and the seq before it that this session would get.</summary>
    public static byte[] Tail(bool replayed, long? prevSeq) =>
        prevSeq is null
            ? replayed ? ReplayedTail : LiveTail
            : Encoding.ASCII.GetBytes(replayed ? $",\"replayed\":true,\"prev_seq\":{prevSeq}}}" : $",\"replayed\":false,\"prev_seq\":{prevSeq}}}");

    public static byte[] ConfigUpdate(GroupAck config, string reason, Dialect dialect) =>
        FrameWriter.Write((config, reason, dialect), static (json, s) =>
        {
            json.WriteType(s.dialect, "config_update");
            json.WriteString("reason", s.reason);
            AckWriter.Config(json, s.config);
        });

    public static byte[] Resumed(bool recovered, long? firstSeq, long? lastSeq, Dialect dialect) =>
        FrameWriter.Write((recovered, firstSeq, lastSeq, dialect), static (json, s) =>
        {
            json.WriteType(s.dialect, "resumed");
            json.WriteBoolean("recovered", s.recovered);
            if (s.firstSeq is { } first)
            {
                json.WriteNumber("first_seq", first);
            }

            if (s.lastSeq is { } last)
            {
                json.WriteNumber("last_seq", last);
            }
        });

    public static byte[] Heartbeat(DateTimeOffset serverTime, long lastSeq, Dialect dialect) =>
        FrameWriter.Write((serverTime, lastSeq, dialect), static (json, s) =>
        {
            json.WriteType(s.dialect, "heartbeat");
            json.WriteString("server_time", s.serverTime);
            json.WriteNumber("seq", s.lastSeq);
        });

    internal static void Reason(Utf8JsonWriter json, OrderReason? reason)
    {
        if (reason is null)
        {
            json.WriteNull("reason");
            return;
        }

        json.WriteStartObject("reason");
        json.WriteString("code", reason.Code);
        json.WriteString("limit", reason.Limit);
        json.WriteString("value", reason.Value);
        json.WriteString("nearest_acceptable", reason.NearestAcceptable);
        json.WriteString("message", reason.Message);
        json.WriteEndObject();
    }
}
