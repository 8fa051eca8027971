using TradingSystem.Hosting.Rest;
using TradingSystem.Venues.Instruments;

namespace TradingSystem.Execution.Prices;

/// <summary>What a symbol is quoted and traded in on a simulated account; an exchange says its own to whoever trades there.</summary>
/// <param name="TickSize">Quote currency: prices are multiples of it.</param>
/// <param name="StepSize">Base asset: quantities are multiples of it.</param>
/// <param name="MinQty">Base asset.</param>
/// <param name="MinNotional">Quote currency.</param>
/// <param name="MaxMarketQty">Base asset.</param>
public sealed record InstrumentView(string Symbol, decimal TickSize, decimal StepSize, decimal MinQty, decimal MinNotional, decimal MaxMarketQty)
{
    public static InstrumentView Of(Instrument i) => new(i.Symbol, i.Tick, i.Step, i.MinQty, i.MinNotional, i.MaxMarketQty);
}

/// <summary><c>/api/v1/instruments</c>.</summary>
public static class InstrumentsApi
{
    public static void MapInstruments(this WebApplication app) =>
        app.MapGet(
            "/api/v1/instruments",
            (InstrumentTable instruments) => new Page<InstrumentView>([.. instruments.All.OrderBy(i => i.Symbol, StringComparer.Ordinal).Select(InstrumentView.Of)], null))
            .RequireRole(Roles.Viewer).WithTags("execution").Operation("listInstruments", "The symbols that can be traded, with their price and quantity steps");
}
