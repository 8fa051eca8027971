using System.Text.Json;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Contracts.Wire.Frames;

/// <summary>Rules of <c>type:"event"</c>. <c>id</c>, <c>source_id</c> and <c>created_at</c> are the server's: what a client sends there is not read.</summary>
internal static class EventFrameParser
{
    public static readonly string[] DecisionTargets = ["trade_execution"];

    /// <summary>Of a decision; the last three are the server's.</summary>
    private static readonly FieldNames DecisionFields = new(
        "type", "kind", "event_type", "priority", "targets", "title", "payload", "tags", "condition", "decision_id", "validate_only", "valid_until", "request_id",
        "id", "source_id", "created_at");

    private static readonly FieldNames ConditionFields = new("domain", "trace");

    private static readonly FieldNames TraceFields = new("correlation_id", "causation_id", "trigger_event_id");

    public static string? EventType(FieldReader fields) => fields.OneOf("event_type", true, FieldWords.EventTypes);

    public static EventFrame? Read(FieldReader fields, string eventType, string? requestId)
    {
        var postTrade = eventType == EventTypes.PostTrade;
        var priority = fields.Whole("priority", FieldLimits.MinPriority, FieldLimits.MaxPriority) ?? FieldLimits.DefaultPriority;
        var targets = fields.Texts("targets", postTrade ? 0 : 1, FieldLimits.Items, FieldLimits.Label, required: !postTrade);
        var title = fields.Text("title", FieldLimits.Title);
        var tags = fields.Texts("tags", 0, FieldLimits.Items, FieldLimits.Label, required: false);
        var key = fields.Text(postTrade ? "decision_id" : "event_key", FieldLimits.Key, 1);
        var validateOnly = fields.Flag("validate_only") ?? false;
        var validUntil = fields.Time("valid_until");
        var condition = fields.Raw("condition", JsonValueKind.Object, postTrade);
        var conditionFields = condition is null ? null : fields.Object("condition");
        if (postTrade)
        {
            _ = conditionFields?.OneOf("domain", true, FieldWords.TradeDecision);
        }

        // A signal's condition is the sender's own: what it calls trace may be anything.
        var trace = postTrade ? conditionFields?.Object("trace") : conditionFields?.Tolerant("trace");
        var correlationId = trace?.Text("correlation_id", FieldLimits.Label);
        var causationId = trace?.Text("causation_id", FieldLimits.Label);
        var triggerEventId = Trace.Link(trace?.Text("trigger_event_id", FieldLimits.Label));
        var payload = fields.Text("payload", FrameParser.MaxFrameBytes, 0, required: true);
        var signal = postTrade && payload is not null ? PostTradePayload.Read(payload, fields) : null;
        var schedule = eventType == EventTypes.Scheduled ? ScheduleParser.Scheduled(fields) : null;
        var when = eventType == EventTypes.Conditional ? ScheduleParser.Conditional(fields) : null;
        if (postTrade)
        {
            fields.WarnUnknown(DecisionFields);
            conditionFields?.WarnUnknown(ConditionFields);
            trace?.WarnUnknown(TraceFields);
        }

        if (fields.Errors.Count > 0)
        {
            return null;
        }

        return new EventFrame(
            eventType,
            priority,
            postTrade && targets.Count == 0 ? DecisionTargets : targets,
            title ?? "",
            payload!,
            tags,
            condition,
            correlationId,
            causationId,
            triggerEventId,
            signal,
            key,
            validateOnly,
            validUntil,
            requestId)
        {
            Schedule = schedule,
            When = when,
        };
    }
}
