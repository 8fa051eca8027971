using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Feeds;

namespace TradingSystem.Trigger.Candles;

/// <summary>Hears of bars in market order. Calls come under the market's lock: they must be quick and never block.</summary>
public interface ICandleListener
{
    void Started(FeedStatus status);

    void History(string symbol, Interval interval, IReadOnlyList<Candle> closed);

    void Closed(Candle candle);
}

/// <summary>What the feed has told: last prices, candles, status. Everything else in the service reads from here.</summary>
public sealed class MarketState(TimeProvider time, IEnumerable<ICandleListener> listeners) : IFeedSink
{
    private const int MaxPending = 5_000;
    private static readonly TimeSpan FillGrace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly ICandleListener[] _listeners = [.. listeners];
    private readonly Dictionary<string, IReadOnlyList<CandleSeries>> _series = [];
    private readonly Dictionary<string, PriceTick> _prices = [];
    private readonly Dictionary<string, (decimal Bid, decimal Ask)> _quotes = [];
    private readonly Dictionary<string, TickTrades> _traded = [];
    private readonly HashSet<string> _moved = [];
    private readonly List<Candle> _closed = [];
    private readonly Queue<Candle> _pending = [];
    private FeedStatus? _status;
    private int _statusVersion;
    private int _historyVersion;

    /// <summary>Null until the feed has begun.</summary>
    public FeedStatus? Status => Volatile.Read(ref _status);

    public int StatusVersion => Volatile.Read(ref _statusVersion);

    /// <summary>Grows with every history, which calls for new windows.</summary>
    public int HistoryVersion => Volatile.Read(ref _historyVersion);

    public bool HasPrice
    {
        get
        {
            lock (_lock)
            {
                return _prices.Count > 0;
            }
        }
    }

    public void Started(FeedStatus status)
    {
        lock (_lock)
        {
            if (_status is null || _status with { Notice = status.Notice } != status)
            {
                _series.Clear();
                _prices.Clear();
                _traded.Clear();
                _moved.Clear();
                foreach (var symbol in status.Symbols)
                {
                    _traded[symbol] = new();
                    _series[symbol] = [.. Interval.From(status.Shortest).Select(i => new CandleSeries(symbol, i))];
                }

                foreach (var listener in _listeners)
                {
                    listener.Started(status);
                }
            }

            if (_status != status)
            {
                _status = status;
                _statusVersion++;
            }
        }
    }

    public void History(string symbol, Interval interval, IReadOnlyList<Candle> candles, bool derive)
    {
        lock (_lock)
        {
            if (_series.GetValueOrDefault(symbol) is not { } all)
            {
                return;
            }

            foreach (var series in all.Where(s => s.Interval == interval || (derive && s.Interval.Length > interval.Length)))
            {
                if (series.Interval == interval)
                {
                    series.Seed(candles);
                }
                else
                {
                    // A longer bar that began before the history would be a bar of half its time.
                    foreach (var c in candles.SkipWhile(c => series.Interval.Floor(c.OpenTime) != c.OpenTime))
                    {
                        series.Apply(c.OpenTime, c.Open, c.High, c.Low, c.Close, c.Volume, _closed);
                    }

                    _closed.Clear();
                }

                foreach (var listener in _listeners)
                {
                    listener.History(symbol, series.Interval, series.Closed(int.MaxValue));
                }
            }

            _historyVersion++;
        }
    }

    public void Trades(IReadOnlyList<Trade> trades)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            foreach (var t in trades)
            {
                if (_series.GetValueOrDefault(t.Symbol) is not { } all)
                {
                    continue;
                }

                var (bid, ask) = t.Bid is null && _quotes.TryGetValue(t.Symbol, out var quote) ? (quote.Bid, quote.Ask) : (t.Bid, t.Ask);
                _prices[t.Symbol] = new PriceTick(t.Symbol, t.Price, bid, ask, t.MarketTime, now, _status!.Source);
                _traded[t.Symbol].Add(t);
                _moved.Add(t.Symbol);
                foreach (var series in all)
                {
                    series.Apply(t.MarketTime, t.Price, t.Price, t.Price, t.Price, t.Quantity, _closed);
                }

                Announce();
            }
        }
    }

    public void Quote(string symbol, decimal bid, decimal ask)
    {
        lock (_lock)
        {
            _quotes[symbol] = (bid, ask);
        }
    }

    public void Advance(DateTimeOffset marketTime) => Advance(marketTime, false);

    /// <summary>Closes a live market's bars when no trade does. Market time is the last trade's plus what has passed since, so clocks need not agree.</summary>
    public void CloseByClock()
    {
        if (Status is not { Source: FeedStatus.Live })
        {
            return;
        }

        var now = time.GetUtcNow();
        PriceTick? last;
        lock (_lock)
        {
            last = _prices.Values.MaxBy(p => p.MarketTime);
        }

        // A feed that is silent for longer is lost: flat bars would be an invention.
        if (last is not null && now - last.ObservedAt < Silence)
        {
            Advance(last.MarketTime + (now - last.ObservedAt) - FillGrace, true);
        }
    }

    /// <summary>The latest price of every symbol that moved since the last call, with what was traded since.</summary>
    public IReadOnlyList<PriceTick> TakeMoved()
    {
        lock (_lock)
        {
            PriceTick[] result = [.. _moved.Select(s => _prices[s] with { Trades = _traded[s].Take() })];
            _moved.Clear();
            return result;
        }
    }

    /// <summary>Bars that closed since the last call, in order; the oldest are given up if nobody asked for long.</summary>
    public IReadOnlyList<Candle> TakeClosed()
    {
        lock (_lock)
        {
            Candle[] result = [.. _pending];
            _pending.Clear();
            return result;
        }
    }

    public IReadOnlyList<PriceTick> Prices()
    {
        lock (_lock)
        {
            return [.. _prices.Values.OrderBy(p => p.Symbol, StringComparer.Ordinal)];
        }
    }

    public IReadOnlyList<string> Intervals => Status is { } s ? [.. Interval.From(s.Shortest).Select(i => i.Name)] : [];

    /// <summary>Closed bars that opened before <paramref name="before"/>, oldest first; with no limit of time the moving bar is the last.</summary>
    public IReadOnlyList<Candle> Candles(string symbol, string interval, int count, DateTimeOffset? before)
    {
        lock (_lock)
        {
            if (_series.GetValueOrDefault(symbol)?.FirstOrDefault(s => s.Interval.Name == interval) is not { } series)
            {
                return [];
            }

            return before is null && series.Current is { } current
                ? [.. series.Closed(count - 1), current]
                : series.Closed(count, before);
        }
    }

    /// <summary>The moving bars of one interval.</summary>
    public IReadOnlyList<Candle> Moving(string interval)
    {
        lock (_lock)
        {
            return [.. _series.Values.SelectMany(all => all).Where(s => s.Interval.Name == interval && s.Current is not null).Select(s => s.Current!)];
        }
    }

    public IReadOnlyList<CandleWindow> Windows(IReadOnlyCollection<string> intervals, int count)
    {
        lock (_lock)
        {
            return
            [
                .. _series.SelectMany(pair => pair.Value
                    .Where(s => s.ClosedCount > 0 && intervals.Contains(s.Interval.Name))
                    .Select(s => new CandleWindow(pair.Key, s.Interval.Name, s.Closed(count)))),
            ];
        }
    }

    private void Advance(DateTimeOffset marketTime, bool fill)
    {
        lock (_lock)
        {
            foreach (var series in _series.Values.SelectMany(all => all))
            {
                series.Advance(marketTime, fill, _closed);
            }

            Announce();
        }
    }

    private void Announce()
    {
        foreach (var candle in _closed)
        {
            if (_pending.Count >= MaxPending)
            {
                _pending.Dequeue();
            }

            _pending.Enqueue(candle);
            foreach (var listener in _listeners)
            {
                listener.Closed(candle);
            }
        }

        _closed.Clear();
    }
}
