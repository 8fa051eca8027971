using System.Text.Json.Nodes;
using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Contracts.Wire.Validation;
using static TradingSystem.Contracts.Wire.Documents.ClientFields;
using static TradingSystem.Contracts.Wire.Documents.Field;

namespace TradingSystem.Contracts.Wire.Documents;

/// <summary>What clients send with <c>type</c>.</summary>
internal static class ClientFrames
{
    public static IEnumerable<FrameShape> Type()
    {
        yield return Shape("immediate", "A signal", "From a trigger, for the trading groups named in `targets`.",
            [
                Must("type", Value.Const("event"), ""),
                Must("event_type", Value.Const(EventTypes.Immediate), ""),
                Must("targets", Value.List(Value.Text(1, FieldLimits.Label), 1, FieldLimits.Items), "Group names, or selectors: `*`, `market:crypto`, `symbol:BTCUSDT`."),
                Must("payload", Value.Text(0, FrameParser.MaxFrameBytes), "Anything the groups understand."),
                Title, Priority, Tags,
                Optional("condition", Value.AnyObject, "Passed on to the diary; `trace.correlation_id` in it traces."),
                Optional("event_key", Key, "With it a repetition is the same event."),
                ValidateOnly, ValidUntil, RequestId,
                Never("kind"),
            ],
            ClientExamples.Immediate);
        foreach (var shape in ScheduleFrames.Type())
        {
            yield return shape;
        }

        yield return Shape("post-trade", "A decision", "From a trading group. Its payload is JSON encoded as a string.",
            [
                Must("type", Value.Const("event"), ""),
                Must("event_type", Value.Const(EventTypes.PostTrade), ""),
                Must("payload", Value.JsonText(Payload()), "The decision."),
                Must("condition", Value.Object([
                    Must("domain", Value.Const(FieldWords.TradeDecision), ""),
                    Optional("trace", Value.Object(TraceFields), "Where the decision comes from."),
                ]), "Says that it is one."),
                Optional("targets", Labels, "Not needed; `trade_execution` without it."),
                Optional("decision_id", Key, "The decision's key: sent again it gets the first outcome again, with `duplicate`. Without it each frame is a decision of its own."),
                ValidUntil, Title, Priority, Tags, ValidateOnly, RequestId,
                Never("kind"),
            ],
            ClientExamples.PostTrade);
        yield return Shape(
            "system", "A log line",
            "From anybody. A trigger is shown as online while any frame of it came within 5 minutes; `TRIGGER_HEARTBEAT` is for one that has nothing else to say.",
            [Must("type", Value.Const("system"), ""), .. SystemFields(Value.AnyObject, discussion: false), Never("kind")],
            ClientExamples.System);
        yield return Shape("discussion", "A finished discussion", "From a trading group; it becomes a row of `trading_group_discussions`.",
            [Must("type", Value.Const("system"), ""), .. SystemFields(Discussion, discussion: true), Never("kind")],
            ClientExamples.Discussion);
        yield return Shape("ping", "A sign of life", "Answered with a pong.",
            [
                Must("type", Value.Const("ping"), ""),
                Optional("id", Value.TextOrNumber(FieldLimits.RequestId), "Repeated in the pong."),
                RequestId,
                Never("kind"),
            ],
            ClientExamples.Ping);
    }

    private static Value Payload() => Value.Object([
        Symbol,
        Must("signal", Value.Object(
            [
                TradeAction,
                Optional(
                    "qty", Amount,
                    "In the base asset; 0 or absent: margin × leverage / price, rounded down to the lot step. A `CLOSE` with 0 closes all. Never null, but for `NO_TRADE`."),
                Optional("margin_usd", Amount, "In quote currency. An entry needs `qty` or `margin_usd` greater than 0, and neither null."),
                Optional("leverage", Value.Amount(1, FieldLimits.MaxLeverage), "The group's if absent."),
                Optional("entry", Amount, "The price it was decided at."),
                Optional("stop_loss", Amount, "Price of the protection."),
                Optional("take_profit", Amount, "Price of the target."),
                Optional("confidence_pct", Percent, "How sure the group is."),
                Optional("reasoning", Value.Text(0, FieldLimits.Prose), "Why, for people."),
                Optional(
                    "order_type", Value.OneOf(OrderTypes.All),
                    $"`market` if absent. A `limit` order waits at `price` until it is filled, `valid_until` passes or a `CLOSE` takes it back; accounts that fill at once refuse it (`{ReasonCodes.UnsupportedOrderType}`)."),
                Optional("price", Amount, "Of a limit order, where it is required and greater than 0; rounded to the tick so that it is never worse than asked for."),
            ],
            When("action", ActionWords.Entries, new JsonObject { ["anyOf"] = new JsonArray(Positive("qty"), Positive("margin_usd")) }),
            When("action", ActionWords.Entries, NotNull("qty", "margin_usd")),
            When("action", [ActionWords.Close], NotNull("qty")),
            When("order_type", [OrderTypes.Limit], Positive("price"))).Closed(), "What to do; it has no other fields."),
        Optional("source_id", Label, "The sender's own name for itself."),
    ]);

    private static FrameShape Shape(string name, string title, string summary, IReadOnlyList<Field> fields, IReadOnlyList<byte[]> examples) =>
        new($"type-client-{name}", title, true, Dialect.Type, summary, fields, examples);
}
