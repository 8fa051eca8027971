using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Http;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Okx;

/// <summary>Settings, positions, bills and fees.</summary>
public sealed class OkxAccount(Exchange exchange) : VenueCalls(exchange, VenueKind.Okx)
{
    public static Answer AccountConfig(Call call) => OkxReplies.Ok(new JsonObject
    {
        ["acctLv"] = "2",
        ["acctStpMode"] = "cancel_maker",
        ["autoLoan"] = false,
        ["ctIsoMode"] = "automatic",
        ["greeksType"] = "PA",
        ["level"] = "Lv1",
        ["levelTmp"] = "",
        ["mgnIsoMode"] = "automatic",
        ["posMode"] = call.Account.Hedge ? "long_short_mode" : "net_mode",
        ["spotOffsetType"] = "",
        ["uid"] = "44705892343619584",
        ["label"] = "emulator",
        ["roleType"] = "0",
        ["traderInsts"] = new JsonArray(),
        ["spotRoleType"] = "0",
        ["spotTraderInsts"] = new JsonArray(),
        ["opAuth"] = "0",
        ["kycLv"] = "3",
        ["ip"] = "",
        ["perm"] = call.Account.Permission == Permission.Trade ? "read_only,trade" : "read_only",
        ["mainUid"] = "444810535339712570",
    });

    public Answer SetPositionMode(Call call)
    {
        if (OkxReplies.Text(call.Json, "posMode") is not ("net_mode" or "long_short_mode") || OkxReplies.Text(call.Json, "posMode") is not { } mode)
        {
            return OkxReplies.Failed("51000", "Parameter posMode error");
        }

        // Setting what is already so succeeds.
        return Exchange.Settings.SetHedge(call.Account, mode == "long_short_mode") is null or { Reason: Reason.Unchanged }
            ? OkxReplies.Ok(new JsonObject { ["posMode"] = mode })
            : OkxReplies.Failed("59000", "Setting failed. Cancel any open orders, close positions, and stop trading bots first.");
    }

    public Answer SetLeverage(Call call)
    {
        var (margin, side) = (OkxReplies.Text(call.Json, "mgnMode"), OkxReplies.PositionSideOf(OkxReplies.Text(call.Json, "posSide")));
        if (Instruments.Find(Venue, OkxReplies.Text(call.Json, "instId")) is not { } instrument)
        {
            return OkxReplies.Failed("51001", "Instrument ID, Instrument ID code, or Spread ID doesn't exist.");
        }

        if (margin is not ("cross" or "isolated") || !Number.TryParse(OkxReplies.Text(call.Json, "lever"), out var leverage))
        {
            return OkxReplies.Failed("51000", $"Parameter {(margin is null ? "mgnMode" : "lever")} error");
        }

        if (margin == "isolated" && call.Account.Hedge && side == PositionSide.Net)
        {
            return OkxReplies.Failed("51000", "Parameter posSide error");
        }

        return Exchange.Settings.SetLeverage(call.Account, instrument, margin, side, leverage) is { Reason: Reason.Leverage }
            ? OkxReplies.Failed("59102", "Leverage exceeds the maximum limit. Please adjust the leverage.")
            : OkxReplies.Ok(new JsonObject { ["lever"] = Number.Text(leverage), ["mgnMode"] = margin, ["instId"] = instrument.VenueSymbol, ["posSide"] = OkxShapes.Word(side) });
    }

    public static Answer LeverageInfo(Call call)
    {
        if (Instruments.Find(VenueKind.Okx, call["instId"]) is not { } instrument || call["mgnMode"] is not { Length: > 0 } margin)
        {
            return OkxReplies.Failed("51000", "Parameter instId error", 400);
        }

        PositionSide[] sides = call.Account.Hedge && margin == "isolated" ? [PositionSide.Long, PositionSide.Short] : [PositionSide.Net];
        return OkxReplies.Ok(sides.Select(side => new JsonObject
        {
            ["instId"] = instrument.VenueSymbol,
            ["mgnMode"] = margin,
            ["posSide"] = OkxShapes.Word(side),
            ["lever"] = Number.Text(call.Account.LeverageOf(instrument.Symbol, margin, side)),
        }));
    }

    public Answer Positions(Call call) =>
        OkxReplies.Ok(call.Account.OpenPositions.Where(p => OkxOrders.Wanted(call, p.Key.Symbol)).Select(p => OkxShapes.Position(call.Account, p.Key, Exchange)));

    public static Answer Bills(Call call)
    {
        // Two is a trade; nothing else happens to these accounts.
        if (call["type"] is { Length: > 0 } and not "2")
        {
            return OkxReplies.Ok();
        }

        var balance = call.Account.Wallet;
        var bills = new List<(string, JsonNode)>();
        foreach (var (order, fill) in Enumerable.Reverse(call.Account.Fills))
        {
            var change = fill.RealizedPnl - fill.FeeInUsdt;
            bills.Add((fill.Id, new JsonObject
            {
                ["bal"] = Number.Text(balance),
                ["balChg"] = Number.Text(change),
                ["billId"] = fill.Id,
                ["ccy"] = "USDT",
                ["clOrdId"] = order.Spec.ClientId,
                ["execType"] = fill.Maker ? "M" : "T",
                ["fee"] = Number.Text(-fill.FeeInUsdt),
                ["fillFwdPx"] = "",
                ["fillIdxPx"] = Number.Text(fill.Price),
                ["fillMarkPx"] = Number.Text(fill.Price),
                ["fillMarkVol"] = "",
                ["fillPxUsd"] = "",
                ["fillPxVol"] = "",
                ["fillTime"] = Number.MsText(fill.At),
                ["from"] = "",
                ["instId"] = OkxShapes.Name(order.Spec.Symbol),
                ["instType"] = "SWAP",
                ["interest"] = "0",
                ["mgnMode"] = order.Spec.Margin,
                ["notes"] = "",
                ["ordId"] = order.Spec.Id,
                ["pnl"] = Number.Text(fill.RealizedPnl),
                ["posBal"] = "0",
                ["posBalChg"] = "0",
                ["px"] = Number.Text(fill.Price),
                ["subType"] = order.Spec.Side == Side.Buy ? "1" : "2",
                ["sz"] = OkxShapes.Size(order.Spec.Symbol, fill.Qty),
                ["tag"] = "",
                ["to"] = "",
                ["tradeId"] = fill.Id,
                ["ts"] = Number.MsText(fill.At),
                ["type"] = "2",
            }));
            balance -= change;
        }

        return OkxReplies.Page(call, bills.Where(b => OkxOrders.Wanted(call, Instruments.Find(VenueKind.Okx, b.Item2["instId"]!.GetValue<string>())!.Symbol)));
    }

    public Answer TradeFee(Call call) => OkxReplies.Ok(new JsonObject
    {
        ["category"] = "1",
        ["delivery"] = "",
        ["exercise"] = "",
        ["instType"] = "SWAP",
        ["level"] = "Lv1",
        ["maker"] = "",
        ["makerU"] = "-0.0002",
        ["makerUSDC"] = "",
        ["taker"] = "",
        ["takerU"] = "-0.0005",
        ["takerUSDC"] = "",
        ["ts"] = Number.MsText(Now),
        ["uly"] = "",
    });
}
