namespace TradingSystem.Contracts.Wire;

/// <summary>Why a socket is closed. <c>Reason</c> travels in the close frame; <c>Reconnect</c> says whether trying again can help.</summary>
public sealed record CloseReason(int Code, string Reason, bool Reconnect);

/// <summary>Every close the server sends on <c>/ws/events</c>.</summary>
public static class CloseCodes
{
    public static readonly CloseReason Normal = new(1000, "", true);

    public static readonly CloseReason BinaryFrame = new(1003, "BINARY_NOT_SUPPORTED", true);

    /// <summary>The WebSocket layer itself closes with this code when a text frame is not UTF-8.</summary>
    public static readonly CloseReason InvalidUtf8 = new(1007, "INVALID_UTF8", true);

    public static readonly CloseReason NoToken = new(1008, "NO_TOKEN", false);

    public static readonly CloseReason BothTokens = new(1008, "BOTH_TOKENS", false);

    /// <summary>Unknown, revoked, or of the other role.</summary>
    public static readonly CloseReason InvalidToken = new(1008, "INVALID_TOKEN", false);

    public static readonly CloseReason TokenRevoked = new(1008, "INVALID_TOKEN", false);

    public static readonly CloseReason TokenInUse = new(1008, "TOKEN_IN_USE", false);

    public static readonly CloseReason FrameTooLarge = new(1009, "FRAME_TOO_LARGE", true);

    public static readonly CloseReason ServerShutdown = new(1012, "SERVER_SHUTDOWN", true);

    public static readonly CloseReason SlowConsumer = new(1013, "SLOW_CONSUMER", true);

    /// <summary>The token could not be checked just now.</summary>
    public static readonly CloseReason Unavailable = new(1013, "UNAVAILABLE", true);
}
