namespace TradingSystem.Contracts.Wire;

/// <summary>What a client may ask for with <c>?features=</c>. Without them it sees acks, events and replies only.</summary>
public static class Features
{
    /// <summary>Order updates of the group.</summary>
    public const string Orders = "orders";

    /// <summary><c>prev_seq</c> on every frame with a <c>seq</c>, and the missed ones after a reconnect.</summary>
    public const string Resume = "resume";

    /// <summary>A frame whenever the group's settings change.</summary>
    public const string Config = "config";

    /// <summary>A frame every few seconds with the server's time and the last <c>seq</c>.</summary>
    public const string Heartbeat = "heartbeat";

    /// <summary>Closed candles and prices of the group's symbol; see <see cref="MarketFeature"/>.</summary>
    public const string Market = "market";

    public static readonly IReadOnlyList<string> All = [Orders, Resume, Config, Heartbeat, Market];
}
