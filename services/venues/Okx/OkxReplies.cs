using System.Text.Json;
using TradingSystem.Venues.Http;

namespace TradingSystem.Venues.Okx;

/// <summary>Reads v5's answers (the items of <c>data</c>) and the entries of its channels, which look the same. Contracts become base asset here.</summary>
public static class OkxReplies
{
    // The exchange takes a leverage as a decimal string and does not publish its step; what it has set is compared with what was asked for.
    private const decimal Hundredth = 0.01m;

    public static JsonElement First(JsonElement data) =>
        data.Items().FirstOrDefault() is { ValueKind: JsonValueKind.Object } item ? item : throw new FormatException("data is empty.");

    public static IEnumerable<VenueInstrument> Instruments(JsonElement data) => data.Items()
        .Where(i => i.Text("ctType") == "linear" && i.Text("settleCcy") == "USDT" && OkxSymbols.FromVenue(i.NeedText("instId")) is not null)
        .Instruments("instId", name => OkxSymbols.FromVenue(name)!, Instrument);

    public static VenuePrice LastPrice(JsonElement data, string symbol)
    {
        var item = First(data);
        return new(symbol, item.NeedDecimal("last"), item.NeedTime("ts"));
    }

    /// <summary>Null where it is not told.</summary>
    public static decimal? LeverageOf(JsonElement data) => data.Items().FirstOrDefault().Decimal("lever");

    public static OrderAck Ack(JsonElement data)
    {
        var item = First(data);
        return new(item.NeedText("ordId"), item.Text("clOrdId"));
    }

    public static OrderAck AlgoAck(JsonElement data)
    {
        var item = First(data);
        return new(item.NeedText("algoId"), item.Text("algoClOrdId"));
    }

    /// <param name="size">Base asset per contract.</param>
    public static VenueOrder Order(JsonElement o, string symbol, decimal size)
    {
        var type = o.NeedText("ordType");
        var filled = o.Decimal("accFillSz") ?? 0m;
        return new()
        {
            Symbol = symbol,
            VenueId = o.NeedText("ordId"),
            ClientId = o.Text("clOrdId"),
            Side = Side(o),
            PositionSide = Bucket(o),
            Type = type is "market" or "optimal_limit_ioc" ? VenueOrderType.Market : VenueOrderType.Limit,
            Status = o.NeedText("state") switch
            {
                "live" => VenueOrderStatus.New,
                "partially_filled" => VenueOrderStatus.PartiallyFilled,
                "filled" => VenueOrderStatus.Filled,
                "canceled" or "mmp_canceled" => VenueOrderStatus.Cancelled,
                _ => VenueOrderStatus.Unrecognized,
            },
            Quantity = o.NeedDecimal("sz") * size,
            Filled = filled * size,
            AveragePrice = o.Price("avgPx"),
            Price = o.Price("px"),
            ReduceOnly = o.Flag("reduceOnly"),
            Reason = o.Text("cancelSourceReason") ?? o.Text("cancelSource"),
            UpdatedAt = o.Time("uTime"),
        };
    }

    /// <param name="size">Base asset per contract.</param>
    public static VenueOrder AlgoOrder(JsonElement o, string symbol, decimal size)
    {
        var stop = o.Price("slTriggerPx");
        var profit = o.Price("tpTriggerPx");
        var price = o.Decimal(stop is not null ? "slOrdPx" : profit is not null ? "tpOrdPx" : "ordPx");
        return new()
        {
            Symbol = symbol,
            VenueId = o.NeedText("algoId"),
            ClientId = o.Text("algoClOrdId"),
            Side = Side(o),
            PositionSide = Bucket(o),
            Type = price > 0m ? VenueOrderType.Limit : VenueOrderType.Market,
            Status = o.NeedText("state") switch
            {
                "live" or "pause" => VenueOrderStatus.Untriggered,
                "effective" or "partially_effective" or "order_placed" => VenueOrderStatus.Triggered,
                "filled" => VenueOrderStatus.Filled,
                "canceled" => VenueOrderStatus.Cancelled,
                "order_failed" or "partially_failed" => VenueOrderStatus.Rejected,
                _ => VenueOrderStatus.Unrecognized,
            },
            Quantity = (o.Decimal("sz") ?? 0m) * size,
            Filled = (o.Decimal("actualSz") ?? 0m) * size,
            AveragePrice = o.Price("actualPx"),
            Price = price > 0m ? price : null,
            IsProtection = true,
            Kind = stop is not null ? ProtectionKind.StopLoss : profit is not null ? ProtectionKind.TakeProfit : null,
            TriggerPrice = stop ?? profit ?? o.Price("triggerPx"),
            TriggeredOrderId = o.Text("ordId"),
            ReduceOnly = o.Flag("reduceOnly"),
            ClosesPosition = o.Text("closeFraction") is not null,
            Reason = o.Text("failCode") is { } code and not "0" ? code : null,
            UpdatedAt = o.Time("uTime") ?? o.Time("cTime"),
        };
    }

    /// <param name="size">Base asset per contract.</param>
    public static VenuePosition Position(JsonElement p, string symbol, decimal size)
    {
        var side = Bucket(p);
        var contracts = p.Decimal("pos") ?? 0m;
        return new(symbol, side, (side == PositionSide.Short ? -Math.Abs(contracts) : contracts) * size, p.Decimal("avgPx") ?? 0m)
        {
            MarkPrice = p.Price("markPx"),
            UnrealizedPnl = p.Decimal("upl"),
            LiquidationPrice = p.Price("liqPx"),
            Leverage = p.Decimal("lever"),
            MarginMode = p.Text("mgnMode") == "isolated" ? MarginMode.Isolated : MarginMode.Cross,
            UpdatedAt = p.Time("uTime"),
        };
    }

    public static IEnumerable<VenueBalance> Balances(JsonElement account) => account.Need("details").Items()
        .Select(d => new VenueBalance(d.NeedText("ccy"), d.NeedDecimal("cashBal"), d.Decimal("availEq") ?? d.Decimal("availBal"), d.Decimal("upl")));

    /// <param name="size">Base asset per contract.</param>
    public static VenueFill Fill(JsonElement f, string symbol, decimal size) => new(
        symbol,
        f.NeedText("tradeId"),
        f.NeedText("ordId"),
        f.Text("clOrdId"),
        Side(f),
        Bucket(f),
        f.NeedDecimal("fillSz") * size,
        f.NeedDecimal("fillPx"),
        -f.Decimal("fee"),
        f.Text("feeCcy"),
        f.Time("fillTime") ?? f.NeedTime("ts"))
    {
        RealizedPnl = f.Decimal("fillPnl"),
        IsMaker = f.Text("execType") is { } type ? type == "M" : null,
    };

    /// <summary>The fill that an entry of the orders channel tells of; null when it tells of none.</summary>
    /// <param name="size">Base asset per contract.</param>
    public static VenueFill? FillOf(JsonElement o, string symbol, decimal size)
    {
        if (o.Text("tradeId") is not { } trade || o.Decimal("fillSz") is not > 0m)
        {
            return null;
        }

        // Without a fee of the fill there is only that of the order so far, which is the same when this is all there was.
        var only = o.Decimal("accFillSz") == o.Decimal("fillSz") ? o.Decimal("fee") : null;
        return new(
            symbol, trade, o.NeedText("ordId"), o.Text("clOrdId"), Side(o), Bucket(o), o.NeedDecimal("fillSz") * size, o.NeedDecimal("fillPx"), -(o.Decimal("fillFee") ?? only), o.Text("fillFeeCcy") ?? o.Text("feeCcy"), o.NeedTime("fillTime"))
        {
            RealizedPnl = o.Decimal("fillPnl"),
            IsMaker = o.Text("execType") is { } type ? type == "M" : null,
        };
    }

    /// <summary>An isolated position pays out of its own margin: then the balance does not change.</summary>
    public static FundingPayment Funding(JsonElement b, string symbol) => new(
        symbol, b.NeedText("billId"), b.Decimal("pnl") is { } amount and not 0m ? amount : b.NeedDecimal("balChg"), b.NeedTime("ts"));

    public static PositionMode? PositionModeOf(JsonElement data) => First(data).Text("posMode") switch
    {
        "long_short_mode" => PositionMode.Hedge,
        "net_mode" => PositionMode.OneWay,
        _ => null,
    };

    public static CredentialCheck Credentials(JsonElement data)
    {
        var config = First(data);
        var permissions = config.NeedText("perm").Split(',');
        var spotOnly = config.Text("acctLv") == "1";
        var may = permissions.Contains("trade");
        return new(
            may && !spotOnly,
            permissions.Contains("withdraw"),
            PositionModeOf(data),
            null,
            !may ? "The key may not trade." : spotOnly ? "The account's mode is spot only." : null);
    }

    private static OrderSide Side(JsonElement item) => item.NeedText("side") switch
    {
        "buy" => OrderSide.Buy,
        "sell" => OrderSide.Sell,
        var other => throw new FormatException($"There is no side {other}."),
    };

    private static PositionSide? Bucket(JsonElement item) => item.Text("posSide") switch
    {
        "long" => PositionSide.Long,
        "short" => PositionSide.Short,
        _ => null,
    };

    private static VenueInstrument Instrument(JsonElement i)
    {
        var size = i.NeedDecimal("ctVal") * (i.Decimal("ctMult") ?? 1m);
        return new(
            OkxSymbols.FromVenue(i.NeedText("instId"))!,
            i.NeedText("instId"),
            i.NeedDecimal("tickSz"),
            i.NeedDecimal("lotSz") * size,
            i.NeedDecimal("minSz") * size,
            i.NeedDecimal("maxMktSz") * size,
            i.NeedDecimal("maxLmtSz") * size,
            0m,
            size,
            i.Decimal("lever"),
            i.Text("state") == "live")
        {
            LeverageStep = Hundredth,
        };
    }
}
