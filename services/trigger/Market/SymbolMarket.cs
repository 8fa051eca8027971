using System.Diagnostics.Metrics;
using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;

namespace TradingSystem.Trigger.Market;

/// <summary>
/// What the feed has told of one symbol: its candles and its last price. Nothing of it is another symbol's, so each has a lock of its own, under which all calls
/// come. It stays when another market begins, or whoever waits for its lock would find the one before.
/// </summary>
internal sealed class SymbolMarket(string symbol, ICandleListener[] listeners, ClosedCandles closed)
{
    private static readonly Counter<long> Late = new Meter("TradingSystem.Trigger").CreateCounter<long>(
        "trigger.trades.late", description: "Trades that came after their bar had closed and are in no bar, by symbol");

    // What candles have beside them, by the market; what is kept of one is there before it begins.
    private readonly Dictionary<string, Marks> _marks = [];
    private readonly List<Candle> _ended = [];
    private FeedStatus? _status;

    public Lock Gate { get; } = new();

    public string Symbol => symbol;

    /// <summary>From the shortest interval on; none where the market has no such symbol.</summary>
    public CandleSeries[] Series { get; private set; } = [];

    public SymbolPrice Price { get; private set; } = new(symbol);

    /// <summary>Trades that are in no bar, since the market began.</summary>
    public long LateTrades { get; private set; }

    /// <summary>Another market begins: nothing that was told of the one before is of this.</summary>
    public void Begin(FeedStatus status)
    {
        var marks = status.Source == FeedStatus.Live ? MarksOf(status.StoredAs) : null;
        Series = [.. Interval.From(status.Shortest).Select(i => new CandleSeries(symbol, i, marks: marks))];
        (_status, Price, LateTrades) = (status, new(symbol), 0);
    }

    /// <summary>Another market begins that does not have it.</summary>
    public void Leave() => (_status, Series, Price, LateTrades) = (null, [], new(symbol), 0);

    public void Keep(string storedAs, DateTimeOffset end, MarkFigures figures) => MarksOf(storedAs).Keep(end, figures);

    public CandleSeries? Of(string interval) => Array.Find(Series, s => s.Name == interval);

    public void Trade(in Trade trade, DateTimeOffset now)
    {
        if (_status is not { } status)
        {
            return;
        }

        foreach (var listener in listeners)
        {
            listener.Traded(trade);
        }

        Price.Trade(trade, now, status.Source);
        // Nothing was missed up to a trade that was not said to be, so spans without one had none.
        var fills = status.Source is FeedStatus.Live or FeedStatus.Replay;
        var isLate = false;
        foreach (var series in Series)
        {
            if (fills)
            {
                series.Advance(trade.MarketTime, true, _ended);
            }

            isLate |= !series.Apply(trade.MarketTime, trade.Price, trade.Price, trade.Price, trade.Price, trade.Quantity, _ended);
        }

        if (isLate)
        {
            LateTrades++;
            Late.Add(1, new KeyValuePair<string, object?>("symbol", symbol));
        }

        Announce();
    }

    /// <summary>Tells the price anew, so that it is known to be watched although nobody trades it.</summary>
    public void Mark(in Mark mark, DateTimeOffset now)
    {
        if (_status is not { } status)
        {
            return;
        }

        if (mark.MarketTime is { } at)
        {
            MarksOf(status.StoredAs).Tell(at, new(mark.Price, mark.FundingRate));
        }

        Price.Mark(mark, now);
    }

    public void Advance(DateTimeOffset marketTime, bool fill)
    {
        foreach (var series in Series)
        {
            series.Advance(marketTime, fill, _ended);
        }

        Announce();
    }

    public void History(Interval interval, IReadOnlyList<Candle> candles, bool derive)
    {
        foreach (var series in Series.Where(s => s.Interval == interval || (derive && s.Interval.Length > interval.Length)))
        {
            var known = series.ClosedCount > 0;
            var (told, isTorn) = series.Interval == interval ? (candles, false) : LongerCandles.Of(symbol, series.Interval, interval, candles);
            var changed = series.Seed(told, exact: derive && !isTorn);
            if (known)
            {
                closed.Add(changed);
            }

            foreach (var listener in listeners)
            {
                listener.History(symbol, series.Interval, series.Closed(int.MaxValue), changed);
            }
        }
    }

    private void Announce()
    {
        if (_ended.Count == 0)
        {
            return;
        }

        foreach (var candle in _ended)
        {
            foreach (var listener in listeners)
            {
                listener.Closed(candle);
            }
        }

        closed.Add(_ended);
        _ended.Clear();
    }

    private Marks MarksOf(string storedAs)
    {
        if (!_marks.TryGetValue(storedAs, out var marks))
        {
            _marks[storedAs] = marks = new();
        }

        return marks;
    }
}
