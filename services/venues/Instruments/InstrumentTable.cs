using System.Collections.Frozen;

namespace TradingSystem.Venues.Instruments;

/// <summary>The symbols that can be traded, with the rules Binance USD-M publishes for them. What is not listed is refused.</summary>
public sealed class InstrumentTable
{
    private static readonly Instrument[] Majors =
    [
        new("BTCUSDT", Tick: 0.10m, Step: 0.001m, MinQty: 0.001m, MinNotional: 100m, MaxMarketQty: 120m),
        new("ETHUSDT", Tick: 0.01m, Step: 0.001m, MinQty: 0.001m, MinNotional: 20m, MaxMarketQty: 2_000m),
        new("SOLUSDT", Tick: 0.01m, Step: 0.01m, MinQty: 0.01m, MinNotional: 5m, MaxMarketQty: 80_000m),
        new("BNBUSDT", Tick: 0.01m, Step: 0.01m, MinQty: 0.01m, MinNotional: 5m, MaxMarketQty: 2_000m),
        new("XRPUSDT", Tick: 0.0001m, Step: 0.1m, MinQty: 0.1m, MinNotional: 5m, MaxMarketQty: 2_000_000m),
        new("DOGEUSDT", Tick: 0.00001m, Step: 1m, MinQty: 1m, MinNotional: 5m, MaxMarketQty: 30_000_000m),
        new("ADAUSDT", Tick: 0.0001m, Step: 1m, MinQty: 1m, MinNotional: 5m, MaxMarketQty: 300_000m),
        new("APEUSDT", Tick: 0.0001m, Step: 1m, MinQty: 1m, MinNotional: 5m, MaxMarketQty: 70_000m),
        new("AVAXUSDT", Tick: 0.001m, Step: 1m, MinQty: 1m, MinNotional: 5m, MaxMarketQty: 90_000m),
        new("LINKUSDT", Tick: 0.001m, Step: 0.01m, MinQty: 0.01m, MinNotional: 20m, MaxMarketQty: 42_000m),
        new("LTCUSDT", Tick: 0.01m, Step: 0.001m, MinQty: 0.001m, MinNotional: 20m, MaxMarketQty: 5_000m),
        new("DOTUSDT", Tick: 0.001m, Step: 0.1m, MinQty: 0.1m, MinNotional: 5m, MaxMarketQty: 50_000m),
        new("TRXUSDT", Tick: 0.00001m, Step: 1m, MinQty: 1m, MinNotional: 5m, MaxMarketQty: 5_000_000m),
        new("BCHUSDT", Tick: 0.01m, Step: 0.001m, MinQty: 0.001m, MinNotional: 20m, MaxMarketQty: 850m),
        new("SUIUSDT", Tick: 0.0001m, Step: 0.1m, MinQty: 0.1m, MinNotional: 5m, MaxMarketQty: 250_000m),
    ];

    private readonly FrozenDictionary<string, Instrument> _bySymbol;

    public InstrumentTable()
        : this(Majors)
    {
    }

    public InstrumentTable(IEnumerable<Instrument> instruments)
    {
        _bySymbol = instruments.ToFrozenDictionary(i => i.Symbol, StringComparer.Ordinal);
        All = [.. _bySymbol.Values.Where(i => i.Fault is null)];
    }

    /// <summary>Those whose rules are sound.</summary>
    public IReadOnlyList<Instrument> All { get; }

    /// <summary>Null where there is none; one whose rules are not sound has a <see cref="Instrument.Fault"/>.</summary>
    public Instrument? Find(string symbol) => _bySymbol.GetValueOrDefault(symbol);
}
