namespace TradingSystem.Venues;

/// <summary>What the registry must know of an exchange.</summary>
/// <param name="Name">Lower case, as in the account's <c>exchange</c>.</param>
/// <param name="Hosts">The environments that it has.</param>
public sealed record VenueDefinition(
    string Name, bool NeedsPassphrase, IReadOnlyDictionary<VenueEnvironment, VenueHosts> Hosts, Func<VenueContext, IVenue> Create);

/// <summary>What an adapter is made of. <paramref name="Shared"/> is common to all accounts in one environment of one exchange.</summary>
public sealed record VenueContext(
    VenueAccount Account, VenueHosts Hosts, VenueShared Shared, VenueOptions Options, TimeProvider Time, ILogger Log);
