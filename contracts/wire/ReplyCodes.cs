namespace TradingSystem.Contracts.Wire;

/// <summary>The <c>message</c> of every reply.</summary>
public static class ReplyMessages
{
    public const string Connected = "connected";
    public const string Accepted = "accepted";
    public const string Logged = "logged";

    /// <summary>Answer to <c>validate_only</c>: the frame would have been accepted, nothing happened.</summary>
    public const string Valid = "valid";
    public const string ValidationError = "validation_error";
    public const string ForbiddenEvent = "forbidden_event";
    public const string RateLimited = "rate_limited";
    public const string Unavailable = "unavailable";
    public const string Halted = "halted";
}

/// <summary>A refusal: <c>Retryable</c> says whether sending the same frame again is safe and can help.</summary>
public sealed record ReplyCode(string Message, string Code, bool Retryable, int RetryAfterMs, string Rule);

/// <summary>Every refusal but <c>validation_error</c>, which names fields instead.</summary>
public static class ReplyCodes
{
    public static readonly ReplyCode ForbiddenEvent = new(ReplyMessages.ForbiddenEvent, "FORBIDDEN_EVENT", false, 0, "event_type not allowed for this token");

    public static readonly ReplyCode GroupInactive = new(ReplyMessages.Halted, "GROUP_INACTIVE", false, 0, "the trading group is not active");

    public static readonly ReplyCode TriggerInactive = new(ReplyMessages.Halted, "TRIGGER_INACTIVE", false, 0, "the trigger is not active");

    /// <summary>Surely nothing happened.</summary>
    public static readonly ReplyCode BusUnavailable = new(ReplyMessages.Unavailable, "BUS_UNAVAILABLE", true, 1000, "the event could not be made durable");

    public static readonly ReplyCode ShuttingDown = new(ReplyMessages.Unavailable, "SERVER_SHUTDOWN", true, 1000, "this node is shutting down");

    /// <summary>It may have happened; the frame's key makes a repetition harmless.</summary>
    public static readonly ReplyCode OutcomeUnknownKeyed = new(ReplyMessages.Unavailable, "OUTCOME_UNKNOWN", true, 1000, "no confirm in time; repeat with the same key");

    /// <summary>It may have happened, and a repetition could make it happen twice.</summary>
    public static readonly ReplyCode OutcomeUnknown = new(ReplyMessages.Unavailable, "OUTCOME_UNKNOWN", false, 0, "no confirm in time; without a key a repetition could double it");
}
