using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;

namespace TradingSystem.Tests.Trigger.Feeds;

/// <summary>The market's state as a feed makes it, with what was told on the way and when.</summary>
internal sealed class WatchedMarket(TimeProvider time, params IReadOnlyList<ICandleListener> listeners) : IFeedSink
{
    private readonly Lock _lock = new();
    private readonly List<long> _ids = [];
    private readonly List<(DateTimeOffset At, FeedStatus Status)> _statuses = [];
    private readonly List<DateTimeOffset> _torn = [];
    private readonly HashSet<decimal> _marks = [];

    public MarketState State { get; } = new(time, listeners);

    /// <summary>Of the trades that were told, in their order.</summary>
    public IReadOnlyList<long> Ids => Copy(_ids);

    public IReadOnlyList<(DateTimeOffset At, FeedStatus Status)> Statuses => Copy(_statuses);

    /// <summary>When trades were said to be missed.</summary>
    public IReadOnlyList<DateTimeOffset> Tears => Copy(_torn);

    public bool WasMarked(decimal price)
    {
        lock (_lock)
        {
            return _marks.Contains(price);
        }
    }

    public void Started(FeedStatus status)
    {
        State.Started(status);
        Note(_statuses, (time.GetUtcNow(), status));
    }

    public void History(string symbol, Interval interval, IReadOnlyList<Candle> candles, bool derive) => State.History(symbol, interval, candles, derive);

    public void Trades(IReadOnlyList<Trade> trades)
    {
        State.Trades(trades);
        foreach (var trade in trades)
        {
            Note(_ids, trade.Id ?? 0);
        }
    }

    public void Quote(string symbol, decimal bid, decimal ask) => State.Quote(symbol, bid, ask);

    public void Mark(Mark mark)
    {
        State.Mark(mark);
        lock (_lock)
        {
            _marks.Add(mark.Price);
        }
    }

    public void Advance(DateTimeOffset marketTime) => State.Advance(marketTime);

    public void Torn()
    {
        State.Torn();
        Note(_torn, time.GetUtcNow());
    }

    public void Gap(string symbol, DateTimeOffset until) => State.Gap(symbol, until);

    public IReadOnlyList<LackingBars> Lacking(TimeSpan grace) => State.Lacking(grace);

    /// <summary>Waits in real time for what comes over a socket; it says nothing about the product's own times.</summary>
    public static async Task UntilAsync(string what, Func<bool> holds)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.That(TimeProvider.System.GetElapsedTime(started), Is.LessThan(TimeSpan.FromMinutes(1)), what);
            await Task.Delay(1);
        }
    }

    private void Note<T>(List<T> list, T item)
    {
        lock (_lock)
        {
            list.Add(item);
        }
    }

    private IReadOnlyList<T> Copy<T>(List<T> list)
    {
        lock (_lock)
        {
            return [.. list];
        }
    }
}
