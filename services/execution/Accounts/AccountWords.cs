using TradingSystem.Venues.Registry;

namespace TradingSystem.Execution.Accounts;

/// <summary>Where an account trades: the simulated exchange or one of <see cref="VenueList"/>.</summary>
public static class Exchanges
{
    public const string Simulated = "simulated";

    public static readonly string[] All = [Simulated, .. VenueList.All.Select(d => d.Name)];

    /// <summary>Those whose keys have a passphrase as their third part.</summary>
    public static readonly string[] WithPassphrase = [.. VenueList.All.Where(d => d.NeedsPassphrase).Select(d => d.Name)];
}

public static class MarginModes
{
    public const string Isolated = "isolated";
    public const string Cross = "cross";

    public static readonly string[] All = [Isolated, Cross];
}

public static class PositionModes
{
    public const string OneWay = "oneway";
    public const string Hedge = "hedge";

    public static readonly string[] All = [OneWay, Hedge];
}

public static class CredentialStatuses
{
    /// <summary>A simulated account needs no credentials.</summary>
    public const string None = "none";

    /// <summary>Saved while the venue could not be asked; the account cannot become active.</summary>
    public const string Unverified = "unverified";

    /// <summary>The venue took them.</summary>
    public const string Verified = "verified";

    public static readonly string[] All = [None, Unverified, Verified];
}

public static class LiveConfirmations
{
    /// <summary>Not a live account.</summary>
    public const string None = "none";

    /// <summary>Live was asked for and not confirmed yet.</summary>
    public const string Pending = "pending";

    public const string Confirmed = "confirmed";

    public static readonly string[] All = [None, Pending, Confirmed];
}
