using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Http;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Bybit;

/// <summary>Orders, at once or at a trigger.</summary>
public sealed partial class BybitOrders(Exchange exchange, BybitReplies replies) : VenueCalls(exchange, VenueKind.Bybit)
{
    [GeneratedRegex("^[A-Za-z0-9_-]{0,36}$")]
    private static partial Regex LinkId();

    /// <summary>Only an acknowledgement: what becomes of the order is told by the stream and by queries.</summary>
    public Answer Create(Call call)
    {
        if (BybitReplies.Text(call, "category") != "linear")
        {
            return replies.Refused(10001, "Illegal category");
        }

        if (Instruments.Find(Venue, BybitReplies.Text(call, "symbol")) is not { } instrument)
        {
            return replies.Refused(new Refusal(Reason.UnknownSymbol));
        }

        if (BybitReplies.Text(call, "side") is not ("Buy" or "Sell") || BybitReplies.Text(call, "orderType") is not ("Market" or "Limit") || BybitReplies.PositionOf(call) is not { } positionSide)
        {
            return replies.Refused(10001, "params error: side, orderType or positionIdx invalid");
        }

        if (!Number.TryParse(BybitReplies.Text(call, "qty"), out var qty))
        {
            return replies.Refused(10001, "Qty invalid");
        }

        decimal? price = null;
        if (BybitReplies.Text(call, "orderType") == "Limit")
        {
            if (!Number.TryParse(BybitReplies.Text(call, "price"), out var limit))
            {
                return replies.Refused(10001, "Price invalid");
            }

            price = limit;
        }

        var linkId = BybitReplies.Text(call, "orderLinkId") ?? "";
        if (!LinkId().IsMatch(linkId))
        {
            return replies.Refused(10001, "OrderLinkId invalid");
        }

        var side = BybitReplies.Text(call, "side") == "Buy" ? Side.Buy : Side.Sell;
        return BybitReplies.Text(call, "triggerPrice") is null
            ? CreateNow(call, instrument, side, positionSide, qty, price, linkId)
            : CreateConditional(call, instrument, side, positionSide, qty, linkId);
    }

    private Answer CreateNow(Call call, Instrument instrument, Side side, PositionSide positionSide, decimal qty, decimal? price, string linkId)
    {
        // The venue takes IOC and the like, too; nobody here sends them.
        if (BybitReplies.Text(call, "timeInForce") is not (null or "GTC"))
        {
            return replies.Refused(10001, "timeInForce invalid");
        }

        var account = call.Account;
        var (reduceOnly, closes) = (BybitReplies.Flag(call, "reduceOnly"), BybitReplies.Flag(call, "closeOnTrigger"));
        if (qty == 0m && reduceOnly && closes)
        {
            // Zero closes all there is.
            qty = OrderRules.Reducible(account, new PositionKey(instrument.Symbol, positionSide, ""), side);
            if (qty == 0m)
            {
                return replies.Refused(new Refusal(Reason.NothingToReduce));
            }
        }

        var margin = account.MarginOf(instrument.Symbol);
        var placed = Exchange.Orders.Place(account, new OrderSpec(
            "", linkId, instrument.Symbol, side, positionSide, price is null ? OrderKind.Market : OrderKind.Limit, qty, price, reduceOnly, closes, margin,
            account.LeverageOf(instrument.Symbol, margin, positionSide), Origin.Api));
        return placed.Refusal is { } refusal ? replies.Refused(refusal) : Acknowledge(placed.Value!.Spec.Id, linkId);
    }

    private Answer CreateConditional(Call call, Instrument instrument, Side side, PositionSide positionSide, decimal qty, string linkId)
    {
        // The venue takes limit orders and the mark price here, too; nobody here sends them.
        if (BybitReplies.Text(call, "orderType") != "Market" || BybitReplies.Text(call, "triggerBy") is not (null or "LastPrice"))
        {
            return replies.Refused(10001, "params error: orderType or triggerBy invalid");
        }

        if (!Number.TryParse(BybitReplies.Text(call, "triggerPrice"), out var trigger) || BybitReplies.Integer(call, "triggerDirection") is not (1 or 2))
        {
            return replies.Refused(10001, "TriggerDirection invalid");
        }

        var above = BybitReplies.Integer(call, "triggerDirection") == 1;
        var reduceOnly = BybitReplies.Flag(call, "reduceOnly");
        var closes = BybitReplies.Flag(call, "closeOnTrigger");
        var leg = new Leg(LegKind.Trigger, trigger, above);
        var placed = Exchange.Algos.PlaceAlgo(
            call.Account,
            new AlgoSpec("", linkId, instrument.Symbol, side, positionSide, qty == 0m && reduceOnly && closes ? null : qty, [leg], reduceOnly, closes, ""));
        return placed.Refusal switch
        {
            null => Acknowledge(placed.Value!.Spec.Id, linkId),
            { Reason: Reason.WouldTriggerNow } => above
                ? replies.Refused(110092, $"expect Rising, but trigger_price[{trigger}] <= current")
                : replies.Refused(110093, $"expect Falling, but trigger_price[{trigger}] >= current"),
            { } refusal => replies.Refused(refusal),
        };
    }

    private Answer Acknowledge(string id, string linkId) => replies.Ok(new JsonObject { ["orderId"] = id, ["orderLinkId"] = linkId });

    public Answer Cancel(Call call)
    {
        var (account, id, link) = (call.Account, BybitReplies.Text(call, "orderId"), BybitReplies.Text(call, "orderLinkId"));
        if (id is null && link is null)
        {
            return replies.Refused(10001, "OrderId or orderLinkId is required");
        }

        // The venue's id wins.
        var order = id is not null ? OrderEngine.OrderById(account, id) : Exchange.Orders.OrderByClient(account, link);
        if (order is { IsOpen: true })
        {
            return Exchange.Orders.Cancel(account, order) is { } refusal ? replies.Refused(refusal) : Acknowledge(order.Spec.Id, order.Spec.ClientId);
        }

        var algo = id is not null ? AlgoEngine.AlgoById(account, id) : AlgoEngine.AlgoByClient(account, link);
        return algo is { IsOpen: true } && Exchange.Algos.CancelAlgo(account, algo) is null
            ? Acknowledge(algo.Spec.Id, algo.Spec.ClientId)
            : replies.Refused(new Refusal(Reason.NotFound));
    }

    /// <summary>Open orders; with an id also what ended since the venue's last restart.</summary>
    public Answer Realtime(Call call)
    {
        if (call["symbol"] is null && call["settleCoin"] is null && call["baseCoin"] is null)
        {
            return replies.Refused(10001, "symbol, settleCoin or baseCoin is required");
        }

        var named = call["orderId"] is { Length: > 0 } || call["orderLinkId"] is { Length: > 0 };
        var ended = named || call["openOnly"] == "1";
        return replies.Page(
            call, 20, 50,
            Orders(call, o => o.IsOpen ? call["openOnly"] != "1" : ended && o.Updated >= Exchange.Started, a => a.IsOpen ? call["openOnly"] != "1" : ended && a.Updated >= Exchange.Started));
    }

    public Answer History(Call call) => replies.Page(call, 20, 50, Orders(call, o => !o.IsOpen, a => !a.IsOpen));

    private IEnumerable<JsonNode> Orders(Call call, Func<Order, bool> isOrder, Func<Algo, bool> isAlgo)
    {
        var account = call.Account;
        bool Named(string id, string link, string symbol) =>
            (call["symbol"] is not { Length: > 0 } s || s == symbol)
                && (call["orderId"] is not { Length: > 0 } i || i == id) && (call["orderLinkId"] is not { Length: > 0 } l || l == link);
        var orders = account.Orders.Values
            .Where(o => Named(o.Spec.Id, o.Spec.ClientId, o.Spec.Symbol) && isOrder(o) && Exchange.Orders.IsVisible(account, o.Created))
            .Select(o => (o.Sequence, Body: BybitShapes.Order(account, o)));
        // A triggered one goes on as an order of the same id.
        var algos = account.Algos.Values
            .Where(a => a.ChildOrderId is null && Named(a.Spec.Id, a.Spec.ClientId, a.Spec.Symbol) && isAlgo(a) && Exchange.Orders.IsVisible(account, a.Created))
            .Select(a => (a.Sequence, Body: BybitShapes.Order(account, a)));
        return orders.Concat(algos).OrderByDescending(o => o.Sequence).Select(o => (JsonNode)o.Body);
    }
}
