namespace TradingSystem.Execution.Accounts;

/// <summary>A trade account. Money is in USDT; <c>Balance</c> is cash after fees and realised PnL.</summary>
public sealed class Account
{
    public Guid Id { get; init; }

    public long Seq { get; init; }

    public required string Name { get; init; }

    public required string Exchange { get; init; }

    public required string Mode { get; init; }

    public decimal InitialBalance { get; init; }

    public decimal Balance { get; set; }

    /// <summary>Before fees.</summary>
    public decimal RealizedPnl { get; set; }

    public decimal Fees { get; set; }

    /// <summary>Counts changes of the balance; equity rows say which one they saw.</summary>
    public long Version { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>Which account trades for a group, and the group's name as last heard.</summary>
public sealed class Binding
{
    public Guid GroupId { get; init; }

    public Guid AccountId { get; init; }

    public required string GroupName { get; init; }

    /// <summary>Version of the group's configuration; 0 while only a decision has named the group.</summary>
    public long GroupVersion { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
