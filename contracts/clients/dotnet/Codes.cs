// Written by the contract tests from contracts/wire (UPDATE_SNAPSHOTS=1); changes belong there.
namespace TradingSystem.Client;

/// <summary>What a close means, and whether connecting again can help.</summary>
public sealed record CloseCode(int Code, bool Reconnect, string Meaning);

/// <summary>What a refusal means. <c>Retryable</c> is the safe answer; the reply's own goes before it.</summary>
public sealed record RefusalCode(string Message, bool Retryable, string Meaning);

public static class Codes
{
    /// <summary>By the reason in the close frame.</summary>
    public static readonly IReadOnlyDictionary<string, CloseCode> Close = new Dictionary<string, CloseCode>
    {
        ["PROTOCOL_ERROR"] = new(1002, true, "The client broke a rule of the WebSocket protocol itself."),
        ["BINARY_NOT_SUPPORTED"] = new(1003, true, "Only text frames are read."),
        ["INVALID_UTF8"] = new(1007, true, "A text frame was not valid UTF-8."),
        ["NO_TOKEN"] = new(1008, false, "The connection came without a token or ticket."),
        ["BOTH_TOKENS"] = new(1008, false, "More than one token was given; exactly one is allowed."),
        ["INVALID_TOKEN"] = new(1008, false, "The token or ticket is unknown, used up, revoked or of the other role."),
        ["TOKEN_IN_USE"] = new(1008, false, "The token has a live session elsewhere; one token holds one session."),
        ["TOKEN_FENCED"] = new(1008, true, "A person stopped the group; nothing that this session sent counts any more. A new session may come at once, and hears whether the group trades."),
        ["BAD_PARAMETER"] = new(1008, false, "features, candles, protocol or resume_from in the address is not understood."),
        ["LOCKED_OUT"] = new(1008, true, "Too many bad tokens came from this address; wait a minute."),
        ["FRAME_TIMEOUT"] = new(1008, true, "A frame was begun and not finished in time."),
        ["FRAME_TOO_LARGE"] = new(1009, true, "The frame was larger than limits.max_frame_bytes; do not send it again."),
        ["SERVER_SHUTDOWN"] = new(1012, true, "This node is going away; reconnect after reconnect_after_ms of the frame before."),
        ["SLOW_CONSUMER"] = new(1013, true, "The client read too slowly and its queue was full; reconnect with resume_from."),
        ["RATE_LIMITED"] = new(1013, true, "Too many connections came from this address; wait before the next."),
        ["UNAVAILABLE"] = new(1013, true, "The token could not be checked just now."),
    };

    /// <summary>By the <c>code</c> of the reply.</summary>
    public static readonly IReadOnlyDictionary<string, RefusalCode> Reply = new Dictionary<string, RefusalCode>
    {
        ["FORBIDDEN_EVENT"] = new("forbidden_event", false, "A group may not send signals, a trigger may not send decisions, discussions, `cancel` or `protect`."),
        ["DECISION_ID_REUSED"] = new("validation_error", false, "This decision_id or event_key was accepted before with another payload. Nothing happened; what is new needs a new key."),
        ["RATE_LIMITED"] = new("rate_limited", true, "More frames than limits.frames_per_second and limits.frame_burst allow. Nothing happened; wait retry_after_ms."),
        ["GROUP_INACTIVE"] = new("halted", false, "The group was switched off; its decisions are refused until it is switched on."),
        ["TRADING_HALTED"] = new("halted", false, "A person or a limit halted, stopped or paused the system, the account or the group; decisions are refused until a person resumes."),
        ["TRIGGER_INACTIVE"] = new("halted", false, "The trigger was switched off; its signals are refused until it is switched on."),
        ["BUS_UNAVAILABLE"] = new("unavailable", true, "Surely nothing happened; send the frame again."),
        ["SERVER_SHUTDOWN"] = new("unavailable", true, "Nothing happened; send the frame again on a new connection."),
        ["OUTCOME_UNKNOWN"] = new("unavailable", false, "It may have happened, and a repetition could make it happen twice: look at the orders first."),
    };

    public static readonly IReadOnlyList<string> Features = ["orders", "resume", "config", "heartbeat", "market"];

    public static readonly IReadOnlyList<string> OrderStatuses =
    [
        "accepted",
        "rejected",
        "submitted",
        "partially_filled",
        "filled",
        "protected",
        "stopped",
        "took_profit",
        "closed",
        "canceled",
        "unknown",
    ];
}
