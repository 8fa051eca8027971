using TradingSystem.Contracts.Bus;

namespace TradingSystem.Trigger.Candles;

/// <summary>
/// Bars of one symbol and interval: the newest closed ones in a ring, and the one that still moves. A bar that trades were missed in is torn:
/// it moves, but is never closed; only history brings it. Not thread-safe.
/// </summary>
/// <param name="marks">What a bar has beside it when it closes; null where nothing is told of marks.</param>
public sealed class CandleSeries(string symbol, Interval interval, int capacity = 1000, Marks? marks = null)
{
    private const int MaxFlatBars = 60;

    private readonly string _name = interval.Name;
    private readonly Candle[] _ring = new Candle[capacity];
    private int _start;

    // The bar that moves. Trades are many, so a candle is made of it only for who asks.
    private bool _moves;
    private DateTimeOffset _opensAt;
    private long _endTicks;
    private decimal _open;
    private decimal _high;
    private decimal _low;
    private decimal _close;
    private decimal _volume;
    private Candle? _current;

    // Trades are missing from somewhere in the moving bar; trades may be missing before the next one.
    private bool _torn;
    private bool _tear;

    // The last bar that ended, whether it was closed or given up. Null where it is not known what the next bar follows.
    private Candle? _ended;

    // The time of the newest trade that was taken in.
    private DateTimeOffset _newest;

    public Interval Interval => interval;

    public string Name => _name;

    public int ClosedCount { get; private set; }

    public Candle? Current => _moves ? _current ??= Moving(isClosed: false) : null;

    /// <summary>The moving bar lacks trades.</summary>
    public bool IsTorn => _torn;

    public Candle? LastClosed => ClosedCount == 0 ? null : _ring[(_start + ClosedCount - 1) % capacity];

    /// <summary>
    /// Takes in a trade, or a finer bar, that belongs at <paramref name="time"/>; what closes by it goes to <paramref name="closed"/>. False for one whose
    /// bar has ended: it is in none.
    /// </summary>
    public bool Apply(DateTimeOffset time, decimal open, decimal high, decimal low, decimal close, decimal volume, List<Candle> closed)
    {
        // A bar that moves is behind the last that ended.
        if (_moves && time.UtcTicks >= _opensAt.UtcTicks && time.UtcTicks < _endTicks)
        {
            // One that arrives late in its own bar moves all but the close.
            _high = Math.Max(_high, high);
            _low = Math.Min(_low, low);
            _volume += volume;
            if (time >= _newest)
            {
                (_close, _newest) = (close, time);
            }

            (_torn, _tear, _current) = (_torn | _tear, false, null);
            return true;
        }

        var bucket = interval.Floor(time);
        if ((_moves && bucket < _opensAt) || bucket <= _ended?.OpenTime)
        {
            return false;
        }

        if (_moves)
        {
            End(closed);
        }

        Begin(bucket, open, high, low, close, volume);
        (_torn, _tear, _newest) = (_tear, false, time);
        return true;
    }

    /// <summary>Trades may be missed from now until the next one comes.</summary>
    public void Tear()
    {
        _tear = true;
        _torn |= _moves;
    }

    /// <summary>Nothing is known of the time from the last that was taken in up to <paramref name="until"/>.</summary>
    public void Miss(DateTimeOffset until)
    {
        var bucket = interval.Floor(until);
        if (_moves && _opensAt == bucket)
        {
            _torn = true;
            return;
        }

        // Whatever is open reaches into it, and what begins in it begins late.
        (_moves, _torn, _ended) = (false, false, null);
        _tear = bucket != until;
    }

    /// <summary>Closes what is over at <paramref name="now"/> (market time); <paramref name="fill"/> adds flat bars for spans without a trade.</summary>
    public void Advance(DateTimeOffset now, bool fill, List<Candle> closed)
    {
        if (_moves && now.UtcTicks >= _endTicks)
        {
            End(closed);
        }

        for (var i = 0; fill && !_tear && i < MaxFlatBars && !_moves && _ended is { } last && now >= last.OpenTime + (2 * interval.Length); i++)
        {
            Begin(last.OpenTime + interval.Length, last.Close, last.Close, last.Close, last.Close, 0);
            End(closed);
        }
    }

    /// <summary>
    /// Merges history; a bar given here replaces the one known for its time. A last bar that is not closed becomes the moving one if it is
    /// <paramref name="exact"/>; else it only completes what is not whole. Returns the closed bars that were not known, or not so. What a known bar has of
    /// marks stays.
    /// </summary>
    public IReadOnlyList<Candle> Seed(IReadOnlyList<Candle> candles, bool exact)
    {
        var bars = new SortedDictionary<DateTimeOffset, Candle>(Closed(capacity).ToDictionary(c => c.OpenTime));
        var changed = new List<Candle>();
        foreach (var told in candles.Where(c => c.Closed))
        {
            var known = bars.GetValueOrDefault(told.OpenTime);
            var candle = known is not null ? told with { MarkPrice = known.MarkPrice, FundingRate = known.FundingRate }
                : marks?.Beside(told, interval.Length) ?? told;
            if (known != candle)
            {
                bars[candle.OpenTime] = candle;
                changed.Add(candle);
            }
        }

        _start = 0;
        ClosedCount = 0;
        foreach (var candle in bars.Values.TakeLast(capacity))
        {
            Add(candle);
        }

        if (LastClosed is { } last)
        {
            _ended = _ended is { } ended && ended.OpenTime > last.OpenTime ? ended : last;
            if (_moves && _opensAt <= last.OpenTime)
            {
                (_moves, _torn) = (false, false);
            }
        }

        if (candles.Count > 0 && candles[^1] is { Closed: false } moving)
        {
            Move(moving, exact);
        }

        return changed;
    }

    /// <summary>The newest closed bars, oldest first, that opened before <paramref name="before"/>.</summary>
    public IReadOnlyList<Candle> Closed(int count, DateTimeOffset? before = null)
    {
        var end = ClosedCount;
        while (before is { } limit && end > 0 && _ring[(_start + end - 1) % capacity].OpenTime >= limit)
        {
            end--;
        }

        var result = new List<Candle>(Math.Min(count, end));
        for (var i = Math.Max(0, end - count); i < end; i++)
        {
            result.Add(_ring[(_start + i) % capacity]);
        }

        return result;
    }

    /// <summary>
    /// The first bar that lacks among the newest <paramref name="count"/> that ended by <paramref name="now"/> (market time); null if none does.
    /// </summary>
    public DateTimeOffset? FirstLacking(DateTimeOffset now, int count)
    {
        var at = interval.Floor(now) - (count * interval.Length);
        foreach (var candle in Closed(count).SkipWhile(c => c.OpenTime < at))
        {
            if (candle.OpenTime > at)
            {
                break;
            }

            at += interval.Length;
        }

        return at + interval.Length <= now ? at : null;
    }

    private void Move(Candle given, bool exact)
    {
        // One that has ended is over: it was told as closed, or given up.
        if (exact && (!_moves || _opensAt <= given.OpenTime) && (_ended is null || _ended.OpenTime < given.OpenTime))
        {
            Begin(given.OpenTime, given.Open, given.High, given.Low, given.Close, given.Volume);
            _torn = false;
        }
        else if (!_moves && (_ended is null || _ended.OpenTime < given.OpenTime))
        {
            // What was traded between the record and the next trade is not in it.
            Begin(given.OpenTime, given.Open, given.High, given.Low, given.Close, given.Volume);
            _torn = true;
        }
        else if (_torn && _moves && _opensAt == given.OpenTime)
        {
            Begin(given.OpenTime, given.Open, Math.Max(given.High, _high), Math.Min(given.Low, _low), _close, Math.Max(given.Volume, _volume));
        }
    }

    private void Begin(DateTimeOffset opensAt, decimal open, decimal high, decimal low, decimal close, decimal volume)
    {
        (_moves, _opensAt, _endTicks, _current) = (true, opensAt, (opensAt + interval.Length).UtcTicks, null);
        (_open, _high, _low, _close, _volume) = (open, high, low, close, volume);
    }

    private Candle Moving(bool isClosed, MarkFigures? beside = null) =>
        new(symbol, _name, _opensAt, _open, _high, _low, _close, _volume, isClosed, beside?.Price, beside?.FundingRate);

    private void End(List<Candle> closed)
    {
        _ended = Moving(isClosed: true, marks?.At(_opensAt + interval.Length));
        _moves = false;
        if (_torn)
        {
            _torn = false;
            return;
        }

        Add(_ended);
        closed.Add(_ended);
    }

    private void Add(Candle candle)
    {
        if (ClosedCount < capacity)
        {
            _ring[(_start + ClosedCount++) % capacity] = candle;
            return;
        }

        _ring[_start] = candle;
        _start = (_start + 1) % capacity;
    }
}
