using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;

namespace TradingSystem.Execution.Orders;

/// <summary>Decisions that the system itself makes: each closes all of a group's position in a symbol at the market.</summary>
public static class ClosingDecision
{
    /// <param name="source">What of the system decided.</param>
    public static TradeDecision Of(Guid id, Guid groupId, string groupName, string symbol, string source, string title, DateTimeOffset at) => new()
    {
        Id = id,
        GroupId = groupId,
        GroupName = groupName,
        SourceId = source,
        Priority = 10,
        Targets = [],
        Title = title,
        Payload = "{}",
        Tags = [],
        Symbol = symbol,
        Action = TradeAction.Close,
        Leverage = 1m,
        OrderType = OrderTypes.Market,
        CreatedAt = at,
    };
}
