namespace TradingSystem.Cli;

/// <summary>What to do about what went wrong.</summary>
internal static class Advice
{
    public const string Doctor = "run `tradingsystem bot doctor`, which looks at each step of the connection";

    public static string ForClose(string reason) => reason switch
    {
        "INVALID_TOKEN" => "the token is unknown, revoked or of another system; issue a new one: POST /api/v1/groups/{id}/tokens with an operator's login, or take it from .data/demo.json",
        "NO_TOKEN" => "the token did not reach the gateway; a proxy in between may drop the Authorization header",
        "BOTH_TOKENS" => "two tokens arrived; leave the query of --url empty",
        "TOKEN_IN_USE" => "another program holds this token's one session; stop it, or issue a second token for the group",
        "TOKEN_FENCED" => "somebody stopped the group; look at /api/v1/controls and connect again",
        "LOCKED_OUT" => "too many bad tokens came from this address; wait a minute",
        "RATE_LIMITED" => "too many connections came from this address; connect once and stay connected",
        "BAD_PARAMETER" => "this tool and the gateway are of different versions; update the older one",
        "SERVER_SHUTDOWN" or "UNAVAILABLE" => "the gateway is starting or stopping; try again in a few seconds",
        _ => Doctor,
    };

    public static string ForReply(string? code, string message) => (code, message) switch
    {
        ("FORBIDDEN_EVENT", _) => "a group sends decisions, cancel and protect, a trigger sends events: take the other's token",
        ("TRIGGER_INACTIVE", _) => "activate the trigger: PATCH /api/v1/triggers/{id} with {\"active\":true}",
        ("GROUP_INACTIVE", _) => "activate the group: PATCH /api/v1/groups/{id} with {\"active\":true}",
        ("TRADING_HALTED", _) => "somebody halted, stopped or paused trading; /api/v1/controls says who and why",
        ("RATE_LIMITED", _) => "send fewer frames a second; the limits line says how many are allowed",
        ("DECISION_ID_REUSED", _) => "this decision_id belongs to another decision; a new decision needs a new one",
        ("OUTCOME_UNKNOWN", _) => "send it again with the same --decision-id: it stays one order",
        (_, "unavailable") => "the gateway cannot make events durable just now; look at /readyz and try again",
        (_, "validation_error") => "correct the fields named above",
        _ => Doctor,
    };

    /// <summary>Null where the reason's own words say all there is.</summary>
    public static string? ForReason(string code) => code switch
    {
        "HALTED" or "STOPPED" or "PAUSED" or "FENCED" or "REDUCING" or "LIMITS_UNREADABLE" => "the page and GET /api/v1/controls say who did it and why; a person resumes it",
        "PRICE_MISSING" or "PRICE_STALE" or "FEED_DEAD" or "WAITING_FOR_PRICE" => "GET /api/v1/market says whether prices come in",
        "UNSUPPORTED_ORDER_TYPE" => "leave --limit out, or trade on an account whose fill_model is exchange",
        "UNKNOWN_SYMBOL" => "docs/rest.md lists the symbols of a simulated account",
        "STOP_LOSS_WRONG_SIDE" or "TAKE_PROFIT_WRONG_SIDE" => "of a LONG the stop-loss is below the price and the take-profit above it, of a SHORT the other way round",
        "NO_POSITION" or "NOTHING_TO_CANCEL" or "PROTECTION_WITHOUT_POSITION" or "NOTHING_TO_MOVE" => "`tradingsystem bot listen --since 0 --kind order_update` tells what became of the orders before",
        "STALE_SESSION" => "another program connected with this token since; let one at a time use it",
        "DECISION_EXPIRED" => "decide anew; doctor says whether the clocks differ",
        "QTY_TOO_SMALL" or "QTY_TOO_LARGE" or "NOTIONAL_TOO_SMALL" => "docs/rest.md lists the smallest orders of a simulated account",
        "COOLDOWN" or "BLACKOUT" or "SYMBOL_NOT_ALLOWED" => Limits,
        _ when code.EndsWith("_LIMIT", StringComparison.Ordinal) => Limits,
        _ => null,
    };

    private const string Limits = "docs/accounts-limits-stops.md says what this limit is for and who changes it";
}
