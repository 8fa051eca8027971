using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Bybit;

/// <summary>Orders, fills, positions and wallets as v5 writes them; an order that waits for its trigger is an order like others.</summary>
public static class BybitShapes
{
    public static JsonObject Order(Account account, Order order)
    {
        var spec = order.Spec;
        var body = Empty(account, spec.Symbol, spec.Side, spec.PositionSide);
        body["orderId"] = spec.Id;
        body["orderLinkId"] = spec.ClientId;
        body["price"] = Number.Text(spec.Price ?? 0m);
        body["qty"] = Number.Text(spec.Qty);
        body["orderStatus"] = Status(order);
        body["cancelType"] = order.EndReason switch
        {
            "user" => "CancelByUser",
            "reduce_only" => "CancelByReduceOnly",
            _ => "UNKNOWN",
        };
        body["rejectReason"] = order.EndReason switch
        {
            "user" => "EC_PerCancelRequest",
            "no_liquidity" => "EC_NoImmediateQtyToFill",
            "fault" => "EC_ReachMaxPendingOrders",
            _ => "EC_NoError",
        };
        body["avgPrice"] = order.Filled == 0m ? "" : Number.Text(order.AveragePrice);
        body["leavesQty"] = order.IsOpen ? Number.Text(order.Left) : "0";
        body["leavesValue"] = order.IsOpen ? Number.Text(order.Left * (spec.Price ?? order.AveragePrice)) : "0";
        body["cumExecQty"] = Number.Text(order.Filled);
        body["cumExecValue"] = Number.Text(order.FilledValue);
        body["cumExecFee"] = Number.Text(order.Fee);
        body["timeInForce"] = spec.Kind == OrderKind.Market ? "IOC" : "GTC";
        body["orderType"] = spec.Kind == OrderKind.Market ? "Market" : "Limit";
        body["stopOrderType"] = spec.Leg is { } leg ? StopType(account, spec.AlgoId!, leg) : "";
        body["triggerPrice"] = spec.TriggerPrice is { } trigger ? Number.Text(trigger) : "";
        body["reduceOnly"] = spec.ReduceOnly;
        body["closeOnTrigger"] = spec.ClosePosition;
        body["createdTime"] = Number.MsText(order.Created);
        body["updatedTime"] = Number.MsText(order.Updated);
        return body;
    }

    public static JsonObject Order(Account account, Algo algo)
    {
        var spec = algo.Spec;
        var leg = spec.Legs[0];
        var qty = spec.Qty ?? Math.Abs(account.PositionOf(account.KeyOf(spec)).Qty);
        var body = Empty(account, spec.Symbol, spec.Side, spec.PositionSide);
        body["orderId"] = spec.Id;
        body["orderLinkId"] = spec.ClientId;
        body["price"] = "0";
        body["qty"] = Number.Text(qty);
        body["orderStatus"] = algo.State switch
        {
            AlgoState.Waiting => "Untriggered",
            AlgoState.Triggering or AlgoState.Triggered or AlgoState.Finished => "Triggered",
            AlgoState.Rejected => "Rejected",
            _ => "Deactivated",
        };
        body["cancelType"] = algo.EndReason switch
        {
            "user" => "CancelByUser",
            "position_closed" or "replaced" => "CancelByTpSlTsClear",
            "reduce_only" => "CancelByReduceOnly",
            _ => "UNKNOWN",
        };
        body["leavesQty"] = Number.Text(qty);
        body["leavesValue"] = "0";
        body["timeInForce"] = "IOC";
        body["orderType"] = "Market";
        body["stopOrderType"] = StopType(account, spec.Id, leg.Kind);
        body["triggerPrice"] = Number.Text(leg.TriggerPrice);
        body["triggerDirection"] = leg.WhenAbove ? 1 : 2;
        body["triggerBy"] = "LastPrice";
        body["reduceOnly"] = spec.ReduceOnly;
        body["closeOnTrigger"] = spec.ClosePosition;
        body["createdTime"] = Number.MsText(algo.Created);
        body["updatedTime"] = Number.MsText(algo.Updated);
        return body;
    }

    public static JsonObject Execution(Order order, Fill fill, Quote quote) => new()
    {
        ["symbol"] = order.Spec.Symbol,
        ["orderType"] = order.Spec.Kind == OrderKind.Market ? "Market" : "Limit",
        ["underlyingPrice"] = "",
        ["orderLinkId"] = order.Spec.ClientId,
        ["side"] = order.Spec.Side.ToString(),
        ["indexPrice"] = "",
        ["orderId"] = order.Spec.Id,
        ["stopOrderType"] = "UNKNOWN",
        ["leavesQty"] = Number.Text(order.Left),
        ["execTime"] = Number.MsText(fill.At),
        ["feeCurrency"] = fill.FeeAsset,
        ["isMaker"] = fill.Maker,
        ["execFee"] = Number.Text(fill.Charged),
        ["feeRate"] = Number.Text(fill.Fee / (fill.Qty * fill.Price)),
        ["execId"] = fill.Id,
        ["tradeIv"] = "",
        ["blockTradeId"] = "",
        ["markPrice"] = Number.Text(quote.Mark),
        ["execPrice"] = Number.Text(fill.Price),
        ["markIv"] = "",
        ["orderQty"] = Number.Text(order.Spec.Qty),
        ["orderPrice"] = Number.Text(order.Spec.Price ?? fill.Price),
        ["execValue"] = Number.Text(fill.Qty * fill.Price),
        ["execType"] = "Trade",
        ["execQty"] = Number.Text(fill.Qty),
        ["closedSize"] = Number.Text(fill.Closed),
        ["extraFees"] = "",
        ["seq"] = fill.At.Ticks,
    };

    /// <summary>The entry price is <paramref name="entryName"/>: the list and the stream do not agree on its name.</summary>
    public static JsonObject Position(Account account, PositionKey key, Exchange exchange, string entryName)
    {
        var position = account.PositionOf(key);
        var quote = exchange.QuoteOf(VenueKind.Bybit, key.Symbol);
        var margin = Number.Text(exchange.Rules.MarginOf(account, position));
        string Stop(LegKind kind) => account.OpenAlgos.FirstOrDefault(a => a.Spec.OfPosition && account.KeyOf(a.Spec) == key && a.Spec.Legs[0].Kind == kind) is { } algo
            ? Number.Text(algo.Spec.Legs[0].TriggerPrice)
            : "";
        return new JsonObject
        {
            ["positionIdx"] = Index(key.Side),
            ["riskId"] = 1,
            ["riskLimitValue"] = "2000000",
            ["symbol"] = key.Symbol,
            ["side"] = position.Qty == 0m ? "" : position.Qty > 0m ? "Buy" : "Sell",
            ["size"] = Number.Text(Math.Abs(position.Qty)),
            [entryName] = Number.Text(position.EntryPrice),
            ["positionValue"] = Number.Text(Math.Abs(position.Qty) * position.EntryPrice),
            ["tradeMode"] = 0,
            ["positionStatus"] = "Normal",
            ["autoAddMargin"] = 0,
            ["adlRankIndicator"] = 2,
            ["leverage"] = Number.Text(OrderRules.LeverageOf(account, key)),
            ["breakEvenPrice"] = Number.Text(position.EntryPrice),
            ["positionBalance"] = margin,
            ["markPrice"] = Number.Text(quote.Mark),
            ["liqPrice"] = "",
            ["bustPrice"] = "",
            ["positionMM"] = "0",
            ["positionMMByMp"] = "0",
            ["positionIM"] = margin,
            ["positionIMByMp"] = margin,
            ["tpslMode"] = "Full",
            ["takeProfit"] = Stop(LegKind.TakeProfit),
            ["stopLoss"] = Stop(LegKind.StopLoss),
            ["trailingStop"] = "0",
            ["unrealisedPnl"] = Number.Text(position.Qty * (quote.Mark - position.EntryPrice)),
            ["curRealisedPnl"] = Number.Text(position.LifePnl - position.LifeFee),
            ["cumRealisedPnl"] = Number.Text(position.RealizedPnl),
            ["seq"] = position.Updated.Ticks,
            ["isReduceOnly"] = false,
            ["mmrSysUpdateTime"] = "",
            ["leverageSysUpdatedTime"] = "",
            ["sessionAvgPrice"] = "",
            ["createdTime"] = Number.MsText(position.Opened),
            ["updatedTime"] = Number.MsText(position.Updated),
        };
    }

    public static JsonObject Wallet(Account account, Exchange exchange)
    {
        var unrealized = exchange.Rules.UnrealizedPnl(account);
        var equity = Number.Text(account.Wallet + unrealized);
        var positionMargin = Number.Text(exchange.Rules.PositionMargin(account));
        var orderMargin = Number.Text(exchange.Rules.OrderMargin(account));
        var margin = Number.Text(exchange.Rules.PositionMargin(account) + exchange.Rules.OrderMargin(account));
        return new JsonObject
        {
            ["totalEquity"] = equity,
            ["accountIMRate"] = "0",
            ["accountIMRateByMp"] = "0",
            ["totalMarginBalance"] = equity,
            ["totalInitialMargin"] = margin,
            ["totalInitialMarginByMp"] = margin,
            ["accountType"] = "UNIFIED",
            ["totalAvailableBalance"] = Number.Text(exchange.Rules.Available(account)),
            ["accountMMRate"] = "0",
            ["accountMMRateByMp"] = "0",
            ["totalPerpUPL"] = Number.Text(unrealized),
            ["totalWalletBalance"] = Number.Text(account.Wallet),
            ["accountLTV"] = "0",
            ["totalMaintenanceMargin"] = "0",
            ["totalMaintenanceMarginByMp"] = "0",
            ["coin"] = new JsonArray(new JsonObject
            {
                ["availableToBorrow"] = "",
                ["bonus"] = "0",
                ["accruedInterest"] = "0",
                // Deprecated at the venue and empty there.
                ["availableToWithdraw"] = "",
                ["totalOrderIM"] = orderMargin,
                ["equity"] = equity,
                ["totalPositionMM"] = "0",
                ["usdValue"] = equity,
                ["spotHedgingQty"] = "0",
                ["unrealisedPnl"] = Number.Text(unrealized),
                ["collateralSwitch"] = true,
                ["borrowAmount"] = "0",
                ["totalPositionIM"] = positionMargin,
                ["walletBalance"] = Number.Text(account.Wallet),
                ["cumRealisedPnl"] = Number.Text(account.Positions.Sum(p => p.RealizedPnl)),
                ["locked"] = "0",
                ["marginCollateral"] = true,
                ["coin"] = "USDT",
                ["spotBorrow"] = "0",
            }),
        };
    }

    public static int Index(PositionSide side) => side switch
    {
        PositionSide.Long => 1,
        PositionSide.Short => 2,
        _ => 0,
    };

    public static string Status(Order order) => order.State switch
    {
        OrderState.New => "New",
        OrderState.PartiallyFilled => "PartiallyFilled",
        OrderState.Filled => "Filled",
        OrderState.Rejected => "Rejected",
        _ => "Cancelled",
    };

    private static string StopType(Account account, string algoId, LegKind kind) =>
        account.Algos[algoId].Spec.OfPosition ? kind.ToString() : "Stop";

    /// <summary>All the fields there are, with what they hold when nothing is said.</summary>
    private static JsonObject Empty(Account account, string symbol, Side side, PositionSide positionSide) => new()
    {
        ["orderId"] = "",
        ["orderLinkId"] = "",
        ["blockTradeId"] = "",
        ["symbol"] = symbol,
        ["price"] = "",
        ["qty"] = "",
        ["side"] = side.ToString(),
        ["isLeverage"] = "",
        ["positionIdx"] = Index(positionSide),
        ["orderStatus"] = "",
        ["cancelType"] = "UNKNOWN",
        ["rejectReason"] = "EC_NoError",
        ["avgPrice"] = "",
        ["leavesQty"] = "0",
        ["leavesValue"] = "0",
        ["cumExecQty"] = "0",
        ["cumExecValue"] = "0",
        ["cumExecFee"] = "0",
        ["timeInForce"] = "GTC",
        ["orderType"] = "",
        ["stopOrderType"] = "",
        ["orderIv"] = "",
        ["triggerPrice"] = "",
        ["takeProfit"] = "",
        ["stopLoss"] = "",
        ["tpTriggerBy"] = "",
        ["slTriggerBy"] = "",
        ["triggerDirection"] = 0,
        ["triggerBy"] = "",
        ["lastPriceOnCreated"] = "",
        ["reduceOnly"] = false,
        ["closeOnTrigger"] = false,
        ["smpType"] = "None",
        ["smpGroup"] = 0,
        ["smpOrderId"] = "",
        ["tpslMode"] = "",
        ["tpLimitPrice"] = "",
        ["slLimitPrice"] = "",
        ["placeType"] = "",
        ["createdTime"] = "",
        ["updatedTime"] = "",
        ["cumFeeDetail"] = new JsonObject(),
    };
}
