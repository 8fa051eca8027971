using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Http;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Okx;

/// <summary>Orders, placed one by one and in batches.</summary>
public sealed partial class OkxOrders(Exchange exchange, OkxReplies replies) : VenueCalls(exchange, VenueKind.Okx)
{
    [GeneratedRegex("^[A-Za-z0-9]{1,32}$")]
    internal static partial Regex ClientId();

    public Answer Place(Call call)
    {
        var result = PlaceOne(call, call.Json as JsonObject);
        return replies.Done([result], IsDone(result));
    }

    public Answer PlaceBatch(Call call)
    {
        if (call.Json is not JsonArray { Count: > 0 and <= 20 } orders)
        {
            return OkxReplies.Failed("50000", "Body for POST request cannot be empty.", 400);
        }

        var results = orders.Select(o => PlaceOne(call, o as JsonObject)).ToList();
        return replies.Done(results, results.Any(IsDone));
    }

    private JsonObject PlaceOne(Call call, JsonObject? body)
    {
        var clientId = OkxReplies.Text(body, "clOrdId") ?? "";
        JsonObject Bad(string parameter) => replies.Result("", clientId, "51000", $"Parameter {parameter} error");
        if (Instruments.Find(Venue, OkxReplies.Text(body, "instId")) is not { } instrument)
        {
            return replies.Result("", clientId, "51001", "Instrument ID, Instrument ID code, or Spread ID doesn't exist.");
        }

        if (OkxReplies.Text(body, "tdMode") is not ("cross" or "isolated"))
        {
            return Bad("tdMode");
        }

        if (OkxReplies.Text(body, "side") is not ("buy" or "sell"))
        {
            return Bad("side");
        }

        if (clientId.Length > 0 && !ClientId().IsMatch(clientId))
        {
            return Bad("clOrdId");
        }

        if (!Number.TryParse(OkxReplies.Text(body, "sz"), out var contracts))
        {
            return Bad("sz");
        }

        // The venue takes ioc, fok and post_only, too; nobody here sends them.
        if (OkxReplies.Text(body, "ordType") is not ("market" or "limit"))
        {
            return Bad("ordType");
        }

        var isMarket = OkxReplies.Text(body, "ordType") == "market";
        decimal? price = null;
        if (!isMarket)
        {
            if (!Number.TryParse(OkxReplies.Text(body, "px"), out var px))
            {
                return Bad("px");
            }

            price = px;
        }

        // It counts in net mode only; otherwise the side says what an order does.
        var reduceOnly = OkxReplies.Flag(body, "reduceOnly") && !call.Account.Hedge;
        var side = OkxReplies.Text(body, "side") == "buy" ? Side.Buy : Side.Sell;
        var margin = OkxReplies.Text(body, "tdMode")!;
        var positionSide = OkxReplies.PositionSideOf(OkxReplies.Text(body, "posSide"));
        var placed = Exchange.Orders.Place(call.Account, new OrderSpec(
            "", clientId, instrument.Symbol, side, positionSide, isMarket ? OrderKind.Market : OrderKind.Limit, contracts * instrument.ContractSize, price,
            reduceOnly, false, margin, call.Account.LeverageOf(instrument.Symbol, margin, positionSide), Origin.Api));
        if (placed.Refusal is { } refusal)
        {
            var (code, message) = OkxErrors.Of(refusal, side);
            return replies.Result("", clientId, code, message);
        }

        return replies.Result(placed.Value!.Spec.Id, clientId, "0", "Order placed");
    }

    public Answer QueryOrder(Call call)
    {
        var order = call["ordId"] is { Length: > 0 } id ? OrderEngine.OrderById(call.Account, id) : Exchange.Orders.OrderByClient(call.Account, call["clOrdId"]);
        return order is not null && OkxShapes.Name(order.Spec.Symbol) == call["instId"] && Exchange.Orders.IsVisible(call.Account, order.Created)
            ? OkxReplies.Ok(OkxShapes.Order(order))
            : OkxReplies.Failed("51603", "Order does not exist");
    }

    public Answer CancelOrder(Call call)
    {
        var result = CancelOne(call, call.Json as JsonObject);
        return replies.Done([result], IsDone(result));
    }

    private JsonObject CancelOne(Call call, JsonObject? body)
    {
        var (id, clientId) = (OkxReplies.Text(body, "ordId"), OkxReplies.Text(body, "clOrdId"));
        var order = id is not null ? OrderEngine.OrderById(call.Account, id) : Exchange.Orders.OrderByClient(call.Account, clientId);
        return order is not null && OkxShapes.Name(order.Spec.Symbol) == OkxReplies.Text(body, "instId") && Exchange.Orders.Cancel(call.Account, order) is null
            ? replies.Result(order.Spec.Id, order.Spec.ClientId, "0", "")
            : replies.Result(id ?? "", clientId ?? "", "51400", "Cancellation failed as the order has been filled, canceled or does not exist.");
    }

    public Answer PendingOrders(Call call) =>
        OkxReplies.Page(call, call.Account.OpenOrders.Reverse().Where(o => Wanted(call, o.Spec.Symbol)).Select(o => (o.Spec.Id, (JsonNode)OkxShapes.Order(o))));

    public Answer OrderHistory(Call call) => call["instType"] is not { Length: > 0 }
        ? OkxReplies.Failed("50014", "Parameter instType can not be empty.", 400)
        : OkxReplies.Page(
            call,
            call.Account.Orders.Values.Where(o => !o.IsOpen && Wanted(call, o.Spec.Symbol) && OkxReplies.InTime(call, o.Created)).OrderByDescending(o => o.Sequence).Select(o => (o.Spec.Id, (JsonNode)OkxShapes.Order(o))));

    public Answer Fills(Call call)
    {
        if (call.Path.EndsWith("history", StringComparison.Ordinal) && call["instType"] is not { Length: > 0 })
        {
            return OkxReplies.Failed("50014", "Parameter instType can not be empty.", 400);
        }

        var fills = Enumerable
            .Reverse(call.Account.Fills)
            .Where(
                f => Wanted(call, f.Order.Spec.Symbol) && (call["ordId"] is not { Length: > 0 } id || f.Order.Spec.Id == id) && OkxReplies.InTime(call, f.Fill.At));
        return OkxReplies.Page(call, fills.Select(f => (f.Fill.Id, (JsonNode)OkxShapes.Fill(f.Order, f.Fill))));
    }

    public Answer ClosePosition(Call call)
    {
        if (Instruments.Find(Venue, OkxReplies.Text(call.Json, "instId")) is not { } instrument)
        {
            return OkxReplies.Failed("51001", "Instrument ID, Instrument ID code, or Spread ID doesn't exist.");
        }

        var side = OkxReplies.PositionSideOf(OkxReplies.Text(call.Json, "posSide"));
        return Exchange.Orders.CloseByHand(call.Account, new PositionKey(instrument.Symbol, side, OkxReplies.Text(call.Json, "mgnMode") ?? "cross")) is null
            ? OkxReplies.Failed("51023", "Position doesn't exist.")
            : OkxReplies.Ok(
                new JsonObject { ["clOrdId"] = OkxReplies.Text(call.Json, "clOrdId") ?? "", ["instId"] = instrument.VenueSymbol, ["posSide"] = OkxShapes.Word(side), ["tag"] = "" });
    }

    public Answer CancelAllAfter(Call call)
    {
        if (!int.TryParse(OkxReplies.Text(call.Json, "timeOut"), out var seconds) || seconds is not (0 or (>= 10 and <= 120)))
        {
            return OkxReplies.Failed("51000", "Parameter timeOut error");
        }

        Exchange.Settings.Countdown(call.Account, "", TimeSpan.FromSeconds(seconds));
        var trigger = seconds == 0 ? "0" : Number.MsText(Now + TimeSpan.FromSeconds(seconds));
        return OkxReplies.Ok(new JsonObject { ["triggerTime"] = trigger, ["tag"] = "", ["ts"] = Number.MsText(Now) });
    }

    internal static bool IsDone(JsonObject result) => result["sCode"]!.GetValue<string>() == "0";

    internal static bool Wanted(Call call, string symbol) => call["instId"] is not { Length: > 0 } name || name == OkxShapes.Name(symbol);
}
