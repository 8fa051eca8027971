using System.Globalization;
using TradingSystem.Venues.Http;

namespace TradingSystem.Venues.Bybit;

/// <summary>Orders as v5 takes them; quantities and prices are already on the grid here.</summary>
public static class BybitRequests
{
    public const string Create = "/v5/order/create";

    private const long Rises = 1;
    private const long Falls = 2;

    public static VenueFields Linear(string? symbol = null) => new VenueFields().Add("category", "linear").Add("symbol", symbol);

    public static VenueRequest Place(NewOrder order)
    {
        var isLimit = order.Type == VenueOrderType.Limit;
        var fields = Linear(order.Symbol)
            .Add("side", Side(order.Side))
            .Add("orderType", isLimit ? "Limit" : "Market")
            .Add("qty", order.Quantity)
            .Add("price", isLimit ? order.Price : null)
            .AddIf("reduceOnly", order.ReduceOnly)
            .Add("orderLinkId", order.ClientId);
        AddBucket(fields, order.PositionSide);
        return VenueRequest.Order(Create, fields);
    }

    /// <summary>
    /// Without a quantity it closes whatever the position is: that is quantity 0 with <c>closeOnTrigger</c>. The last price triggers where
    /// nothing is said.
    /// </summary>
    public static VenueRequest Protect(ProtectionOrder order)
    {
        // A stop sells below the market and buys above it, a profit is taken the other way round.
        var rises = (order.Side == OrderSide.Buy) == (order.Kind == ProtectionKind.StopLoss);
        var fields = Linear(order.Symbol)
            .Add("side", Side(order.Side))
            .Add("orderType", "Market")
            .Add("qty", order.Quantity ?? 0m)
            .Add("triggerPrice", order.TriggerPrice)
            .AddNumber("triggerDirection", rises ? Rises : Falls)
            .AddIf("reduceOnly", order.ReduceOnly || order.Quantity is null)
            .AddIf("closeOnTrigger", order.Quantity is null)
            .Add("orderLinkId", order.ClientId);
        AddBucket(fields, order.PositionSide);
        return VenueRequest.Order(Create, fields);
    }

    public static VenueFields Named(OrderRef order) => order.VenueId is { } id
        ? Linear(order.Symbol).Add("orderId", id)
        : Linear(order.Symbol).Add("orderLinkId", order.ClientId);

    public static VenueRequest Leverage(string symbol, decimal leverage) => VenueRequest.Change(
        HttpMethod.Post, "/v5/position/set-leverage", Linear(symbol).Add("buyLeverage", leverage).Add("sellLeverage", leverage));

    public static VenueRequest Mode(string symbol, PositionMode mode) => VenueRequest.Change(
        HttpMethod.Post, "/v5/position/switch-mode", Linear(symbol).AddNumber("mode", mode == PositionMode.Hedge ? 3 : 0));

    public static VenueRequest ModeOfAll(PositionMode mode) => VenueRequest.Change(
        HttpMethod.Post, "/v5/position/switch-mode", Linear().Add("coin", "USDT").AddNumber("mode", mode == PositionMode.Hedge ? 3 : 0));

    public static VenueRequest Margin(MarginMode mode) => VenueRequest.Change(
        HttpMethod.Post, "/v5/account/set-margin-mode", new VenueFields().Add("setMarginMode", mode == MarginMode.Isolated ? "ISOLATED_MARGIN" : "REGULAR_MARGIN"));

    /// <summary>The first message of a private stream, valid until <paramref name="expires"/>.</summary>
    public static string Login(VenueCredentials credentials, DateTimeOffset expires)
    {
        var until = expires.ToUnixTimeMilliseconds();
        var sign = Signature.Hex(credentials.Secret, $"GET/realtime{until}");
        return string.Create(CultureInfo.InvariantCulture, $$"""{"op":"auth","args":["{{credentials.Key}}",{{until}},"{{sign}}"]}""");
    }

    private static void AddBucket(VenueFields fields, PositionSide? side)
    {
        if (side is { } bucket)
        {
            fields.AddNumber("positionIdx", bucket == PositionSide.Long ? 1 : 2);
        }
    }

    private static string Side(OrderSide side) => side == OrderSide.Buy ? "Buy" : "Sell";
}
