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
        ("GROUP_INACTIVE", _) => "activate the group: PATCH /api/v1/groups/{id} with {\"active\":true}",
        ("TRADING_HALTED", _) => "somebody halted, stopped or paused trading; /api/v1/controls says who and why",
        ("RATE_LIMITED", _) => "send fewer frames a second; the limits line says how many are allowed",
        ("DECISION_ID_REUSED", _) => "this decision_id belongs to another decision; a new decision needs a new one",
        ("OUTCOME_UNKNOWN", _) => "send it again with the same --decision-id: it stays one order",
        (_, "unavailable") => "the gateway cannot make events durable just now; look at /readyz and try again",
        (_, "validation_error") => "correct the fields named above",
        _ => Doctor,
    };
}
