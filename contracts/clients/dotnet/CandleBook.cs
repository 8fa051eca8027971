namespace TradingSystem.Client;

/// <summary>The last closed bars in order. Told is what was handed or came as history: a bar is handed once, and never behind a later one.</summary>
internal sealed class CandleBook(int keep)
{
    private DateTimeOffset? _told;
    private (string Symbol, string Interval)? _of;

    /// <summary>Replaced with every change, so that anybody may read it at any time.</summary>
    public IReadOnlyList<Candle> Bars { get; private set; } = [];

    /// <summary>How long a bar of this interval is; null for a name that is none.</summary>
    public static TimeSpan? Length(string interval)
    {
        var unit = interval.Length < 2 ? TimeSpan.Zero : interval[^1] switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            'w' => TimeSpan.FromDays(7),
            _ => TimeSpan.Zero,
        };
        return unit > TimeSpan.Zero
            && int.TryParse(interval.AsSpan(0, interval.Length - 1), System.Globalization.NumberStyles.None, null, out var count)
            && count is > 0 and <= 1_000_000
            ? count * unit
            : null;
    }

    /// <summary>What to hand on of one bar, in this order. A bar that is told again or late changes the book alone.</summary>
    public IEnumerable<Frame> Add(Candle candle)
    {
        Begin(candle);
        if (_told is null || candle.OpenTime > _told)
        {
            return New(candle);
        }

        Place(candle);
        return [];
    }

    /// <summary>What to hand on of a history: of the first one nothing but holes, after a reconnect the bars that were missed.</summary>
    public IEnumerable<Frame> Refill(IReadOnlyList<Candle> history)
    {
        var candles = history.OrderBy(c => c.OpenTime).ToList();
        if (candles.Count == 0)
        {
            yield break;
        }

        Begin(candles[^1]);
        if (Length(candles[^1].Interval) is { } bar && candles[^1].OpenTime < _told - (3 * bar))
        {
            // The market went back in time: it has another source now.
            Restart(candles[^1]);
        }

        var first = _told is null;
        foreach (var candle in candles)
        {
            if (candle.OpenTime <= _told)
            {
                Place(candle);
                continue;
            }

            foreach (var frame in New(first ? candle : candle with { Replayed = true }))
            {
                if (!first || frame is CandleGap)
                {
                    yield return frame;
                }
            }
        }
    }

    private void Begin(Candle candle)
    {
        if (_of != (candle.Symbol, candle.Interval))
        {
            Restart(candle);
        }
    }

    private void Restart(Candle candle)
    {
        (Bars, _told, _of) = ([], null, (candle.Symbol, candle.Interval));
    }

    private IEnumerable<Frame> New(Candle candle)
    {
        if (_told is { } told && Length(candle.Interval) is { } bar && candle.OpenTime != told + bar)
        {
            yield return new CandleGap(candle.Symbol, candle.Interval, told, candle.OpenTime, (int)Math.Ceiling((candle.OpenTime - told) / bar) - 1);
        }

        _told = candle.OpenTime;
        Place(candle);
        yield return candle;
    }

    private void Place(Candle candle)
    {
        var bars = Bars.ToList();
        var at = bars.FindIndex(c => c.OpenTime >= candle.OpenTime);
        if (at < 0)
        {
            bars.Add(candle);
        }
        else if (bars[at].OpenTime == candle.OpenTime)
        {
            bars[at] = candle;
        }
        else
        {
            bars.Insert(at, candle);
        }

        bars.RemoveRange(0, Math.Max(0, bars.Count - keep));
        Bars = bars;
    }
}
