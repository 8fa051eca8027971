namespace TradingSystem.Venues.Simulated;

/// <summary>
/// A trade on the tape; <c>Quantity</c> is in the base asset, 0 where it is known that nothing was traded. <c>TakerBuys</c> is null where nobody
/// told who took; bid and ask are those after it. <c>At</c> is the venue's clock, <c>MarketTime</c> the market's where that is another one.
/// </summary>
public sealed record MarketTrade(
    string Symbol, decimal Price, decimal Quantity, DateTimeOffset At, bool? TakerBuys = null, decimal? Bid = null, decimal? Ask = null,
    DateTimeOffset? MarketTime = null);

/// <summary>A last price and, where known, the quotes beside it. It says nothing about volume, so it limits no fill.</summary>
public sealed record MarketTick(string Symbol, decimal Price, decimal? Bid, decimal? Ask, DateTimeOffset At, DateTimeOffset? MarketTime = null);

/// <summary>A closed candle; <c>Volume</c> is in the base asset.</summary>
public sealed record MarketCandle(string Symbol, DateTimeOffset OpenTime, TimeSpan Length, decimal Open, decimal High, decimal Low, decimal Close, decimal Volume)
{
    public DateTimeOffset CloseTime => OpenTime + Length;
}
