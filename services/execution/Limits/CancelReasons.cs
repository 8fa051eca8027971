using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;

namespace TradingSystem.Execution.Limits;

/// <summary>Why a cancel came to nothing, or a decision to an end.</summary>
public static class CancelReasons
{
    /// <param name="key">What its sender called the decision, null for every order.</param>
    /// <param name="status">How far the decision's order went, null where there is none.</param>
    public static RejectionReason Nothing(string? key, string? status) => new(ReasonCodes.NothingToCancel, null, key, null,
        key is null ? "No order of the group rests."
        : status is null ? $"No decision {key} of the group came."
        : $"Nothing rests of {key}: its order is {status}.");

    public static RejectionReason BeforeItCame { get; } = new(ReasonCodes.Canceled, null, null, null, "It was cancelled before it came to an order.");
}
