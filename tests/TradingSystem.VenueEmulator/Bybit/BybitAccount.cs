using System.Globalization;
using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Http;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Bybit;

/// <summary>Settings, positions, balances and fills.</summary>
public sealed class BybitAccount(Exchange exchange, BybitReplies replies) : VenueCalls(exchange, VenueKind.Bybit)
{
    public Answer SetLeverage(Call call)
    {
        if (Instruments.Find(Venue, BybitReplies.Text(call, "symbol")) is not { } instrument)
        {
            return replies.Refused(new Refusal(Reason.UnknownSymbol));
        }

        if (!Number.TryParse(BybitReplies.Text(call, "buyLeverage"), out var buy) || !Number.TryParse(BybitReplies.Text(call, "sellLeverage"), out var sell) || buy != sell)
        {
            return replies.Refused(10001, "buy leverage invalid");
        }

        var refusal = Exchange.Settings.SetLeverage(call.Account, instrument, call.Account.MarginOf(instrument.Symbol), PositionSide.Net, buy);
        return refusal is null ? replies.Ok(new JsonObject())
            : refusal.Reason == Reason.Unchanged ? replies.Refused(110043, "Set leverage has not been modified.")
            : replies.Refused(refusal);
    }

    public Answer SwitchMode(Call call)
    {
        if (BybitReplies.Integer(call, "mode") is not (0 or 3) || (BybitReplies.Text(call, "symbol") is null && BybitReplies.Text(call, "coin") is null))
        {
            return replies.Refused(10001, "mode invalid");
        }

        return Exchange.Settings.SetHedge(call.Account, BybitReplies.Integer(call, "mode") == 3)?.Reason switch
        {
            null => replies.Ok(new JsonObject()),
            Reason.Unchanged => replies.Refused(110025, "Position mode has not been modified."),
            Reason.OpenPosition => replies.Refused(110024, "You have an existing position, so position mode cannot be switched."),
            _ => replies.Refused(110028, "You have existing open orders, so position mode cannot be switched."),
        };
    }

    /// <summary>One setting of the whole account.</summary>
    public Answer SetMarginMode(Call call)
    {
        if (BybitReplies.Text(call, "setMarginMode") is not ("ISOLATED_MARGIN" or "REGULAR_MARGIN"))
        {
            return replies.Refused(10001, "setMarginMode invalid");
        }

        var refusal = Exchange.Settings.SetMargin(call.Account, "", BybitReplies.Text(call, "setMarginMode") == "REGULAR_MARGIN" ? "cross" : "isolated");
        if (refusal is null or { Reason: Reason.Unchanged })
        {
            return replies.Ok(new JsonObject { ["reasons"] = new JsonArray() });
        }

        var reasons = new JsonObject { ["reasons"] = new JsonArray(new JsonObject { ["reasonCode"] = "3400018", ["reasonMsg"] = "There are open positions or orders" }) };
        return Answer.Refused(200, replies.Body(3400045, "Set margin mode failed", reasons));
    }

    public Answer AccountInfo(Call call) => replies.Ok(new JsonObject
    {
        ["marginMode"] = call.Account.MarginOf("") == "cross" ? "REGULAR_MARGIN" : "ISOLATED_MARGIN",
        ["updatedTime"] = Number.MsText(call.Account.Opened),
        ["unifiedMarginStatus"] = 6,
        ["dcpStatus"] = "OFF",
        ["timeWindow"] = 10,
        ["smpGroup"] = 0,
        ["isMasterTrader"] = false,
        ["spotHedgingStatus"] = "OFF",
    });

    public Answer QueryApi(Call call)
    {
        var trades = call.Account.Permission == Permission.Trade;
        return replies.Ok(new JsonObject
        {
            ["id"] = "13770661",
            ["note"] = "emulator",
            ["apiKey"] = call.Account.Key,
            ["readOnly"] = trades ? 0 : 1,
            ["secret"] = "",
            ["permissions"] = new JsonObject
            {
                ["ContractTrade"] = trades ? new JsonArray("Order", "Position") : new JsonArray(),
                ["Spot"] = new JsonArray(),
                ["Wallet"] = new JsonArray(),
                ["Options"] = new JsonArray(),
                ["Derivatives"] = trades ? new JsonArray("DerivativesTrade") : new JsonArray(),
                ["Exchange"] = new JsonArray(),
                ["Earn"] = new JsonArray(),
            },
            ["ips"] = new JsonArray("*"),
            ["type"] = 1,
            ["deadlineDay"] = 83,
            ["expiredAt"] = "2035-05-15T03:21:05Z",
            ["createdAt"] = "2025-10-16T02:24:40Z",
            ["unified"] = 0,
            ["uta"] = 1,
            ["userID"] = 24617703,
            ["inviterID"] = 0,
            ["vipLevel"] = "No VIP",
            ["mktMakerLevel"] = "0",
            ["affiliateID"] = 0,
            ["rsaPublicKey"] = "",
            ["isMaster"] = true,
            ["parentUid"] = "0",
            ["kycLevel"] = "LEVEL_DEFAULT",
            ["kycRegion"] = "",
        });
    }

    public Answer WalletBalance(Call call) => call["accountType"] == "UNIFIED"
        ? replies.Ok(new JsonObject { ["list"] = new JsonArray(BybitShapes.Wallet(call.Account, Exchange)) })
        : replies.Refused(10001, "accountType only support UNIFIED.");

    /// <summary>Asked for a symbol, flat positions are told too.</summary>
    public Answer Positions(Call call)
    {
        var (account, symbol) = (call.Account, call["symbol"]);
        if (symbol is null && call["settleCoin"] is null)
        {
            return replies.Refused(10001, "symbol or settleCoin is required");
        }

        if (symbol is not null && Instruments.Find(Venue, symbol) is null)
        {
            return replies.Refused(new Refusal(Reason.UnknownSymbol));
        }

        var list = from instrument in Instruments.Of[Venue]
                   from side in account.Sides
                   let key = new PositionKey(instrument.Symbol, side, "")
                   where symbol is null ? account.PositionOf(key).Qty != 0m : symbol == instrument.Symbol
                   select (JsonNode)BybitShapes.Position(account, key, Exchange, "avgPrice");
        return replies.Page(call, 20, 200, list);
    }

    public Answer TradingStop(Call call)
    {
        if (Instruments.Find(Venue, BybitReplies.Text(call, "symbol")) is not { } instrument || BybitReplies.PositionOf(call) is not { } side)
        {
            return replies.Refused(10001, "params error");
        }

        var key = new PositionKey(instrument.Symbol, side, "");
        var position = call.Account.PositionOf(key);
        if (position.Qty == 0m)
        {
            return replies.Refused(10001, "can not set tp/sl/ts for zero position");
        }

        var legs = Legs(call, position.Qty > 0m);
        if (legs.FirstOrDefault(l => l.TriggerPrice != 0m && Exchange.Algos.IsMet(Venue, instrument.Symbol, l)) is { } wrong)
        {
            return replies.WrongSide(instrument, wrong, position.Qty > 0m);
        }

        if (legs.Any(l => !Instruments.OnGrid(l.TriggerPrice, instrument.Tick)))
        {
            return replies.Refused(new Refusal(Reason.PriceTick));
        }

        return Exchange.Algos.SetPositionStops(call.Account, key, legs) ? replies.Ok(new JsonObject()) : replies.Refused(34040, "not modified");
    }

    public Answer Executions(Call call)
    {
        var list = call.Account.Fills
            .Where(f => (call["symbol"] is not { } s || f.Order.Spec.Symbol == s)
                && (call["orderId"] is not { Length: > 0 } id || f.Order.Spec.Id == id)
                && (call["orderLinkId"] is not { Length: > 0 } link || f.Order.Spec.ClientId == link)
                && call["execType"] is null or "Trade"
                && InTime(call, f.Fill.At))
            .Reverse()
            .Select(f => (JsonNode)BybitShapes.Execution(f.Order, f.Fill, Exchange.QuoteOf(Venue, f.Order.Spec.Symbol)));
        return replies.Page(call, 50, 100, list);
    }

    private static List<Leg> Legs(Call call, bool isLong)
    {
        var legs = new List<Leg>();
        if (Number.TryParse(BybitReplies.Text(call, "takeProfit"), out var profit))
        {
            legs.Add(new Leg(LegKind.TakeProfit, profit, isLong));
        }

        if (Number.TryParse(BybitReplies.Text(call, "stopLoss"), out var loss))
        {
            legs.Add(new Leg(LegKind.StopLoss, loss, !isLong));
        }

        return legs;
    }

    private static bool InTime(Call call, DateTimeOffset at)
    {
        var ms = Number.Ms(at);
        return (!long.TryParse(call["startTime"], NumberStyles.None, CultureInfo.InvariantCulture, out var start) || ms >= start)
            && (!long.TryParse(call["endTime"], NumberStyles.None, CultureInfo.InvariantCulture, out var end) || ms <= end);
    }
}
