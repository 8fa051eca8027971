using TradingSystem.Contracts.Bus;
using TradingSystem.Trigger.Feeds;

namespace TradingSystem.Trigger.Market;

/// <summary>
/// The last price of one symbol in one market, with what is known beside it: quotes, mark price and funding. Trades are many, so a tick is made of it only for
/// who asks. Calls come under the symbol's lock.
/// </summary>
internal sealed class SymbolPrice(string symbol)
{
    // Mark prices come every second, quotes with every change of the book; older ones are of a connection that was lost.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    private static long _moves;

    private readonly TickTrades _traded = new();
    private (decimal Bid, decimal Ask, DateTimeOffset At)? _quoted;
    private PriceTick? _tick;

    // Of the tick: the trade, and what was known beside it then.
    private string? _source;
    private decimal _price;
    private DateTimeOffset _observedAt;
    private decimal? _bid;
    private decimal? _ask;
    private (Mark Mark, DateTimeOffset At)? _beside;

    /// <summary>Somebody has traded it.</summary>
    public bool IsKnown => _source is not null;

    /// <summary>Of the last trade.</summary>
    public DateTimeOffset MarketTime { get; private set; }

    /// <summary>Since when it has moved that nobody has taken, in the order of all symbols; null where it has not.</summary>
    public long? MovedAt { get; private set; }

    /// <summary>The last mark that was told, and the wall clock at which it was seen; null before the first.</summary>
    public (Mark Mark, DateTimeOffset At)? Marked { get; private set; }

    /// <summary>Null before the first trade.</summary>
    public PriceTick? Tick => _source is null ? null : _tick ??= Made(_source);

    /// <summary>One that is older than the last counts for nothing here.</summary>
    public void Trade(in Trade trade, DateTimeOffset now, string source)
    {
        if (IsKnown && trade.MarketTime < MarketTime)
        {
            return;
        }

        (_source, _price, MarketTime, _observedAt) = (source, trade.Price, trade.MarketTime, now);
        (_bid, _ask) = trade.Bid is null ? Quoted(now) ?? (null, trade.Ask) : (trade.Bid, trade.Ask);
        _beside = Marked is { } marked && now - marked.At < Fresh ? marked : null;
        _traded.Add(trade);
        Move();
    }

    public void Quote(decimal bid, decimal ask, DateTimeOffset now) => _quoted = (bid, ask, now);

    public void Mark(in Mark mark, DateTimeOffset now)
    {
        // Of two connections the one may be a little behind the other; a time that is far ahead is none to wait for.
        var isBehind = Marked is { } known && known.Mark.MarketTime > mark.MarketTime && known.Mark.MarketTime - mark.MarketTime < Fresh;
        Marked = (isBehind ? Marked!.Value.Mark : mark, now);
        if (IsKnown)
        {
            // The quotes that came with a trade were those of its moment.
            (_bid, _ask) = Quoted(now) ?? (null, null);
            _beside = Marked;
            Move();
        }
    }

    /// <summary>The tick with what was traded since it was taken last.</summary>
    public PriceTick Take()
    {
        MovedAt = null;
        return Tick! with { Trades = _traded.Take() };
    }

    private (decimal? Bid, decimal? Ask)? Quoted(DateTimeOffset now) => _quoted is { } quoted && now - quoted.At < Fresh ? (quoted.Bid, quoted.Ask) : null;

    private void Move()
    {
        _tick = null;
        MovedAt ??= Interlocked.Increment(ref _moves);
    }

    private PriceTick Made(string source)
    {
        var tick = new PriceTick(symbol, _price, _bid, _ask, MarketTime, _observedAt, source);
        return _beside is not { } marked ? tick
            : tick with
            {
                MarkPrice = marked.Mark.Price,
                MarkedAt = marked.At,
                FundingRate = marked.Mark.FundingRate,
                NextFundingAt = marked.Mark.NextFundingAt,
            };
    }
}
