using TradingSystem.Contracts.Bus;

namespace TradingSystem.Trigger.Candles;

/// <summary>
/// Bars of one symbol and interval: the newest closed ones in a ring, and the one that still moves. A bar that trades were missed in is torn:
/// it moves, but is never closed; only history brings it. Not thread-safe.
/// </summary>
public sealed class CandleSeries(string symbol, Interval interval, int capacity = 1000)
{
    private const int MaxFlatBars = 60;

    private readonly Candle[] _ring = new Candle[capacity];
    private int _start;

    // Trades are missing from somewhere in the moving bar; trades may be missing before the next one.
    private bool _torn;
    private bool _tear;

    // The last bar that ended, whether it was closed or given up. Null where it is not known what the next bar follows.
    private Candle? _ended;

    // The time of the newest trade that was taken in.
    private DateTimeOffset _newest;

    public Interval Interval => interval;

    public int ClosedCount { get; private set; }

    public Candle? Current { get; private set; }

    /// <summary>The moving bar lacks trades.</summary>
    public bool IsTorn => _torn;

    public Candle? LastClosed => ClosedCount == 0 ? null : _ring[(_start + ClosedCount - 1) % capacity];

    /// <summary>
    /// Takes in a trade, or a finer bar, that belongs at <paramref name="time"/>; what closes by it goes to <paramref name="closed"/>. False for one whose
    /// bar has ended: it is in none.
    /// </summary>
    public bool Apply(DateTimeOffset time, decimal open, decimal high, decimal low, decimal close, decimal volume, List<Candle> closed)
    {
        var bucket = interval.Floor(time);
        if (bucket < Current?.OpenTime || bucket <= _ended?.OpenTime)
        {
            return false;
        }

        if (Current is { } moving && bucket > moving.OpenTime)
        {
            End(closed);
        }

        var torn = _tear;
        _tear = false;
        if (Current is { } current)
        {
            // One that arrives late in its own bar moves all but the close.
            Current = current with
            {
                High = Math.Max(current.High, high),
                Low = Math.Min(current.Low, low),
                Close = time >= _newest ? close : current.Close,
                Volume = current.Volume + volume,
            };
            _newest = time >= _newest ? time : _newest;
            _torn |= torn;
            return true;
        }

        Current = new Candle(symbol, interval.Name, bucket, open, high, low, close, volume, false);
        (_torn, _newest) = (torn, time);
        return true;
    }

    /// <summary>Trades may be missed from now until the next one comes.</summary>
    public void Tear()
    {
        _tear = true;
        _torn |= Current is not null;
    }

    /// <summary>Nothing is known of the time from the last that was taken in up to <paramref name="until"/>.</summary>
    public void Miss(DateTimeOffset until)
    {
        var bucket = interval.Floor(until);
        if (Current?.OpenTime == bucket)
        {
            _torn = true;
            return;
        }

        // Whatever is open reaches into it, and what begins in it begins late.
        (Current, _torn, _ended) = (null, false, null);
        _tear = bucket != until;
    }

    /// <summary>Closes what is over at <paramref name="now"/> (market time); <paramref name="fill"/> adds flat bars for spans without a trade.</summary>
    public void Advance(DateTimeOffset now, bool fill, List<Candle> closed)
    {
        if (Current is { } current && now >= current.OpenTime + interval.Length)
        {
            End(closed);
        }

        for (var i = 0; fill && !_tear && i < MaxFlatBars && Current is null && _ended is { } last && now >= last.OpenTime + (2 * interval.Length); i++)
        {
            Current = last with { OpenTime = last.OpenTime + interval.Length, Open = last.Close, High = last.Close, Low = last.Close, Volume = 0, Closed = false };
            End(closed);
        }
    }

    /// <summary>
    /// Merges history; a bar given here replaces the one known for its time. A last bar that is not closed becomes the moving one if it is
    /// <paramref name="exact"/>; else it only completes what is not whole. Returns the closed bars that were not known, or not so.
    /// </summary>
    public IReadOnlyList<Candle> Seed(IReadOnlyList<Candle> candles, bool exact)
    {
        var bars = new SortedDictionary<DateTimeOffset, Candle>(Closed(capacity).ToDictionary(c => c.OpenTime));
        var changed = new List<Candle>();
        foreach (var candle in candles.Where(c => c.Closed))
        {
            if (!bars.TryGetValue(candle.OpenTime, out var known) || known != candle)
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
            if (Current is { } current && current.OpenTime <= last.OpenTime)
            {
                Current = null;
                _torn = false;
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
        if (exact && (Current is null || Current.OpenTime <= given.OpenTime) && (_ended is null || _ended.OpenTime < given.OpenTime))
        {
            Current = given;
            _torn = false;
        }
        else if (Current is null && (_ended is null || _ended.OpenTime < given.OpenTime))
        {
            // What was traded between the record and the next trade is not in it.
            Current = given;
            _torn = true;
        }
        else if (_torn && Current is { } seen && seen.OpenTime == given.OpenTime)
        {
            Current = given with { High = Math.Max(given.High, seen.High), Low = Math.Min(given.Low, seen.Low), Close = seen.Close, Volume = Math.Max(given.Volume, seen.Volume) };
        }
    }

    private void End(List<Candle> closed)
    {
        _ended = Current! with { Closed = true };
        Current = null;
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
