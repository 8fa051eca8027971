namespace TradingSystem.Execution.Settings;

/// <summary>How a simulated account's orders are filled.</summary>
public static class FillModels
{
    /// <summary>At once, all of it, at the market.</summary>
    public const string Instant = "instant";

    /// <summary>On the simulated exchange, by the desk that serves the real ones: margin, funding, liquidation, legs that wait.</summary>
    public const string Exchange = "exchange";

    public static readonly string[] All = [Instant, Exchange];
}
