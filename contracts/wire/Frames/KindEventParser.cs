using System.Buffers;
using System.Text;
using System.Text.Json;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Contracts.Wire.Frames;

/// <summary>
/// Rules of <c>kind:"event"</c>. What comes out is the same as from <c>type:"event"</c>, a decision's payload and condition
/// in that dialect's shape, so that nothing behind the gateway knows of two.
/// </summary>
internal static class KindEventParser
{
    private const string Payload = "payload";
    private const string DecisionId = "decision_id";

    private static readonly FieldNames NotTheClients = new(FieldWords.NotTheClients);

    /// <summary>Of a decision. What clients may not send is looked for apart.</summary>
    private static readonly FieldNames DecisionFields = new(
    [
        "type", "kind", "category", "priority", "title", "payload", "tags", "trace", DecisionId, "validate_only", "valid_until", "request_id", "id", "created_at",
        .. FieldWords.NotTheClients,
    ]);

    private static readonly FieldNames PayloadFields = new(
        "symbol", "trade_account_id", "action", "confidence_pct", "reasoning", "entry", "stop_loss", "take_profit", "margin_usdt");

    private static readonly FieldNames TraceFields = new("correlation_id", "causation_id", "trigger_event_id", DecisionId);

    public static EventFrame? Signal(FieldReader fields, string? requestId)
    {
        var head = Head.Read(fields, isDecision: false);
        var payload = fields.Object(Payload, required: true);
        var title = payload?.Text("signal_type", FieldLimits.SignalType, 1, required: true);
        _ = payload?.Text("sentiment", FieldLimits.Label);
        _ = payload?.Text("action_window", FieldLimits.Label);
        _ = payload?.Text("analysis", FrameParser.MaxFrameBytes);
        var targets = payload is null ? [] : SignalFields.SymbolTargets(payload, "affected_symbols");
        ForbidServerFields(payload);
        return fields.Errors.Count > 0
            ? null
            : head.Event(EventTypes.Immediate, targets, title!, fields.Raw(Payload, JsonValueKind.Object)!, null, null, requestId);
    }

    public static EventFrame? Decision(FieldReader fields, string? requestId)
    {
        var head = Head.Read(fields, isDecision: true);
        var payload = fields.Object(Payload, required: true);
        var before = fields.Errors.Count;
        var signal = payload is null ? null : Decision(payload);
        ForbidServerFields(payload);
        fields.WarnUnknown(DecisionFields);
        if (payload is not null && signal is not null)
        {
            payload.RefuseVariants(PayloadFields, NotTheClients);
            SignalFields.CheckNulls(payload, signal.Action, "margin_usdt");
        }

        if (signal is not null && fields.Errors.Count == before)
        {
            SignalFields.CheckSize(payload!, signal, "margin_usdt", "greater than 0 for an entry");
        }

        return fields.Errors.Count > 0
            ? null
            : head.Event(
                EventTypes.PostTrade,
                EventFrameParser.DecisionTargets,
                fields.Text("title", FieldLimits.Title) ?? $"{signal!.Action} {signal.Symbol}",
                SeedPayload(signal!),
                SeedCondition(fields.Raw("trace", JsonValueKind.Object)),
                signal,
                requestId);
    }

    private static TradeSignal Decision(FieldReader payload) => new(
        SignalFields.Symbol(payload),
        SignalFields.Action(payload),
        0,
        payload.Amount("margin_usdt") ?? 0,
        null,
        payload.Amount("entry"),
        payload.Amount("stop_loss"),
        payload.Amount("take_profit"),
        payload.Amount("confidence_pct", 0, FieldLimits.MaxPercent),
        payload.Text("reasoning", FieldLimits.Prose),
        OrderTypes.Market,
        null,
        payload.Uuid("trade_account_id"));

    private static void ForbidServerFields(FieldReader? fields)
    {
        foreach (var name in FieldWords.NotTheClients)
        {
            if (fields is not null && fields.Has(name))
            {
                fields.Fail(name, "not sent by clients");
            }
        }
    }

    private static string SeedPayload(TradeSignal signal)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("source_id", "");
            json.WriteString("symbol", signal.Symbol);
            json.WriteStartObject("signal");
            json.WriteString("action", signal.Action);
            json.WriteNumber("qty", signal.Qty);
            json.WriteNumber("margin_usd", signal.MarginUsd);
            Optional(json, "entry", signal.Entry);
            Optional(json, "stop_loss", signal.StopLoss);
            Optional(json, "take_profit", signal.TakeProfit);
            Optional(json, "confidence_pct", signal.ConfidencePct);
            if (signal.Reasoning is not null)
            {
                json.WriteString("reasoning", signal.Reasoning);
            }

            json.WriteEndObject();
            if (signal.TradeAccountId is { } account)
            {
                json.WriteString("trade_account_id", account);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Optional(Utf8JsonWriter json, string name, decimal? value)
    {
        if (value is { } amount)
        {
            json.WriteNumber(name, amount);
        }
    }

    private static string SeedCondition(string? trace) =>
        trace is null ? """{"domain":"trade_decision"}""" : $$"""{"domain":"trade_decision","trace":{{trace}}}""";

    /// <summary>What signals and decisions have in common.</summary>
    private sealed record Head(int Priority, IReadOnlyList<string> Tags, bool ValidateOnly, DateTimeOffset? ValidUntil, Trace Trace, string? Key)
    {
        public static Head Read(FieldReader fields, bool isDecision)
        {
            var links = fields.Object("trace");
            var trace = Trace.Read(links, isKey: true);
            if (isDecision)
            {
                links?.WarnUnknown(TraceFields);
            }

            var key = fields.Text(DecisionId, FieldLimits.Key, 1);
            if (key is not null && trace.DecisionId is not null && key != trace.DecisionId)
            {
                fields.Fail(DecisionId, "the same as trace.decision_id");
            }

            _ = fields.Text("title", FieldLimits.Title);
            ForbidServerFields(fields);
            return new(
                fields.Whole("priority", FieldLimits.MinPriority, FieldLimits.MaxPriority) ?? FieldLimits.DefaultPriority,
                fields.Texts("tags", 0, FieldLimits.Items, FieldLimits.Label, required: false),
                fields.Flag("validate_only") ?? false,
                fields.Time("valid_until"),
                trace,
                trace.DecisionId ?? key);
        }

        public EventFrame Event(string type, IReadOnlyList<string> targets, string title, string payload, string? condition, TradeSignal? signal, string? requestId) => new(
            type, Priority, targets, title, payload, Tags, condition, Trace.CorrelationId, Trace.CausationId, Trace.TriggerEventId, signal, Key, ValidateOnly, ValidUntil, requestId);
    }
}
