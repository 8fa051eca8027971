using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Http;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Binance;

/// <summary>Prices.</summary>
public sealed class BinanceMarket(Exchange exchange) : VenueCalls(exchange, VenueKind.Binance)
{
    public Answer TickerPrice(Call call) => Symbols(call, (i, q) => new JsonObject { ["symbol"] = i.Symbol, ["price"] = Number.Fixed(q.Last, 2), ["time"] = Number.Ms(Now) });

    public Answer BookTicker(Call call) => Symbols(call, (i, q) => new JsonObject
    {
        ["symbol"] = i.Symbol,
        ["bidPrice"] = Number.Fixed(q.Bid, 2),
        ["bidQty"] = "100.000",
        ["askPrice"] = Number.Fixed(q.Ask, 2),
        ["askQty"] = "100.000",
        ["time"] = Number.Ms(Now),
        ["lastUpdateId"] = Number.Ms(Now),
    });

    public Answer Ticker24(Call call) => Symbols(call, (i, q) => new JsonObject
    {
        ["symbol"] = i.Symbol,
        ["priceChange"] = "0",
        ["priceChangePercent"] = "0",
        ["weightedAvgPrice"] = Number.Text(q.Last),
        ["lastPrice"] = Number.Text(q.Last),
        ["lastQty"] = "1",
        ["openPrice"] = Number.Text(q.Last),
        ["highPrice"] = Number.Text(q.Last),
        ["lowPrice"] = Number.Text(q.Last),
        ["volume"] = "0",
        ["quoteVolume"] = "0",
        ["openTime"] = Number.Ms(Now) - 86_400_000,
        ["closeTime"] = Number.Ms(Now),
        ["firstId"] = 1,
        ["lastId"] = 1,
        ["count"] = 1,
    });

    private Answer Symbols(Call call, Func<Instrument, Quote, JsonObject> shape)
    {
        if (call["symbol"] is not { } symbol)
        {
            return Answer.Ok(new JsonArray([.. Instruments.Of[Venue].Select(i => shape(i, Exchange.QuoteOf(Venue, i.Symbol)))]));
        }

        return Instruments.Find(Venue, symbol) is { } instrument
            ? Answer.Ok(shape(instrument, Exchange.QuoteOf(Venue, instrument.Symbol)))
            : BinanceErrors.Order(new Refusal(Reason.UnknownSymbol));
    }
}
