using TradingSystem.Contracts.Wire;

namespace TradingSystem.Execution.Limits;

/// <summary>Reasons of an exit that is not refused and waits; its order stays <c>accepted</c> meanwhile.</summary>
public static class Waits
{
    public static bool Is(string? code) => ReasonCodes.WaitingForPrice.Is(code) || ReasonCodes.WaitingForVenue.Is(code) || ReasonCodes.WaitingForOutcome.Is(code);
}
