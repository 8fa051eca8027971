using System.Text.Json;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Contracts.Wire.Frames;

/// <summary>Rules of <c>type:"system"</c>.</summary>
internal static class SystemFrameParser
{
    private const string DiscussionLog = "TRADING_GROUP_DISCUSSION_LOG";
    private const int MaxCode = 128;
    private const int MaxMessage = 16 * 1024;

    public static SystemFrame? Read(FieldReader fields, string? requestId)
    {
        var level = fields.OneOf("level", true, "info", "warn", "error");
        var code = fields.Text("code", MaxCode, 1, required: true);
        var message = fields.Text("message", MaxMessage) ?? "";
        var isDiscussion = code == DiscussionLog;
        var detail = fields.Raw("detail", JsonValueKind.Object, isDiscussion);
        var discussion = isDiscussion && detail is not null ? Discussion(fields.Object("detail")!) : null;
        return fields.Errors.Count > 0 ? null : new SystemFrame(level!, code!, message, detail, discussion, requestId);
    }

    private static DiscussionDetail Discussion(FieldReader detail)
    {
        var groupId = detail.Uuid("group_id", required: true);
        var opinions = detail.Raw("member_opinions", JsonValueKind.Array, required: true);
        var decision = detail.Raw("decision", JsonValueKind.Object, required: true);
        var trace = detail.Object("trace");
        return new DiscussionDetail(
            groupId ?? Guid.Empty,
            opinions ?? "[]",
            decision ?? "{}",
            Id(detail, "trigger_event_id") ?? Id(trace, "trigger_event_id"),
            Id(detail, "decision_id") ?? Id(trace, "decision_id"),
            detail.Text("correlation_id", 200) ?? trace?.Text("correlation_id", 200));
    }

    /// <summary>Links that are no uuid are not wrong, they just link to nothing.</summary>
    private static Guid? Id(FieldReader? fields, string name) =>
        Guid.TryParseExact(fields?.Text(name, 200), "D", out var id) ? id : null;
}
