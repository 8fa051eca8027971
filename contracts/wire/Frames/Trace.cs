using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Contracts.Wire.Frames;

/// <summary>Where a frame comes from, as far as its sender tells. Links that are no uuid are not wrong, they just link to nothing.</summary>
internal sealed record Trace(string? CorrelationId, string? CausationId, Guid? TriggerEventId, string? DecisionId)
{
    public static readonly Trace None = new(null, null, null, null);

    /// <summary><paramref name="isKey"/>: the frame is a decision, so its id has to be one.</summary>
    public static Trace Read(FieldReader? fields, bool isKey) => fields is null ? None : new(
        fields.Text("correlation_id", FieldLimits.Label),
        fields.Text("causation_id", FieldLimits.Label),
        Link(fields.Text("trigger_event_id", FieldLimits.Label)),
        isKey ? fields.Text("decision_id", FieldLimits.Key, 1) : fields.Text("decision_id", FieldLimits.Label));

    public static Guid? Link(string? text) => Guid.TryParseExact(text, "D", out var id) ? id : null;
}
