using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Http;

/// <summary>What the calls of one job of a venue's REST API work on.</summary>
public abstract class VenueCalls(Exchange exchange, VenueKind venue)
{
    protected Exchange Exchange => exchange;

    protected VenueKind Venue => venue;

    protected DateTimeOffset Now => exchange.Now(venue);
}
