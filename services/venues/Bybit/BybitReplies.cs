using System.Text.Json;
using TradingSystem.Venues.Http;

namespace TradingSystem.Venues.Bybit;

/// <summary>Reads v5's answers (what is in <c>result</c>) and the entries of its private topics, which look the same.</summary>
public static class BybitReplies
{
    // What a leverage is a multiple of where the instrument does not say.
    private const decimal Hundredth = 0.01m;

    public static IEnumerable<JsonElement> List(JsonElement result) => result.Need("list").Items();

    public static IEnumerable<VenueInstrument> Instruments(IEnumerable<JsonElement> list) => list
        .Where(s => s.Text("contractType") == "LinearPerpetual" && s.Text("quoteCoin") == "USDT" && s.Text("settleCoin") == "USDT")
        .Instruments("symbol", name => name, Instrument);

    public static VenuePrice LastPrice(JsonElement result, DateTimeOffset at)
    {
        var ticker = List(result).FirstOrDefault();
        return new(ticker.NeedText("symbol"), ticker.NeedDecimal("lastPrice"), at);
    }

    public static OrderAck Ack(JsonElement result) => new(result.NeedText("orderId"), result.Text("orderLinkId"));

    public static VenueOrder Order(JsonElement o)
    {
        var side = Side(o.NeedText("side"));
        var trigger = o.Price("triggerPrice");
        var status = Status(o.NeedText("orderStatus"));
        return new()
        {
            Symbol = o.NeedText("symbol"),
            VenueId = o.NeedText("orderId"),
            ClientId = o.Text("orderLinkId"),
            Side = side,
            PositionSide = Bucket(o),
            Type = o.NeedText("orderType") == "Limit" ? VenueOrderType.Limit : VenueOrderType.Market,
            Status = status,
            Quantity = o.NeedDecimal("qty"),
            Filled = o.Decimal("cumExecQty") ?? 0m,
            AveragePrice = o.Price("avgPrice"),
            Price = o.Price("price"),
            IsProtection = trigger is not null || status is VenueOrderStatus.Untriggered or VenueOrderStatus.Triggered,
            Kind = Kind(o, side),
            TriggerPrice = trigger,
            ReduceOnly = o.Flag("reduceOnly"),
            ClosesPosition = o.Flag("closeOnTrigger"),
            Reason = o.Text("rejectReason") is { } reason and not "EC_NoError" ? reason : null,
            UpdatedAt = o.Time("updatedTime"),
        };
    }

    public static VenuePosition Position(JsonElement p)
    {
        var size = p.NeedDecimal("size");
        return new(p.NeedText("symbol"), Bucket(p), p.Text("side") == "Sell" ? -size : size, p.Decimal("avgPrice") ?? p.Decimal("entryPrice") ?? 0m)
        {
            MarkPrice = p.Price("markPrice"),
            UnrealizedPnl = p.Decimal("unrealisedPnl"),
            LiquidationPrice = p.Price("liqPrice"),
            Leverage = p.Decimal("leverage"),
            UpdatedAt = p.Time("updatedTime"),
        };
    }

    /// <summary>One account has one amount available for all its margin, told in US dollars; it is given with USDT.</summary>
    public static IEnumerable<VenueBalance> Balances(JsonElement account) => account.Need("coin").Items().Select(c => new VenueBalance(
        c.NeedText("coin"),
        c.NeedDecimal("walletBalance"),
        (c.Text("coin") == "USDT" ? account.Decimal("totalAvailableBalance") : null) ?? c.Decimal("availableToWithdraw"),
        c.Decimal("unrealisedPnl")));

    /// <summary>Funding and the like are executions, too; they are no fills.</summary>
    public static bool IsFill(JsonElement e) => e.Text("execType") is "Trade" or "AdlTrade" or "BustTrade" or "Delivery" or "Settle" or "BlockTrade" or "MovePosition" or null;

    public static VenueFill Fill(JsonElement e) => new(
        e.NeedText("symbol"),
        e.NeedText("execId"),
        e.NeedText("orderId"),
        e.Text("orderLinkId"),
        Side(e.NeedText("side")),
        e.Text("positionIdx") is null ? null : Bucket(e),
        e.NeedDecimal("execQty"),
        e.NeedDecimal("execPrice"),
        e.Decimal("execFee"),
        e.Text("feeCurrency"),
        e.NeedTime("execTime"))
    {
        RealizedPnl = e.Decimal("execPnl"),
        IsMaker = e.Text("isMaker") is null ? null : e.Flag("isMaker"),
    };

    /// <summary>The fee of a funding execution is what was paid.</summary>
    public static FundingPayment Funding(JsonElement e) => new(e.NeedText("symbol"), e.NeedText("execId"), -e.NeedDecimal("execFee"), e.NeedTime("execTime"));

    /// <summary>From the buckets of one symbol, which are there without a position, too; null where none is told.</summary>
    public static PositionMode? PositionModeOf(JsonElement result) =>
        List(result).Select(p => p.Decimal("positionIdx")).FirstOrDefault(i => i is not null) switch
        {
            null => null,
            0m => PositionMode.OneWay,
            _ => PositionMode.Hedge,
        };

    public static MarginMode? MarginModeOf(JsonElement info) => info.Text("marginMode") switch
    {
        "ISOLATED_MARGIN" => MarginMode.Isolated,
        "REGULAR_MARGIN" => MarginMode.Cross,
        _ => null,
    };

    public static CredentialCheck Credentials(JsonElement key, VenueModes modes)
    {
        var permissions = key.Need("permissions");
        var trade = key.Decimal("readOnly") is 0m && (Grants(permissions, "ContractTrade", "Order") || Grants(permissions, "Derivatives", "DerivativesTrade"));
        return new(trade, Grants(permissions, "Wallet", "Withdraw"), modes.PositionMode, modes.MarginMode, trade ? null : "The key may not trade contracts.");
    }

    private static bool Grants(JsonElement permissions, string group, string right) =>
        permissions.TryGetProperty(group, out var rights) && rights.ValueKind == JsonValueKind.Array && rights.EnumerateArray().Any(r => r.ValueEquals(right));

    private static OrderSide Side(string side) => side switch
    {
        "Buy" => OrderSide.Buy,
        "Sell" => OrderSide.Sell,
        _ => throw new FormatException($"There is no side {side}."),
    };

    private static PositionSide? Bucket(JsonElement item) => item.Decimal("positionIdx") switch
    {
        1m => PositionSide.Long,
        2m => PositionSide.Short,
        _ => null,
    };

    /// <summary>A conditional order of ours is a plain <c>Stop</c>: direction and side tell what it is for.</summary>
    private static ProtectionKind? Kind(JsonElement o, OrderSide side) => o.Text("stopOrderType") switch
    {
        "TakeProfit" or "PartialTakeProfit" => ProtectionKind.TakeProfit,
        "StopLoss" or "PartialStopLoss" or "TrailingStop" => ProtectionKind.StopLoss,
        "Stop" => o.Decimal("triggerDirection") switch
        {
            1m => side == OrderSide.Buy ? ProtectionKind.StopLoss : ProtectionKind.TakeProfit,
            2m => side == OrderSide.Sell ? ProtectionKind.StopLoss : ProtectionKind.TakeProfit,
            _ => null,
        },
        _ => null,
    };

    private static VenueOrderStatus Status(string status) => status switch
    {
        "New" or "Created" => VenueOrderStatus.New,
        "PartiallyFilled" => VenueOrderStatus.PartiallyFilled,
        "Filled" => VenueOrderStatus.Filled,
        "Cancelled" or "Deactivated" or "PartiallyFilledCanceled" => VenueOrderStatus.Cancelled,
        "Rejected" => VenueOrderStatus.Rejected,
        "Untriggered" => VenueOrderStatus.Untriggered,
        "Triggered" => VenueOrderStatus.Triggered,
        _ => VenueOrderStatus.Unrecognized,
    };

    private static VenueInstrument Instrument(JsonElement s)
    {
        var lot = s.Need("lotSizeFilter");
        var most = lot.NeedDecimal("maxOrderQty");
        return new(
            s.NeedText("symbol"),
            s.NeedText("symbol"),
            s.Need("priceFilter").NeedDecimal("tickSize"),
            lot.NeedDecimal("qtyStep"),
            lot.NeedDecimal("minOrderQty"),
            lot.Decimal("maxMktOrderQty") ?? most,
            most,
            lot.Decimal("minNotionalValue") ?? 0m,
            1m,
            s.TryGetProperty("leverageFilter", out var leverage) ? leverage.Decimal("maxLeverage") : null,
            s.Text("status") == "Trading")
        {
            LeverageStep = leverage.Decimal("leverageStep") is { } step and > 0m ? step : Hundredth,
        };
    }
}
