using System.Globalization;
using System.Text.Json.Nodes;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Http;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Binance;

/// <summary>Settings, positions, balances, trades and income.</summary>
public sealed class BinanceAccount(Exchange exchange) : VenueCalls(exchange, VenueKind.Binance)
{
    public Answer SetLeverage(Call call)
    {
        var given = Parameters.Of(call);
        if (BinanceFields.InstrumentOf(given) is not { } instrument)
        {
            return BinanceFields.BadSymbol(given);
        }

        if (!int.TryParse(given["leverage"], NumberStyles.None, CultureInfo.InvariantCulture, out var leverage))
        {
            return BinanceErrors.Missing("leverage");
        }

        // Binance has no "unchanged" here: setting the same again succeeds.
        if (Exchange.Settings.SetLeverage(call.Account, instrument, call.Account.MarginOf(instrument.Symbol), PositionSide.Net, leverage) is { Reason: Reason.Leverage })
        {
            return BinanceErrors.Of(-4028, $"Leverage {leverage} is not valid");
        }

        return Answer.Ok(new JsonObject { ["leverage"] = leverage, ["maxNotionalValue"] = "1000000", ["symbol"] = instrument.Symbol });
    }

    public Answer SetMarginType(Call call)
    {
        var given = Parameters.Of(call);
        if (BinanceFields.InstrumentOf(given) is not { } instrument)
        {
            return BinanceFields.BadSymbol(given);
        }

        if (given["marginType"] is not ("ISOLATED" or "CROSSED"))
        {
            return BinanceErrors.Missing("marginType");
        }

        return Exchange.Settings.SetMargin(call.Account, instrument.Symbol, given["marginType"] == "CROSSED" ? "cross" : "isolated")?.Reason switch
        {
            null => BinanceFields.Done(),
            Reason.Unchanged => BinanceErrors.Of(-4046, "No need to change margin type."),
            Reason.OpenOrders => BinanceErrors.Of(-4047, "Margin type cannot be changed if there exists open orders."),
            _ => BinanceErrors.Of(-4048, "Margin type cannot be changed if there exists position."),
        };
    }

    public Answer SetPositionMode(Call call)
    {
        var given = Parameters.Of(call);
        if (!given.Has("dualSidePosition"))
        {
            return BinanceErrors.Missing("dualSidePosition");
        }

        return Exchange.Settings.SetHedge(call.Account, given.IsTrue("dualSidePosition"))?.Reason switch
        {
            null => BinanceFields.Done(),
            Reason.Unchanged => BinanceErrors.Of(-4059, "No need to change position side."),
            Reason.OpenOrders => BinanceErrors.Of(-4067, "Position side cannot be changed if there exists open orders."),
            _ => BinanceErrors.Of(-4068, "Position side cannot be changed if there exists position."),
        };
    }

    public Answer PositionMode(Call call) => Answer.Ok(new JsonObject { ["dualSidePosition"] = call.Account.Hedge });

    /// <summary>v3 tells only symbols with a position or open orders, and neither leverage nor margin type.</summary>
    public Answer Positions(Call call)
    {
        var account = call.Account;
        var symbol = Parameters.Of(call)["symbol"];
        var list = new JsonArray();
        foreach (var instrument in Instruments.Of[Venue].Where(i => symbol is null || i.Symbol == symbol))
        {
            var hasOrders = account.OpenOrders.Any(o => o.Spec.Symbol == instrument.Symbol);
            foreach (var side in account.Sides)
            {
                var position = account.PositionOf(new PositionKey(instrument.Symbol, side, ""));
                if (position.Qty != 0m || hasOrders)
                {
                    list.Add(Position(account, position));
                }
            }
        }

        return Answer.Ok(list);
    }

    private JsonObject Position(Account account, Position position)
    {
        var quote = Exchange.QuoteOf(Venue, position.Key.Symbol);
        var notional = position.Qty * quote.Mark;
        var margin = Exchange.Rules.MarginOf(account, position);
        var isIsolated = account.MarginOf(position.Key.Symbol) == "isolated";
        return new JsonObject
        {
            ["symbol"] = position.Key.Symbol,
            ["positionSide"] = BinanceShapes.Word(position.Key.Side),
            ["positionAmt"] = BinanceShapes.Qty(position.Key.Symbol, position.Qty),
            ["entryPrice"] = Number.Text(decimal.Round(position.EntryPrice, 10)),
            ["breakEvenPrice"] = Number.Text(decimal.Round(position.EntryPrice, 10)),
            ["markPrice"] = Number.Fixed(quote.Mark, 8),
            ["unRealizedProfit"] = Number.Fixed(position.Qty * (quote.Mark - position.EntryPrice), 8),
            ["liquidationPrice"] = "0",
            ["isolatedMargin"] = isIsolated ? Number.Fixed(margin, 8) : "0",
            ["notional"] = Number.Fixed(notional, 8),
            ["marginAsset"] = "USDT",
            ["isolatedWallet"] = isIsolated ? Number.Fixed(margin, 8) : "0",
            ["initialMargin"] = Number.Fixed(margin, 8),
            ["maintMargin"] = Number.Fixed(Math.Abs(notional) * 0.004m, 8),
            ["positionInitialMargin"] = Number.Fixed(margin, 8),
            ["openOrderInitialMargin"] = "0",
            ["adl"] = 2,
            ["bidNotional"] = "0",
            ["askNotional"] = "0",
            ["updateTime"] = Number.Ms(position.Updated),
        };
    }

    public Answer SymbolConfig(Call call)
    {
        var symbol = Parameters.Of(call)["symbol"];
        return Answer.Ok(new JsonArray([.. Instruments.Of[Venue].Where(i => symbol is null || i.Symbol == symbol).Select(i => new JsonObject
        {
            ["symbol"] = i.Symbol,
            ["marginType"] = call.Account.MarginOf(i.Symbol) == "cross" ? "CROSSED" : "ISOLATED",
            ["isAutoAddMargin"] = false,
            ["leverage"] = (int)call.Account.LeverageOf(i.Symbol, call.Account.MarginOf(i.Symbol), PositionSide.Net),
            ["maxNotionalValue"] = "1000000",
        })]));
    }

    public Answer AccountConfig(Call call) => Answer.Ok(new JsonObject
    {
        ["feeTier"] = 0,
        ["canTrade"] = call.Account.Permission == Permission.Trade,
        ["canDeposit"] = true,
        ["canWithdraw"] = false,
        ["dualSidePosition"] = call.Account.Hedge,
        ["updateTime"] = 0,
        ["multiAssetsMargin"] = false,
        ["tradeGroupId"] = -1,
    });

    public Answer Balance(Call call)
    {
        var account = call.Account;
        return Answer.Ok(new JsonArray(new JsonObject
        {
            ["accountAlias"] = "SgsR",
            ["asset"] = "USDT",
            ["balance"] = Number.Fixed(account.Wallet, 8),
            ["crossWalletBalance"] = Number.Fixed(account.Wallet, 8),
            ["crossUnPnl"] = Number.Fixed(Exchange.Rules.UnrealizedPnl(account), 8),
            ["availableBalance"] = Number.Fixed(Exchange.Rules.Available(account), 8),
            ["maxWithdrawAmount"] = Number.Fixed(Exchange.Rules.Available(account), 8),
            ["marginAvailable"] = true,
            ["updateTime"] = Number.Ms(Now),
        }));
    }

    public Answer AccountInformation(Call call)
    {
        var account = call.Account;
        var unrealized = Exchange.Rules.UnrealizedPnl(account);
        var positionMargin = Exchange.Rules.PositionMargin(account);
        var orderMargin = Exchange.Rules.OrderMargin(account);
        string Money(decimal value) => Number.Fixed(value, 8);
        var totals = new JsonObject
        {
            ["initialMargin"] = Money(positionMargin + orderMargin),
            ["maintMargin"] = Money(positionMargin * 0.04m),
            ["walletBalance"] = Money(account.Wallet),
            ["unrealizedProfit"] = Money(unrealized),
            ["marginBalance"] = Money(account.Wallet + unrealized),
            ["positionInitialMargin"] = Money(positionMargin),
            ["openOrderInitialMargin"] = Money(orderMargin),
            ["crossWalletBalance"] = Money(account.Wallet),
            ["crossUnPnl"] = Money(unrealized),
            ["availableBalance"] = Money(Exchange.Rules.Available(account)),
            ["maxWithdrawAmount"] = Money(Exchange.Rules.Available(account)),
        };
        var asset = totals.DeepClone().AsObject();
        asset["asset"] = "USDT";
        asset["updateTime"] = Number.Ms(Now);
        var body = new JsonObject();
        foreach (var (name, value) in totals)
        {
            var isPlain = name is "availableBalance" or "maxWithdrawAmount";
            body[isPlain ? name : "total" + char.ToUpperInvariant(name[0]) + name[1..]] = value!.DeepClone();
        }

        body["assets"] = new JsonArray(asset);
        body["positions"] = new JsonArray([.. account.OpenPositions.Select(p => new JsonObject
        {
            ["symbol"] = p.Key.Symbol,
            ["positionSide"] = BinanceShapes.Word(p.Key.Side),
            ["positionAmt"] = BinanceShapes.Qty(p.Key.Symbol, p.Qty),
            ["unrealizedProfit"] = Money(p.Qty * (Exchange.QuoteOf(Venue, p.Key.Symbol).Mark - p.EntryPrice)),
            ["isolatedMargin"] = "0",
            ["notional"] = Money(p.Qty * Exchange.QuoteOf(Venue, p.Key.Symbol).Mark),
            ["isolatedWallet"] = "0",
            ["initialMargin"] = Money(Exchange.Rules.MarginOf(account, p)),
            ["maintMargin"] = "0",
            ["updateTime"] = Number.Ms(p.Updated),
        })]);
        return Answer.Ok(body);
    }

    public Answer UserTrades(Call call)
    {
        var given = Parameters.Of(call);
        if (BinanceFields.InstrumentOf(given) is not { } instrument)
        {
            return BinanceFields.BadSymbol(given);
        }

        var page = call.Account.Fills
            .Where(f => f.Order.Spec.Symbol == instrument.Symbol && (given["orderId"] is not { } id || f.Order.Spec.Id == id))
            .Where(f => InTime(given, f.Fill.At))
            .Where(f => given["fromId"] is not { } from || BinanceShapes.Id(f.Fill.Id) >= BinanceShapes.Id(from));
        // From a time or an id it counts forward, else it is the newest.
        var limit = Limit(given, 500);
        page = given.Has("startTime") || given.Has("fromId") ? page.Take(limit) : page.TakeLast(limit);
        return Answer.Ok(new JsonArray([.. page.Select(f => BinanceShapes.Trade(f.Order, f.Fill))]));
    }

    /// <summary>Of the incomes only what fills cost: realised profit is in the fills, and there is no funding.</summary>
    public Answer Income(Call call)
    {
        var given = Parameters.Of(call);
        return Answer.Ok(new JsonArray(
        [
            .. call.Account.Fills
                .Where(f => given["incomeType"] is null or "COMMISSION" && f.Fill.Charged != 0m)
                .Where(f => (given["symbol"] is not { } s || f.Order.Spec.Symbol == s) && InTime(given, f.Fill.At))
                .Take(Limit(given, 100))
                .Select(f => new JsonObject
                {
                    ["symbol"] = f.Order.Spec.Symbol,
                    ["incomeType"] = "COMMISSION",
                    ["income"] = Number.Fixed(-f.Fill.Charged, 8),
                    ["asset"] = "USDT",
                    ["info"] = "COMMISSION",
                    ["time"] = Number.Ms(f.Fill.At),
                    ["tranId"] = f.Fill.Id,
                    ["tradeId"] = f.Fill.Id,
                }),
        ]));
    }

    public Answer CommissionRate(Call call) =>
        Answer.Ok(new JsonObject { ["symbol"] = Parameters.Of(call)["symbol"], ["makerCommissionRate"] = "0.0002", ["takerCommissionRate"] = "0.0005" });

    private static bool InTime(Parameters given, DateTimeOffset at) =>
        (given["startTime"] is not { } start || Number.Ms(at) >= BinanceShapes.Id(start)) && (given["endTime"] is not { } end || Number.Ms(at) <= BinanceShapes.Id(end));

    private static int Limit(Parameters given, int usual) =>
        int.TryParse(given["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? Math.Min(limit, 1000) : usual;
}
