using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Http;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Binance;

/// <summary>Orders and the countdown.</summary>
public sealed partial class BinanceOrders(Exchange exchange) : VenueCalls(exchange, VenueKind.Binance)
{
    private static readonly string[] Conditional = ["STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET"];

    [GeneratedRegex("^[.A-Z:/a-z0-9_-]{1,36}$")]
    internal static partial Regex ClientId();

    public Answer PlaceOrder(Call call)
    {
        var given = Parameters.Of(call);
        var type = given["type"];
        if (Conditional.Contains(type))
        {
            return BinanceErrors.Of(-4120, "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.");
        }

        var common = BinanceFields.Common(call, given);
        if (common.Refused is { } refused)
        {
            return refused;
        }

        decimal? price = null;
        switch (type)
        {
            case "LIMIT":
                if (!given.Has("timeInForce") || !given.Has("price"))
                {
                    return BinanceErrors.Missing(given.Has("price") ? "timeInForce" : "price");
                }

                if (!Number.TryParse(given["price"], out var limit))
                {
                    return BinanceErrors.Of(-1100, "Illegal characters found in parameter 'price'; legal range is '^([0-9]{1,20})(\\.[0-9]{1,20})?$'.");
                }

                // The venue takes IOC and the like, too; nobody here sends them.
                if (given["timeInForce"] != "GTC")
                {
                    return BinanceErrors.Of(-1115, "Invalid timeInForce.");
                }

                price = limit;
                break;
            case "MARKET":
                if (given.Has("price") || given.Has("timeInForce"))
                {
                    return BinanceErrors.NotNeeded(given.Has("price") ? "price" : "timeInForce");
                }

                break;
            default:
                return given.Has("type") ? BinanceErrors.Of(-1116, "Invalid orderType.") : BinanceErrors.Missing("type");
        }

        if (!given.Has("quantity"))
        {
            return BinanceErrors.Missing("quantity");
        }

        if (!Number.TryParse(given["quantity"], out var qty))
        {
            return BinanceErrors.Of(-1100, "Illegal characters found in parameter 'quantity'; legal range is '^([0-9]{1,20})(\\.[0-9]{1,20})?$'.");
        }

        var symbol = common.Instrument!.Symbol;
        var margin = call.Account.MarginOf(symbol);
        var clientId = given["newClientOrderId"] ?? Guid.NewGuid().ToString("N")[..22];
        if (!ClientId().IsMatch(clientId))
        {
            return BinanceErrors.Of(-4015, "Client order id is not valid.");
        }

        var spec = new OrderSpec(
            "", clientId, symbol, common.Side, common.PositionSide, price is null ? OrderKind.Market : OrderKind.Limit, qty, price,
            given.IsTrue("reduceOnly"), false, margin, call.Account.LeverageOf(symbol, margin, PositionSide.Net), Origin.Api);
        var placed = Exchange.Orders.Place(call.Account, spec);
        if (placed.Refusal is { } refusal)
        {
            return BinanceErrors.Order(refusal, spec);
        }

        var body = BinanceShapes.Order(placed.Value!);
        if (given["newOrderRespType"] != "RESULT")
        {
            // An acknowledgement does not wait for the matching engine.
            body["status"] = "NEW";
            body["executedQty"] = BinanceShapes.Qty(symbol, 0m);
            body["cumQty"] = BinanceShapes.Qty(symbol, 0m);
        }

        return Answer.Ok(body);
    }

    public Answer QueryOrder(Call call)
    {
        var given = Parameters.Of(call);
        if (BinanceFields.InstrumentOf(given) is null)
        {
            return BinanceFields.BadSymbol(given);
        }

        if (!given.Has("orderId") && !given.Has("origClientOrderId"))
        {
            return BinanceErrors.Of(-1102, "Either 'origClientOrderId' or 'orderId' must be sent.");
        }

        return Named(call, given) is { } order && Exchange.Orders.IsVisible(call.Account, order.Created)
            ? Answer.Ok(BinanceShapes.QueriedOrder(order))
            : BinanceErrors.Of(-2013, "Order does not exist.");
    }

    public Answer CancelOrder(Call call)
    {
        var given = Parameters.Of(call);
        if (BinanceFields.InstrumentOf(given) is null)
        {
            return BinanceFields.BadSymbol(given);
        }

        return Named(call, given) is { } order && Exchange.Orders.Cancel(call.Account, order) is null
            ? Answer.Ok(BinanceShapes.Order(order))
            : BinanceErrors.Of(-2011, "Unknown order sent.");
    }

    public Answer OpenOrders(Call call) => Listed(call, call.Account.OpenOrders);

    public Answer AllOrders(Call call) => Listed(call, call.Account.Orders.Values.OrderBy(o => o.Sequence));

    private static Answer Listed(Call call, IEnumerable<Order> orders)
    {
        var given = Parameters.Of(call);
        return given.Has("symbol") && BinanceFields.InstrumentOf(given) is null
            ? BinanceFields.BadSymbol(given)
            : Answer.Ok(new JsonArray([.. orders.Where(o => given["symbol"] is not { } s || o.Spec.Symbol == s).Select(BinanceShapes.QueriedOrder)]));
    }

    public Answer Countdown(Call call)
    {
        var given = Parameters.Of(call);
        if (BinanceFields.InstrumentOf(given) is not { } instrument)
        {
            return BinanceFields.BadSymbol(given);
        }

        if (!long.TryParse(given["countdownTime"], NumberStyles.None, CultureInfo.InvariantCulture, out var ms))
        {
            return BinanceErrors.Missing("countdownTime");
        }

        Exchange.Settings.Countdown(call.Account, instrument.Symbol, TimeSpan.FromMilliseconds(ms));
        return Answer.Ok(new JsonObject { ["symbol"] = instrument.Symbol, ["countdownTime"] = given["countdownTime"] });
    }

    private Order? Named(Call call, Parameters given)
    {
        var order = given.Has("orderId") ? OrderEngine.OrderById(call.Account, given["orderId"]) : Exchange.Orders.OrderByClient(call.Account, given["origClientOrderId"]);
        return order?.Spec.Symbol == given["symbol"] ? order : null;
    }
}
