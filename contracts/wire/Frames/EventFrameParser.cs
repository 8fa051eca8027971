using System.Text.Json;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Contracts.Wire.Frames;

/// <summary>Rules of <c>type:"event"</c>. <c>id</c>, <c>source_id</c> and <c>created_at</c> are the server's: what a client sends there is not read.</summary>
internal static class EventFrameParser
{
    private const int MaxTargets = 64;
    private const int MaxTags = 64;
    private const int MaxLabel = 200;
    private const int MaxTitle = 1000;
    private const int MaxKey = 128;
    private const int DefaultPriority = 5;

    private static readonly string[] DefaultPostTradeTargets = ["trade_execution"];

    public static string? EventType(FieldReader fields)
    {
        var type = fields.OneOf("event_type", true, EventTypes.Immediate, EventTypes.PostTrade, EventTypes.Scheduled, EventTypes.Conditional);
        if (type is EventTypes.Scheduled or EventTypes.Conditional)
        {
            fields.Fail("event_type", $"immediate or post_trade; {type} is not yet supported", type);
            return null;
        }

        return type;
    }

    public static EventFrame? Read(FieldReader fields, string eventType, string? requestId)
    {
        var postTrade = eventType == EventTypes.PostTrade;
        var priority = fields.Whole("priority", 1, 10) ?? DefaultPriority;
        var targets = fields.Texts("targets", postTrade ? 0 : 1, MaxTargets, MaxLabel, required: !postTrade);
        var title = fields.Text("title", MaxTitle);
        var tags = fields.Texts("tags", 0, MaxTags, MaxLabel, required: false);
        var decisionId = fields.Text("decision_id", MaxKey, 1);
        var eventKey = fields.Text("event_key", MaxKey, 1);
        var validateOnly = fields.Flag("validate_only") ?? false;
        var validUntil = fields.Time("valid_until");
        var condition = fields.Raw("condition", JsonValueKind.Object, postTrade);
        var conditionFields = condition is null ? null : fields.Object("condition");
        if (postTrade)
        {
            _ = conditionFields?.OneOf("domain", true, "trade_decision");
        }

        // Only post_trade has a say in what trace looks like: a signal's condition is the sender's own.
        var trace = conditionFields is null ? null : postTrade || conditionFields.Has("trace") ? conditionFields.Object("trace") : null;
        var correlationId = trace?.Text("correlation_id", MaxLabel);
        var triggerEventId = trace?.Text("trigger_event_id", MaxLabel);
        var payload = fields.Text("payload", FrameParser.MaxFrameBytes, 0, required: true);
        var signal = postTrade && payload is not null ? PostTradePayload.Read(payload, fields.Errors) : null;
        if (fields.Errors.Count > 0)
        {
            return null;
        }

        return new EventFrame(
            eventType,
            priority,
            postTrade && targets.Count == 0 ? DefaultPostTradeTargets : targets,
            title ?? "",
            payload!,
            tags,
            condition,
            correlationId,
            Guid.TryParseExact(triggerEventId, "D", out var id) ? id : null,
            signal,
            postTrade ? decisionId : eventKey,
            validateOnly,
            validUntil,
            requestId);
    }
}
