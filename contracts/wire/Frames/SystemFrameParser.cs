using System.Text.Json;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Contracts.Wire.Frames;

/// <summary>Rules of <c>type:"system"</c> and <c>kind:"log"</c>, which differ in where a trace may stand.</summary>
internal static class SystemFrameParser
{
    /// <summary><paramref name="frameTrace"/> is the newer dialect's; the detail's own links go before it.</summary>
    public static SystemFrame? Read(FieldReader fields, Trace? frameTrace, string? requestId)
    {
        var level = fields.OneOf("level", true, FieldWords.Levels);
        var code = fields.Text("code", FieldLimits.Code, 1, required: true);
        var message = fields.Text("message", FieldLimits.Prose) ?? "";
        var isDiscussion = code == FieldWords.DiscussionLog;
        var detail = fields.Raw("detail", JsonValueKind.Object, isDiscussion);
        var discussion = isDiscussion && detail is not null ? Discussion(fields.Object("detail")!, frameTrace) : null;
        return fields.Errors.Count > 0 ? null : new SystemFrame(level!, code!, message, detail, discussion, requestId);
    }

    private static DiscussionDetail Discussion(FieldReader detail, Trace? frameTrace)
    {
        var groupId = detail.Uuid("group_id", required: true);
        var opinions = detail.Raw("member_opinions", JsonValueKind.Array, required: true);
        var decision = detail.Raw("decision", JsonValueKind.Object, required: true);
        var own = Trace.Read(detail, isKey: false);
        var inner = Trace.Read(detail.Object("trace"), isKey: false);
        return new DiscussionDetail(
            groupId ?? Guid.Empty,
            opinions ?? "[]",
            decision ?? "{}",
            own.TriggerEventId ?? inner.TriggerEventId ?? frameTrace?.TriggerEventId,
            Trace.Link(own.DecisionId) ?? Trace.Link(inner.DecisionId) ?? Trace.Link(frameTrace?.DecisionId),
            own.CorrelationId ?? inner.CorrelationId ?? frameTrace?.CorrelationId);
    }
}
