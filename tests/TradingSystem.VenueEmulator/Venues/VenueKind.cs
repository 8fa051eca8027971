namespace TradingSystem.VenueEmulator.Venues;

public enum VenueKind
{
    Binance,
    Bybit,
    Okx,
}
