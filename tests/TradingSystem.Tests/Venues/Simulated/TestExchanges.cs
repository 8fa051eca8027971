using System.Globalization;
using System.Text.Json;
using TradingSystem.Venues;
using TradingSystem.Venues.Simulated;

namespace TradingSystem.Tests.Venues.Simulated;

/// <summary>A simulated exchange with round numbers; each test changes one thing.</summary>
internal static class TestExchanges
{
    public const string Btc = "BTCUSDT";
    public const string Eth = "ETHUSDT";

    public static readonly DateTimeOffset Start = new(2025, 6, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>No spread, no slippage, no fees, all volume: what remains is the rule under test.</summary>
    public static readonly ExchangeTerms Free = new() { TakerFeeBps = 0m, MakerFeeBps = 0m, SpreadBps = 0m, SlippageBps = 0m, LiquidationFeeBps = 0m, VolumeShare = 1m };

    public static SymbolTerms Symbol(string name = Btc) =>
        new(new VenueInstrument(name, name, 0.1m, 0.001m, 0.001m, 120m, 1_000m, 5m, 1m, 125m, true)) { FundingInterval = TimeSpan.Zero };

    public static SimulatedExchange Create(
        ExchangeTerms? terms = null, decimal balance = 10_000m, MarginMode margin = MarginMode.Cross, PositionMode positions = PositionMode.OneWay, decimal leverage = 10m, decimal price = 100m, SymbolTerms? symbol = null)
    {
        var exchange = new SimulatedExchange(terms ?? Free, [symbol ?? Symbol(), Symbol(Eth)], balance, margin, positions);
        exchange.Tick(new(Btc, price, null, null, Start));
        Accepted(exchange.Prepare(new(Btc, leverage, margin, positions), Start));
        exchange.TakeEvents();
        return exchange;
    }

    public static NewOrder Market(OrderSide side, decimal quantity, string id = "entry") => new(Btc, id, side, quantity);

    public static NewOrder Limit(OrderSide side, decimal quantity, decimal price, string id = "limit") =>
        new(Btc, id, side, quantity) { Type = VenueOrderType.Limit, Price = price };

    public static ProtectionOrder Stop(OrderSide side, decimal trigger, decimal? quantity = null, string id = "stop") =>
        new(Btc, id, ProtectionKind.StopLoss, side, trigger) { Quantity = quantity };

    public static ProtectionOrder Take(OrderSide side, decimal trigger, decimal? quantity = null, string id = "take") =>
        new(Btc, id, ProtectionKind.TakeProfit, side, trigger) { Quantity = quantity };

    public static MarketCandle Candle(decimal open, decimal high, decimal low, decimal close, decimal volume = 1_000m, int minute = 1) =>
        new(Btc, Start.AddMinutes(minute), TimeSpan.FromMinutes(1), open, high, low, close, volume);

    public static MarketTick Tick(decimal price, int minute = 1) => new(Btc, price, null, null, Start.AddMinutes(minute));

    public static T Accepted<T>(VenueReply<T> reply)
        where T : class => reply.IsAccepted ? reply.Value : throw new InvalidOperationException(reply.ToString());

    public static SimulatedPosition Position(this SimulatedExchange exchange, PositionSide? side = null) => exchange.State.Position(Btc, side);

    public static IEnumerable<VenueFill> Fills(this IEnumerable<VenueEvent> events) => events.OfType<FillSeen>().Select(f => f.Fill);

    public static string[] OpenIds(this SimulatedExchange exchange) => [.. exchange.State.Orders.Select(o => o.ClientId!)];

    public static string Json(ExchangeState state) => JsonSerializer.Serialize(state, SimulationJson.Default.ExchangeState);

    public static SimulatedExchange SavedAndRestored(this SimulatedExchange exchange) =>
        new(JsonSerializer.Deserialize(Json(exchange.State), SimulationJson.Default.ExchangeState)!);

    /// <summary>Every digit of everything that was told.</summary>
    public static string Text(IEnumerable<VenueEvent> events) => string.Join('\n', events.Select(e => string.Create(CultureInfo.InvariantCulture, $"{e}")));
}
