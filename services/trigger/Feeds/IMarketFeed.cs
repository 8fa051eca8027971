using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;

namespace TradingSystem.Trigger.Feeds;

/// <summary>Where prices come from. Runs until cancelled; a feed that has nothing more to tell says so in a notice and waits.</summary>
public interface IMarketFeed
{
    Task RunAsync(IFeedSink sink, CancellationToken cancellationToken);
}

/// <summary>What a feed tells. Calls are quick and never block; <see cref="Started"/> comes first.</summary>
public interface IFeedSink
{
    /// <summary>Which market this is from now on. Again with another notice when people should know something new.</summary>
    void Started(FeedStatus status);

    /// <summary>
    /// Bars as the market's own record has them, oldest first: from before the first trade, or of a time that trades were missed in. They replace
    /// what was made of trades. <paramref name="derive"/> also builds the longer intervals from them.
    /// </summary>
    void History(string symbol, Interval interval, IReadOnlyList<Candle> candles, bool derive);

    /// <summary>Trades in the order they happened. One that comes after its bar has closed counts in no bar.</summary>
    void Trades(IReadOnlyList<Trade> trades);

    void Quote(string symbol, decimal bid, decimal ask);

    /// <summary>What the exchange values positions at, and what they will be charged for being held. Those of two connections may mix.</summary>
    void Mark(Mark mark);

    /// <summary>Market time has reached this moment: bars that ended before are closed.</summary>
    void Advance(DateTimeOffset marketTime);

    /// <summary>
    /// Trades may be missed between the last one told and the next: no bar of that time is whole, so none of them is ever told as closed
    /// unless <see cref="History"/> brings it.
    /// </summary>
    void Torn();

    /// <summary>
    /// Nothing is known of a symbol from the last that was told of it up to <paramref name="until"/>, the end of all time where nothing more comes: a
    /// bar of which a part lies there is never told as closed, and none is made of it.
    /// </summary>
    void Gap(string symbol, DateTimeOffset until);

    /// <summary>
    /// What has ended at least <paramref name="grace"/> ago and is not known whole, of bars of a minute and more. Empty before the first trade.
    /// </summary>
    IReadOnlyList<LackingBars> Lacking(TimeSpan grace);
}

/// <summary><c>Since</c> is the open time of the first bar that lacks, <c>Count</c> how many bars it is back to it from the newest that ended.</summary>
public sealed record LackingBars(string Symbol, Interval Interval, DateTimeOffset Since, int Count);

/// <summary>
/// Price in quote currency, quantity in the base asset. <c>TakerBuys</c> is null where the feed does not tell who took. <c>Id</c> is the exchange's and
/// counts up by one in its symbol; null where the feed has none.
/// </summary>
public readonly record struct Trade(
    string Symbol, decimal Price, decimal Quantity, DateTimeOffset MarketTime, decimal? Bid = null, decimal? Ask = null, bool? TakerBuys = null,
    long? Id = null);

/// <summary>
/// The price that positions are valued at, in quote currency; the rate of the next funding as a part of the notional and when it is settled, both null
/// where they are not told. One without the exchange's own time of it is beside no candle.
/// </summary>
public readonly record struct Mark(
    string Symbol, decimal Price, decimal? FundingRate = null, DateTimeOffset? NextFundingAt = null, DateTimeOffset? MarketTime = null);

/// <summary>
/// <c>Source</c> is live, simulated or replay. <c>StoredAs</c> keeps different markets' bars apart in the database.
/// <c>Shortest</c> is the finest bar the feed can make; <c>RuleInterval</c> the one rules look at.
/// </summary>
public sealed record FeedStatus(string Source, string StoredAs, Interval Shortest, Interval RuleInterval, IReadOnlyList<string> Symbols, string? Notice)
{
    /// <summary>The feed has told all that it ever will.</summary>
    public bool IsOver { get; init; }

    /// <summary>Whether the channel that always ticks does; null where the market has none.</summary>
    public bool? Alive { get; init; }

    /// <summary>Wall clock; null while it lives.</summary>
    public DateTimeOffset? DeadSince { get; init; }

    /// <summary>Without a trade for longer than this a symbol of a feed that lives is quiet; null where that says nothing.</summary>
    public TimeSpan? QuietAfter { get; init; }

    /// <summary>Spans that it will have nothing of, oldest first.</summary>
    public IReadOnlyList<MarketGap> Gaps { get; init; } = [];

    /// <summary>The bars that are shown and kept.</summary>
    public Interval Shown => Interval.Shown(Shortest);

    /// <summary>All but what people are told beside it.</summary>
    public bool IsSameMarket(FeedStatus other) =>
        this with { Notice = other.Notice, IsOver = other.IsOver, Gaps = other.Gaps, Alive = other.Alive, DeadSince = other.DeadSince } == other;

    public const string Live = "live";
    public const string Simulated = "simulated";
    public const string Replay = "replay";
}
