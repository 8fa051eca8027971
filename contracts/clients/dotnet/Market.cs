namespace TradingSystem.Client;

/// <summary>The feature market between the connection and the handlers: histories travel as one, of prices only the newest waits.</summary>
internal sealed class Market(int? candles, TimeProvider time)
{
    private const int MaxCandles = 1000;
    private const int Kept = 500;

    private List<Candle>? _collecting;
    private (string Symbol, string Interval)? _of;
    private long? _heard;
    private Price? _waiting;
    private volatile Price? _price;

    public CandleBook Book { get; } = new(candles ?? Kept);

    public Price? Price => _price;

    /// <summary>Of the queue's places one is the price's, which never takes one of the others.</summary>
    public bool Waiting => Volatile.Read(ref _waiting) is not null;

    /// <summary>How the feature is asked for, null where nothing of it is wanted. Throws for what the server would refuse.</summary>
    public static string? Feature(TradingClientOptions options, bool handlesCandles, bool handlesPrices)
    {
        if (options.Candles is < 1 or > MaxCandles)
        {
            throw new ArgumentException($"Candles is {options.Candles}: expected 1 to {MaxCandles}");
        }

        if (options.Market is not { } pace)
        {
            return handlesPrices ? "market" : options.Candles is not null || handlesCandles ? "market:0" : null;
        }

        return pace == TimeSpan.Zero ? "market:0"
            : pace >= TimeSpan.FromMilliseconds(100) && pace <= TimeSpan.FromSeconds(60) && pace.Ticks % TimeSpan.TicksPerMillisecond == 0 ? $"market:{pace.TotalMilliseconds:0}ms"
            : throw new ArgumentException($"Market is {pace}: expected a pace of prices from 100 ms to 60 s, or zero for none");
    }

    /// <summary>How many candles of history the next connection asks for: what was wanted, and what was missed meanwhile.</summary>
    public int? Ask()
    {
        var wanted = candles ?? 0;
        if (_heard is { } heard && _of is { } of)
        {
            wanted = CandleBook.Length(of.Interval) is { } bar ? (int)Math.Min(Math.Max(wanted, Math.Ceiling(time.GetElapsedTime(heard) / bar) + 2), MaxCandles) : MaxCandles;
        }

        _collecting = wanted > 0 ? [] : null;
        return wanted > 0 ? wanted : null;
    }

    /// <summary>What goes into the queue for a frame; null for nothing.</summary>
    public Frame? Receive(Frame frame)
    {
        switch (frame)
        {
            case Price price:
                _price = price;
                return Interlocked.Exchange(ref _waiting, price) is null ? price : null;
            case CandleHistory history:
                var collected = _collecting ?? [];
                // Not complete: the market has not answered yet, another history follows.
                _collecting = collected.Count == 0 && !history.Complete ? [] : null;
                return history with { Candles = collected };
            case Candle candle:
                return Receive(candle);
            default:
                return null;
        }
    }

    /// <summary>What the handlers get for what was in the queue.</summary>
    public IEnumerable<Frame> Hand(Frame frame) => frame switch
    {
        Candle candle => Book.Add(candle),
        CandleHistory history => Book.Refill(history.Candles).Append(history),
        Price price => [Interlocked.Exchange(ref _waiting, null) ?? price],
        _ => [frame],
    };

    private Candle? Receive(Candle candle)
    {
        _heard = time.GetTimestamp();
        if (candles is not null && _of is not null && _of != (candle.Symbol, candle.Interval))
        {
            // The group got another market: its history comes first.
            _collecting = [];
        }

        _of = (candle.Symbol, candle.Interval);
        if (_collecting is null)
        {
            return candle;
        }

        _collecting.Add(candle);
        if (_collecting.Count > MaxCandles)
        {
            _collecting.RemoveAt(0);
        }

        return null;
    }
}
