namespace TradingSystem.Venues;

public enum CountdownScope
{
    Symbol,
    Account,
}

/// <param name="Least">Shortest time that is taken, besides zero.</param>
public sealed record CountdownLimits(CountdownScope Scope, TimeSpan Least, TimeSpan Most);

/// <param name="AttachedProtection">Takes <see cref="NewOrder.Protection"/>.</param>
/// <param name="ProtectionPair">Takes <see cref="IVenue.PlaceProtectionPairAsync"/>.</param>
/// <param name="MarginModePerAccount">Margin mode is one setting of the whole account.</param>
/// <param name="PositionModePerAccount">Position mode is one setting of the whole account.</param>
/// <param name="ClientIdsForEver">A client id is never taken twice; elsewhere it is free again once its order is done.</param>
/// <param name="Countdown">Null without a countdown.</param>
public sealed record VenueCapabilities(
    bool AttachedProtection, bool ProtectionPair, bool MarginModePerAccount, bool PositionModePerAccount, bool ClientIdsForEver, CountdownLimits? Countdown)
{
    /// <summary>Its stream tells <see cref="FundingSettled"/>; elsewhere funding shows in the wallet.</summary>
    public bool TellsFunding { get; init; }

    /// <summary>It fills at the prices that we hear, so without one it fills nothing; elsewhere the venue has the price.</summary>
    public bool FillsAtOurPrices { get; init; }
}
