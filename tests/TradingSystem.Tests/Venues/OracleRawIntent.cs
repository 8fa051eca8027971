using System.Text.Json;
using TradingSystem.Venues;
using TradingSystem.Venues.Binance;

namespace TradingSystem.Tests.Venues;

/// <summary>Cases that name a path and its parameters instead of an intent.</summary>
internal static class OracleRawIntent
{
    /// <summary>Null when the request is none that an adapter makes.</summary>
    public static Func<IVenue, Task>? Find(OracleCase c, decimal size)
    {
        if (c.Requests.Count == 0)
        {
            return null;
        }

        var p = OracleIntent.Arg(c, 0) is { ValueKind: JsonValueKind.Array } list ? list[0] : OracleIntent.Arg(c, 0);
        return (c.Request.Path[..(c.Request.Path.IndexOf('/', 1) + 1)]) switch
        {
            "/fapi/" => Binance($"{c.Request.Method} {c.Request.Path}", p),
            "/v5/" => Bybit($"{c.Request.Method} {c.Request.Path}", p),
            _ => Okx($"{c.Request.Method} {c.Request.Path}", p, size),
        };
    }

    private static Func<IVenue, Task>? Binance(string request, JsonElement? p)
    {
        var symbol = Of(p, "symbol");
        var named = symbol ?? "BTCUSDT";
        return request switch
        {
            "POST /fapi/v1/listenKey" => v => ((BinanceVenue)v).Stream.OpenAsync(default),
            "PUT /fapi/v1/listenKey" => v => ((BinanceVenue)v).Stream.KeepAliveAsync(default),
            "GET /fapi/v1/time" => v => v.SyncClockAsync(default),
            "GET /fapi/v1/exchangeInfo" => v => v.InstrumentsAsync(default),
            "GET /fapi/v1/ticker/24hr" => v => v.LastPriceAsync(named, default),
            "GET /fapi/v1/accountConfig" => v => v.CheckCredentialsAsync(default),
            "POST /fapi/v1/leverage" => v => OracleIntent.SetLeverage(v, named, Amount(p, "leverage")!.Value, MarginMode.Cross),
            "POST /fapi/v1/marginType" => v => OracleIntent.SetMarginMode(v, named, Of(p, "marginType") == "ISOLATED" ? MarginMode.Isolated : MarginMode.Cross, 1m),
            "POST /fapi/v1/positionSide/dual" => v => OracleIntent.SetPositionMode(v, named, Of(p, "dualSidePosition") == "true" ? PositionMode.Hedge : PositionMode.OneWay),
            "POST /fapi/v1/countdownCancelAll" => v => v.CountdownAsync(named, TimeSpan.FromMilliseconds((double)Amount(p, "countdownTime")!.Value), default),
            "POST /fapi/v1/order" or "POST /fapi/v1/order/test" => v => v.PlaceAsync(
                new(named, Of(p, "newClientOrderId") ?? "id1", Side(p), Amount(p, "quantity")!.Value)
                {
                    Type = Of(p, "type") == "LIMIT" ? VenueOrderType.Limit : VenueOrderType.Market,
                    Price = Amount(p, "price"),
                    PositionSide = OracleIntent.Bucket(Of(p, "positionSide")),
                    ReduceOnly = Of(p, "reduceOnly") == "true",
                },
                default),
            "POST /fapi/v1/algoOrder" => v => v.PlaceProtectionAsync(
                new(
                    named, Of(p, "clientAlgoId") ?? "id1",
                    Of(p, "type")!.StartsWith("TAKE", StringComparison.Ordinal) ? ProtectionKind.TakeProfit : ProtectionKind.StopLoss, Side(p),
                    Amount(p, "triggerPrice")!.Value)
                {
                    Quantity = Amount(p, "quantity"),
                    PositionSide = OracleIntent.Bucket(Of(p, "positionSide")),
                    ReduceOnly = Of(p, "reduceOnly") == "true",
                },
                default),
            "GET /fapi/v1/order" => v => v.QueryAsync(new(named, Of(p, "origClientOrderId"), Of(p, "orderId")), default),
            "GET /fapi/v1/algoOrder" => v => v.QueryAsync(new(named, Of(p, "clientAlgoId"), Of(p, "algoId"), IsProtection: true), default),
            "DELETE /fapi/v1/order" => v => v.CancelAsync(new(named, Of(p, "origClientOrderId"), Of(p, "orderId")), default),
            "DELETE /fapi/v1/algoOrder" => v => v.CancelAsync(new(named, Of(p, "clientAlgoId"), Of(p, "algoId"), IsProtection: true), default),
            "GET /fapi/v1/openOrders" or "GET /fapi/v1/openAlgoOrders" => v => v.OpenOrdersAsync(symbol, default),
            "GET /fapi/v3/positionRisk" or "GET /fapi/v2/positionRisk" => v => v.PositionsAsync(symbol, default),
            "GET /fapi/v3/balance" or "GET /fapi/v2/balance" => v => v.BalancesAsync(default),
            "GET /fapi/v1/userTrades" => v => v.FillsAsync(new(named, At(p, "startTime"), Of(p, "orderId")), default),
            "GET /fapi/v1/income" when Of(p, "incomeType") == "FUNDING_FEE" => v => v.FundingAsync(named, At(p, "startTime"), default),
            _ => null,
        };
    }

    private static Func<IVenue, Task>? Bybit(string request, JsonElement? p)
    {
        var symbol = Of(p, "symbol");
        var named = symbol ?? "BTCUSDT";
        return request switch
        {
            "GET /v5/market/time" => v => v.SyncClockAsync(default),
            "GET /v5/market/instruments-info" => v => v.InstrumentsAsync(default),
            "GET /v5/market/tickers" => v => v.LastPriceAsync(named, default),
            "GET /v5/account/info" or "GET /v5/user/query-api" => v => v.CheckCredentialsAsync(default),
            "POST /v5/position/set-leverage" => v => OracleIntent.SetLeverage(v, named, Amount(p, "buyLeverage")!.Value, MarginMode.Cross),
            "POST /v5/account/set-margin-mode" => v => OracleIntent.SetMarginMode(
                v, named, Of(p, "setMarginMode") == "ISOLATED_MARGIN" ? MarginMode.Isolated : MarginMode.Cross, 1m),
            "POST /v5/position/switch-mode" => v => OracleIntent.SetPositionMode(v, named, Of(p, "mode") == "3" ? PositionMode.Hedge : PositionMode.OneWay),
            "POST /v5/order/create" when Of(p, "triggerPrice") is null => v => v.PlaceAsync(
                new(named, Of(p, "orderLinkId") ?? "id1", Side(p), Amount(p, "qty")!.Value)
                {
                    Type = Of(p, "orderType") == "Limit" ? VenueOrderType.Limit : VenueOrderType.Market,
                    Price = Amount(p, "price"),
                    ReduceOnly = Of(p, "reduceOnly") == "true",
                },
                default),
            "GET /v5/order/realtime" when Of(p, "orderLinkId") is null && Of(p, "orderId") is null => v => v.OpenOrdersAsync(symbol, default),
            "GET /v5/order/realtime" or "GET /v5/order/history" => v => v.QueryAsync(new(named, Of(p, "orderLinkId"), Of(p, "orderId")), default),
            "POST /v5/order/cancel" => v => v.CancelAsync(new(named, Of(p, "orderLinkId"), Of(p, "orderId")), default),
            "GET /v5/position/list" => v => v.PositionsAsync(symbol, default),
            "GET /v5/account/wallet-balance" => v => v.BalancesAsync(default),
            "GET /v5/execution/list" => v => v.FillsAsync(new(named, At(p, "startTime"), Of(p, "orderId"), Of(p, "orderLinkId")), default),
            _ => null,
        };
    }

    private static Func<IVenue, Task>? Okx(string request, JsonElement? p, decimal size)
    {
        var symbol = Of(p, "instId")?.Replace("-USDT-SWAP", "USDT", StringComparison.Ordinal);
        var named = symbol ?? "BTCUSDT";
        return request switch
        {
            "GET /api/v5/public/time" => v => v.SyncClockAsync(default),
            "GET /api/v5/public/instruments" => v => v.InstrumentsAsync(default),
            "GET /api/v5/market/ticker" => v => v.LastPriceAsync(named, default),
            "GET /api/v5/account/config" => v => v.CheckCredentialsAsync(default),
            "POST /api/v5/account/set-leverage" => v => OracleIntent.SetLeverage(
                v, named, Amount(p, "lever")!.Value, Of(p, "mgnMode") == "isolated" ? MarginMode.Isolated : MarginMode.Cross),
            "POST /api/v5/account/set-position-mode" => v => OracleIntent.SetPositionMode(
                v, named, Of(p, "posMode") == "long_short_mode" ? PositionMode.Hedge : PositionMode.OneWay),
            "POST /api/v5/trade/cancel-all-after" => v => v.CountdownAsync(named, TimeSpan.FromSeconds((double)Amount(p, "timeOut")!.Value), default),
            "POST /api/v5/trade/order" => v => v.PlaceAsync(
                new(named, Of(p, "clOrdId") ?? "id1", Side(p), Amount(p, "sz")!.Value * size)
                {
                    Type = Of(p, "ordType") == "market" ? VenueOrderType.Market : VenueOrderType.Limit,
                    Price = Amount(p, "px"),
                    PositionSide = OracleIntent.Bucket(Of(p, "posSide")),
                    ReduceOnly = Of(p, "reduceOnly") == "true",
                },
                default),
            "POST /api/v5/trade/order-algo" when Of(p, "ordType") == "conditional" => v => v.PlaceProtectionAsync(
                new(
                    named, Of(p, "algoClOrdId") ?? "id1", Of(p, "slTriggerPx") is null ? ProtectionKind.TakeProfit : ProtectionKind.StopLoss, Side(p),
                    (Amount(p, "slTriggerPx") ?? Amount(p, "tpTriggerPx"))!.Value)
                {
                    Quantity = Amount(p, "sz") * size,
                    PositionSide = OracleIntent.Bucket(Of(p, "posSide")),
                    ReduceOnly = Of(p, "reduceOnly") == "true",
                },
                default),
            "GET /api/v5/trade/order" => v => v.QueryAsync(new(named, Of(p, "clOrdId"), Of(p, "ordId")), default),
            "GET /api/v5/trade/order-algo" => v => v.QueryAsync(new(named, Of(p, "algoClOrdId"), Of(p, "algoId"), IsProtection: true), default),
            "POST /api/v5/trade/cancel-order" => v => v.CancelAsync(new(named, Of(p, "clOrdId"), Of(p, "ordId")), default),
            "POST /api/v5/trade/cancel-algos" => v => v.CancelAsync(new(named, Of(p, "algoClOrdId"), Of(p, "algoId"), IsProtection: true), default),
            "GET /api/v5/trade/orders-pending" or "GET /api/v5/trade/orders-algo-pending" => v => v.OpenOrdersAsync(symbol, default),
            "GET /api/v5/account/positions" => v => v.PositionsAsync(symbol, default),
            "GET /api/v5/account/balance" => v => v.BalancesAsync(default),
            "GET /api/v5/trade/fills-history" or "GET /api/v5/trade/fills" => v => v.FillsAsync(new(named, At(p, "begin"), Of(p, "ordId")), default),
            _ => null,
        };
    }

    private static string? Of(JsonElement? p, string name) => OracleIntent.Text(OracleIntent.Field(p, name));

    private static decimal? Amount(JsonElement? p, string name) => OracleIntent.Number(OracleIntent.Field(p, name));

    private static DateTimeOffset? At(JsonElement? p, string name) => Amount(p, name) is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds((long)ms) : null;

    private static OrderSide Side(JsonElement? p) => Of(p, "side")!.Equals("buy", StringComparison.OrdinalIgnoreCase) ? OrderSide.Buy : OrderSide.Sell;
}
