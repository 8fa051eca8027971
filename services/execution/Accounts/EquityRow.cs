namespace TradingSystem.Execution.Accounts;

/// <summary>An account's latest announced values, in quote currency. One row an account; the history is the diary's.</summary>
public sealed class EquityRow
{
    public Guid AccountId { get; init; }

    /// <summary>The account's version that was seen.</summary>
    public long AccountVersion { get; init; }

    public decimal Balance { get; init; }

    public decimal Equity { get; init; }

    public decimal RealizedPnl { get; init; }

    public decimal UnrealizedPnl { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
