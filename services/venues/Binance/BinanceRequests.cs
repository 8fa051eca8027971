using TradingSystem.Venues.Http;

namespace TradingSystem.Venues.Binance;

/// <summary>Orders as USD-M futures takes them; quantities and prices are already on the grid here.</summary>
public static class BinanceRequests
{
    public static VenueRequest Place(NewOrder order) => VenueRequest.Order(
        "/fapi/v1/order",
        new VenueFields()
            .Add("symbol", order.Symbol)
            .Add("side", Side(order.Side))
            .Add("positionSide", Bucket(order.PositionSide))
            .Add("type", order.Type == VenueOrderType.Limit ? "LIMIT" : "MARKET")
            .Add("timeInForce", order.Type == VenueOrderType.Limit ? "GTC" : null)
            .Add("quantity", order.Quantity)
            .Add("price", order.Type == VenueOrderType.Limit ? order.Price : null)
            .AddIf("reduceOnly", order is { ReduceOnly: true, PositionSide: null })
            .Add("newClientOrderId", order.ClientId)
            .Add("newOrderRespType", "RESULT"));

    public static VenueRequest Protect(ProtectionOrder order) => VenueRequest.Order(
        "/fapi/v1/algoOrder",
        new VenueFields()
            .Add("algoType", "CONDITIONAL")
            .Add("symbol", order.Symbol)
            .Add("side", Side(order.Side))
            .Add("positionSide", Bucket(order.PositionSide))
            .Add("type", order.Kind == ProtectionKind.StopLoss ? "STOP_MARKET" : "TAKE_PROFIT_MARKET")
            .Add("quantity", order.Quantity)
            .Add("triggerPrice", order.TriggerPrice)
            .AddIf("closePosition", order.Quantity is null)
            .AddIf("reduceOnly", order.Quantity is not null && order is { ReduceOnly: true, PositionSide: null })
            .Add("clientAlgoId", order.ClientId)
            .Add("newOrderRespType", "RESULT"));

    public static VenueFields Named(OrderRef order)
    {
        var fields = new VenueFields().Add("symbol", order.Symbol);
        return order.VenueId is { } id
            ? fields.Add(order.IsProtection ? "algoId" : "orderId", id)
            : fields.Add(order.IsProtection ? "clientAlgoId" : "origClientOrderId", order.ClientId);
    }

    public static string PathOf(OrderRef order) => order.IsProtection ? "/fapi/v1/algoOrder" : "/fapi/v1/order";

    private static string Side(OrderSide side) => side == OrderSide.Buy ? "BUY" : "SELL";

    private static string? Bucket(PositionSide? side) => side switch
    {
        PositionSide.Long => "LONG",
        PositionSide.Short => "SHORT",
        _ => null,
    };
}
