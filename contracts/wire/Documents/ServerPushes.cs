using static TradingSystem.Contracts.Wire.Documents.Field;
using static TradingSystem.Contracts.Wire.Documents.ServerReplies;

namespace TradingSystem.Contracts.Wire.Documents;

/// <summary>What groups get without asking.</summary>
internal static class ServerPushes
{
    public const string SignalName = "kind-server-signal";

    private static readonly Field[] Position = [
        Must("seq", Value.Whole(0), "The frame's place in the server's one log; it grows, not by ones."),
        Must("replayed", Value.Flag, "true: sent again after `resume_from`."),
        May("prev_seq", Value.Whole(0), "With `resume`: the `seq` of the frame before this one for this session, 0 if none is known."),
    ];

    public static IEnumerable<FrameShape> Of(Dialect dialect)
    {
        var examples = new ServerExamples(dialect);
        yield return dialect == Dialect.Kind ? Signal() : Event();
        yield return Shape(dialect, "order-update", "One step of an order", "With `orders`. The same in simulated, sandbox and live mode.",
            [
                Type(dialect, "order_update"),
                Must(
                    "status", Value.OneOf(OrderStatus.Told),
                    "`accepted` and `submitted` come first; `filled` ends an entry, `protected` one that asked for protection, `closed` a close; `rejected` comes without a trade, `canceled` with what was filled until then. `stopped` and `took_profit` follow when the protection fires, under the entry's `decision_id` and with the `order_id` of the order that closed. What they and `closed` say of side, quantity, price, fee and PnL is the exit's; `closed` under an entry's `decision_id` sums up what ended its position at an exchange, whoever sent it. `unknown` is resolved by a later update."),
                Must(
                    "decision_id", Value.AnyText,
                    "The decision's own id, or the event id if it had none. What came of a `cancel` or `protect` itself is told under the `id` of its reply."),
                Must("event_id", Value.Uuid, "The id the decision, or the `cancel` or `protect`, was accepted with."),
                Must("correlation_id", Value.AnyText.OrNull(), "The decision's."),
                Must("order_id", Value.Uuid, ""),
                Must("symbol", Value.AnyText, ""),
                Must("side", Value.OneOf(SideWords.All).OrNull(), "null if nothing was to be bought or sold."),
                Must("qty", Value.Number, "In the base asset."),
                Must("avg_price", Value.Number.OrNull(), "Of its fills, weighted by quantity; null before the first."),
                Must("fee", Value.Number, "In quote currency; one that was taken in another asset at what that was worth."),
                Must("realized_pnl", Value.Number, "In quote currency, before fees: the sum of its fills'."),
                Must("reason", Reason, "Why it was rejected; null otherwise."),
                Must("created_at", Value.Time, ""),
                .. Position,
            ],
            examples.OrderUpdate);
        yield return Shape(dialect, "config-update", "The group's settings changed", "With `config`.",
            [Type(dialect, "config_update"), Must("reason", Value.AnyText, "`group_changed`, or `account_changed`: another account trades for the group, or its settings changed."), Must("config", GroupConfig, "All of it, as in the ack.")],
            examples.ConfigUpdate);
        yield return Shape(
            dialect, "resumed", "Where the stream stands",
            "With `resume`, once: after the ack and, if the address had `resume_from`, the missed frames. Live frames follow.",
            [
                Type(dialect, "resumed"),
                Must("recovered", Value.Flag, "true: every missed frame was sent before this one. false: some are not held any more and none was sent."),
                May("first_seq", Value.Whole(0), "The oldest frame still held; `resume_from` one less gets all of them."),
                May("last_seq", Value.Whole(0), "The newest frame before the live ones: what to resume from if nothing follows."),
            ],
            examples.Resumed);
        yield return Shape(dialect, "heartbeat", "The server is there", "With `heartbeat`, every few seconds.",
            [Type(dialect, "heartbeat"), Must("server_time", Value.Time, "For measuring clocks."), Must("seq", Value.Whole(0), "The newest `seq` of the log, which other groups' frames move too.")],
            examples.Heartbeat);
        yield return Shape(dialect, "shutdown", "This node is going away", "The only frame nobody asked for; close code 1012 follows.",
            [
                Type(dialect, "system"),
                Must("code", Value.Const(CloseCodes.ServerShutdown.Reason), ""),
                Must("detail", Value.Object([Must("reconnect_after_ms", Value.Whole(0), "Wait so long; it differs per client, so that they do not all come at once.")]), ""),
            ],
            examples.ServerShutdown);
    }

    private static FrameShape Event() => Shape(Dialect.Type, "event", "A signal", "For every group its trigger's `targets` address.",
        [
            Type(Dialect.Type, "event"),
            Must("event_type", Value.Const("immediate"), ""),
            Must("id", Value.Uuid, "The event's id; a decision it leads to names it as `trigger_event_id`."),
            Must("source_id", Value.AnyText, "The trigger's name."),
            Must("priority", Value.Whole(1, 10), ""),
            Must("targets", Value.List(Value.AnyText), "As the trigger sent them."),
            Must("title", Value.AnyText, ""),
            Must("payload", Value.AnyText, "As the trigger sent it."),
            Must("tags", Value.List(Value.AnyText), ""),
            Must("created_at", Value.Time, "When the server took it."),
            .. Position,
        ],
        ServerExamples.Immediate);

    private static FrameShape Signal() => Shape(Dialect.Kind, "signal", "A signal", "For every group it addresses, with what that group holds.",
        [
            Type(Dialect.Kind, "event"),
            Must("category", Value.Const("signal"), ""),
            Must("id", Value.Uuid, "The event's id."),
            Must("source", Value.AnyText, "The trigger's name."),
            Must("priority", Value.Whole(1, 10), ""),
            Must("targets", Value.List(Value.AnyText), ""),
            Must("title", Value.AnyText, ""),
            Must("payload", Value.Object([
                Must("signal_type", Value.AnyText, "The title, if the trigger speaks the other dialect."),
                Must("sentiment", Value.AnyText, "`neutral` if it was not told."),
                Must("action_window", Value.AnyText, "`immediate` if it was not told."),
                Must("analysis", Value.AnyText, "The whole payload, if it was not told."),
                Must("affected_symbols", Value.List(Value.AnyText), ""),
            ]), "The signal; further fields are the trigger's."),
            Must("tags", Value.List(Value.AnyText), ""),
            Must("trace", Value.Object([
                Must("correlation_id", Value.AnyText, "The trigger's, or the event's id."),
                Must("trigger_event_id", Value.Uuid, "The event's id, for the decision it leads to."),
            ]), ""),
            Must("open_positions", Value.List(Value.Object([
                Must("symbol", Value.AnyText, ""),
                Must("qty", Value.Number, "Positive long, negative short."),
                Must("avg_price", Value.Number, ""),
                Must("unrealized_pnl", Value.Number, "In quote currency."),
            ])), "What the receiving group holds."),
            Must("created_at", Value.Time, ""),
            .. Position,
        ],
        ServerExamples.Signal);

    private static Field Type(Dialect dialect, string type) => Must(Discriminator(dialect), Value.Const(type), "");
}
