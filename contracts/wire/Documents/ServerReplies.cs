using TradingSystem.Contracts.Wire.Replies;
using static TradingSystem.Contracts.Wire.Documents.Field;

namespace TradingSystem.Contracts.Wire.Documents;

/// <summary>The ack and what answers single frames. In the newer dialect all of them are <c>kind:"ack"</c>.</summary>
internal static class ServerReplies
{
    private static readonly Field RequestId = May("request_id", Value.AnyText, "The frame's own, if it had one.");

    private static readonly Field Warnings = May("warnings", Value.List(Value.Object([
        Must("path", Text1, "The field."),
        Must("note", Text1, "What became of it."),
    ]), 1), "What of the decision was not read as it may have been meant. Only there if there is any.");

    public static readonly Value GroupConfig = Value.Object([
        Must("group_id", Value.Uuid, "For discussion logs."),
        Must("group_name", Value.AnyText, "What triggers address."),
        Must("market", Value.AnyText, "E.g. `crypto`."),
        Must("symbol", Value.AnyText, "What the group trades."),
        Must("interval", Value.AnyText, "Of its candles, e.g. `15m`."),
        Must("leverage", Value.Number, "Used when a decision names none."),
        Must("margin_usdt", Value.Number, "What the group is meant to stake on a trade."),
        Must("position_mode", Value.AnyText, "`oneway` or `hedge`, as the account that trades for the group has it."),
        Must("members", Value.List(Value.Object([
            Must("id", Value.Uuid, ""),
            Must("name", Value.AnyText, ""),
            Must("role", Value.AnyText, "E.g. `group_leader`."),
            Must("provider", Value.AnyText, "Of its model; keys are never sent."),
            Must("model", Value.AnyText, ""),
            Must("system_prompt", Value.AnyText, ""),
        ])), "Who discusses."),
    ]);

    /// <summary>Why an order is not, or would not be.</summary>
    internal static readonly Value Reason = Value.Object([
        Must("code", Value.AnyText, "For programs: one of the [reasons](#reasons)."),
        Must("limit", Value.AnyText.OrNull(), "The limit that was met."),
        Must("value", Value.AnyText.OrNull(), "What met it."),
        Must("nearest_acceptable", Value.AnyText.OrNull(), "What would have been accepted."),
        Must("message", Value.AnyText, "For people."),
    ]).OrNull();

    public static IEnumerable<FrameShape> Of(Dialect dialect)
    {
        var examples = new ServerExamples(dialect);
        yield return Shape(dialect, "ack-group", "Connected as a trading group", "Always the first frame.", Ack(dialect, GroupConfig, "The group's settings."), examples.GroupAck);
        yield return Shape(dialect, "ack-trigger", "Connected as a trigger", "Always the first frame.",
            Ack(dialect, Value.Object([
                Must("trigger_name", Value.AnyText, "What groups see as the source of its signals."),
                Must("provider_name", Value.AnyText, "Of its model, if any."),
                Must("model_name", Value.AnyText, ""),
            ]), "The trigger's settings."),
            examples.TriggerAck);
        yield return Shape(dialect, "accepted", "The event is durable", "It survives the death of any one process from here on.",
            [
                .. Head(dialect, true, ReplyMessages.Accepted),
                Must("id", Value.Uuid, "The event's id; order updates repeat it as `event_id`."),
                Must("dispatched_clients", Value.Whole(0), "Sessions a signal was meant for, as this node knew them within the last second; 0 for a decision."),
                May("duplicate", Value.Const(true), "The same key was accepted before; this is its first outcome again and nothing new happened."),
                Warnings,
            ],
            examples.Accepted);
        yield return Shape(dialect, "logged", "The log line is durable", "Answers log lines and discussions.", Head(dialect, true, ReplyMessages.Logged), examples.Logged);
        yield return Shape(dialect, "valid", "The frame is right", "Answers `validate_only`; nothing happened. Of a decision it also says what would become of it just now.",
            [
                .. Head(dialect, true, ReplyMessages.Valid),
                May(
                    "checked", Value.OneOf(ReplyWriter.CheckedFrame, ReplyWriter.CheckedLimits),
                    "Of a decision: `limits` if it was also sized and held against prices, positions and limits, `frame` if execution did not answer within 2 s."),
                May("note", Value.AnyText, "There if `checked` is `frame`: what was not checked."),
                May(
                    "would", Would,
                    "What would become of it, by the check that decides; there if `checked` is `limits`. By the time that it is meant, prices and positions may be others, and an exchange may refuse it still."),
                May("duplicate", Value.Const(true), "The same `decision_id` was accepted before; sent again it would be answered with its first outcome."),
                Warnings,
            ],
            examples.Valid);
        yield return Shape(dialect, "validation-error", "The frame is wrong", "Nothing happened and the connection stays open. All that is wrong is told at once.",
            [.. Head(dialect, false, ReplyMessages.ValidationError), Detail, Warnings, Never("code")], examples.ValidationError);
        yield return Shape(dialect, "refused", "The frame is right, but not now or not from you", "See the table of codes.",
            [
                .. Head(dialect, false, [.. ReplyCodes.All.Select(c => c.Message).Distinct()]),
                Detail,
                Must("code", Value.OneOf(ReplyCodes.All.Select(c => c.Code).Distinct()), "Which refusal."),
                Must("retryable", Value.Flag, "Whether sending the same frame again is safe and can help."),
                May("retry_after_ms", Value.Whole(0), "When; there if `retryable`."),
            ],
            examples.Refused);
        yield return Shape(dialect, "pong", "Answer to a ping", "May come before the replies to earlier frames.",
            [
                Must(Discriminator(dialect), Value.Const("pong"), ""),
                May("id", Value.TextOrNumber(Validation.FieldLimits.RequestId), "The ping's own."),
                RequestId,
            ],
            examples.Pong);
    }

    internal static string Discriminator(Dialect dialect) => dialect == Dialect.Kind ? "kind" : "type";

    internal static FrameShape Shape(Dialect dialect, string name, string title, string summary, IReadOnlyList<Field> fields, IReadOnlyList<byte[]> examples) =>
        new($"{Discriminator(dialect)}-server-{name}", title, false, dialect, summary, fields, examples);

    private static Field Detail => Must("detail", Value.List(Value.Object([
        Must("path", Text1, "The field, e.g. `payload.signal.qty`, `targets[2]`; `$` for the whole frame."),
        Must("rule", Text1, "What it should be."),
        Must("got", Value.AnyText, "What it was, shortened."),
    ]), 1), "What is wrong.");

    private static Value Would => Value.Object([
        Must("action", Value.OneOf(WouldActions.Order, WouldActions.Refused, WouldActions.Nothing), "`nothing`: NO_TRADE, or a decision that was decided before."),
        Must("side", Value.OneOf(SideWords.All).OrNull(), ""),
        Must("qty", Value.Number.OrNull(), "Of the order, in the base asset."),
        Must("price", Value.Number.OrNull(), "Expected, or a limit order's own; null where there is none yet."),
        Must("margin", Value.Number.OrNull(), "Initial margin of the quantity; null for a closing order."),
        Must("fee", Value.Number.OrNull(), "Expected."),
        Must("reason", Reason, "Why it would be refused, or would have to wait."),
    ]);

    private static Value Text1 => new("text", new() { ["type"] = "string", ["minLength"] = 1 });

    private static Field[] Head(Dialect dialect, bool ok, params string[] messages) => [
        .. dialect == Dialect.Kind ? [Must("kind", Value.Const("ack"), "")] : Array.Empty<Field>(),
        Must("ok", Value.Const(ok), ""),
        Must("message", messages is [var only] ? Value.Const(only) : Value.OneOf(messages), "Which answer."),
        RequestId,
    ];

    private static Field[] Ack(Dialect dialect, Value config, string configMeaning) => [
        Must("ok", Value.Const(true), ""),
        Must("message", Value.Const(ReplyMessages.Connected), ""),
        Must("client_id", Value.AnyText, "This connection, for logs and questions."),
        Must("targets", Value.List(Value.AnyText), "A group: its own name. A trigger: the names of all active groups."),
        .. dialect == Dialect.Kind ? [Must("subscriptions", Value.List(Value.AnyText), "The same.")] : Array.Empty<Field>(),
        Must("config", config, configMeaning),
        Must(Discriminator(dialect), Value.Const("ack"), ""),
        Must("protocol", Value.Const((int)dialect), "Which dialect this connection speaks."),
        Must("session_id", Value.Uuid, ""),
        Must("heartbeat_ms", Value.Whole(1), "A silent connection is pinged this often, and given up after twice as long."),
        May("features", Value.List(Value.OneOf(Features.All)), "Those of the address that the session has."),
        Must("limits", Value.Object([
            Must("max_frame_bytes", Value.Whole(1), "Larger frames close the connection with 1009."),
            Must("max_unanswered", Value.Whole(1), "With so many frames unanswered the server stops reading."),
            Must("outbound_queue_bytes", Value.Whole(1), "With so much unread the connection is closed with 1013."),
            Must("frames_per_second", Value.Whole(1), "More are refused with `rate_limited`."),
            Must("frame_burst", Value.Whole(1), "So many may come at once."),
            Must("history_frames", Value.Whole(0), "How many frames of this group `resume_from` can go back."),
            Must("history_hours", Value.Whole(0), "And how long."),
        ]), "What to stay within."),
        Must("schema_url", Value.AnyText, "The machine-readable form of this protocol."),
    ];
}
