using System.Text.Json.Nodes;
using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Contracts.Wire.Validation;
using static TradingSystem.Contracts.Wire.Documents.Field;

namespace TradingSystem.Contracts.Wire.Documents;

/// <summary>Fields and rules that client frames share. Their limits are the parser's own.</summary>
internal static class ClientFields
{
    public static readonly Value Amount = Value.Amount(0, FieldLimits.MaxAmount);
    public static readonly Value Percent = Value.Amount(0, FieldLimits.MaxPercent);
    public static readonly Value Label = Value.Text(0, FieldLimits.Label);
    public static readonly Value Key = Value.Text(1, FieldLimits.Key);
    public static readonly Value Labels = Value.List(Value.Text(1, FieldLimits.Label), 0, FieldLimits.Items);

    public static readonly Field RequestId = Optional("request_id", Value.Text(0, FieldLimits.RequestId), "Repeated in the reply.");

    public static readonly Field Priority = Optional(
        "priority", Value.Whole(FieldLimits.MinPriority, FieldLimits.MaxPriority),
        $"{FieldLimits.MaxPriority} is the most urgent; {FieldLimits.DefaultPriority} if absent.");

    public static readonly Field Tags = Optional("tags", Labels, "Passed on.");

    public static readonly Field Title = Optional("title", Value.Text(0, FieldLimits.Title), "For people.");

    public static readonly Field ValidateOnly = Optional(
        "validate_only", Value.Flag,
        "true: the frame is checked and answered with `valid`; nothing happens. A decision is also sized and held against the limits as things are now, and the reply says what `would` become of it.");

    public static readonly Field ValidUntil = Optional(
        "valid_until", Value.Time,
        "A decision that reaches execution later than this is rejected, and its limit order is cancelled then; a signal has no use for it.");

    public static Field[] TraceFields => [
        Optional("correlation_id", Label, "Ties together what belongs together. It only traces, it never makes two decisions one."),
        Optional("causation_id", Label, "What led to this frame."),
        Optional("trigger_event_id", Label, "The event that led to it; other text than a uuid links to nothing."),
    ];

    public static Field[] SystemFields(Value detail, bool discussion) => [
        Must("level", Value.OneOf(FieldWords.Levels), "How bad it is."),
        Must("code", discussion ? Value.Const(FieldWords.DiscussionLog) : Code, discussion ? "Makes the frame a discussion." : "What it is, for programs."),
        Optional("message", Value.Text(0, FieldLimits.Prose), "What it is, for people."),
        discussion ? Must("detail", detail, "The discussion.") : Optional("detail", detail, "Anything more."),
        RequestId,
    ];

    public static Value Discussion => Value.Object([
        Must("group_id", Value.Uuid, "The group's own id, from the ack."),
        Must("member_opinions", Value.AnyArray, "What each member said, in any shape."),
        Must("decision", Value.AnyObject, "What came of it, in any shape."),
        .. TraceFields.Where(f => f.Name != "causation_id"),
        Optional("decision_id", Label, "The id its decision was accepted with; other text than a uuid links to nothing."),
        Optional("trace", Value.Object([.. TraceFields, Optional("decision_id", Label, "")]), "The same links, if they are not above."),
    ]);

    public static Field TradeAction =>
        Must(
            "action", Value.OneOf(ActionWords.Written),
            "`BUY` is `LONG`, `SELL` is `SHORT`. LONG while long adds, LONG while short is one netting order, `CLOSE` closes, `NO_TRADE` is recorded only.");

    public static Field Symbol => Must("symbol", Value.Symbol(FieldLimits.Symbol), "What to trade, e.g. `BTCUSDT`; upper and lower case are the same.");

    /// <summary>A rule that holds when a field is one of some words.</summary>
    public static JsonObject When(string field, IEnumerable<string> words, JsonObject then) => new()
    {
        ["if"] = new JsonObject
        {
            ["properties"] = new JsonObject { [field] = new JsonObject { ["enum"] = new JsonArray([.. words.Select(w => (JsonNode)w)]) } },
            ["required"] = new JsonArray(field),
        },
        ["then"] = then,
    };

    public static JsonObject Positive(string field) => new()
    {
        ["properties"] = new JsonObject
        {
            [field] = new JsonObject
            {
                ["anyOf"] = new JsonArray(
                    new JsonObject { ["type"] = "number", ["exclusiveMinimum"] = 0 },
                    new JsonObject { ["type"] = "string", ["pattern"] = "^[0-9.]*[1-9]" }),
            },
        },
        ["required"] = new JsonArray(field),
    };

    /// <summary>Where the size comes from, null is no way of saying none.</summary>
    public static JsonObject NotNull(params IEnumerable<string> fields)
    {
        var properties = new JsonObject();
        foreach (var field in fields)
        {
            properties[field] = new JsonObject { ["not"] = new JsonObject { ["type"] = "null" } };
        }

        return new() { ["properties"] = properties };
    }

    private static Value Code
    {
        get
        {
            var code = Value.Text(1, FieldLimits.Code);
            code.Schema["not"] = new JsonObject { ["const"] = FieldWords.DiscussionLog };
            return code;
        }
    }
}
