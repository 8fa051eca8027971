namespace TradingSystem.Venues;

public enum CountdownScope
{
    Symbol,
    Account,
}

/// <param name="Least">Shortest time that is taken, besides zero.</param>
public sealed record CountdownLimits(CountdownScope Scope, TimeSpan Least, TimeSpan Most);

/// <param name="Countdown">Null without a countdown.</param>
public sealed record VenueCapabilities(CountdownLimits? Countdown)
{
    /// <summary>Its stream tells <see cref="FundingSettled"/>; elsewhere funding shows in the wallet.</summary>
    public bool TellsFunding { get; init; }

    /// <summary>It fills at the prices that we hear, so without one it fills nothing; elsewhere the venue has the price.</summary>
    public bool FillsAtOurPrices { get; init; }
}
