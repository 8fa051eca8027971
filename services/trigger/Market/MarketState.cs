using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;

namespace TradingSystem.Trigger.Market;

/// <summary>
/// What the feed has told: last prices, candles, status. Everything else in the service reads from here. What is told of different symbols may come from several
/// threads, of one symbol one after the other in its order; trades that are told in one order come from one thread.
/// </summary>
public sealed class MarketState : IFeedSink
{
    private const int WatchedBars = 120;
    private static readonly TimeSpan FillGrace = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly ICandleListener[] _listeners;
    private readonly ClosedCandles _closed = new();
    private readonly SymbolMarkets _symbols;
    private FeedStatus? _status;
    private DateTimeOffset _began;
    private int _statusVersion;
    private int _historyVersion;

    public MarketState(TimeProvider time, IEnumerable<ICandleListener> listeners)
    {
        (_time, _listeners) = (time, [.. listeners]);
        _symbols = new(symbol => new(symbol, _listeners, _closed));
    }

    /// <summary>Null until the feed has begun.</summary>
    public FeedStatus? Status => Volatile.Read(ref _status);

    public int StatusVersion => Volatile.Read(ref _statusVersion);

    /// <summary>Grows with every history, which calls for new windows.</summary>
    public int HistoryVersion => Volatile.Read(ref _historyVersion);

    public bool HasPrice
    {
        get
        {
            using var whole = _symbols.TakeAll();
            return _symbols.Told.Any(s => s.Price.IsKnown);
        }
    }

    public IReadOnlyList<string> Intervals => Status is { } s ? [.. Interval.From(s.Shortest).Select(i => i.Name)] : [];

    public void Started(FeedStatus status)
    {
        List<SymbolMarket> its = [.. status.Symbols.Distinct().Select(_symbols.Place)];
        using var whole = _symbols.TakeAll();
        if (_status is null || !_status.IsSameMarket(status))
        {
            foreach (var gone in _symbols.Told.Except(its))
            {
                gone.Leave();
            }

            its.ForEach(s => s.Begin(status));
            _symbols.Told = its;
            _began = _time.GetUtcNow();
            foreach (var listener in _listeners)
            {
                listener.Started(status);
            }
        }

        if (_status != status)
        {
            Volatile.Write(ref _status, status);
            Interlocked.Increment(ref _statusVersion);
        }
    }

    /// <summary>What a candle of a market that has not begun yet is known to have had beside it, by its end.</summary>
    public void Keep(string storedAs, string symbol, DateTimeOffset end, MarkFigures figures)
    {
        var one = _symbols.Place(symbol);
        lock (one.Gate)
        {
            one.Keep(storedAs, end, figures);
        }
    }

    /// <summary>
    /// Tells one listener again what is known, as if the market had just begun; <paramref name="before"/> runs ahead of it, with no candle in between.
    /// </summary>
    public void Retell(ICandleListener listener, Action before)
    {
        using var whole = _symbols.TakeAll();
        before();
        if (_status is not { } status)
        {
            return;
        }

        listener.Started(status);
        foreach (var one in _symbols.Told)
        {
            foreach (var series in one.Series)
            {
                listener.History(one.Symbol, series.Interval, series.Closed(int.MaxValue), []);
            }
        }
    }

    public void History(string symbol, Interval interval, IReadOnlyList<Candle> candles, bool derive)
    {
        if (_symbols.Find(symbol) is not { } one)
        {
            return;
        }

        lock (one.Gate)
        {
            if (one.Series.Length == 0)
            {
                return;
            }

            one.History(interval, candles, derive);
            Interlocked.Increment(ref _historyVersion);
        }
    }

    public void Trades(IReadOnlyList<Trade> trades)
    {
        if (trades.Count == 0)
        {
            return;
        }

        var now = _time.GetUtcNow();
        if (!IsOfOne(trades))
        {
            // As one: a symbol's bars are closed as far as another's trades have come, which must not be by the half of these.
            using var whole = _symbols.TakeAll();
            foreach (var trade in trades)
            {
                _symbols.Find(trade.Symbol)?.Trade(trade, now);
            }
        }
        else if (_symbols.Find(trades[0].Symbol) is { } one)
        {
            lock (one.Gate)
            {
                for (var i = 0; i < trades.Count; i++)
                {
                    one.Trade(trades[i], now);
                }
            }
        }
    }

    public void Quote(string symbol, decimal bid, decimal ask)
    {
        if (_symbols.Find(symbol) is { } one)
        {
            lock (one.Gate)
            {
                one.Price.Quote(bid, ask, _time.GetUtcNow());
            }
        }
    }

    public void Mark(Mark mark)
    {
        var now = _time.GetUtcNow();
        if (_symbols.Find(mark.Symbol) is { } one)
        {
            lock (one.Gate)
            {
                one.Mark(mark, now);
            }
        }
    }

    public void Advance(DateTimeOffset marketTime)
    {
        using var whole = _symbols.TakeAll();
        Advance(marketTime, false);
    }

    public void Torn()
    {
        using var whole = _symbols.TakeAll();
        foreach (var series in _symbols.Told.SelectMany(s => s.Series))
        {
            series.Tear();
        }
    }

    public void Gap(string symbol, DateTimeOffset until)
    {
        if (_symbols.Find(symbol) is { } one)
        {
            lock (one.Gate)
            {
                Array.ForEach(one.Series, s => s.Miss(until));
            }
        }
    }

    public IReadOnlyList<LackingBars> Lacking(TimeSpan grace)
    {
        var now = _time.GetUtcNow();
        using var whole = _symbols.TakeAll();
        if (_symbols.Told.Select(s => s.Price.Tick).OfType<PriceTick>().MaxBy(p => p.MarketTime) is not { } last)
        {
            return [];
        }

        // The last trade's time and what has passed since, so that clocks need not agree.
        var ended = last.MarketTime + (now - last.ObservedAt) - grace;
        return
        [
            .. from one in _symbols.Told
               from series in one.Series
               where series.Interval.Length >= Interval.Minute.Length
               let since = series.FirstLacking(ended, WatchedBars)
               where since is not null
               select new LackingBars(one.Symbol, series.Interval, since.Value, (int)((series.Interval.Floor(ended) - since.Value).Ticks / series.Interval.Length.Ticks)),
        ];
    }

    /// <summary>
    /// Closes a live market's bars of symbols that no trade closes, as far as another symbol's trades show that the stream has come. Silence proves
    /// nothing: it may be the stream's end, and a bar closed by the clock half of one.
    /// </summary>
    public void CloseQuiet()
    {
        if (Status is not { Source: FeedStatus.Live })
        {
            return;
        }

        using var whole = _symbols.TakeAll();
        if (_symbols.Told.Where(s => s.Price.IsKnown).Max(s => (DateTimeOffset?)s.Price.MarketTime) is { } told)
        {
            Advance(told - FillGrace, true);
        }
    }

    /// <summary>The latest price of every symbol that moved since the last call, in the order in which they did, with what was traded since.</summary>
    public IReadOnlyList<PriceTick> TakeMoved()
    {
        using var whole = _symbols.TakeAll();
        return [.. _symbols.Told.Where(s => s.Price.MovedAt is not null).OrderBy(s => s.Price.MovedAt).Select(s => s.Price.Take())];
    }

    /// <summary>Bars that closed since the last call, in order; the oldest are given up if nobody asked for long.</summary>
    public IReadOnlyList<Candle> TakeClosed() => _closed.Take();

    public IReadOnlyList<PriceTick> Prices()
    {
        using var whole = _symbols.TakeAll();
        return [.. _symbols.Told.Select(s => s.Price.Tick).OfType<PriceTick>().OrderBy(p => p.Symbol, StringComparer.Ordinal)];
    }

    /// <summary>What there is to say of each symbol beside its price, in the order of the status.</summary>
    public IReadOnlyList<SymbolState> SymbolStates()
    {
        var now = _time.GetUtcNow();
        using var whole = _symbols.TakeAll();
        return [.. _symbols.Told.Select(s => SymbolState.Of(s, IsQuiet(s, now)))];
    }

    /// <summary>Closed bars that opened before <paramref name="before"/>, oldest first; with no limit of time the moving bar is the last.</summary>
    public IReadOnlyList<Candle> Candles(string symbol, string interval, int count, DateTimeOffset? before)
    {
        if (_symbols.Find(symbol) is not { } one)
        {
            return [];
        }

        lock (one.Gate)
        {
            return one.Of(interval) is not { } series ? []
                : before is null && series.Current is { } current ? [.. series.Closed(count - 1), current]
                : series.Closed(count, before);
        }
    }

    /// <summary>The moving bar, if no trade is missing from it so far.</summary>
    public Candle? WholeMoving(string symbol, string interval)
    {
        if (_symbols.Find(symbol) is not { } one)
        {
            return null;
        }

        lock (one.Gate)
        {
            return one.Of(interval) is { IsTorn: false } series ? series.Current : null;
        }
    }

    /// <summary>The moving bars of one interval.</summary>
    public IReadOnlyList<Candle> Moving(string interval)
    {
        using var whole = _symbols.TakeAll();
        return [.. _symbols.Told.Select(s => s.Of(interval)?.Current).OfType<Candle>()];
    }

    public IReadOnlyList<CandleWindow> Windows(IReadOnlyCollection<string> intervals, int count)
    {
        using var whole = _symbols.TakeAll();
        return
        [
            .. from one in _symbols.Told
               from series in one.Series
               where series.ClosedCount > 0 && intervals.Contains(series.Name)
               select new CandleWindow(one.Symbol, series.Name, series.Closed(count)),
        ];
    }

    private static bool IsOfOne(IReadOnlyList<Trade> trades)
    {
        for (var i = 1; i < trades.Count; i++)
        {
            if (trades[i].Symbol != trades[0].Symbol)
            {
                return false;
            }
        }

        return true;
    }

    private void Advance(DateTimeOffset marketTime, bool fill)
    {
        foreach (var one in _symbols.Told)
        {
            one.Advance(marketTime, fill);
        }
    }

    private bool IsQuiet(SymbolMarket one, DateTimeOffset now) =>
        _status is { Alive: true, QuietAfter: { } longest } && now - (one.Price.Tick?.ObservedAt ?? _began) > longest;
}
