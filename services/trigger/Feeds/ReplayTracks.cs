using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Candles;

namespace TradingSystem.Trigger.Feeds;

/// <summary>A symbol's bars on their way, and what lies between them.</summary>
internal sealed class BarTrack(ReplayFile file) : IDisposable
{
    private readonly IEnumerator<ReplayBar> _bars = file.Bars().GetEnumerator();

    // Of the last bar. Null before the first, and once the gap behind it was told.
    private DateTimeOffset? _end;

    public string Symbol => file.Symbol;

    /// <summary>The bar that comes next; null behind the last.</summary>
    public ReplayBar? Bar { get; private set; }

    /// <summary>When the first bar that is not history opens: the history is as long as that, or half of a short file.</summary>
    public static DateTimeOffset? Begin(ReplayFile file, int history)
    {
        var opens = file.Bars().Select(b => b.OpenTime).Take(2 * history).ToList();
        var count = Math.Min(history, opens.Count / 2);
        return count < opens.Count ? opens[count] : null;
    }

    /// <summary>The last bars that open before <paramref name="start"/>. To be asked for first.</summary>
    public IReadOnlyList<Candle> Past(DateTimeOffset start, int most)
    {
        var past = new Queue<Candle>(most);
        for (Step(); Bar is { } b && b.OpenTime < start; Step())
        {
            past.Enqueue(new Candle(file.Symbol, file.Interval.Name, b.OpenTime, b.Open, b.High, b.Low, b.Close, b.Volume, true));
            if (past.Count > most)
            {
                past.Dequeue();
            }
        }

        return [.. past];
    }

    /// <summary>
    /// What lacks behind the last bar, once; to the end of all time where no other follows. To be asked as soon as the market has come so far: the
    /// bars of other symbols close longer ones, and one that lacks some must not be among them.
    /// </summary>
    public MarketGap? TakeGap()
    {
        var to = Bar?.OpenTime ?? DateTimeOffset.MaxValue;
        if (_end is not { } from || from >= to)
        {
            return null;
        }

        _end = null;
        return new MarketGap(from, to, Symbol);
    }

    public void Step()
    {
        _end = Bar is { } told ? told.OpenTime + file.Interval.Length : null;
        Bar = _bars.MoveNext() ? _bars.Current : null;
    }

    public void Dispose() => _bars.Dispose();
}

/// <summary>A symbol's trades on their way.</summary>
internal sealed class TradeTrack : IDisposable
{
    private readonly ReplayFile _file;
    private readonly IEnumerator<ReplayTrade> _trades;
    private ReplayTrade? _last;

    public TradeTrack(ReplayFile file)
    {
        _file = file;
        _trades = file.Ticks(new()).GetEnumerator();
        Step();
    }

    public string Symbol => _file.Symbol;

    /// <summary>The trade that comes next; null behind the last.</summary>
    public ReplayTrade? Trade { get; private set; }

    /// <summary>Seconds before <paramref name="start"/>, which is a whole one, the last <paramref name="most"/>.</summary>
    public IReadOnlyList<Candle> Past(DateTimeOffset start, int most)
    {
        var past = new CandleSeries(Symbol, Interval.Second, most);
        var closed = new List<Candle>();
        for (; Trade is { } now && now.Trade.MarketTime < start; Step())
        {
            var t = now.Trade;
            if (_last is null || Gap is not null)
            {
                // A recording may begin in the middle of a bar, too.
                past.Miss(t.MarketTime);
            }

            // Seconds without a trade, as many as there are.
            do
            {
                closed.Clear();
                past.Advance(t.MarketTime, true, closed);
            }
            while (closed.Count > 0);
            past.Apply(t.MarketTime, t.Price, t.Price, t.Price, t.Price, t.Quantity, closed);
        }

        past.Advance(start, false, closed);
        return past.Closed(most);
    }

    /// <summary>What lacks between the last trade and the next. No other symbol's trade closes a bar of this one, so there is time until then.</summary>
    public MarketGap? Gap =>
        _last is { } last && Trade is { } now && now.IsBehindGap(last) ? new MarketGap(last.Trade.MarketTime, now.Trade.MarketTime, Symbol) : null;

    public void Step()
    {
        _last = Trade;
        Trade = _trades.MoveNext() ? _trades.Current : null;
    }

    public void Dispose() => _trades.Dispose();
}
