using TradingSystem.Contracts.Bus;

namespace TradingSystem.Trigger.Candles;

/// <summary>Bars of one symbol and interval: the newest closed ones in a ring, and the one that still moves. Not thread-safe.</summary>
public sealed class CandleSeries(string symbol, Interval interval, int capacity = 1000)
{
    private const int MaxFlatBars = 60;

    private readonly Candle[] _ring = new Candle[capacity];
    private int _start;

    public Interval Interval => interval;

    public int ClosedCount { get; private set; }

    public Candle? Current { get; private set; }

    public Candle? LastClosed => ClosedCount == 0 ? null : _ring[(_start + ClosedCount - 1) % capacity];

    /// <summary>Takes in a trade, or a finer bar, that belongs at <paramref name="time"/>; what closes by it goes to <paramref name="closed"/>.</summary>
    public void Apply(DateTimeOffset time, decimal open, decimal high, decimal low, decimal close, decimal volume, List<Candle> closed)
    {
        var bucket = interval.Floor(time);
        if (Current is { } moving && bucket > moving.OpenTime)
        {
            Close(closed);
        }

        if (Current is { } current)
        {
            // A trade that arrives late still counts, in the bar that is open.
            Current = current with { High = Math.Max(current.High, high), Low = Math.Min(current.Low, low), Close = close, Volume = current.Volume + volume };
            return;
        }

        if (LastClosed is { } last && bucket <= last.OpenTime)
        {
            bucket = last.OpenTime + interval.Length;
        }

        Current = new Candle(symbol, interval.Name, bucket, open, high, low, close, volume, false);
    }

    /// <summary>Closes what is over at <paramref name="now"/> (market time); <paramref name="fill"/> adds flat bars for spans without a trade.</summary>
    public void Advance(DateTimeOffset now, bool fill, List<Candle> closed)
    {
        if (Current is { } current && now >= current.OpenTime + interval.Length)
        {
            Close(closed);
        }

        for (var i = 0; fill && i < MaxFlatBars && Current is null && LastClosed is { } last && now >= last.OpenTime + (2 * interval.Length); i++)
        {
            Current = last with { OpenTime = last.OpenTime + interval.Length, Open = last.Close, High = last.Close, Low = last.Close, Volume = 0, Closed = false };
            Close(closed);
        }
    }

    /// <summary>Merges history; a bar given here replaces the one known for its time. A last bar that is not closed becomes the moving one.</summary>
    public void Seed(IReadOnlyList<Candle> candles)
    {
        var bars = new SortedDictionary<DateTimeOffset, Candle>();
        foreach (var candle in Closed(capacity).Concat(candles.Where(c => c.Closed)))
        {
            bars[candle.OpenTime] = candle;
        }

        _start = 0;
        ClosedCount = 0;
        foreach (var candle in bars.Values.TakeLast(capacity))
        {
            Add(candle);
        }

        if (candles.Count > 0 && candles[^1] is { Closed: false } moving && (Current is null || Current.OpenTime <= moving.OpenTime))
        {
            Current = moving;
        }
        else if (Current is { } current && LastClosed is { } last && current.OpenTime <= last.OpenTime)
        {
            Current = null;
        }
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

    private void Close(List<Candle> closed)
    {
        var candle = Current! with { Closed = true };
        Current = null;
        Add(candle);
        closed.Add(candle);
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
