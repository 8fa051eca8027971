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
                .Add("ordType", isLimit ? Limit(order.TimeInForce) : "market")
                .Add("sz", contracts)
                .Add("px", isLimit ? order.Price : null)
                .AddIf("reduceOnly", order is { ReduceOnly: true, PositionSide: null })
                .Add("clOrdId", order.ClientId)
                .AddList("attachAlgoOrds", order.Protection is { } protection ? [Attached(protection)] : null));
    }

    /// <param name="contracts">Null to close whatever the position is.</param>
    public static VenueRequest Protect(ProtectionOrder order, VenueAccount account, decimal? contracts)
    {
        var leg = order.Kind == ProtectionKind.StopLoss ? "sl" : "tp";
        return VenueRequest.Order(
            "/api/v5/trade/order-algo",
            Algo(order.Symbol, account, order.Side, order.PositionSide, "conditional", order.ClientId, contracts, order.ReduceOnly)
                .Add(leg + "TriggerPx", order.TriggerPrice)
                .Add(leg + "OrdPx", order.LimitPrice is { } limit ? Grid.Text(limit) : AtMarket)
                .Add(leg + "TriggerPxType", By(order.TriggerBy)));
    }

    /// <param name="contracts">Null to close whatever the position is.</param>
    public static VenueRequest ProtectBoth(ProtectionPair pair, VenueAccount account, decimal? contracts) => VenueRequest.Order(
        "/api/v5/trade/order-algo",
        Algo(pair.Symbol, account, pair.Side, pair.PositionSide, "oco", pair.ClientId, contracts, reduceOnly: true)
            .Add("tpTriggerPx", pair.TakeProfit)
            .Add("tpOrdPx", AtMarket)
            .Add("tpTriggerPxType", By(pair.TriggerBy))
            .Add("slTriggerPx", pair.StopLoss)
            .Add("slOrdPx", AtMarket)
            .Add("slTriggerPxType", By(pair.TriggerBy)));

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

    private static VenueFields Algo(
        string symbol, VenueAccount account, OrderSide side, PositionSide? bucket, string type, string clientId, decimal? contracts, bool reduceOnly) =>
        Named(symbol)
            .Add("tdMode", Mode(account.MarginMode))
            .Add("side", Side(side))
            .Add("posSide", Bucket(bucket))
            .Add("ordType", type)
            .Add("sz", contracts)
            .Add("closeFraction", contracts is null ? "1" : null)
            .AddIf("reduceOnly", (reduceOnly || contracts is null) && bucket is null)
            .Add("algoClOrdId", clientId);

    private static VenueFields Attached(AttachedProtection protection)
    {
        var type = By(protection.TriggerBy);
        var fields = new VenueFields().Add("attachAlgoClOrdId", protection.ClientId);
        if (protection.StopLoss is { } stop)
        {
            fields.Add("slTriggerPx", stop).Add("slOrdPx", AtMarket).Add("slTriggerPxType", type);
        }

        if (protection.TakeProfit is { } profit)
        {
            fields.Add("tpTriggerPx", profit).Add("tpOrdPx", AtMarket).Add("tpTriggerPxType", type);
        }

        return fields;
    }

    private static string Mode(MarginMode mode) => mode == MarginMode.Isolated ? "isolated" : "cross";

    private static string Side(OrderSide side) => side == OrderSide.Buy ? "buy" : "sell";

    private static string? Bucket(PositionSide? side) => side switch
    {
        PositionSide.Long => "long",
        PositionSide.Short => "short",
        _ => null,
    };

    private static string By(TriggerBy by) => by == TriggerBy.Mark ? "mark" : "last";

    private static string Limit(TimeInForce value) => value switch
    {
        TimeInForce.ImmediateOrCancel => "ioc",
        TimeInForce.FillOrKill => "fok",
        TimeInForce.PostOnly => "post_only",
        _ => "limit",
    };
}
