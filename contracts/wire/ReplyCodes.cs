namespace TradingSystem.Contracts.Wire;

/// <summary>The <c>message</c> of every reply.</summary>
public static class ReplyMessages
{
    public const string Connected = "connected";
    public const string Accepted = "accepted";
    public const string Logged = "logged";

    /// <summary>Answer to <c>validate_only</c>: the frame is right, nothing happened. What would become of a decision is told beside it.</summary>
    public const string Valid = "valid";
    public const string ValidationError = "validation_error";
    public const string ForbiddenEvent = "forbidden_event";
    public const string RateLimited = "rate_limited";
    public const string Unavailable = "unavailable";
    public const string Halted = "halted";
}

/// <summary>
/// A refusal: <c>Retryable</c> says whether sending the same frame again is safe and can help. <c>Rule</c> travels in the reply's
/// detail, <c>Meaning</c> is for people.
/// </summary>
public sealed record ReplyCode(string Message, string Code, bool Retryable, int RetryAfterMs, string Rule, string Meaning);

/// <summary>Every refusal that has a code. A <c>validation_error</c> without one names the fields that are wrong.</summary>
public static class ReplyCodes
{
    public static readonly ReplyCode ForbiddenEvent = new(ReplyMessages.ForbiddenEvent, "FORBIDDEN_EVENT", false, 0,
        "event_type not allowed for this token", "A group may not send signals, a trigger may not send decisions, discussions, `cancel` or `protect`.");

    public static readonly ReplyCode DecisionIdReused = new(ReplyMessages.ValidationError, "DECISION_ID_REUSED", false, 0,
        "one key, one content", "This decision_id or event_key was accepted before with another payload. Nothing happened; what is new needs a new key.");

    public static readonly ReplyCode RateLimited = new(ReplyMessages.RateLimited, "RATE_LIMITED", true, 1000,
        "slower", "More frames than limits.frames_per_second and limits.frame_burst allow. Nothing happened; wait retry_after_ms.");

    public static readonly ReplyCode GroupInactive = new(ReplyMessages.Halted, "GROUP_INACTIVE", false, 0,
        "the trading group is not active", "The group was switched off; its decisions are refused until it is switched on.");

    public static readonly ReplyCode TradingHalted = new(ReplyMessages.Halted, "TRADING_HALTED", false, 0,
        "trading is held back", "A person or a limit halted, stopped or paused the system, the account or the group; decisions are refused until a person resumes.");

    public static readonly ReplyCode TriggerInactive = new(ReplyMessages.Halted, "TRIGGER_INACTIVE", false, 0,
        "the trigger is not active", "The trigger was switched off; its signals are refused until it is switched on.");

    public static readonly ReplyCode BusUnavailable = new(ReplyMessages.Unavailable, "BUS_UNAVAILABLE", true, 1000,
        "the event could not be made durable", "Surely nothing happened; send the frame again.");

    public static readonly ReplyCode ShuttingDown = new(ReplyMessages.Unavailable, "SERVER_SHUTDOWN", true, 1000,
        "this node is shutting down", "Nothing happened; send the frame again on a new connection.");

    public static readonly ReplyCode OutcomeUnknownKeyed = new(ReplyMessages.Unavailable, "OUTCOME_UNKNOWN", true, 1000,
        "no confirm in time; repeat with the same key", "It may have happened; the frame's key makes a repetition harmless.");

    public static readonly ReplyCode OutcomeUnknownHarmless = new(ReplyMessages.Unavailable, "OUTCOME_UNKNOWN", true, 1000,
        "no confirm in time; a repetition does no harm", "It may have happened; a `cancel` or `protect` that is sent again asks for the same.");

    public static readonly ReplyCode OutcomeUnknown = new(ReplyMessages.Unavailable, "OUTCOME_UNKNOWN", false, 0,
        "no confirm in time; without a key a repetition could double it", "It may have happened, and a repetition could make it happen twice: look at the orders first.");

    public static readonly IReadOnlyList<ReplyCode> All =
    [
        ForbiddenEvent, DecisionIdReused, RateLimited, GroupInactive, TradingHalted, TriggerInactive, BusUnavailable, ShuttingDown,
        OutcomeUnknownKeyed, OutcomeUnknownHarmless, OutcomeUnknown,
    ];
}
