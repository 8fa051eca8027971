using TradingSystem.Venues.Binance;
using TradingSystem.Venues.Bybit;
using TradingSystem.Venues.Okx;

namespace TradingSystem.Venues.Registry;

/// <summary>The exchanges there are: a new one is a folder and a line here. The simulated one is not among them, it needs no address and no key.</summary>
public static class VenueList
{
    public static IReadOnlyList<VenueDefinition> All { get; } = [BinanceVenue.Definition, BybitVenue.Definition, OkxVenue.Definition];

    /// <summary>Null where there is no such exchange; names are compared without case.</summary>
    public static VenueDefinition? Find(string name) => All.FirstOrDefault(d => string.Equals(d.Name, name, StringComparison.OrdinalIgnoreCase));
}
