using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Binance;

/// <summary>The rules of the symbols as exchangeInfo lists them.</summary>
public static class BinanceInstruments
{
    public static JsonObject Info(DateTimeOffset now) => new()
    {
        ["assets"] = new JsonArray(new JsonObject { ["asset"] = "USDT", ["autoAssetExchange"] = "-10000", ["marginAvailable"] = true }),
        ["exchangeFilters"] = new JsonArray(),
        ["futuresType"] = "U_MARGINED",
        ["rateLimits"] = new JsonArray(Limit("MINUTE", 1, 2400, "REQUEST_WEIGHT"), Limit("MINUTE", 1, 1200, "ORDERS"), Limit("SECOND", 10, 300, "ORDERS")),
        ["serverTime"] = Number.Ms(now),
        ["symbols"] = new JsonArray([.. Instruments.Of[VenueKind.Binance].Select(Symbol)]),
        ["timezone"] = "UTC",
    };

    private static JsonObject Limit(string interval, int number, int limit, string type) =>
        new() { ["interval"] = interval, ["intervalNum"] = number, ["limit"] = limit, ["rateLimitType"] = type };

    private static JsonObject Symbol(Instrument i) => new()
    {
        ["baseAsset"] = i.Base,
        ["baseAssetPrecision"] = 8,
        ["contractType"] = "PERPETUAL",
        ["deliveryDate"] = 4133404800000,
        ["filters"] = new JsonArray(
            new JsonObject { ["filterType"] = "PRICE_FILTER", ["maxPrice"] = "4529764", ["minPrice"] = Plain(i.Tick), ["tickSize"] = Plain(i.Tick) },
            new JsonObject { ["filterType"] = "LOT_SIZE", ["maxQty"] = Plain(i.MaxQty), ["minQty"] = Plain(i.MinQty), ["stepSize"] = Plain(i.Step) },
            new JsonObject { ["filterType"] = "MARKET_LOT_SIZE", ["maxQty"] = Plain(i.MaxMarketQty), ["minQty"] = Plain(i.MinQty), ["stepSize"] = Plain(i.Step) },
            new JsonObject { ["filterType"] = "MAX_NUM_ORDERS", ["limit"] = 200 },
            new JsonObject { ["filterType"] = "MAX_NUM_ALGO_ORDERS", ["limit"] = 10 },
            new JsonObject { ["filterType"] = "MIN_NOTIONAL", ["notional"] = Plain(i.MinNotional) },
            new JsonObject { ["filterType"] = "PERCENT_PRICE", ["multiplierDecimal"] = "4", ["multiplierDown"] = Number.Fixed(1m - i.Band, 4), ["multiplierUp"] = Number.Fixed(1m + i.Band, 4) },
            new JsonObject { ["filterType"] = "POSITION_RISK_CONTROL", ["positionControlSide"] = "NONE" }),
        ["liquidationFee"] = "0.012500",
        ["maintMarginPercent"] = "2.5000",
        ["marginAsset"] = "USDT",
        ["marketTakeBound"] = "0.05",
        ["maxMoveOrderLimit"] = 10000,
        ["onboardDate"] = 1569398400000,
        ["orderTypes"] = new JsonArray("LIMIT", "MARKET", "STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET"),
        ["pair"] = i.VenueSymbol,
        ["permissionSets"] = new JsonArray("GRID", "COPY"),
        // As it really is: neither is the tick or the step.
        ["pricePrecision"] = 2,
        ["quantityPrecision"] = 3,
        ["quoteAsset"] = "USDT",
        ["quotePrecision"] = 8,
        ["requiredMarginPercent"] = "5.0000",
        ["status"] = "TRADING",
        ["symbol"] = i.VenueSymbol,
        ["timeInForce"] = new JsonArray("GTC", "IOC", "FOK", "GTX", "GTD"),
        ["triggerProtect"] = "0.0500",
        ["underlyingSubType"] = new JsonArray("PoW"),
        ["underlyingType"] = "COIN",
    };

    private static string Plain(decimal value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
