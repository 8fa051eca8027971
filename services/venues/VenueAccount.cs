using TradingSystem.Venues.Registry;

namespace TradingSystem.Venues;

/// <summary><c>Sandbox</c> is the exchange's demo trading; <c>Testnet</c> its separate test exchange, where it has one.</summary>
public enum VenueEnvironment
{
    Live,
    Sandbox,
    Testnet,
}

public enum MarginMode
{
    Cross,
    Isolated,
}

public enum PositionMode
{
    OneWay,
    Hedge,
}

/// <summary>Key material. It is never written anywhere: <see cref="ToString"/> shows none of it.</summary>
public sealed class VenueCredentials(string key, string secret, string? passphrase = null)
{
    public string Key => key;

    public string Secret => secret;

    /// <summary>OKX only.</summary>
    public string? Passphrase => passphrase;

    public override string ToString() => "(credentials)";
}

/// <param name="Venue">Name in the <see cref="VenueRegistry"/>.</param>
public sealed record VenueAccount(
    Guid Id, string Venue, VenueEnvironment Environment, VenueCredentials Credentials, MarginMode MarginMode = MarginMode.Cross, PositionMode PositionMode = PositionMode.OneWay);

/// <param name="CanTrade">False means that orders would be refused.</param>
/// <param name="CanWithdraw">Null when the exchange does not say; a trading key should not have it.</param>
/// <param name="PositionMode">As set at the exchange now, null when it does not say.</param>
/// <param name="MarginMode">Only where it is one setting of the whole account.</param>
/// <param name="Problem">Why the account cannot trade perpetuals although the key works.</param>
public sealed record CredentialCheck(bool CanTrade, bool? CanWithdraw, PositionMode? PositionMode, MarginMode? MarginMode, string? Problem);
