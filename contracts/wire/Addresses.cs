namespace TradingSystem.Contracts.Wire;

/// <summary>Paths that clients know.</summary>
public static class Addresses
{
    /// <summary>The WebSocket of triggers and trading groups, exactly so.</summary>
    public const string Events = "/ws/events";
}
