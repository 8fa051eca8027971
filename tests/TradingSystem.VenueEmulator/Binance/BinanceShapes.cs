using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Binance;

/// <summary>Orders, algo orders and fills as fapi writes them.</summary>
public static class BinanceShapes
{
    /// <summary>Reply to placing and cancelling; since July 2026 without avgPrice and cumQuote.</summary>
    public static JsonObject Order(Order order)
    {
        var spec = order.Spec;
        return new JsonObject
        {
            ["orderId"] = Id(spec.Id),
            ["symbol"] = spec.Symbol,
            ["status"] = Status(order),
            ["clientOrderId"] = spec.ClientId,
            ["price"] = Price(spec.Symbol, spec.Price ?? 0m),
            ["origQty"] = Qty(spec.Symbol, spec.Qty),
            ["executedQty"] = Qty(spec.Symbol, order.Filled),
            ["cumQty"] = Qty(spec.Symbol, order.Filled),
            ["timeInForce"] = "GTC",
            ["type"] = Type(spec),
            ["reduceOnly"] = spec.ReduceOnly,
            ["closePosition"] = spec.ClosePosition,
            ["side"] = Word(spec.Side),
            ["positionSide"] = Word(spec.PositionSide),
            ["stopPrice"] = Price(spec.Symbol, 0m),
            ["workingType"] = "CONTRACT_PRICE",
            ["priceProtect"] = false,
            ["origType"] = Type(spec),
            ["priceMatch"] = "NONE",
            ["selfTradePreventionMode"] = "EXPIRE_MAKER",
            ["goodTillDate"] = 0,
            ["updateTime"] = Number.Ms(order.Updated),
        };
    }

    /// <summary>What GET tells: the average price and the creation time besides.</summary>
    public static JsonObject QueriedOrder(Order order)
    {
        var body = Order(order);
        body.Remove("cumQty");
        body["avgPrice"] = Number.Fixed(order.AveragePrice, 5);
        body["cumQuote"] = Number.Fixed(order.FilledValue, 5);
        body["time"] = Number.Ms(order.Created);
        return body;
    }

    /// <summary>Reply to placing an algo order.</summary>
    public static JsonObject PlacedAlgo(Algo algo)
    {
        var body = Algo(algo);
        body["activatePrice"] = "";
        body["callbackRate"] = "";
        return body;
    }

    /// <summary>An algo order as cancelling answers it.</summary>
    public static JsonObject Algo(Algo algo)
    {
        var spec = algo.Spec;
        var leg = spec.Legs[0];
        return new JsonObject
        {
            ["algoId"] = Id(spec.Id),
            ["clientAlgoId"] = spec.ClientId,
            ["algoType"] = "CONDITIONAL",
            ["orderType"] = spec.VenueType,
            ["symbol"] = spec.Symbol,
            ["side"] = Word(spec.Side),
            ["positionSide"] = Word(spec.PositionSide),
            ["timeInForce"] = "GTC",
            ["quantity"] = Qty(spec.Symbol, spec.Qty ?? 0m),
            ["algoStatus"] = Status(algo),
            ["triggerPrice"] = Price(spec.Symbol, leg.TriggerPrice),
            ["price"] = Price(spec.Symbol, 0m),
            ["icebergQuantity"] = null,
            ["selfTradePreventionMode"] = "EXPIRE_MAKER",
            ["workingType"] = "CONTRACT_PRICE",
            ["priceMatch"] = "NONE",
            ["closePosition"] = spec.ClosePosition,
            ["priceProtect"] = false,
            ["reduceOnly"] = spec.ReduceOnly,
            ["createTime"] = Number.Ms(algo.Created),
            ["updateTime"] = Number.Ms(algo.Updated),
            ["triggerTime"] = algo.TriggeredAt is { } at ? Number.Ms(at) : 0,
            ["goodTillDate"] = 0,
        };
    }

    /// <summary>One of the open algo orders.</summary>
    public static JsonObject OpenAlgo(Account account, Algo algo)
    {
        var body = Algo(algo);
        var child = algo.ChildOrderId is { } id ? account.Orders.GetValueOrDefault(id) : null;
        body["actualOrderId"] = algo.ChildOrderId ?? "";
        body["actualPrice"] = Number.Fixed(child?.AveragePrice ?? 0m, 5);
        foreach (var name in new[] { "tpTriggerPrice", "tpPrice", "slTriggerPrice", "slPrice" })
        {
            body[name] = "0.000";
        }

        body["tpOrderType"] = "";
        return body;
    }

    /// <summary>What GET of one algo order tells.</summary>
    public static JsonObject QueriedAlgo(Account account, Algo algo)
    {
        var body = OpenAlgo(account, algo);
        var child = algo.ChildOrderId is { } id ? account.Orders.GetValueOrDefault(id) : null;
        body["actualQty"] = Qty(algo.Spec.Symbol, child?.Filled ?? 0m);
        body["actualType"] = child is null ? "" : Type(child.Spec);
        return body;
    }

    public static JsonObject Trade(Order order, Fill fill) => new()
    {
        ["buyer"] = order.Spec.Side == Side.Buy,
        ["commission"] = Number.Fixed(fill.Charged, 8),
        ["commissionAsset"] = fill.FeeAsset,
        ["id"] = Id(fill.Id),
        ["maker"] = fill.Maker,
        ["orderId"] = Id(fill.OrderId),
        ["price"] = Price(order.Spec.Symbol, fill.Price),
        ["qty"] = Qty(order.Spec.Symbol, fill.Qty),
        ["quoteQty"] = Number.Fixed(fill.Qty * fill.Price, 5),
        ["realizedPnl"] = Number.Fixed(fill.RealizedPnl, 8),
        ["side"] = Word(order.Spec.Side),
        ["positionSide"] = Word(order.Spec.PositionSide),
        ["symbol"] = order.Spec.Symbol,
        ["time"] = Number.Ms(fill.At),
    };

    public static long Id(string id) => long.Parse(id, System.Globalization.CultureInfo.InvariantCulture);

    public static string Price(string symbol, decimal price) => Number.Fixed(price, Instruments.Find(VenueKind.Binance, symbol)!.Tick.Scale);

    public static string Qty(string symbol, decimal qty) => Number.Fixed(qty, Instruments.Find(VenueKind.Binance, symbol)!.Step.Scale);

    public static string Word(Side side) => side == Side.Buy ? "BUY" : "SELL";

    public static string Word(PositionSide side) => side switch
    {
        PositionSide.Long => "LONG",
        PositionSide.Short => "SHORT",
        _ => "BOTH",
    };

    public static string Type(OrderSpec order) => order.Kind == OrderKind.Market ? "MARKET" : "LIMIT";

    public static string Status(Order order) => order.State switch
    {
        OrderState.New => "NEW",
        OrderState.PartiallyFilled => "PARTIALLY_FILLED",
        OrderState.Filled => "FILLED",
        OrderState.Canceled => "CANCELED",
        OrderState.Rejected => "REJECTED",
        _ => "EXPIRED",
    };

    public static string Status(Algo algo) => algo.State switch
    {
        AlgoState.Waiting => "NEW",
        AlgoState.Triggering => "TRIGGERING",
        AlgoState.Triggered => "TRIGGERED",
        AlgoState.Finished => "FINISHED",
        AlgoState.Rejected => "REJECTED",
        _ => "CANCELED",
    };
}
