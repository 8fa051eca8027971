using System.Text.Json;
using TradingSystem.Venues.Http;

namespace TradingSystem.Venues.Binance;

/// <summary>Reads what the REST interface of USD-M futures answers.</summary>
public static class BinanceReplies
{
    public static IEnumerable<VenueInstrument> Instruments(JsonElement root) => root.Need("symbols").Items()
        .Where(s => s.Text("contractType") == "PERPETUAL" && s.Text("quoteAsset") == "USDT" && s.Text("marginAsset") == "USDT")
        .Instruments("symbol", name => name, Instrument);

    public static VenuePrice LastPrice(JsonElement root) => new(root.NeedText("symbol"), root.NeedDecimal("lastPrice"), root.NeedTime("closeTime"));

    /// <summary>Average price and quote volume are missing from newer answers to placing and cancelling.</summary>
    public static OrderAck Ack(JsonElement root) => new(
        root.NeedText("orderId"), root.Text("clientOrderId"), Status(root.Text("status")), root.Decimal("executedQty"), root.Price("avgPrice"));

    public static OrderAck AlgoAck(JsonElement root) => new(root.NeedText("algoId"), root.Text("clientAlgoId"), AlgoStatus(root));

    public static VenueOrder Order(JsonElement o)
    {
        var type = o.NeedText("type");
        return new()
        {
            Symbol = o.NeedText("symbol"),
            VenueId = o.NeedText("orderId"),
            ClientId = o.Text("clientOrderId"),
            Side = Side(o.NeedText("side")),
            PositionSide = Bucket(o.Text("positionSide")),
            Type = TypeOf(type),
            Status = Status(o.NeedText("status")),
            Quantity = o.NeedDecimal("origQty"),
            Filled = o.NeedDecimal("executedQty"),
            AveragePrice = o.Price("avgPrice"),
            Price = o.Price("price"),
            Kind = Kind(o.Text("origType") ?? type),
            TriggerPrice = o.Price("stopPrice"),
            ReduceOnly = o.Flag("reduceOnly"),
            ClosesPosition = o.Flag("closePosition"),
            UpdatedAt = o.Time("updateTime"),
        };
    }

    public static VenueOrder AlgoOrder(JsonElement o)
    {
        var type = o.NeedText("orderType");
        return new()
        {
            Symbol = o.NeedText("symbol"),
            VenueId = o.NeedText("algoId"),
            ClientId = o.Text("clientAlgoId"),
            Side = Side(o.NeedText("side")),
            PositionSide = Bucket(o.Text("positionSide")),
            Type = TypeOf(type),
            Status = AlgoStatus(o),
            Quantity = o.Decimal("quantity") ?? 0m,
            Filled = o.Decimal("actualQty") ?? 0m,
            AveragePrice = o.Price("actualPrice"),
            Price = o.Price("price"),
            IsProtection = true,
            Kind = Kind(type),
            TriggerPrice = o.Price("triggerPrice"),
            TriggeredOrderId = o.Text("actualOrderId"),
            ReduceOnly = o.Flag("reduceOnly"),
            ClosesPosition = o.Flag("closePosition"),
            UpdatedAt = o.Time("updateTime"),
        };
    }

    public static VenuePosition Position(JsonElement p) => new(p.NeedText("symbol"), Bucket(p.Text("positionSide")), p.NeedDecimal("positionAmt"), p.NeedDecimal("entryPrice"))
    {
        MarkPrice = p.Price("markPrice"),
        UnrealizedPnl = p.Decimal("unRealizedProfit"),
        LiquidationPrice = p.Price("liquidationPrice"),
        Leverage = p.Decimal("leverage"),
        MarginMode = p.Text("marginType") switch
        {
            "cross" => MarginMode.Cross,
            "isolated" => MarginMode.Isolated,
            _ => null,
        },
        UpdatedAt = p.Time("updateTime"),
    };

    public static VenueBalance Balance(JsonElement b) => new(b.NeedText("asset"), b.NeedDecimal("balance"), b.Decimal("availableBalance"), b.Decimal("crossUnPnl"));

    public static VenueFill Fill(JsonElement f) => new(
        f.NeedText("symbol"),
        f.NeedText("id"),
        f.NeedText("orderId"),
        null,
        Side(f.NeedText("side")),
        Bucket(f.Text("positionSide")),
        f.NeedDecimal("qty"),
        f.NeedDecimal("price"),
        f.Decimal("commission"),
        f.Text("commissionAsset"),
        f.NeedTime("time"))
    {
        RealizedPnl = f.Decimal("realizedPnl"),
        IsMaker = f.Text("maker") is null ? null : f.Flag("maker"),
    };

    public static FundingPayment Funding(JsonElement i) => new(i.Text("symbol") ?? "", IncomeId(i), i.NeedDecimal("income"), i.NeedTime("time"));

    public static CredentialCheck Credentials(JsonElement a)
    {
        var trade = a.Flag("canTrade");
        return new(
            trade,
            a.Text("canWithdraw") is null ? null : a.Flag("canWithdraw"),
            a.Text("dualSidePosition") is null ? null : a.Flag("dualSidePosition") ? PositionMode.Hedge : PositionMode.OneWay,
            null,
            trade ? null : "The key or the account may not trade futures.");
    }

    public static OrderSide Side(string side) => side switch
    {
        "BUY" => OrderSide.Buy,
        "SELL" => OrderSide.Sell,
        _ => throw new FormatException($"There is no side {side}."),
    };

    public static PositionSide? Bucket(string? side) => side switch
    {
        "LONG" => PositionSide.Long,
        "SHORT" => PositionSide.Short,
        _ => null,
    };

    public static VenueOrderType TypeOf(string type) => type is "LIMIT" or "STOP" or "TAKE_PROFIT" ? VenueOrderType.Limit : VenueOrderType.Market;

    public static ProtectionKind? Kind(string type) =>
        type.StartsWith("TAKE_PROFIT", StringComparison.Ordinal) ? ProtectionKind.TakeProfit
        : type.Contains("STOP", StringComparison.Ordinal) ? ProtectionKind.StopLoss
        : null;

    public static VenueOrderStatus Status(string? status) => status switch
    {
        "NEW" => VenueOrderStatus.New,
        "PARTIALLY_FILLED" => VenueOrderStatus.PartiallyFilled,
        "FILLED" => VenueOrderStatus.Filled,
        "CANCELED" => VenueOrderStatus.Cancelled,
        "REJECTED" => VenueOrderStatus.Rejected,
        "EXPIRED" or "EXPIRED_IN_MATCH" => VenueOrderStatus.Expired,
        _ => VenueOrderStatus.Unrecognized,
    };

    /// <param name="executed">What the order that the trigger made has filled; null when it is not told.</param>
    public static VenueOrderStatus AlgoStatus(string? status, decimal? executed) => status switch
    {
        "NEW" => VenueOrderStatus.Untriggered,
        "TRIGGERING" => VenueOrderStatus.Triggering,
        "TRIGGERED" => VenueOrderStatus.Triggered,

        // Filled or cancelled in the matching engine.
        "FINISHED" => executed > 0m ? VenueOrderStatus.Filled : VenueOrderStatus.Cancelled,
        "CANCELED" => VenueOrderStatus.Cancelled,
        "EXPIRED" => VenueOrderStatus.Expired,
        "REJECTED" => VenueOrderStatus.Rejected,
        _ => VenueOrderStatus.Unrecognized,
    };

    private static VenueOrderStatus AlgoStatus(JsonElement o) => AlgoStatus(o.Text("algoStatus"), o.Decimal("actualQty") ?? o.Decimal("actualPrice"));

    /// <summary>The transaction id is unique within a type of income for one user; a trade has several incomes of a type when it meets several.</summary>
    private static string IncomeId(JsonElement i) => i.Text("tradeId") is { } trade ? $"{i.NeedText("tranId")}:{trade}" : i.NeedText("tranId");

    private static VenueInstrument Instrument(JsonElement s)
    {
        JsonElement? Filter(string type) => s.Need("filters").Items().Where(f => f.Text("filterType") == type).Select(f => (JsonElement?)f).FirstOrDefault();
        var lot = Filter("LOT_SIZE") ?? throw new FormatException("LOT_SIZE is missing.");
        var tick = Filter("PRICE_FILTER") ?? throw new FormatException("PRICE_FILTER is missing.");
        var market = Filter("MARKET_LOT_SIZE") ?? lot;
        var band = Filter("PERCENT_PRICE");
        return new(
            s.NeedText("symbol"),
            s.NeedText("symbol"),
            tick.NeedDecimal("tickSize"),
            Math.Max(lot.NeedDecimal("stepSize"), market.NeedDecimal("stepSize")),
            Math.Max(lot.NeedDecimal("minQty"), market.NeedDecimal("minQty")),
            market.NeedDecimal("maxQty"),
            lot.NeedDecimal("maxQty"),
            Filter("MIN_NOTIONAL")?.Decimal("notional") ?? 0m,
            1m,
            null,
            s.Text("status") == "TRADING")
        {
            LeverageStep = 1m,
            PriceBandUp = band?.Decimal("multiplierUp") - 1m,
            PriceBandDown = 1m - band?.Decimal("multiplierDown"),
        };
    }
}
