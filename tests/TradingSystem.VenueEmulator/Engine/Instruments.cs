using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Engine;

/// <summary>
/// Quantities are in the base asset, also where the venue counts contracts of <paramref name="ContractSize"/>.
/// <paramref name="Band"/> is how far a limit price may lie from the mark price.
/// </summary>
public sealed record Instrument(
    string Symbol,
    string VenueSymbol,
    string Base,
    decimal Tick,
    decimal Step,
    decimal MinQty,
    decimal MaxQty,
    decimal MaxMarketQty,
    decimal MinNotional,
    decimal ContractSize,
    decimal MaxLeverage,
    decimal Band);

/// <summary>What the venues really list (Binance recorded 2025-08-07, Bybit BTCUSDT 2025-01-02, OKX as recorded); Bybit ETHUSDT is from memory.</summary>
public static class Instruments
{
    public static IReadOnlyDictionary<VenueKind, IReadOnlyList<Instrument>> Of { get; } = new Dictionary<VenueKind, IReadOnlyList<Instrument>>
    {
        [VenueKind.Binance] =
        [
            new("BTCUSDT", "BTCUSDT", "BTC", 0.10m, 0.001m, 0.001m, 1000m, 120m, 100m, 1m, 125m, 0.05m),
            new("ETHUSDT", "ETHUSDT", "ETH", 0.01m, 0.001m, 0.001m, 10000m, 2000m, 20m, 1m, 100m, 0.05m),
            new("XRPUSDT", "XRPUSDT", "XRP", 0.0001m, 0.1m, 0.1m, 10000000m, 2000000m, 5m, 1m, 75m, 0.05m),
            new("BNBUSDT", "BNBUSDT", "BNB", 0.01m, 0.01m, 0.01m, 10000m, 2000m, 5m, 1m, 75m, 0.05m),
        ],
        [VenueKind.Bybit] =
        [
            new("BTCUSDT", "BTCUSDT", "BTC", 0.10m, 0.001m, 0.001m, 1190m, 500m, 5m, 1m, 100m, 0.10m),
            new("ETHUSDT", "ETHUSDT", "ETH", 0.01m, 0.01m, 0.01m, 7240m, 1450m, 5m, 1m, 100m, 0.10m),
            new("BNBUSDT", "BNBUSDT", "BNB", 0.1m, 0.01m, 0.01m, 5000m, 1000m, 5m, 1m, 75m, 0.10m),
        ],
        [VenueKind.Okx] =
        [
            // One contract is 0.01 BTC, one hundredth of it the least order; there is no minimum notional.
            new("BTCUSDT", "BTC-USDT-SWAP", "BTC", 0.1m, 0.0001m, 0.0001m, 1000000m, 120m, 0m, 0.01m, 100m, 0.10m),
            new("ETHUSDT", "ETH-USDT-SWAP", "ETH", 0.01m, 0.001m, 0.001m, 10000000m, 2000m, 0m, 0.1m, 100m, 0.10m),
            new("BNBUSDT", "BNB-USDT-SWAP", "BNB", 0.1m, 0.01m, 0.01m, 100000m, 2000m, 0m, 0.01m, 50m, 0.10m),
        ],
    };

    public static Instrument? Find(VenueKind venue, string? symbol)
    {
        foreach (var instrument in Of[venue])
        {
            if (instrument.Symbol == symbol || instrument.VenueSymbol == symbol)
            {
                return instrument;
            }
        }

        return null;
    }

    public static bool OnGrid(decimal value, decimal step) => value % step == 0m;
}
