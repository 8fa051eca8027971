using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Contracts.Wire.Validation;
using static TradingSystem.Contracts.Wire.Documents.ClientFields;
using static TradingSystem.Contracts.Wire.Documents.Field;

namespace TradingSystem.Contracts.Wire.Documents;

/// <summary>What clients send with <c>kind</c>.</summary>
internal static class KindClientFrames
{
    public static IEnumerable<FrameShape> All()
    {
        yield return Shape("signal", "A signal", "From a trigger, for the groups that trade one of `affected_symbols`; without any for all groups.",
            [
                Must("kind", Value.Const("event"), ""),
                Must("category", Value.Const("signal"), ""),
                Must("payload", Value.Object([
                    Must("signal_type", Value.Text(1, FieldLimits.SignalType), "What kind of news it is; the event's title."),
                    Optional("sentiment", Label, "E.g. `bullish`, `bearish`, `neutral`."),
                    Optional("action_window", Label, "E.g. `immediate`."),
                    Optional("analysis", Value.Text(0, FrameParser.MaxFrameBytes), "The text."),
                    Optional("affected_symbols", Value.List(Value.Symbol(FieldLimits.Symbol), 0, FieldLimits.Items), "Whom it concerns."),
                    .. ServerFields,
                ]), "The signal. Further fields are passed on."),
                .. Common,
            ],
            ClientExamples.Signal);
        yield return Shape("decision", "A decision", "From a trading group. Its size comes from `margin_usdt`, the group's leverage and the price.",
            [
                Must("kind", Value.Const("event"), ""),
                Must("category", Value.Const("decision"), ""),
                Must("payload", Value.Object(
                    [
                        Symbol,
                        TradeAction,
                        Optional("margin_usdt", Amount, "In quote currency; greater than 0 for an entry."),
                        Optional("trade_account_id", Value.Uuid, "The account it is meant for; it must be the group's."),
                        Optional("confidence_pct", Percent, "How sure the group is."),
                        Optional("reasoning", Value.Text(0, FieldLimits.Prose), "Why, for people."),
                        Optional("entry", Amount, "The price it was decided at."),
                        Optional("stop_loss", Amount, "Price of the protection."),
                        Optional("take_profit", Amount, "Price of the target."),
                        .. ServerFields,
                    ],
                    When("action", ActionWords.Entries, Positive("margin_usdt")),
                    When("action", [.. ActionWords.Entries, ActionWords.Close], NotNull("qty"))), "The decision. Other spellings of its fields are refused."),
                .. Common,
            ],
            ClientExamples.Decision);
        yield return Shape("log", "A log line", "From anybody.",
            [Must("kind", Value.Const("log"), ""), .. SystemFields(Value.AnyObject, discussion: false), LogTrace, Never("type")],
            ClientExamples.Log);
        yield return Shape("discussion", "A finished discussion", "From a trading group; it becomes a row of `trading_group_discussions`.",
            [Must("kind", Value.Const("log"), ""), .. SystemFields(Discussion, discussion: true), LogTrace, Never("type")],
            ClientExamples.KindDiscussion);
        yield return Shape("ping", "A sign of life", "Answered with a pong.",
            [
                Must("kind", Value.Const("ping"), ""),
                Optional("id", Value.TextOrNumber(FieldLimits.RequestId), "Repeated in the pong."),
                RequestId,
                Never("type"),
            ],
            ClientExamples.KindPing);
    }

    private static Field[] Common => [
        Optional("trace", Value.Object([.. TraceFields, Optional("decision_id", Key, "The frame's key: sent again it is the same event or decision.")]), "Where it comes from."),
        Optional("decision_id", Key, "The same as `trace.decision_id`; if both are there they must be equal."),
        ValidUntil, Title, Priority, Tags, ValidateOnly, RequestId,
        .. ServerFields,
        Never("type"),
    ];

    private static Field LogTrace => Optional("trace", Value.Object([.. TraceFields, Optional("decision_id", Label, "")]), "Where it comes from.");

    private static IEnumerable<Field> ServerFields => FieldWords.NotTheClients.Select(Never);

    private static FrameShape Shape(string name, string title, string summary, IReadOnlyList<Field> fields, IReadOnlyList<byte[]> examples) =>
        new($"kind-client-{name}", title, true, Dialect.Kind, summary, fields, examples);
}
