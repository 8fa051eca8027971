namespace TradingSystem.Contracts.Bus;

/// <summary>Latest prices. Not durable: the next tick replaces a lost one.</summary>
public sealed record PriceTicks(IReadOnlyList<PriceTick> Items);

/// <summary>
/// <c>Price</c> is the last trade in quote currency. <c>MarketTime</c> is the feed's own time (a replay's is in the past);
/// <c>ObservedAt</c> the wall clock at which this system saw it, the one that staleness is measured by. <c>Trades</c> is what was traded
/// since the tick before, oldest first, the last at <c>Price</c>: empty when nothing was, null where it is not told.
/// </summary>
public sealed record PriceTick(
    string Symbol,
    decimal Price,
    decimal? Bid,
    decimal? Ask,
    DateTimeOffset MarketTime,
    DateTimeOffset ObservedAt,
    string Source,
    IReadOnlyList<TickTrade>? Trades = null);

/// <summary>
/// Trades in a row at one price, by takers of one side: <c>Quantity</c> in the base asset. <c>TakerBuys</c> is null where the feed does not tell
/// who took, or where both did.
/// </summary>
public sealed record TickTrade(decimal Price, decimal Quantity, bool? TakerBuys);

/// <summary>Candles that closed or moved. Not durable.</summary>
public sealed record Candles(IReadOnlyList<Candle> Items);

/// <summary>Open, high, low, close in quote currency, volume in the base asset. <c>OpenTime</c> is market time on the interval's grid.</summary>
public sealed record Candle(
    string Symbol,
    string Interval,
    DateTimeOffset OpenTime,
    decimal Open,
    decimal High,
    decimal Low,
    decimal Close,
    decimal Volume,
    bool Closed);

/// <summary>The last closed candles per symbol and interval, repeated every few seconds so that a service that starts is warm at once.</summary>
public sealed record CandleWindows(IReadOnlyList<CandleWindow> Items);

/// <summary>Closed candles, oldest first.</summary>
public sealed record CandleWindow(string Symbol, string Interval, IReadOnlyList<Candle> Candles);

/// <summary>Where prices come from now. <c>Source</c> is live, simulated or replay; <c>Notice</c> is for people, e.g. that live was out of reach.</summary>
public sealed record MarketStatus(string Source, string? Notice, IReadOnlyList<string> Symbols, DateTimeOffset CreatedAt);
