using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Contracts.Wire.Frames;

/// <summary>
/// Rules of what <c>scheduled</c> and <c>conditional</c> events have beside other signals. A field that they do not know is refused: a misspelt end
/// would be none.
/// </summary>
internal static class ScheduleParser
{
    public const string PriceDomain = "price";
    public const int DefaultWithinS = 60;

    private const string TriggerAt = "trigger_at";
    private const string Schedule = "schedule";
    private const string Within = "within_s";
    private const string OneOfBoth = "exactly one of trigger_at and schedule";

    private static readonly FieldNames ScheduledFields = new(
        "type", "kind", "event_type", "priority", "targets", "title", "payload", "tags", "condition", "event_key", "validate_only", "request_id",
        "id", "source_id", "created_at", TriggerAt, Schedule);

    private static readonly FieldNames ConditionalFields = new(
        "type", "kind", "event_type", "priority", "targets", "title", "payload", "tags", "condition", "event_key", "validate_only", "request_id",
        "id", "source_id", "created_at", "valid_until");

    private static readonly FieldNames ScheduleFields = new("cron", "zone", "late", "overlap", "until");
    private static readonly FieldNames LateFields = new("policy", Within);
    private static readonly FieldNames ConditionFields = new("domain", "symbol", "op", "value", "trace");

    public static ScheduleTerms? Scheduled(FieldReader fields)
    {
        fields.RefuseUnknown(ScheduledFields);
        var at = fields.Time(TriggerAt);
        var schedule = fields.Object(Schedule);
        if (fields.Has(TriggerAt) == fields.Has(Schedule))
        {
            fields.Fail(fields.Has(TriggerAt) ? Schedule : TriggerAt, OneOfBoth);
        }

        return new(at, schedule is null ? null : Cron(schedule));
    }

    public static PriceTerms? Conditional(FieldReader fields)
    {
        fields.RefuseUnknown(ConditionalFields);
        if (fields.Object("condition", required: true) is not { } condition)
        {
            return null;
        }

        condition.RefuseUnknown(ConditionFields);
        _ = condition.Object("trace");
        _ = condition.OneOf("domain", true, PriceDomain);
        var symbol = SignalFields.Symbol(condition);
        var op = condition.OneOf("op", true, ComparisonWords.All);
        var value = condition.Amount("value");
        if (!condition.Has("value"))
        {
            condition.Fail("value", "required");
        }
        else if (value == 0m)
        {
            condition.Fail("value", "greater than 0");
        }

        return new(symbol, op ?? "", value ?? 0m);
    }

    private static CronTerms Cron(FieldReader fields)
    {
        fields.RefuseUnknown(ScheduleFields);
        var cron = fields.Line("cron", FieldLimits.Cron, 1, required: true);
        var zone = fields.Line("zone", FieldLimits.Zone, 1);
        var until = fields.Time("until");
        var overlap = fields.OneOf("overlap", false, OverlapPolicies.All);
        var late = fields.Object("late");
        late?.RefuseUnknown(LateFields);
        var policy = late?.OneOf("policy", false, LatePolicies.All) ?? LatePolicies.FireOnce;
        var within = late?.Whole(Within, 1, FieldLimits.MaxLateS);
        if (policy == LatePolicies.Skip && within is not null)
        {
            late!.Fail(Within, $"not with policy {LatePolicies.Skip}, which raises none late");
        }

        return new(cron ?? "", zone ?? CronTerms.DefaultZone, policy, within ?? DefaultWithinS, overlap ?? OverlapPolicies.Skip, until);
    }
}
