namespace TradingSystem.Contracts.Wire;

/// <summary>
/// Why a socket is closed. <c>Reason</c> travels in the close frame; <c>Reconnect</c> says whether trying again can help;
/// <c>Meaning</c> is for people.
/// </summary>
public sealed record CloseReason(int Code, string Reason, bool Reconnect, string Meaning);

/// <summary>Every close the server sends on <c>/ws/events</c>.</summary>
public static class CloseCodes
{
    public static readonly CloseReason Normal = new(1000, "", true, "The client closed first; this is the answer to it.");

    public static readonly CloseReason ProtocolError = new(1002, "PROTOCOL_ERROR", true, "The client broke a rule of the WebSocket protocol itself.");

    public static readonly CloseReason BinaryFrame = new(1003, "BINARY_NOT_SUPPORTED", true, "Only text frames are read.");

    /// <summary>The WebSocket layer itself closes with this code when a text frame is not UTF-8.</summary>
    public static readonly CloseReason InvalidUtf8 = new(1007, "INVALID_UTF8", true, "A text frame was not valid UTF-8.");

    public static readonly CloseReason NoToken = new(1008, "NO_TOKEN", false, "The connection came without a token or ticket.");

    public static readonly CloseReason BothTokens = new(1008, "BOTH_TOKENS", false, "More than one token was given; exactly one is allowed.");

    public static readonly CloseReason InvalidToken = new(1008, "INVALID_TOKEN", false, "The token or ticket is unknown, used up, revoked or of the other role.");

    public static readonly CloseReason TokenRevoked = InvalidToken with { Meaning = "The token was revoked while its session was open." };

    public static readonly CloseReason TokenInUse = new(1008, "TOKEN_IN_USE", false, "The token has a live session elsewhere; one token holds one session.");

    /// <summary>This session's lease went to another one, so it must not decide any more.</summary>
    public static readonly CloseReason LeaseLost = TokenInUse with { Meaning = "Another session took the token over while this one was out of touch." };

    public static readonly CloseReason TokenFenced = new(
        1008, "TOKEN_FENCED", true,
        "A person stopped the group; nothing that this session sent counts any more. A new session may come at once, and hears whether the group trades.");

    public static readonly CloseReason BadRequest = new(1008, "BAD_PARAMETER", false, "features, candles, protocol or resume_from in the address is not understood.");

    public static readonly CloseReason LockedOut = new(1008, "LOCKED_OUT", true, "Too many bad tokens came from this address; wait a minute.");

    public static readonly CloseReason FrameTimeout = new(1008, "FRAME_TIMEOUT", true, "A frame was begun and not finished in time.");

    public static readonly CloseReason FrameTooLarge = new(1009, "FRAME_TOO_LARGE", true, "The frame was larger than limits.max_frame_bytes; do not send it again.");

    public static readonly CloseReason ServerShutdown = new(1012, "SERVER_SHUTDOWN", true, "This node is going away; reconnect after reconnect_after_ms of the frame before.");

    public static readonly CloseReason SlowConsumer = new(1013, "SLOW_CONSUMER", true, "The client read too slowly and its queue was full; reconnect with resume_from.");

    public static readonly CloseReason RateLimited = new(1013, "RATE_LIMITED", true, "Too many connections came from this address; wait before the next.");

    public static readonly CloseReason Unavailable = new(1013, "UNAVAILABLE", true, "The token could not be checked just now.");

    /// <summary>In the order of their codes.</summary>
    public static readonly IReadOnlyList<CloseReason> All =
    [
        Normal, ProtocolError, BinaryFrame, InvalidUtf8, NoToken, BothTokens, InvalidToken, TokenRevoked, TokenInUse, LeaseLost, TokenFenced,
        BadRequest, LockedOut, FrameTimeout, FrameTooLarge, ServerShutdown, SlowConsumer, RateLimited, Unavailable,
    ];
}
