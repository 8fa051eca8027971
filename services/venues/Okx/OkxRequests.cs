using System.Globalization;
using TradingSystem.Venues.Http;

namespace TradingSystem.Venues.Okx;

/// <summary>Orders as v5 takes them; <c>sz</c> counts contracts; it and prices are already on the grid here.</summary>
public static class OkxRequests
{
    /// <summary>An order price that means "at market".</summary>
    private const string AtMarket = "-1";

    public static VenueFields Swap(string? symbol = null) => new VenueFields().Add("instType", "SWAP").Add("instId", symbol is null ? null : OkxSymbols.ToVenue(symbol));

    public static VenueFields Named(string symbol) => new VenueFields().Add("instId", OkxSymbols.ToVenue(symbol));

    public static VenueRequest Place(NewOrder order, VenueAccount account, decimal contracts)
    {
        var isLimit = order.Type == VenueOrderType.Limit;
        return VenueRequest.Order(
            "/api/v5/trade/order",
            Named(order.Symbol)
                .Add("tdMode", Mode(account.MarginMode))
                .Add("side", Side(order.Side))
                .Add("posSide", Bucket(order.PositionSide))
                .Add("ordType", isLimit ? "limit" : "market")
                .Add("sz", contracts)
                .Add("px", isLimit ? order.Price : null)
                .AddIf("reduceOnly", order is { ReduceOnly: true, PositionSide: null })
                .Add("clOrdId", order.ClientId));
    }

    /// <param name="contracts">Null to close whatever the position is.</param>
    public static VenueRequest Protect(ProtectionOrder order, VenueAccount account, decimal? contracts)
    {
        var leg = order.Kind == ProtectionKind.StopLoss ? "sl" : "tp";
        return VenueRequest.Order(
            "/api/v5/trade/order-algo",
            Named(order.Symbol)
                .Add("tdMode", Mode(account.MarginMode))
                .Add("side", Side(order.Side))
                .Add("posSide", Bucket(order.PositionSide))
                .Add("ordType", "conditional")
                .Add("sz", contracts)
                .Add("closeFraction", contracts is null ? "1" : null)
                .AddIf("reduceOnly", (order.ReduceOnly || contracts is null) && order.PositionSide is null)
                .Add("algoClOrdId", order.ClientId)
                .Add(leg + "TriggerPx", order.TriggerPrice)
                .Add(leg + "OrdPx", AtMarket)
                .Add(leg + "TriggerPxType", "last"));
    }

    public static VenueFields Named(OrderRef order)
    {
        var fields = Named(order.Symbol);
        return order.VenueId is { } id
            ? fields.Add(order.IsProtection ? "algoId" : "ordId", id)
            : fields.Add(order.IsProtection ? "algoClOrdId" : "clOrdId", order.ClientId);
    }

    public static VenueRequest Cancel(OrderRef order) => order.IsProtection
        ? VenueRequest.Change(HttpMethod.Post, "/api/v5/trade/cancel-algos", new()) with { Items = [Named(order)] }
        : VenueRequest.Change(HttpMethod.Post, "/api/v5/trade/cancel-order", Named(order));

    public static VenueRequest Leverage(string symbol, decimal leverage, MarginMode mode, PositionSide? side) => VenueRequest.Change(
        HttpMethod.Post,
        "/api/v5/account/set-leverage",
        Named(symbol).Add("lever", leverage).Add("mgnMode", Mode(mode)).Add("posSide", Bucket(side)));

    public static VenueRequest PositionModeOf(PositionMode mode) => VenueRequest.Change(
        HttpMethod.Post, "/api/v5/account/set-position-mode", new VenueFields().Add("posMode", mode == PositionMode.Hedge ? "long_short_mode" : "net_mode"));

    public static VenueRequest Countdown(TimeSpan after) => VenueRequest.Change(
        HttpMethod.Post, "/api/v5/trade/cancel-all-after", new VenueFields().Add("timeOut", decimal.Ceiling((decimal)after.TotalSeconds)));

    /// <summary>The first message of a private stream.</summary>
    public static string Login(VenueCredentials credentials, DateTimeOffset now)
    {
        var time = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var login = new VenueFields()
            .Add("apiKey", credentials.Key)
            .Add("passphrase", credentials.Passphrase)
            .Add("timestamp", time)
            .Add("sign", Signature.Base64(credentials.Secret, time + "GET/users/self/verify"));
        return System.Text.Encoding.UTF8.GetString(new VenueFields().Add("op", "login").AddList("args", [login]).ToJson());
    }

    private static string Mode(MarginMode mode) => mode == MarginMode.Isolated ? "isolated" : "cross";

    private static string Side(OrderSide side) => side == OrderSide.Buy ? "buy" : "sell";

    private static string? Bucket(PositionSide? side) => side switch
    {
        PositionSide.Long => "long",
        PositionSide.Short => "short",
        _ => null,
    };
}
