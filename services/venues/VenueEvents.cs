namespace TradingSystem.Venues;

/// <summary>What the private stream tells, in the order in which it was received.</summary>
/// <param name="At">The exchange's time of it.</param>
public abstract record VenueEvent(DateTimeOffset At);

public sealed record OrderChanged(VenueOrder Order, DateTimeOffset At) : VenueEvent(At);

public sealed record FillSeen(VenueFill Fill, DateTimeOffset At) : VenueEvent(At);

/// <summary>A quantity of 0 says that it is flat now.</summary>
public sealed record PositionChanged(VenuePosition Position, DateTimeOffset At) : VenueEvent(At);

public sealed record BalanceChanged(VenueBalance Balance, DateTimeOffset At) : VenueEvent(At);

/// <summary>The first connection stands and is subscribed: from here on events come.</summary>
public sealed record StreamOpened(DateTimeOffset At) : VenueEvent(At);

/// <summary>Events may have been missed since <paramref name="Since"/>; the stream stands again.</summary>
/// <param name="Since">When something was last received.</param>
public sealed record StreamGap(string Reason, DateTimeOffset Since, DateTimeOffset At) : VenueEvent(At);

/// <summary>Funding was paid or received; a <see cref="BalanceChanged"/> follows. Only with <see cref="VenueCapabilities.TellsFunding"/>.</summary>
/// <param name="Rate">Part of the notional at the price <paramref name="Mark"/>.</param>
public sealed record FundingSettled(FundingPayment Payment, decimal Rate, decimal Mark, DateTimeOffset At) : VenueEvent(At);

/// <summary>The exchange closed a position for want of margin; its order and fill came before.</summary>
/// <param name="Covered">What the position lost beyond its margin, in quote currency, and the exchange's insurance took.</param>
public sealed record PositionLiquidated(string Symbol, PositionSide? Side, decimal Quantity, decimal Price, decimal Covered, DateTimeOffset At) : VenueEvent(At);
