using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;

namespace TradingSystem.Trigger.Market;

/// <summary>
/// Hears of bars, of each symbol in market order. Calls come under the market's locks: they must be quick, never block and never ask the market. What is told
/// of one symbol comes one call after another, and beside it what is told of another may come from another thread; <see cref="Started"/> comes alone.
/// </summary>
public interface ICandleListener
{
    void Started(FeedStatus status);

    /// <summary>All closed bars that are known now; <paramref name="changed"/> are those that were not known, or not so.</summary>
    void History(string symbol, Interval interval, IReadOnlyList<Candle> closed, IReadOnlyList<Candle> changed);

    void Closed(Candle candle);

    /// <summary>Each trade, ahead of the bars that it closes. Most do not look at single ones.</summary>
    void Traded(in Trade trade)
    {
    }
}
