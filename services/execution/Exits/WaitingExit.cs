using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Orders;

namespace TradingSystem.Execution.Exits;

/// <summary>
/// A closing decision on an account that fills at once, accepted while there was no price to fill it at. Its order is saved as
/// <c>accepted</c>; the first price that may be traded on makes it what it will be. One row a decision, for ever.
/// </summary>
public sealed class WaitingExit
{
    public Guid DecisionId { get; init; }

    /// <summary>Those of a group and symbol are settled in this order.</summary>
    public long Seq { get; init; }

    public Guid AccountId { get; init; }

    public Guid GroupId { get; init; }

    public required string Symbol { get; init; }

    /// <summary>A person's, which no halt holds back.</summary>
    public bool ByCommand { get; init; }

    /// <summary>The decision as JSON.</summary>
    public required string Decision { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its order ended, filled or not; null while it waits.</summary>
    public DateTimeOffset? SettledAt { get; set; }

    /// <summary>When its end was told; null while nobody may have heard.</summary>
    public DateTimeOffset? AnnouncedAt { get; init; }

    public TradeDecision Read() => DeskJson.ReadDecision(Decision);

    public static WaitingExit Of(TradeDecision decision, Guid accountId, bool byCommand, DateTimeOffset now) => new()
    {
        DecisionId = decision.Id,
        AccountId = accountId,
        GroupId = decision.GroupId,
        Symbol = decision.Symbol,
        ByCommand = byCommand,
        Decision = DeskJson.Write(decision),
        CreatedAt = now,
    };
}
