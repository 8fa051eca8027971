using System.Globalization;
using System.Text.Json;
using TradingSystem.Venues;
using TradingSystem.Venues.Binance;
using TradingSystem.Venues.Bybit;
using TradingSystem.Venues.Instruments;
using TradingSystem.Venues.Okx;

namespace TradingSystem.Tests.Venues;

/// <summary>Does with an adapter what a case of the oracle means; null from <see cref="Find"/> when no operation of ours is meant.</summary>
internal static class OracleIntent
{
    private static readonly DateTimeOffset Since = DateTimeOffset.UnixEpoch;

    public static Func<IVenue, Task>? Find(OracleCase c, decimal contractSize) => c.Method switch
    {
        "createOrder" => CreateOrder(c, contractSize),
        "cancelOrder" => v => v.CancelAsync(Named(c, 0, 1, 2), default),
        "fetchOrder" => v => v.QueryAsync(Named(c, 0, 1, 2), default),
        "fetchOpenOrders" => v => v.OpenOrdersAsync(SymbolOrNull(c, 0), default),
        "fetchPositions" or "fetchPosition" => v => v.PositionsAsync(SymbolOrNull(c, 0), default),
        "fetchBalance" => v => v.BalancesAsync(default),
        "fetchMyTrades" => v => v.FillsAsync(new(Symbol(c, 0), Time(c, 1)), default),
        "fetchFundingHistory" => v => v.FundingAsync(Symbol(c, 0), Time(c, 1), default),
        "fetchTime" => v => v.SyncClockAsync(default),
        "fetchTicker" => v => v.LastPriceAsync(Symbol(c, 0), default),
        "fetchMarkets" => v => v.InstrumentsAsync(default),
        "setLeverage" => v => SetLeverage(v, Symbol(c, 1), Number(Arg(c, 0))!.Value, MarginMode.Cross),
        "setMarginMode" => v => SetMarginMode(v, Symbol(c, 1), Text(Arg(c, 0)) == "isolated" ? MarginMode.Isolated : MarginMode.Cross, Number(Field(Arg(c, 2), "leverage")) ?? 1m),
        "setPositionMode" => v => SetPositionMode(v, SymbolOrNull(c, 1) ?? "BTCUSDT", Arg(c, 0)?.GetBoolean() == true ? PositionMode.Hedge : PositionMode.OneWay),
        _ => OracleRawIntent.Find(c, contractSize),
    };

    /// <summary>Set up as the case needs it.</summary>
    public static (MarginMode Margin, PositionMode Mode) Setup(OracleCase c)
    {
        var parameters = c.Requests[0].Parameters;
        var hedge = parameters.ContainsKey("posSide") || parameters.ContainsKey("positionSide") || parameters.ContainsKey("positionIdx");
        return (parameters.GetValueOrDefault("tdMode") == "isolated" ? MarginMode.Isolated : MarginMode.Cross, hedge ? PositionMode.Hedge : PositionMode.OneWay);
    }

    private static Func<IVenue, Task>? CreateOrder(OracleCase c, decimal contractSize)
    {
        var (symbol, type, p) = (Symbol(c, 0), Text(Arg(c, 1))!, Arg(c, 5));
        var side = Text(Arg(c, 2)) == "buy" ? OrderSide.Buy : OrderSide.Sell;
        var quantity = Number(Arg(c, 3))!.Value * contractSize;
        var price = Number(Arg(c, 4));
        var reduce = Flag(p, "reduceOnly");
        PositionSide? bucket = Setup(c).Mode == PositionMode.Hedge ? side == OrderSide.Buy != reduce ? PositionSide.Long : PositionSide.Short : null;
        var id = Text(Field(p, "clientOrderId")) ?? "id1";
        var stop = Number(Field(p, "stopLossPrice"));
        var profit = Number(Field(p, "takeProfitPrice"));
        var trigger = stop ?? profit ?? Number(Field(p, "triggerPrice")) ?? Number(Field(p, "stopPrice"));
        if (trigger is { } at)
        {
            var rises = Text(Field(p, "triggerDirection")) is { } direction ? direction is "ascending" or "above" or "1" : (bool?)null;
            var isProfit = profit is not null || type.Contains("TAKE_PROFIT", StringComparison.OrdinalIgnoreCase)
                || (stop is null && rises is { } up && up == (side == OrderSide.Sell));
            var order = new ProtectionOrder(symbol, id, isProfit ? ProtectionKind.TakeProfit : ProtectionKind.StopLoss, side, at)
            {
                Quantity = Flag(p, "closePosition") ? null : quantity,
                PositionSide = bucket,
                ReduceOnly = reduce,
            };

            // OKX knows orders that wait for a trigger to enter, too; ours only protect.
            return c.Requests[0].Parameters.GetValueOrDefault("ordType") == "trigger" ? null : v => v.PlaceProtectionAsync(order, default);
        }

        var entry = new NewOrder(symbol, id, side, quantity)
        {
            Type = type.Equals("limit", StringComparison.OrdinalIgnoreCase) ? VenueOrderType.Limit : VenueOrderType.Market,
            Price = price,
            ReduceOnly = reduce,
            PositionSide = bucket,
        };
        return async v => await v.PlaceAsync(await OnGridAsync(v, entry), default);
    }

    /// <summary>ccxt rounds what its caller asks for; here whoever checks an order has done so before the adapter gets it.</summary>
    private static async Task<NewOrder> OnGridAsync(IVenue venue, NewOrder order)
    {
        var instrument = (await venue.InstrumentsAsync(default)).Value!.Single(i => i.Symbol == order.Symbol);
        return order with
        {
            Quantity = Sizing.RoundDown(order.Quantity, instrument.Step),
            Price = order.Price is { } price ? decimal.Round(price / instrument.Tick, MidpointRounding.AwayFromZero) * instrument.Tick : null,
        };
    }

    internal static Task<VenueReply<Done>> SetLeverage(IVenue venue, string symbol, decimal leverage, MarginMode mode) => venue switch
    {
        BinanceVenue v => v.SetLeverageAsync(symbol, leverage, default),
        BybitVenue v => v.SetLeverageAsync(symbol, leverage, default),
        OkxVenue v => v.SetLeverageAsync(symbol, leverage, mode, null, default),
        _ => throw new InvalidOperationException(venue.Name),
    };

    internal static Task<VenueReply<Done>> SetMarginMode(IVenue venue, string symbol, MarginMode mode, decimal leverage) => venue switch
    {
        BinanceVenue v => v.SetMarginModeAsync(symbol, mode, default),
        BybitVenue v => v.SetMarginModeAsync(mode, default),
        OkxVenue v => v.SetLeverageAsync(symbol, leverage, mode, null, default),
        _ => throw new InvalidOperationException(venue.Name),
    };

    internal static Task<VenueReply<Done>> SetPositionMode(IVenue venue, string symbol, PositionMode mode) => venue switch
    {
        BinanceVenue v => v.SetPositionModeAsync(mode, default),
        BybitVenue v => v.SetPositionModeAsync(symbol, mode, default),
        OkxVenue v => v.SetPositionModeAsync(mode, default),
        _ => throw new InvalidOperationException(venue.Name),
    };

    private static OrderRef Named(OracleCase c, int id, int symbol, int parameters)
    {
        var p = Arg(c, parameters);
        var clientId = Text(Field(p, "clientOrderId")) ?? Text(Field(p, "orderLinkId")) ?? Text(Field(p, "clientAlgoId"));
        return new(Symbol(c, symbol), clientId, Text(Arg(c, id)) is { Length: > 0 } own && clientId is null ? own : null, Flag(p, "trigger") || Flag(p, "stop"));
    }

    internal static PositionSide? Bucket(string? side) => side switch
    {
        "long" or "LONG" => PositionSide.Long,
        "short" or "SHORT" => PositionSide.Short,
        _ => null,
    };

    internal static JsonElement? Arg(OracleCase c, int index) => index < c.Args.GetArrayLength() && c.Args[index].ValueKind != JsonValueKind.Null ? c.Args[index] : null;

    internal static JsonElement? Field(JsonElement? value, string name) => value is { ValueKind: JsonValueKind.Object } o && o.TryGetProperty(name, out var field) ? field : null;

    internal static bool Flag(JsonElement? value, string name) => Field(value, name)?.ValueKind == JsonValueKind.True;

    internal static string? Text(JsonElement? value) => value switch
    {
        null or { ValueKind: JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { } other => other.GetRawText(),
    };

    internal static decimal? Number(JsonElement? value) => Text(value) is { } text ? decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) : null;

    private static DateTimeOffset? Time(OracleCase c, int index) => Number(Arg(c, index)) is { } ms ? Since.AddMilliseconds((double)ms) : null;

    private static string Symbol(OracleCase c, int index) => SymbolOrNull(c, index) ?? throw new InvalidOperationException($"{c} names no symbol");

    /// <summary>ccxt's <c>BTC/USDT:USDT</c>, alone or in a list.</summary>
    private static string? SymbolOrNull(OracleCase c, int index)
    {
        var arg = Arg(c, index);
        var text = arg is { ValueKind: JsonValueKind.Array } list ? list.GetArrayLength() > 0 ? list[0].GetString() : null : Text(arg);
        return text?.Split(':')[0].Replace("/", "", StringComparison.Ordinal);
    }
}
