using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Contracts.Wire.Frames;

/// <summary>
/// Rules of <c>cancel</c> and <c>protect</c>, in the newer dialect with the same fields under <c>payload</c>. A field that they do not know is
/// refused: a stop that was misspelt would stay where it is.
/// </summary>
internal static class SteeringParser
{
    private const string RequestId = "request_id";
    private const string Payload = "payload";
    private const string StopLoss = "stop_loss";
    private const string TakeProfit = "take_profit";

    private const string OneOfThem = "exactly one of decision_id and all: true, or schedule_id of a trigger's schedule";
    private const string AtLeastOne = "stop_loss or take_profit: a price, or null to remove it";

    private static readonly FieldNames CancelFields = new("type", "decision_id", "all", "schedule_id", RequestId);
    private static readonly FieldNames ProtectFields = new("type", "symbol", StopLoss, TakeProfit, RequestId);
    private static readonly FieldNames KindFields = new("kind", Payload, "trace", RequestId);
    private static readonly FieldNames CancelPayload = new("decision_id", "all", "schedule_id", RequestId);
    private static readonly FieldNames ProtectPayload = new("symbol", StopLoss, TakeProfit, RequestId);

    public static CancelFrame? Cancel(FieldReader fields, string? requestId)
    {
        fields.RefuseUnknown(CancelFields);
        return Cancel(fields, fields, null, requestId);
    }

    public static ProtectFrame? Protect(FieldReader fields, string? requestId)
    {
        fields.RefuseUnknown(ProtectFields);
        return Protect(fields, fields, null, requestId);
    }

    public static (CancelFrame? Frame, string? RequestId) KindCancel(FieldReader fields, string? requestId)
    {
        var (payload, correlationId, id) = Kind(fields, requestId);
        payload?.RefuseUnknown(CancelPayload);
        return (payload is null ? null : Cancel(fields, payload, correlationId, id), id);
    }

    public static (ProtectFrame? Frame, string? RequestId) KindProtect(FieldReader fields, string? requestId)
    {
        var (payload, correlationId, id) = Kind(fields, requestId);
        payload?.RefuseUnknown(ProtectPayload);
        return (payload is null ? null : Protect(fields, payload, correlationId, id), id);
    }

    private static (FieldReader? Payload, string? CorrelationId, string? RequestId) Kind(FieldReader fields, string? requestId)
    {
        fields.RefuseUnknown(KindFields);
        var payload = fields.Object(Payload, required: true);
        var trace = Trace.Read(fields.Object("trace"), isKey: false);
        return (payload, trace.CorrelationId, requestId ?? payload?.Text(RequestId, FieldLimits.RequestId));
    }

    private static CancelFrame? Cancel(FieldReader frame, FieldReader fields, string? correlationId, string? requestId)
    {
        var decisionId = fields.Text("decision_id", FieldLimits.Key, 1);
        var all = fields.Flag("all");
        var scheduleId = fields.Uuid("schedule_id");
        var given = (decisionId is null ? 0 : 1) + (all == true ? 1 : 0) + (scheduleId is null ? 0 : 1);
        if (frame.Errors.Count == 0 && given != 1)
        {
            fields.Fail(given == 0 ? "decision_id" : all == true ? "all" : "schedule_id", OneOfThem);
        }

        return frame.Errors.Count > 0 ? null : new CancelFrame(decisionId, scheduleId, correlationId, requestId);
    }

    private static ProtectFrame? Protect(FieldReader frame, FieldReader fields, string? correlationId, string? requestId)
    {
        var symbol = SignalFields.Symbol(fields);
        var stopLoss = Leg(fields, StopLoss);
        var takeProfit = Leg(fields, TakeProfit);
        if (frame.Errors.Count == 0 && stopLoss is null && takeProfit is null)
        {
            fields.Fail(StopLoss, AtLeastOne);
        }

        return frame.Errors.Count > 0 ? null : new ProtectFrame(symbol, stopLoss, takeProfit, correlationId, requestId);
    }

    /// <summary>Null where it was left out, or is wrong.</summary>
    private static LegChange? Leg(FieldReader fields, string name)
    {
        if (fields.IsNull(name))
        {
            return new(null);
        }

        if (fields.Amount(name) is not { } price)
        {
            return null;
        }

        if (price > 0m)
        {
            return new(price);
        }

        fields.Fail(name, "greater than 0; null removes it");
        return null;
    }
}
