using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Http;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Okx;

/// <summary>Instruments and prices.</summary>
public sealed class OkxMarket(Exchange exchange) : VenueCalls(exchange, VenueKind.Okx)
{
    public Answer InstrumentList(Call call)
    {
        if (call["instType"] != "SWAP")
        {
            return OkxReplies.Failed("51000", "Parameter instType error", 400);
        }

        return OkxReplies.Ok(Instruments.Of[Venue].Where(i => OkxOrders.Wanted(call, i.Symbol)).Select((i, at) =>
        {
            var body = new JsonObject
            {
                ["category"] = "1",
                ["ctMult"] = "1",
                ["ctType"] = "linear",
                ["ctVal"] = Number.Text(i.ContractSize),
                ["ctValCcy"] = i.Base,
                ["futureSettlement"] = false,
                ["instFamily"] = i.VenueSymbol[..^5],
                ["instId"] = i.VenueSymbol,
                ["instIdCode"] = 10459 + at,
                ["instType"] = "SWAP",
                ["lever"] = Number.Text(i.MaxLeverage),
                ["listTime"] = "1573557408000",
                ["lotSz"] = Number.Text(i.Step / i.ContractSize),
                ["maxIcebergSz"] = "100000000.0000000000000000",
                ["maxLmtAmt"] = "20000000",
                ["maxLmtSz"] = Number.Text(i.MaxQty / i.ContractSize),
                ["maxMktSz"] = Number.Text(i.MaxMarketQty / i.ContractSize),
                ["maxStopSz"] = Number.Text(i.MaxMarketQty / i.ContractSize),
                ["maxTriggerSz"] = "100000000.0000000000000000",
                ["maxTwapSz"] = "100000000.0000000000000000",
                ["minSz"] = Number.Text(i.MinQty / i.ContractSize),
                ["ruleType"] = "normal",
                ["settleCcy"] = "USDT",
                ["state"] = "live",
                ["tickSz"] = Number.Text(i.Tick),
                ["tradeQuoteCcyList"] = new JsonArray(),
                ["uly"] = i.VenueSymbol[..^5],
            };
            foreach (var name in new[] { "alias", "auctionEndTime", "baseCcy", "contTdSwTime", "expTime", "maxMktAmt", "maxPlatOILmt", "openType", "optType", "posLmtAmt", "posLmtPct", "preMktSwTime", "quoteCcy", "stk" })
            {
                body[name] = "";
            }

            return body;
        }));
    }

    public Answer Ticker(Call call) => Prices(call, (i, q) =>
    {
        var body = new JsonObject
        {
            ["instType"] = "SWAP",
            ["instId"] = i.VenueSymbol,
            ["lastSz"] = "1",
            ["askPx"] = Number.Text(q.Ask),
            ["askSz"] = "100",
            ["bidPx"] = Number.Text(q.Bid),
            ["bidSz"] = "100",
            ["volCcy24h"] = "0",
            ["vol24h"] = "0",
            ["ts"] = Number.MsText(Now),
        };
        foreach (var name in new[] { "last", "open24h", "high24h", "low24h", "sodUtc0", "sodUtc8" })
        {
            body[name] = Number.Text(q.Last);
        }

        return body;
    });

    private Answer Prices(Call call, Func<Instrument, Quote, JsonObject> shape)
    {
        var list = Instruments.Of[Venue].Where(i => OkxOrders.Wanted(call, i.Symbol)).Select(i => shape(i, Exchange.QuoteOf(Venue, i.Symbol))).ToList();
        return list.Count == 0 ? OkxReplies.Failed("51001", "Instrument ID, Instrument ID code, or Spread ID doesn't exist.") : OkxReplies.Ok(list);
    }
}
