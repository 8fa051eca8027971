using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Orders;

namespace TradingSystem.Execution.Decisions;

/// <summary>Has an account's desk look at the tables, if it is here; never blocks.</summary>
public delegate void WakeDesk(Guid accountId);

/// <summary>What the account's desk would make of the order; null where it is not here, or cannot say yet.</summary>
public delegate Task<WouldBe?> AskDesk(DeskOrder order, TradeDecision decision, CancellationToken cancellationToken);
