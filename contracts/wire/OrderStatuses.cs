namespace TradingSystem.Contracts.Wire;

/// <summary>The steps of an order that its group is told of.</summary>
public static class OrderStatuses
{
    public static readonly IReadOnlyList<string> All =
    [
        "accepted", "rejected", "submitted", "partially_filled", "filled", "protected", "stopped", "took_profit", "closed", "canceled", "unknown",
    ];
}
