using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;

namespace TradingSystem.Tests.Trigger;

/// <summary>Writes down what a feed tells.</summary>
internal sealed class RecordingSink : IFeedSink
{
    private readonly Lock _lock = new();
    private readonly List<FeedStatus> _statuses = [];
    private readonly List<Trade> _trades = [];

    public Dictionary<(string Symbol, string Interval), IReadOnlyList<Candle>> Histories { get; } = [];

    public IReadOnlyList<FeedStatus> Statuses
    {
        get
        {
            lock (_lock)
            {
                return [.. _statuses];
            }
        }
    }

    public IReadOnlyList<Trade> AllTrades
    {
        get
        {
            lock (_lock)
            {
                return [.. _trades];
            }
        }
    }

    public void Started(FeedStatus status)
    {
        lock (_lock)
        {
            _statuses.Add(status);
        }
    }

    public void History(string symbol, Interval interval, IReadOnlyList<Candle> candles, bool derive)
    {
        lock (_lock)
        {
            Histories[(symbol, interval.Name)] = candles;
        }
    }

    public void Trades(IReadOnlyList<Trade> trades)
    {
        lock (_lock)
        {
            _trades.AddRange(trades);
        }
    }

    public void Quote(string symbol, decimal bid, decimal ask)
    {
    }

    public void Mark(Mark mark)
    {
    }

    public void Advance(DateTimeOffset marketTime)
    {
    }

    public void Torn()
    {
    }

    public void Gap(string symbol, DateTimeOffset until)
    {
    }

    public IReadOnlyList<LackingBars> Lacking(TimeSpan grace) => [];
}
