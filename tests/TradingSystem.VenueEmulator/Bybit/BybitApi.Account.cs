using System.Globalization;
using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Http;

namespace TradingSystem.VenueEmulator.Bybit;

public sealed partial class BybitApi
{
    private Answer SetLeverage(Call call)
    {
        if (Instruments.Find(Venue, Text(call, "symbol")) is not { } instrument)
        {
            return Refused(new Refusal(Reason.UnknownSymbol));
        }

        if (!Number.TryParse(Text(call, "buyLeverage"), out var buy) || !Number.TryParse(Text(call, "sellLeverage"), out var sell) || buy != sell)
        {
            return Refused(10001, "buy leverage invalid");
        }

        var refusal = Exchange.SetLeverage(call.Account, instrument, call.Account.MarginOf(instrument.Symbol), PositionSide.Net, buy);
        return refusal is null ? Ok(new JsonObject())
            : refusal.Reason == Reason.Unchanged ? Refused(110043, "Set leverage has not been modified.")
            : Refused(refusal);
    }

    private Answer SwitchMode(Call call)
    {
        if (Integer(call, "mode") is not (0 or 3) || (Text(call, "symbol") is null && Text(call, "coin") is null))
        {
            return Refused(10001, "mode invalid");
        }

        return Exchange.SetHedge(call.Account, Integer(call, "mode") == 3)?.Reason switch
        {
            null => Ok(new JsonObject()),
            Reason.Unchanged => Refused(110025, "Position mode has not been modified."),
            Reason.OpenPosition => Refused(110024, "You have an existing position, so position mode cannot be switched."),
            _ => Refused(110028, "You have existing open orders, so position mode cannot be switched."),
        };
    }

    /// <summary>One setting of the whole account.</summary>
    private Answer SetMarginMode(Call call)
    {
        if (Text(call, "setMarginMode") is not ("ISOLATED_MARGIN" or "REGULAR_MARGIN"))
        {
            return Refused(10001, "setMarginMode invalid");
        }

        var refusal = Exchange.SetMargin(call.Account, "", Text(call, "setMarginMode") == "REGULAR_MARGIN" ? "cross" : "isolated");
        if (refusal is null or { Reason: Reason.Unchanged })
        {
            return Ok(new JsonObject { ["reasons"] = new JsonArray() });
        }

        var reasons = new JsonObject { ["reasons"] = new JsonArray(new JsonObject { ["reasonCode"] = "3400018", ["reasonMsg"] = "There are open positions or orders" }) };
        return Answer.Refused(200, Body(3400045, "Set margin mode failed", reasons));
    }

    private Answer AccountInfo(Call call) => Ok(new JsonObject
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

    private Answer QueryApi(Call call)
    {
        var trades = call.Account.Permission == Permission.Trade;
        return Ok(new JsonObject
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

    private Answer WalletBalance(Call call) => call["accountType"] == "UNIFIED"
        ? Ok(new JsonObject { ["list"] = new JsonArray(BybitShapes.Wallet(call.Account, Exchange)) })
        : Refused(10001, "accountType only support UNIFIED.");

    /// <summary>Asked for a symbol, flat positions are told too.</summary>
    private Answer Positions(Call call)
    {
        var (account, symbol) = (call.Account, call["symbol"]);
        if (symbol is null && call["settleCoin"] is null)
        {
            return Refused(10001, "symbol or settleCoin is required");
        }

        if (symbol is not null && Instruments.Find(Venue, symbol) is null)
        {
            return Refused(new Refusal(Reason.UnknownSymbol));
        }

        var list = from instrument in Instruments.Of[Venue]
                   from side in account.Sides
                   let key = new PositionKey(instrument.Symbol, side, "")
                   where symbol is null ? account.PositionOf(key).Qty != 0m : symbol == instrument.Symbol
                   select (JsonNode)BybitShapes.Position(account, key, Exchange, "avgPrice");
        return Page(call, 20, 200, list);
    }

    private Answer TradingStop(Call call)
    {
        if (Instruments.Find(Venue, Text(call, "symbol")) is not { } instrument || PositionOf(call) is not { } side)
        {
            return Refused(10001, "params error");
        }

        var key = new PositionKey(instrument.Symbol, side, "");
        var position = call.Account.PositionOf(key);
        if (position.Qty == 0m)
        {
            return Refused(10001, "can not set tp/sl/ts for zero position");
        }

        var legs = Legs(call, position.Qty > 0m);
        if (legs.FirstOrDefault(l => l.TriggerPrice != 0m && Exchange.IsMet(Venue, instrument.Symbol, l)) is { } wrong)
        {
            return WrongSide(instrument, wrong, position.Qty > 0m);
        }

        if (legs.Any(l => !Instruments.OnGrid(l.TriggerPrice, instrument.Tick)))
        {
            return Refused(new Refusal(Reason.PriceTick));
        }

        return Exchange.SetPositionStops(call.Account, key, legs) ? Ok(new JsonObject()) : Refused(34040, "not modified");
    }

    /// <summary>One record per closing order; the amount is net of the fees for opening and closing.</summary>
    private Answer ClosedPnl(Call call)
    {
        var records = call.Account.Fills
            .Where(f => f.Fill.Closed > 0m && (call["symbol"] is not { } s || f.Order.Spec.Symbol == s) && InTime(call, f.Fill.At))
            .GroupBy(f => f.Order)
            .Select(g => (g.Key, Fills: g.Select(f => f.Fill).ToList()))
            .Reverse()
            .Select(g => (JsonNode)Closed(g.Key, g.Fills));
        return Page(call, 50, 100, records);
    }

    private static JsonObject Closed(Order order, List<Fill> fills)
    {
        var size = fills.Sum(f => f.Closed);
        var entry = fills.Sum(f => f.Closed * f.EntryPrice);
        var exit = fills.Sum(f => f.Closed * f.Price);
        var closeFee = fills.Sum(f => f.Fee * f.Closed / f.Qty);
        var openFee = fills.Sum(f => f.OpenFee);
        return new JsonObject
        {
            ["symbol"] = order.Spec.Symbol,
            ["orderType"] = order.Spec.Kind == OrderKind.Market ? "Market" : "Limit",
            ["leverage"] = Number.Text(order.Spec.Leverage),
            ["updatedTime"] = Number.MsText(fills[^1].At),
            ["side"] = order.Spec.Side.ToString(),
            ["orderId"] = order.Spec.Id,
            ["closedPnl"] = Number.Text(fills.Sum(f => f.RealizedPnl) - closeFee - openFee),
            ["avgEntryPrice"] = Number.Text(entry / size),
            ["qty"] = Number.Text(order.Spec.Qty),
            ["cumEntryValue"] = Number.Text(entry),
            ["createdTime"] = Number.MsText(fills[0].At),
            ["orderPrice"] = Number.Text(order.Spec.Price ?? fills[0].Price),
            ["closedSize"] = Number.Text(size),
            ["avgExitPrice"] = Number.Text(exit / size),
            ["execType"] = "Trade",
            ["fillCount"] = Number.Text(fills.Count),
            ["cumExitValue"] = Number.Text(exit),
            ["openFee"] = Number.Text(openFee),
            ["closeFee"] = Number.Text(closeFee),
        };
    }

    private Answer Executions(Call call)
    {
        var list = call.Account.Fills
            .Where(f => (call["symbol"] is not { } s || f.Order.Spec.Symbol == s)
                && (call["orderId"] is not { Length: > 0 } id || f.Order.Spec.Id == id)
                && (call["orderLinkId"] is not { Length: > 0 } link || f.Order.Spec.ClientId == link)
                && call["execType"] is null or "Trade"
                && InTime(call, f.Fill.At))
            .Reverse()
            .Select(f => (JsonNode)BybitShapes.Execution(f.Order, f.Fill, Exchange.QuoteOf(Venue, f.Order.Spec.Symbol)));
        return Page(call, 50, 100, list);
    }

    private static bool InTime(Call call, DateTimeOffset at)
    {
        var ms = Number.Ms(at);
        return (!long.TryParse(call["startTime"], NumberStyles.None, CultureInfo.InvariantCulture, out var start) || ms >= start)
            && (!long.TryParse(call["endTime"], NumberStyles.None, CultureInfo.InvariantCulture, out var end) || ms <= end);
    }
}
