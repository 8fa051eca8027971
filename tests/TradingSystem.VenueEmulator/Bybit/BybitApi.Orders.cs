using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Http;

namespace TradingSystem.VenueEmulator.Bybit;

public sealed partial class BybitApi
{
    [GeneratedRegex("^[A-Za-z0-9_-]{0,36}$")]
    private static partial Regex LinkId();

    /// <summary>Only an acknowledgement: what becomes of the order is told by the stream and by queries.</summary>
    private Answer Create(Call call)
    {
        if (Text(call, "category") != "linear")
        {
            return Refused(10001, "Illegal category");
        }

        if (Instruments.Find(Venue, Text(call, "symbol")) is not { } instrument)
        {
            return Refused(new Refusal(Reason.UnknownSymbol));
        }

        if (Text(call, "side") is not ("Buy" or "Sell") || Text(call, "orderType") is not ("Market" or "Limit") || PositionOf(call) is not { } positionSide)
        {
            return Refused(10001, "params error: side, orderType or positionIdx invalid");
        }

        if (!Number.TryParse(Text(call, "qty"), out var qty))
        {
            return Refused(10001, "Qty invalid");
        }

        decimal? price = null;
        if (Text(call, "orderType") == "Limit")
        {
            if (!Number.TryParse(Text(call, "price"), out var limit))
            {
                return Refused(10001, "Price invalid");
            }

            price = limit;
        }

        var linkId = Text(call, "orderLinkId") ?? "";
        if (!LinkId().IsMatch(linkId))
        {
            return Refused(10001, "OrderLinkId invalid");
        }

        var side = Text(call, "side") == "Buy" ? Side.Buy : Side.Sell;
        return Text(call, "triggerPrice") is null
            ? CreateNow(call, instrument, side, positionSide, qty, price, linkId)
            : CreateConditional(call, instrument, side, positionSide, qty, price, linkId);
    }

    private Answer CreateNow(Call call, Instrument instrument, Side side, PositionSide positionSide, decimal qty, decimal? price, string linkId)
    {
        var account = call.Account;
        var (reduceOnly, closes) = (Flag(call, "reduceOnly"), Flag(call, "closeOnTrigger"));
        if (qty == 0m && reduceOnly && closes)
        {
            // Zero closes all there is.
            qty = Exchange.Reducible(account, new PositionKey(instrument.Symbol, positionSide, ""), side);
            if (qty == 0m)
            {
                return Refused(new Refusal(Reason.NothingToReduce));
            }
        }

        var legs = Legs(call, side == Side.Buy).Where(l => l.TriggerPrice != 0m).ToList();
        if (legs.Count > 0 && reduceOnly)
        {
            return Refused(10001, "take profit and stop loss are not supported by reduce-only orders");
        }

        if (legs.FirstOrDefault(l => Exchange.IsMet(Venue, instrument.Symbol, l)) is { } wrong)
        {
            return WrongSide(instrument, wrong, side == Side.Buy);
        }

        var margin = account.MarginOf(instrument.Symbol);
        var tif = Text(call, "timeInForce") switch { "IOC" => TimeInForce.Ioc, "FOK" => TimeInForce.Fok, "PostOnly" => TimeInForce.PostOnly, _ => TimeInForce.Gtc };
        var placed = Exchange.Place(account, new OrderSpec(
            "", linkId, instrument.Symbol, side, positionSide, price is null ? OrderKind.Market : OrderKind.Limit, tif, qty, price, reduceOnly, closes, margin,
            account.LeverageOf(instrument.Symbol, margin, positionSide), Origin.Api)
        {
            Attached = legs.Count > 0 ? [new Attached("", legs)] : [],
        });
        return placed.Refusal is { } refusal ? Refused(refusal) : Acknowledge(placed.Value!.Spec.Id, linkId);
    }

    private Answer CreateConditional(Call call, Instrument instrument, Side side, PositionSide positionSide, decimal qty, decimal? price, string linkId)
    {
        if (!Number.TryParse(Text(call, "triggerPrice"), out var trigger) || Integer(call, "triggerDirection") is not (1 or 2))
        {
            return Refused(10001, "TriggerDirection invalid");
        }

        var above = Integer(call, "triggerDirection") == 1;
        var reduceOnly = Flag(call, "reduceOnly");
        var closes = Flag(call, "closeOnTrigger");
        var leg = new Leg(LegKind.Trigger, trigger, above, Text(call, "triggerBy") == "MarkPrice" ? TriggerBy.Mark : TriggerBy.Last, price);
        var placed = Exchange.PlaceAlgo(call.Account, new AlgoSpec("", linkId, instrument.Symbol, side, positionSide, qty == 0m && reduceOnly && closes ? null : qty, [leg], reduceOnly, closes, ""));
        return placed.Refusal switch
        {
            null => Acknowledge(placed.Value!.Spec.Id, linkId),
            { Reason: Reason.WouldTriggerNow } => above
                ? Refused(110092, $"expect Rising, but trigger_price[{trigger}] <= current")
                : Refused(110093, $"expect Falling, but trigger_price[{trigger}] >= current"),
            { } refusal => Refused(refusal),
        };
    }

    private Answer Acknowledge(string id, string linkId) => Ok(new JsonObject { ["orderId"] = id, ["orderLinkId"] = linkId });

    private Answer Cancel(Call call)
    {
        var (account, id, link) = (call.Account, Text(call, "orderId"), Text(call, "orderLinkId"));
        if (id is null && link is null)
        {
            return Refused(10001, "OrderId or orderLinkId is required");
        }

        // The venue's id wins.
        var order = id is not null ? Exchange.OrderById(account, id) : Exchange.OrderByClient(account, link);
        if (order is { IsOpen: true })
        {
            return Exchange.Cancel(account, order) is { } refusal ? Refused(refusal) : Acknowledge(order.Spec.Id, order.Spec.ClientId);
        }

        var algo = id is not null ? Exchange.AlgoById(account, id) : Exchange.AlgoByClient(account, link);
        return algo is { IsOpen: true } && Exchange.CancelAlgo(account, algo) is null
            ? Acknowledge(algo.Spec.Id, algo.Spec.ClientId)
            : Refused(new Refusal(Reason.NotFound));
    }

    private Answer CancelAll(Call call)
    {
        var symbol = Text(call, "symbol");
        if (symbol is null && Text(call, "settleCoin") is null)
        {
            return Refused(10001, "symbol or settleCoin is required");
        }

        var account = call.Account;
        var filter = Text(call, "orderFilter");
        var list = new JsonArray();
        foreach (var order in account.OpenOrders.Where(o => (symbol is null || o.Spec.Symbol == symbol) && filter is null or "Order").ToList())
        {
            Exchange.Cancel(account, order);
            list.Add(new JsonObject { ["orderId"] = order.Spec.Id, ["orderLinkId"] = order.Spec.ClientId });
        }

        foreach (var algo in account.OpenAlgos.Where(a => (symbol is null || a.Spec.Symbol == symbol) && filter is not "Order").ToList())
        {
            Exchange.CancelAlgo(account, algo);
            list.Add(new JsonObject { ["orderId"] = algo.Spec.Id, ["orderLinkId"] = algo.Spec.ClientId });
        }

        return Ok(new JsonObject { ["list"] = list, ["success"] = "1" });
    }

    /// <summary>Open orders; with an id also what ended since the venue's last restart.</summary>
    private Answer Realtime(Call call)
    {
        if (call["symbol"] is null && call["settleCoin"] is null && call["baseCoin"] is null)
        {
            return Refused(10001, "symbol, settleCoin or baseCoin is required");
        }

        var named = call["orderId"] is { Length: > 0 } || call["orderLinkId"] is { Length: > 0 };
        var ended = named || call["openOnly"] == "1";
        return Page(call, 20, 50, Orders(call, o => o.IsOpen ? call["openOnly"] != "1" : ended && o.Updated >= Exchange.Started, a => a.IsOpen ? call["openOnly"] != "1" : ended && a.Updated >= Exchange.Started));
    }

    private Answer History(Call call) => Page(call, 20, 50, Orders(call, o => !o.IsOpen, a => !a.IsOpen));

    private IEnumerable<JsonNode> Orders(Call call, Func<Order, bool> isOrder, Func<Algo, bool> isAlgo)
    {
        var account = call.Account;
        bool Named(string id, string link, string symbol) =>
            (call["symbol"] is not { Length: > 0 } s || s == symbol) && (call["orderId"] is not { Length: > 0 } i || i == id) && (call["orderLinkId"] is not { Length: > 0 } l || l == link);
        var orders = account.Orders.Values
            .Where(o => Named(o.Spec.Id, o.Spec.ClientId, o.Spec.Symbol) && isOrder(o) && Exchange.IsVisible(account, o.Created))
            .Select(o => (o.Sequence, Body: BybitShapes.Order(account, o)));
        // A triggered one goes on as an order of the same id.
        var algos = account.Algos.Values
            .Where(a => a.ChildOrderId is null && Named(a.Spec.Id, a.Spec.ClientId, a.Spec.Symbol) && isAlgo(a) && Exchange.IsVisible(account, a.Created))
            .Select(a => (a.Sequence, Body: BybitShapes.Order(account, a)));
        return orders.Concat(algos).OrderByDescending(o => o.Sequence).Select(o => (JsonNode)o.Body);
    }

    private static List<Leg> Legs(Call call, bool isLong)
    {
        var legs = new List<Leg>();
        if (Number.TryParse(Text(call, "takeProfit"), out var profit))
        {
            legs.Add(new Leg(LegKind.TakeProfit, profit, isLong, Text(call, "tpTriggerBy") == "MarkPrice" ? TriggerBy.Mark : TriggerBy.Last));
        }

        if (Number.TryParse(Text(call, "stopLoss"), out var loss))
        {
            legs.Add(new Leg(LegKind.StopLoss, loss, !isLong, Text(call, "slTriggerBy") == "MarkPrice" ? TriggerBy.Mark : TriggerBy.Last));
        }

        return legs;
    }

    private Answer WrongSide(Instrument instrument, Leg leg, bool isLong) =>
        Refused(10001, $"{leg.Kind}:{leg.TriggerPrice} set for {(isLong ? "Buy" : "Sell")} position should {(leg.WhenAbove ? "higher" : "lower")} than base_price:{Exchange.QuoteOf(Venue, instrument.Symbol).Last}??LastPrice");
}
