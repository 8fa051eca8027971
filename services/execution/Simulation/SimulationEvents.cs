using TradingSystem.Execution.Venues;

namespace TradingSystem.Execution.Simulation;

/// <summary>Funding was paid or received; a <see cref="BalanceChanged"/> follows.</summary>
public sealed record FundingSettled(FundingPayment Payment, decimal Rate, decimal Mark, DateTimeOffset At) : VenueEvent(At);

/// <summary>The exchange closed a position for want of margin; its order and fill came before.</summary>
/// <param name="Covered">What the position lost beyond its margin, in quote currency, and the exchange's insurance took.</param>
public sealed record PositionLiquidated(string Symbol, PositionSide? Side, decimal Quantity, decimal Price, decimal Covered, DateTimeOffset At) : VenueEvent(At);
