using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.IntegrationTests.Everywhere;

/// <summary>Every way in which a group's orders become fills. What is promised to a bot holds on all of them.</summary>
public enum AccountKind
{
    /// <summary>Simulated, filled by ourselves at the last price.</summary>
    Instant,

    /// <summary>On the simulated exchange, through a desk.</summary>
    Exchange,

    Binance,
    Bybit,
    Okx,
}

internal static class AccountKinds
{
    /// <summary>The emulator's dialect, null for a simulated account.</summary>
    public static VenueKind? Emulated(this AccountKind kind) => kind switch
    {
        AccountKind.Binance => VenueKind.Binance,
        AccountKind.Bybit => VenueKind.Bybit,
        AccountKind.Okx => VenueKind.Okx,
        _ => null,
    };
}
