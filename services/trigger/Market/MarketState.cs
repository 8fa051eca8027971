using System.Diagnostics.Metrics;
using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;

namespace TradingSystem.Trigger.Market;

/// <summary>Hears of bars in market order. Calls come under the market's lock: they must be quick and never block.</summary>
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

/// <summary>What the feed has told: last prices, candles, status. Everything else in the service reads from here.</summary>
public sealed class MarketState(TimeProvider time, IEnumerable<ICandleListener> listeners) : IFeedSink
{
    private const int MaxPending = 5_000;
    private const int WatchedBars = 120;
    private static readonly TimeSpan FillGrace = TimeSpan.FromSeconds(1);

    // Mark prices come every second, quotes with every change of the book; older ones are of a connection that was lost.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    private static readonly Counter<long> Late = new Meter("TradingSystem.Trigger").CreateCounter<long>(
        "trigger.trades.late", description: "Trades that came after their bar had closed and are in no bar, by symbol");

    private readonly Lock _lock = new();
    private readonly ICandleListener[] _listeners = [.. listeners];
    private readonly Dictionary<string, CandleSeries[]> _series = [];
    private readonly Dictionary<string, PriceTick> _prices = [];
    private readonly Dictionary<string, (decimal Bid, decimal Ask, DateTimeOffset At)> _quotes = [];
    private readonly Dictionary<string, (Mark Mark, DateTimeOffset At)> _marks = [];

    // What candles have beside them; by market as well, for what is kept of one is there before it begins.
    private readonly Dictionary<(string StoredAs, string Symbol), Marks> _beside = [];
    private readonly Dictionary<string, long> _late = [];
    private readonly Dictionary<string, TickTrades> _traded = [];
    private readonly HashSet<string> _moved = [];
    private readonly List<Candle> _closed = [];
    private readonly Queue<Candle> _pending = [];
    private FeedStatus? _status;
    private DateTimeOffset _began;
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
            if (_status is null || !_status.IsSameMarket(status))
            {
                _series.Clear();
                _prices.Clear();
                _traded.Clear();
                _moved.Clear();
                _quotes.Clear();
                _marks.Clear();
                _late.Clear();
                _began = time.GetUtcNow();
                foreach (var symbol in status.Symbols)
                {
                    _traded[symbol] = new();
                    var marks = status.Source == FeedStatus.Live ? MarksOf(status.StoredAs, symbol) : null;
                    _series[symbol] = [.. Interval.From(status.Shortest).Select(i => new CandleSeries(symbol, i, marks: marks))];
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

    /// <summary>What a candle of a market that has not begun yet is known to have had beside it, by its end.</summary>
    public void Keep(string storedAs, string symbol, DateTimeOffset end, MarkFigures figures)
    {
        lock (_lock)
        {
            MarksOf(storedAs, symbol).Keep(end, figures);
        }
    }

    /// <summary>
    /// Tells one listener again what is known, as if the market had just begun; <paramref name="before"/> runs ahead of it, with no candle in between.
    /// </summary>
    public void Retell(ICandleListener listener, Action before)
    {
        lock (_lock)
        {
            before();
            if (_status is not { } status)
            {
                return;
            }

            listener.Started(status);
            foreach (var (symbol, all) in _series)
            {
                foreach (var series in all)
                {
                    listener.History(symbol, series.Interval, series.Closed(int.MaxValue), []);
                }
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
                var known = series.ClosedCount > 0;
                var (told, isTorn) = series.Interval == interval ? (candles, false) : Longer(symbol, series.Interval, interval, candles);
                var changed = series.Seed(told, exact: derive && !isTorn);
                if (known)
                {
                    Announce(changed);
                }

                foreach (var listener in _listeners)
                {
                    listener.History(symbol, series.Interval, series.Closed(int.MaxValue), changed);
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
            // Nothing was missed up to a trade that was not said to be, so spans without one had none.
            var fills = _status?.Source is FeedStatus.Live or FeedStatus.Replay;
            foreach (var t in trades)
            {
                if (_series.GetValueOrDefault(t.Symbol) is not { } all)
                {
                    continue;
                }

                foreach (var listener in _listeners)
                {
                    listener.Traded(t);
                }

                if (!_prices.TryGetValue(t.Symbol, out var held) || t.MarketTime >= held.MarketTime)
                {
                    _prices[t.Symbol] = Beside(new PriceTick(t.Symbol, t.Price, t.Bid, t.Ask, t.MarketTime, now, _status!.Source), now);
                    _traded[t.Symbol].Add(t);
                    _moved.Add(t.Symbol);
                }

                var isLate = false;
                foreach (var series in all)
                {
                    if (fills)
                    {
                        series.Advance(t.MarketTime, true, _closed);
                    }

                    isLate |= !series.Apply(t.MarketTime, t.Price, t.Price, t.Price, t.Price, t.Quantity, _closed);
                }

                if (isLate)
                {
                    _late[t.Symbol] = _late.GetValueOrDefault(t.Symbol) + 1;
                    Late.Add(1, new KeyValuePair<string, object?>("symbol", t.Symbol));
                }

                Announce();
            }
        }
    }

    public void Quote(string symbol, decimal bid, decimal ask)
    {
        lock (_lock)
        {
            _quotes[symbol] = (bid, ask, time.GetUtcNow());
        }
    }

    /// <summary>Tells the symbol's price anew, so that it is known to be watched although nobody trades it.</summary>
    public void Mark(Mark mark)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            if (_series.ContainsKey(mark.Symbol) && mark.MarketTime is { } at)
            {
                MarksOf(_status!.StoredAs, mark.Symbol).Tell(at, new(mark.Price, mark.FundingRate));
            }

            // Of two connections the one may be a little behind the other; a time that is far ahead is none to wait for.
            var isBehind = _marks.TryGetValue(mark.Symbol, out var known) && known.Mark.MarketTime > mark.MarketTime && known.Mark.MarketTime - mark.MarketTime < Fresh;
            _marks[mark.Symbol] = (isBehind ? known.Mark : mark, now);
            if (_prices.TryGetValue(mark.Symbol, out var held))
            {
                // The quotes that came with a trade were those of its moment.
                _prices[mark.Symbol] = Beside(held with { Bid = null, Ask = null }, now);
                _moved.Add(mark.Symbol);
            }
        }
    }

    public void Advance(DateTimeOffset marketTime) => Advance(marketTime, false);

    public void Torn()
    {
        lock (_lock)
        {
            foreach (var series in _series.Values.SelectMany(all => all))
            {
                series.Tear();
            }
        }
    }

    public void Gap(string symbol, DateTimeOffset until)
    {
        lock (_lock)
        {
            foreach (var series in _series.GetValueOrDefault(symbol) ?? [])
            {
                series.Miss(until);
            }
        }
    }

    public IReadOnlyList<LackingBars> Lacking(TimeSpan grace)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            // The last trade's time and what has passed since, so that clocks need not agree.
            return _prices.Values.MaxBy(p => p.MarketTime) is not { } last ? [] :
            [
                .. _series.SelectMany(pair => pair.Value.Where(s => s.Interval.Length >= Interval.Minute.Length).SelectMany(s =>
                {
                    var ended = last.MarketTime + (now - last.ObservedAt) - grace;
                    return s.FirstLacking(ended, WatchedBars) is { } since
                        ? [new LackingBars(pair.Key, s.Interval, since, (int)((s.Interval.Floor(ended) - since).Ticks / s.Interval.Length.Ticks))]
                        : Array.Empty<LackingBars>();
                })),
            ];
        }
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

        DateTimeOffset? last;
        lock (_lock)
        {
            last = _prices.Values.Max(p => (DateTimeOffset?)p.MarketTime);
        }

        if (last is { } told)
        {
            Advance(told - FillGrace, true);
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

    /// <summary>What there is to say of each symbol beside its price, in the order of the status.</summary>
    public IReadOnlyList<SymbolState> SymbolStates()
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            return
            [
                .. (_status?.Symbols ?? []).Select(symbol =>
                {
                    DateTimeOffset? traded = _prices.TryGetValue(symbol, out var tick) ? tick.ObservedAt : null;
                    var isQuiet = _status is { Alive: true, QuietAfter: { } longest } && now - (traded ?? _began) > longest;
                    var state = new SymbolState(symbol, isQuiet, traded, null, null, null, null, _late.GetValueOrDefault(symbol));
                    return !_marks.TryGetValue(symbol, out var marked) ? state
                        : state with
                        {
                            MarkPrice = marked.Mark.Price,
                            MarkedAt = marked.At,
                            FundingRate = marked.Mark.FundingRate,
                            NextFundingAt = marked.Mark.NextFundingAt,
                        };
                }),
            ];
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

    /// <summary>The moving bar, if no trade is missing from it so far.</summary>
    public Candle? WholeMoving(string symbol, string interval)
    {
        lock (_lock)
        {
            return _series.GetValueOrDefault(symbol)?.FirstOrDefault(s => s.Interval.Name == interval) is { IsTorn: false } series ? series.Current : null;
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

    /// <summary>The tick with what is known beside the trade: quotes where it has none of its own, mark price and funding.</summary>
    private PriceTick Beside(PriceTick tick, DateTimeOffset now)
    {
        if (tick.Bid is null && _quotes.TryGetValue(tick.Symbol, out var quote) && now - quote.At < Fresh)
        {
            tick = tick with { Bid = quote.Bid, Ask = quote.Ask };
        }

        return !_marks.TryGetValue(tick.Symbol, out var marked) || now - marked.At >= Fresh ? tick
            : tick with
            {
                MarkPrice = marked.Mark.Price,
                MarkedAt = marked.At,
                FundingRate = marked.Mark.FundingRate,
                NextFundingAt = marked.Mark.NextFundingAt,
            };
    }

    private Marks MarksOf(string storedAs, string symbol)
    {
        if (!_beside.TryGetValue((storedAs, symbol), out var marks))
        {
            _beside[(storedAs, symbol)] = marks = new();
        }

        return marks;
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

    // A longer bar that began before the first of them would be a bar of half its time, and so would one that some of them lack in. Of marks it has what the
    // last of them has.
    internal static (IReadOnlyList<Candle> Candles, bool IsTorn) Longer(string symbol, Interval interval, Interval shorter, IReadOnlyList<Candle> candles)
    {
        var marks = new Marks();
        var series = new CandleSeries(symbol, interval, marks: marks);
        var closed = new List<Candle>();
        DateTimeOffset? end = null;
        foreach (var c in candles.SkipWhile(c => interval.Floor(c.OpenTime) != c.OpenTime))
        {
            if (end < c.OpenTime)
            {
                series.Advance(end.Value, false, closed);
                series.Miss(c.OpenTime);
            }

            series.Apply(c.OpenTime, c.Open, c.High, c.Low, c.Close, c.Volume, closed);
            end = c.OpenTime + shorter.Length;
            if (c.MarkPrice is { } price && interval.Floor(end.Value) == end)
            {
                marks.Keep(end.Value, new(price, c.FundingRate));
            }
        }

        return (series.Current is { } moving ? [.. closed, marks.Beside(moving, interval.Length)] : closed, series.IsTorn);
    }

    private void Announce()
    {
        foreach (var candle in _closed)
        {
            foreach (var listener in _listeners)
            {
                listener.Closed(candle);
            }
        }

        Announce(_closed);
        _closed.Clear();
    }

    private void Announce(IReadOnlyList<Candle> candles)
    {
        foreach (var candle in candles)
        {
            if (_pending.Count >= MaxPending)
            {
                _pending.Dequeue();
            }

            _pending.Enqueue(candle);
        }
    }
}
