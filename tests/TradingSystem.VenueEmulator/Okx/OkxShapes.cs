using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Okx;

/// <summary>Orders, algo orders, fills, positions and balances as v5 writes them; sizes are contracts.</summary>
public static class OkxShapes
{
    public static JsonObject Order(Order order)
    {
        var spec = order.Spec;
        var last = order.Fills.Count > 0 ? order.Fills[^1] : null;
        return new JsonObject
        {
            ["accFillSz"] = Size(spec.Symbol, order.Filled),
            ["algoClOrdId"] = spec.AlgoClientId ?? "",
            ["algoId"] = spec.AlgoId ?? "",
            ["attachAlgoClOrdId"] = "",
            ["attachAlgoOrds"] = new JsonArray(),
            ["avgPx"] = order.Filled == 0m ? "" : Number.Text(order.AveragePrice),
            ["cTime"] = Number.MsText(order.Created),
            ["cancelSource"] = CancelSource(order),
            ["cancelSourceReason"] = "",
            ["category"] = "normal",
            ["ccy"] = "",
            ["clOrdId"] = spec.ClientId,
            ["fee"] = Number.Text(-order.Fee),
            ["feeCcy"] = order.FeeAsset,
            ["fillPx"] = Number.Text(last?.Price),
            ["fillSz"] = last is null ? "0" : Size(spec.Symbol, last.Qty),
            ["fillTime"] = last is null ? "" : Number.MsText(last.At),
            ["instId"] = Name(spec.Symbol),
            ["instType"] = "SWAP",
            ["isTpLimit"] = "false",
            ["lever"] = Number.Text(spec.Leverage),
            ["linkedAlgoOrd"] = new JsonObject { ["algoId"] = "" },
            ["ordId"] = spec.Id,
            ["ordType"] = Type(spec),
            ["pnl"] = Number.Text(order.RealizedPnl),
            ["posSide"] = Word(spec.PositionSide),
            ["px"] = Number.Text(spec.Price),
            ["pxType"] = "",
            ["pxUsd"] = "",
            ["pxVol"] = "",
            ["quickMgnType"] = "",
            ["rebate"] = "0",
            ["rebateCcy"] = "USDT",
            ["reduceOnly"] = spec.ReduceOnly ? "true" : "false",
            ["side"] = Word(spec.Side),
            ["slOrdPx"] = "",
            ["slTriggerPx"] = "",
            ["slTriggerPxType"] = "",
            ["source"] = spec.Origin == Origin.Algo ? "7" : "",
            ["state"] = State(order),
            ["stpId"] = "",
            ["stpMode"] = "cancel_maker",
            ["sz"] = Size(spec.Symbol, spec.Qty),
            ["tag"] = "",
            ["tdMode"] = spec.Margin,
            ["tgtCcy"] = "",
            ["tpOrdPx"] = "",
            ["tpTriggerPx"] = "",
            ["tpTriggerPxType"] = "",
            ["tradeId"] = last?.Id ?? "",
            ["uTime"] = Number.MsText(order.Updated),
        };
    }

    public static JsonObject Algo(Account account, Algo algo)
    {
        var spec = algo.Spec;
        var child = algo.ChildOrderId is { } id ? account.Orders.GetValueOrDefault(id) : null;
        var body = new JsonObject
        {
            ["actualPx"] = child is { Filled: > 0m } ? Number.Text(child.AveragePrice) : "",
            ["actualSide"] = algo.FiredLeg switch { LegKind.TakeProfit => "tp", LegKind.StopLoss => "sl", _ => "" },
            ["actualSz"] = child is null ? "0" : Size(spec.Symbol, child.Filled),
            ["algoClOrdId"] = spec.ClientId,
            ["algoId"] = spec.Id,
            ["amendPxOnTriggerType"] = "0",
            ["attachAlgoOrds"] = new JsonArray(),
            ["cTime"] = Number.MsText(algo.Created),
            ["callbackRatio"] = "",
            ["callbackSpread"] = "",
            ["ccy"] = "",
            ["clOrdId"] = "",
            ["closeFraction"] = spec.Qty is null ? "1" : "",
            ["failCode"] = algo.State == AlgoState.Rejected ? "51169" : "0",
            ["instId"] = Name(spec.Symbol),
            ["instType"] = "SWAP",
            ["isTradeBorrowMode"] = "",
            ["last"] = "",
            ["lever"] = "",
            ["linkedOrd"] = new JsonObject { ["ordId"] = "" },
            ["moveTriggerPx"] = "",
            ["ordId"] = algo.ChildOrderId ?? "",
            ["ordIdList"] = algo.ChildOrderId is { } one ? new JsonArray(one) : new JsonArray(),
            ["ordPx"] = "",
            ["ordType"] = spec.VenueType,
            ["posSide"] = Word(spec.PositionSide),
            ["pxLimit"] = "",
            ["pxSpread"] = "",
            ["pxVar"] = "",
            ["quickMgnType"] = "",
            ["reduceOnly"] = spec.ReduceOnly ? "true" : "false",
            ["side"] = Word(spec.Side),
            ["state"] = State(algo),
            ["sz"] = spec.Qty is { } qty ? Size(spec.Symbol, qty) : "",
            ["szLimit"] = "",
            ["tag"] = "",
            ["tdMode"] = spec.Margin,
            ["tgtCcy"] = "",
            ["timeInterval"] = "",
            ["triggerPx"] = "",
            ["triggerPxType"] = "",
            ["triggerTime"] = algo.TriggeredAt is { } at ? Number.MsText(at) : "",
            ["uTime"] = Number.MsText(algo.Updated),
        };
        foreach (var name in new[] { "slOrdPx", "slTriggerPx", "slTriggerPxType", "tpOrdPx", "tpTriggerPx", "tpTriggerPxType" })
        {
            body[name] = "";
        }

        foreach (var leg in spec.Legs)
        {
            var (trigger, type, price) = leg.Kind switch
            {
                LegKind.StopLoss => ("slTriggerPx", "slTriggerPxType", "slOrdPx"),
                LegKind.TakeProfit => ("tpTriggerPx", "tpTriggerPxType", "tpOrdPx"),
                _ => ("triggerPx", "triggerPxType", "ordPx"),
            };
            body[trigger] = Number.Text(leg.TriggerPrice);
            body[type] = "last";
            body[price] = "-1";
        }

        return body;
    }

    public static JsonObject Fill(Order order, Fill fill) => new()
    {
        ["side"] = Word(order.Spec.Side),
        ["fillSz"] = Size(order.Spec.Symbol, fill.Qty),
        ["fillPx"] = Number.Text(fill.Price),
        ["fillPxVol"] = "",
        ["fillFwdPx"] = "",
        ["fee"] = Number.Text(-fill.Charged),
        ["fillPnl"] = Number.Text(fill.RealizedPnl),
        ["ordId"] = order.Spec.Id,
        ["feeRate"] = Number.Text(-fill.Fee / (fill.Qty * fill.Price)),
        ["instType"] = "SWAP",
        ["fillPxUsd"] = "",
        ["instId"] = Name(order.Spec.Symbol),
        ["clOrdId"] = order.Spec.ClientId,
        ["posSide"] = Word(order.Spec.PositionSide),
        ["billId"] = fill.Id,
        ["subType"] = SubType(order.Spec, fill),
        ["fillMarkVol"] = "",
        ["tag"] = "",
        ["fillTime"] = Number.MsText(fill.At),
        ["execType"] = fill.Maker ? "M" : "T",
        ["fillIdxPx"] = Number.Text(fill.Price),
        ["tradeId"] = fill.Id,
        ["fillMarkPx"] = Number.Text(fill.Price),
        ["feeCcy"] = fill.FeeAsset,
        ["ts"] = Number.MsText(fill.At),
    };

    public static JsonObject Position(Account account, PositionKey key, Exchange exchange)
    {
        var position = account.PositionOf(key);
        var quote = exchange.QuoteOf(VenueKind.Okx, key.Symbol);
        var pnl = position.Qty * (quote.Mark - position.EntryPrice);
        var margin = exchange.Rules.MarginOf(account, position);
        // Net positions carry the sign, the others their side.
        var size = key.Side == PositionSide.Net ? position.Qty : Math.Abs(position.Qty);
        var body = new JsonObject
        {
            ["instId"] = Name(key.Symbol),
            ["instType"] = "SWAP",
            ["mgnMode"] = key.Margin,
            ["posId"] = position.Id,
            ["posSide"] = Word(key.Side),
            ["pos"] = Size(key.Symbol, size),
            ["ccy"] = "USDT",
            ["fee"] = Number.Text(-position.LifeFee),
            ["lever"] = Number.Text(OrderRules.LeverageOf(account, key)),
            ["last"] = Number.Text(quote.Last),
            ["markPx"] = Number.Text(quote.Mark),
            ["liqPx"] = "",
            ["mmr"] = Number.Text(margin * 0.04m),
            ["interest"] = "",
            ["tradeId"] = "",
            ["notionalUsd"] = Number.Text(Math.Abs(position.Qty) * quote.Mark),
            ["avgPx"] = position.Qty == 0m ? "" : Number.Text(position.EntryPrice),
            ["upl"] = Number.Text(pnl),
            ["uplRatio"] = margin == 0m ? "0" : Number.Text(decimal.Round(pnl / margin, 8)),
            ["uTime"] = Number.MsText(position.Updated),
            ["margin"] = key.Margin == "isolated" ? Number.Text(margin) : "",
            ["imr"] = key.Margin == "cross" ? Number.Text(margin) : "",
            ["mgnRatio"] = "",
            ["adl"] = "1",
            ["cTime"] = Number.MsText(position.Opened),
            ["realizedPnl"] = Number.Text(position.LifePnl - position.LifeFee),
            ["uplLastPx"] = Number.Text(pnl),
            ["uplRatioLastPx"] = "",
            ["availPos"] = Size(key.Symbol, Math.Abs(position.Qty)),
            ["bePx"] = Number.Text(position.EntryPrice),
            ["fundingFee"] = "0",
            ["idxPx"] = Number.Text(quote.Mark),
            ["liqPenalty"] = "0",
            ["pnl"] = Number.Text(position.LifePnl),
            ["usdPx"] = "1",
            ["closeOrderAlgo"] = new JsonArray(),
        };
        foreach (var name in new[] { "baseBal", "optVal", "pendingCloseOrdLiabVal", "posCcy", "quoteBal", "quoteBorrowed", "quoteInterest", "spotInUseAmt", "spotInUseCcy" })
        {
            body[name] = "";
        }

        return body;
    }

    public static JsonObject Balance(Account account, Exchange exchange, DateTimeOffset now)
    {
        var unrealized = exchange.Rules.UnrealizedPnl(account);
        var equity = Number.Text(account.Wallet + unrealized);
        var available = Number.Text(exchange.Rules.Available(account));
        var details = new JsonObject();
        foreach (var name in new[] { "accAvgPx", "borrowFroz", "clSpotInUseAmt", "crossLiab", "interest", "isoLiab", "liab", "maxLoan", "maxSpotInUseAmt", "mgnRatio", "openAvgPx", "spotBal", "spotUpl", "spotUplRatio", "totalPnl", "totalPnlRatio", "uplLiab" })
        {
            details[name] = "";
        }

        foreach (var name in new[] { "fixedBal", "imr", "isoEq", "isoUpl", "mmr", "notionalLever", "rewardBal", "smtSyncEq", "spotCopyTradingEq", "spotInUseAmt", "spotIsoBal", "stgyEq", "twap" })
        {
            details[name] = "0";
        }

        details["availBal"] = available;
        details["availEq"] = available;
        details["cashBal"] = Number.Text(account.Wallet);
        details["ccy"] = "USDT";
        details["collateralEnabled"] = false;
        details["disEq"] = equity;
        details["eq"] = equity;
        details["eqUsd"] = equity;
        details["frozenBal"] = Number.Text(exchange.Rules.PositionMargin(account) + exchange.Rules.OrderMargin(account));
        details["ordFrozen"] = Number.Text(exchange.Rules.OrderMargin(account));
        details["uTime"] = Number.MsText(now);
        details["upl"] = Number.Text(unrealized);
        var body = new JsonObject { ["details"] = new JsonArray(details), ["isoEq"] = "0", ["totalEq"] = equity, ["uTime"] = Number.MsText(now) };
        foreach (var name in new[] { "adjEq", "availEq", "borrowFroz", "imr", "mgnRatio", "mmr", "notionalUsd", "notionalUsdForBorrow", "notionalUsdForFutures", "notionalUsdForOption", "notionalUsdForSwap", "ordFroz", "upl" })
        {
            body[name] = "";
        }

        return body;
    }

    public static string Name(string symbol) => Instruments.Find(VenueKind.Okx, symbol)!.VenueSymbol;

    public static string Size(string symbol, decimal qty) => Number.Text(qty / Instruments.Find(VenueKind.Okx, symbol)!.ContractSize);

    public static string Word(Side side) => side == Side.Buy ? "buy" : "sell";

    public static string Word(PositionSide side) => side switch
    {
        PositionSide.Long => "long",
        PositionSide.Short => "short",
        _ => "net",
    };

    public static string Type(OrderSpec order) => order.Kind == OrderKind.Market ? "market" : "limit";

    public static string State(Order order) => order.State switch
    {
        OrderState.New => "live",
        OrderState.PartiallyFilled => "partially_filled",
        OrderState.Filled => "filled",
        _ => "canceled",
    };

    public static string State(Algo algo) => algo.State switch
    {
        AlgoState.Waiting or AlgoState.Triggering => "live",
        AlgoState.Triggered or AlgoState.Finished => "effective",
        AlgoState.Rejected => "order_failed",
        _ => "canceled",
    };

    private static string CancelSource(Order order) => order.EndReason switch
    {
        "user" => "1",
        "reduce_only" => "42",
        "countdown" => "20",
        "no_liquidity" => "14",
        _ => "",
    };

    /// <summary>1 and 2 buy and sell in net mode, 3 to 6 open and close long and short.</summary>
    private static string SubType(OrderSpec order, Fill fill) => order.PositionSide switch
    {
        PositionSide.Long => fill.Closed > 0m ? "5" : "3",
        PositionSide.Short => fill.Closed > 0m ? "6" : "4",
        _ => order.Side == Side.Buy ? "1" : "2",
    };
}
