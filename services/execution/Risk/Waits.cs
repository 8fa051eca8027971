namespace TradingSystem.Execution.Risk;

/// <summary>Reason codes of an exit that is not refused and waits; its order stays <c>accepted</c> meanwhile.</summary>
public static class Waits
{
    /// <summary>We fill it, or the simulated exchange does, and there is no price that may be traded on.</summary>
    public const string ForPrice = "WAITING_FOR_PRICE";

    /// <summary>The venue was not reached yet.</summary>
    public const string ForVenue = "WAITING_FOR_VENUE";

    /// <summary>What became of an earlier order in the symbol is not known yet.</summary>
    public const string ForOutcome = "WAITING_FOR_OUTCOME";

    public static bool Is(string? code) => code is ForPrice or ForVenue or ForOutcome;
}
