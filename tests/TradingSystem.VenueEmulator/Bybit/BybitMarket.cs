using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Http;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Bybit;

/// <summary>Instruments and prices.</summary>
public sealed class BybitMarket(Exchange exchange, BybitReplies replies) : VenueCalls(exchange, VenueKind.Bybit)
{
    public Answer InstrumentsInfo(Call call) =>
        replies.Page(call, 500, 1000, Instruments.Of[Venue].Where(i => call["symbol"] is not { } s || i.Symbol == s).Select((i, at) => (JsonNode)new JsonObject
        {
            ["symbol"] = i.Symbol,
            ["symbolId"] = at + 5,
            ["contractType"] = "LinearPerpetual",
            ["status"] = "Trading",
            ["baseCoin"] = i.Base,
            ["quoteCoin"] = "USDT",
            ["launchTime"] = "1585526400000",
            ["deliveryTime"] = "0",
            ["deliveryFeeRate"] = "",
            ["priceScale"] = "2",
            ["leverageFilter"] = new JsonObject { ["minLeverage"] = "1", ["maxLeverage"] = Number.Fixed(i.MaxLeverage, 2), ["leverageStep"] = "0.01" },
            ["priceFilter"] = new JsonObject { ["minPrice"] = Plain(i.Tick), ["maxPrice"] = "1999999.80", ["tickSize"] = Plain(i.Tick) },
            ["lotSizeFilter"] = new JsonObject
            {
                ["maxOrderQty"] = Plain(i.MaxQty),
                ["minOrderQty"] = Plain(i.MinQty),
                ["qtyStep"] = Plain(i.Step),
                ["postOnlyMaxOrderQty"] = Plain(i.MaxQty),
                ["maxMktOrderQty"] = Plain(i.MaxMarketQty),
                ["minNotionalValue"] = Plain(i.MinNotional),
            },
            ["unifiedMarginTrade"] = true,
            ["fundingInterval"] = 480,
            ["settleCoin"] = "USDT",
            ["copyTrading"] = "both",
            ["upperFundingRate"] = "0.00375",
            ["lowerFundingRate"] = "-0.00375",
            ["isPreListing"] = false,
            ["preListingInfo"] = null,
            ["riskParameters"] = new JsonObject { ["priceLimitRatioX"] = "0.01", ["priceLimitRatioY"] = "0.02" },
            ["symbolType"] = "",
        }));

    public Answer Tickers(Call call)
    {
        var list = new JsonArray();
        foreach (var instrument in Instruments.Of[Venue].Where(i => call["symbol"] is not { } s || i.Symbol == s))
        {
            var quote = Exchange.QuoteOf(Venue, instrument.Symbol);
            var ticker = new JsonObject { ["symbol"] = instrument.Symbol };
            foreach (var name in new[] { "lastPrice", "prevPrice24h", "highPrice24h", "lowPrice24h", "prevPrice1h" })
            {
                ticker[name] = Number.Text(quote.Last);
            }

            ticker["indexPrice"] = Number.Text(quote.Mark);
            ticker["markPrice"] = Number.Text(quote.Mark);
            ticker["bid1Price"] = Number.Text(quote.Bid);
            ticker["ask1Price"] = Number.Text(quote.Ask);
            foreach (var name in new[] { "price24hPcnt", "openInterest", "openInterestValue", "turnover24h", "volume24h", "deliveryTime" })
            {
                ticker[name] = "0";
            }

            foreach (var name in new[] { "ask1Size", "bid1Size" })
            {
                ticker[name] = "100";
            }

            foreach (var name in new[] { "predictedDeliveryPrice", "basisRate", "deliveryFeeRate", "basis", "preOpenPrice", "preQty", "curPreListingPhase", "basisRateYear" })
            {
                ticker[name] = "";
            }

            ticker["fundingRate"] = "0.0001";
            ticker["fundingIntervalHour"] = "8";
            ticker["fundingCap"] = "0.005";
            ticker["nextFundingTime"] = Number.Text((Number.Ms(Now) / 28_800_000 * 28_800_000) + 28_800_000);
            list.Add(ticker);
        }

        return list.Count == 0 ? replies.Refused(new Refusal(Reason.UnknownSymbol)) : replies.Ok(new JsonObject { ["category"] = "linear", ["list"] = list });
    }

    private static string Plain(decimal value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
