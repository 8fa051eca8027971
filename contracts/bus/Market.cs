namespace TradingSystem.Contracts.Bus;

/// <summary>Latest prices. Not durable: the next tick replaces a lost one.</summary>
public sealed record PriceTicks(IReadOnlyList<PriceTick> Items);

/// <summary>The latest price of a symbol.</summary>
/// <param name="Price">The last trade, in quote currency.</param>
/// <param name="Bid">The best bid, in quote currency; null where the feed does not tell it.</param>
/// <param name="Ask">The best ask, in quote currency; null where the feed does not tell it.</param>
/// <param name="MarketTime">The feed's own time (a replay's is in the past).</param>
/// <param name="ObservedAt">The wall clock at which this system saw it, the one that staleness is measured by.</param>
/// <param name="Source">live, simulated or replay.</param>
/// <param name="Trades">
/// What was traded since the tick before, oldest first, the last at <c>Price</c>: empty when nothing was, null where it is not told.
/// </param>
/// <param name="MarkPrice">What the exchange values positions at, in quote currency; null where the feed does not tell it.</param>
/// <param name="MarkedAt">
/// The wall clock at which this system saw the mark price; null where the feed does not tell one. It is told anew with every mark price, so that the
/// tick of a symbol that nobody trades is as young as this.
/// </param>
/// <param name="FundingRate">Of the next settlement, as a part of the notional (0.0001 is one basis point); null where the feed does not tell it.</param>
/// <param name="NextFundingAt">When that is settled; null where the feed does not tell it.</param>
public sealed record PriceTick(
    string Symbol,
    decimal Price,
    decimal? Bid,
    decimal? Ask,
    DateTimeOffset MarketTime,
    DateTimeOffset ObservedAt,
    string Source,
    IReadOnlyList<TickTrade>? Trades = null,
    decimal? MarkPrice = null,
    DateTimeOffset? MarkedAt = null,
    decimal? FundingRate = null,
    DateTimeOffset? NextFundingAt = null)
{
    /// <summary>The wall clock at which anything was last seen of the symbol: a trade, or its mark price.</summary>
    public DateTimeOffset LastSeen() => MarkedAt is { } marked && marked > ObservedAt ? marked : ObservedAt;
}

/// <summary>Trades in a row at one price, by takers of one side.</summary>
/// <param name="Quantity">In the base asset.</param>
/// <param name="TakerBuys">Whether the takers bought; null where the feed does not tell who took, or where both did.</param>
public sealed record TickTrade(decimal Price, decimal Quantity, bool? TakerBuys);

/// <summary>Candles that closed or moved. Not durable.</summary>
public sealed record Candles(IReadOnlyList<Candle> Items);

/// <summary>A bar of a symbol and interval.</summary>
/// <param name="OpenTime">Market time on the interval's grid.</param>
/// <param name="Open">The first price, in quote currency.</param>
/// <param name="High">The highest price, in quote currency.</param>
/// <param name="Low">The lowest price, in quote currency.</param>
/// <param name="Close">The last price, in quote currency.</param>
/// <param name="Volume">What was traded, in the base asset.</param>
/// <param name="Closed">Whether it is whole; one that is not still moves.</param>
/// <param name="MarkPrice">
/// What the exchange valued positions at when it ended, in quote currency: the last that it told in the ten seconds before. Null where that is not known, as
/// in a market that tells none, and while the candle moves.
/// </param>
/// <param name="FundingRate">The rate of the next funding that was told with it, as a part of the notional; null where it is not known.</param>
public sealed record Candle(
    string Symbol,
    string Interval,
    DateTimeOffset OpenTime,
    decimal Open,
    decimal High,
    decimal Low,
    decimal Close,
    decimal Volume,
    bool Closed,
    decimal? MarkPrice = null,
    decimal? FundingRate = null)
{
    /// <summary>Without what is beside it, which two nodes need not agree on, to see whether two are the same bar of the same market.</summary>
    public Candle WithoutMarks() => this with { MarkPrice = null, FundingRate = null };
}

/// <summary>The last closed candles per symbol and interval, repeated every few seconds so that a service that starts is warm at once.</summary>
public sealed record CandleWindows(IReadOnlyList<CandleWindow> Items);

/// <summary>Closed candles, oldest first.</summary>
public sealed record CandleWindow(string Symbol, string Interval, IReadOnlyList<Candle> Candles);

/// <summary>Where prices come from now.</summary>
/// <param name="Source">live, simulated or replay.</param>
/// <param name="Notice">For people, e.g. that live was out of reach.</param>
/// <param name="Interval">Of the candles that are shown and kept, the shortest from a minute on.</param>
/// <param name="Gaps">Spans that a recording lacks, oldest first, the first hundred.</param>
/// <param name="Alive">
/// Whether the channel that always ticks does; false is a dead feed, on which nothing may be entered. Null where the market has no such channel. Where
/// it has one, this is told every second.
/// </param>
/// <param name="DeadSince">The wall clock at which the feed was found dead; null while it is not.</param>
public sealed record MarketStatus(
    string Source,
    string? Notice,
    IReadOnlyList<string> Symbols,
    DateTimeOffset CreatedAt,
    string Interval = "1m",
    IReadOnlyList<MarketGap>? Gaps = null,
    bool? Alive = null,
    DateTimeOffset? DeadSince = null);

/// <summary>A span of market time that a recording has nothing of.</summary>
/// <param name="From">When what it has ends.</param>
/// <param name="To">When it goes on.</param>
/// <param name="Symbol">Whose; null in a recording of one symbol.</param>
public sealed record MarketGap(DateTimeOffset From, DateTimeOffset To, string? Symbol = null);
