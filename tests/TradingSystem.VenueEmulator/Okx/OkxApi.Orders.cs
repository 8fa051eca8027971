using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Http;

namespace TradingSystem.VenueEmulator.Okx;

public sealed partial class OkxApi
{
    [GeneratedRegex("^[A-Za-z0-9]{1,32}$")]
    private static partial Regex ClientId();

    private Answer Place(Call call)
    {
        var result = PlaceOne(call, call.Json as JsonObject);
        return Done([result], IsDone(result));
    }

    private Answer PlaceBatch(Call call)
    {
        if (call.Json is not JsonArray { Count: > 0 and <= 20 } orders)
        {
            return Failed("50000", "Body for POST request cannot be empty.", 400);
        }

        var results = orders.Select(o => PlaceOne(call, o as JsonObject)).ToList();
        return Done(results, results.Any(IsDone));
    }

    private JsonObject PlaceOne(Call call, JsonObject? body)
    {
        var clientId = Text(body, "clOrdId") ?? "";
        JsonObject Bad(string parameter) => Result("", clientId, "51000", $"Parameter {parameter} error");
        if (Instruments.Find(Venue, Text(body, "instId")) is not { } instrument)
        {
            return Result("", clientId, "51001", "Instrument ID, Instrument ID code, or Spread ID doesn't exist.");
        }

        if (Text(body, "tdMode") is not ("cross" or "isolated"))
        {
            return Bad("tdMode");
        }

        if (Text(body, "side") is not ("buy" or "sell"))
        {
            return Bad("side");
        }

        if (clientId.Length > 0 && !ClientId().IsMatch(clientId))
        {
            return Bad("clOrdId");
        }

        if (!Number.TryParse(Text(body, "sz"), out var contracts))
        {
            return Bad("sz");
        }

        TimeInForce? tif = Text(body, "ordType") switch
        {
            "market" or "limit" => TimeInForce.Gtc,
            "ioc" => TimeInForce.Ioc,
            "fok" => TimeInForce.Fok,
            "post_only" => TimeInForce.PostOnly,
            _ => null,
        };
        if (tif is null)
        {
            return Bad("ordType");
        }

        var isMarket = Text(body, "ordType") == "market";
        decimal? price = null;
        if (!isMarket)
        {
            if (!Number.TryParse(Text(body, "px"), out var px))
            {
                return Bad("px");
            }

            price = px;
        }

        if (Attachments(body) is not { } attached)
        {
            return Bad("attachAlgoOrds");
        }

        // It counts in net mode only; otherwise the side says what an order does.
        var reduceOnly = Flag(body, "reduceOnly") && !call.Account.Hedge;
        if (attached.Count > 0 && reduceOnly)
        {
            return Result("", clientId, "51100", "Unable to place order. Take profit/Stop loss conditions cannot be added to reduce-only orders.");
        }

        var side = Text(body, "side") == "buy" ? Side.Buy : Side.Sell;
        foreach (var leg in attached.SelectMany(a => a.Legs))
        {
            if (Exchange.IsMet(Venue, instrument.Symbol, leg))
            {
                var (code, message) = OkxErrors.Of(new Refusal(Reason.WouldTriggerNow, leg.Kind.ToString()), side == Side.Buy ? Side.Sell : Side.Buy);
                return Result("", clientId, code, message);
            }
        }

        var margin = Text(body, "tdMode")!;
        var positionSide = PositionSideOf(Text(body, "posSide"));
        var placed = Exchange.Place(call.Account, new OrderSpec(
            "", clientId, instrument.Symbol, side, positionSide, isMarket ? OrderKind.Market : OrderKind.Limit, tif.Value, contracts * instrument.ContractSize, price,
            reduceOnly, false, margin, call.Account.LeverageOf(instrument.Symbol, margin, positionSide), Origin.Api)
        {
            Attached = attached,
        });
        if (placed.Refusal is { } refusal)
        {
            var (code, message) = OkxErrors.Of(refusal, side);
            return Result("", clientId, code, message);
        }

        return Result(placed.Value!.Spec.Id, clientId, "0", "Order placed");
    }

    private Answer QueryOrder(Call call)
    {
        var order = call["ordId"] is { Length: > 0 } id ? Exchange.OrderById(call.Account, id) : Exchange.OrderByClient(call.Account, call["clOrdId"]);
        return order is not null && OkxShapes.Name(order.Spec.Symbol) == call["instId"] && Exchange.IsVisible(call.Account, order.Created)
            ? Ok(OkxShapes.Order(order))
            : Failed("51603", "Order does not exist");
    }

    private Answer CancelOrder(Call call)
    {
        var result = CancelOne(call, call.Json as JsonObject);
        return Done([result], IsDone(result));
    }

    private Answer CancelBatch(Call call)
    {
        if (call.Json is not JsonArray { Count: > 0 and <= 20 } orders)
        {
            return Failed("50000", "Body for POST request cannot be empty.", 400);
        }

        var results = orders.Select(o => CancelOne(call, o as JsonObject)).ToList();
        return Done(results, results.Any(IsDone));
    }

    private JsonObject CancelOne(Call call, JsonObject? body)
    {
        var (id, clientId) = (Text(body, "ordId"), Text(body, "clOrdId"));
        var order = id is not null ? Exchange.OrderById(call.Account, id) : Exchange.OrderByClient(call.Account, clientId);
        return order is not null && OkxShapes.Name(order.Spec.Symbol) == Text(body, "instId") && Exchange.Cancel(call.Account, order) is null
            ? Result(order.Spec.Id, order.Spec.ClientId, "0", "")
            : Result(id ?? "", clientId ?? "", "51400", "Cancellation failed as the order has been filled, canceled or does not exist.");
    }

    private Answer PendingOrders(Call call) =>
        Page(call, call.Account.OpenOrders.Reverse().Where(o => Wanted(call, o.Spec.Symbol)).Select(o => (o.Spec.Id, (JsonNode)OkxShapes.Order(o))));

    private Answer OrderHistory(Call call) => call["instType"] is not { Length: > 0 }
        ? Failed("50014", "Parameter instType can not be empty.", 400)
        : Page(call, call.Account.Orders.Values.Where(o => !o.IsOpen && Wanted(call, o.Spec.Symbol) && InTime(call, o.Created)).OrderByDescending(o => o.Sequence).Select(o => (o.Spec.Id, (JsonNode)OkxShapes.Order(o))));

    private Answer Fills(Call call)
    {
        if (call.Path.EndsWith("history", StringComparison.Ordinal) && call["instType"] is not { Length: > 0 })
        {
            return Failed("50014", "Parameter instType can not be empty.", 400);
        }

        var fills = Enumerable.Reverse(call.Account.Fills).Where(f => Wanted(call, f.Order.Spec.Symbol) && (call["ordId"] is not { Length: > 0 } id || f.Order.Spec.Id == id) && InTime(call, f.Fill.At));
        return Page(call, fills.Select(f => (f.Fill.Id, (JsonNode)OkxShapes.Fill(f.Order, f.Fill))));
    }

    private Answer ClosePosition(Call call)
    {
        if (Instruments.Find(Venue, Text(call.Json, "instId")) is not { } instrument)
        {
            return Failed("51001", "Instrument ID, Instrument ID code, or Spread ID doesn't exist.");
        }

        var side = PositionSideOf(Text(call.Json, "posSide"));
        return Exchange.CloseByHand(call.Account, new PositionKey(instrument.Symbol, side, Text(call.Json, "mgnMode") ?? "cross")) is null
            ? Failed("51023", "Position doesn't exist.")
            : Ok(new JsonObject { ["clOrdId"] = Text(call.Json, "clOrdId") ?? "", ["instId"] = instrument.VenueSymbol, ["posSide"] = OkxShapes.Word(side), ["tag"] = "" });
    }

    private Answer CancelAllAfter(Call call)
    {
        if (!int.TryParse(Text(call.Json, "timeOut"), out var seconds) || seconds is not (0 or (>= 10 and <= 120)))
        {
            return Failed("51000", "Parameter timeOut error");
        }

        Exchange.Countdown(call.Account, "", TimeSpan.FromSeconds(seconds));
        var trigger = seconds == 0 ? "0" : Number.MsText(Now + TimeSpan.FromSeconds(seconds));
        return Ok(new JsonObject { ["triggerTime"] = trigger, ["tag"] = "", ["ts"] = Number.MsText(Now) });
    }

    private static bool IsDone(JsonObject result) => result["sCode"]!.GetValue<string>() == "0";

    private static bool Wanted(Call call, string symbol) => call["instId"] is not { Length: > 0 } name || name == OkxShapes.Name(symbol);

    /// <summary>Null when one of them makes no sense.</summary>
    private static List<Attached>? Attachments(JsonObject? body)
    {
        var attached = new List<Attached>();
        var isLong = Text(body, "side") == "buy";
        foreach (var item in body?["attachAlgoOrds"] as JsonArray ?? [])
        {
            if (Legs(item, isLong ? Side.Sell : Side.Buy) is not { Count: > 0 } legs)
            {
                return null;
            }

            attached.Add(new Attached(Text(item, "attachAlgoClOrdId") ?? "", legs));
        }

        return attached;
    }
}
