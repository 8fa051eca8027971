using System.IO.Pipelines;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Replies;
using TradingSystem.Gateway.Framing;
using TradingSystem.Gateway.Market;

namespace TradingSystem.Gateway.Connections;

/// <summary>
/// One session's place in its group's market: history first, then each candle as it closes, and the latest price at the session's pace. Followed from
/// anywhere, written by the session's writer only.
/// </summary>
public sealed class MarketReader(Session session, MarketTerms terms, MarketFeeds market, TimeProvider time) : Follower, IDisposable
{
    private const int MaxCandlesAtOnce = 256;

    [ThreadStatic]
    private static List<CandleFrame>? _batch;

    private readonly Lock _turning = new();
    private Place? _place;
    private int _turns;
    private bool _ended;
    private long _priceAt;

    public override bool IsPriceDue =>
        Volatile.Read(ref _place) is { } place && terms.Pace is not null
        && place.Prices.Latest is { } latest && !ReferenceEquals(latest, Volatile.Read(ref place.Told))
        && time.GetTimestamp() >= Volatile.Read(ref _priceAt);

    /// <summary>Turns to a symbol and interval, once the market has told what it has of them or did not in time. The last call counts.</summary>
    public async Task FollowAsync(string symbol, string interval)
    {
        var turn = Interlocked.Increment(ref _turns);
        if (Volatile.Read(ref _place) is { } held && held.Candles.Symbol == symbol && held.Candles.Interval == interval)
        {
            return;
        }

        var place = new Place(market.Candles(symbol, interval), market.Prices(symbol));
        await place.Candles.WarmAsync();
        lock (_turning)
        {
            if (_ended || turn != Volatile.Read(ref _turns))
            {
                return;
            }

            Leave();
            place.Begin(terms.Candles, isAnew: false);
            place.Candles.Followers.Add(this);
            place.Prices.Followers.Add(this);
            Volatile.Write(ref _place, place);
        }

        Wake();
    }

    public override void Wake() => session.Wake();

    /// <summary>
    /// Writes what there is while <paramref name="output"/> holds less than <paramref name="maxBytes"/>. False when candles were lost to this reader.
    /// </summary>
    public bool Write(PipeWriter output, int maxBytes, Dialect dialect)
    {
        if (Volatile.Read(ref _place) is not { } place)
        {
            return true;
        }

        if (place.Candles.IsOver(place.Snapshot.Era))
        {
            place.Begin(terms.Candles, isAnew: true);
        }

        WriteHistory(place, output, maxBytes, dialect);
        if (place.OwesHistory || output.UnflushedBytes >= maxBytes)
        {
            return true;
        }

        var isWhole = WriteClosed(place, output, dialect);
        WritePrice(place, output, dialect);
        return isWhole;
    }

    public void Dispose()
    {
        lock (_turning)
        {
            _ended = true;
            Leave();
        }
    }

    private static void WriteHistory(Place place, PipeWriter output, int maxBytes, Dialect dialect)
    {
        var history = place.Snapshot.History;
        while (place.Written < history.Count && output.UnflushedBytes < maxBytes)
        {
            output.WriteFrame(Opcode.Text, history[place.Written++].Bytes(dialect));
        }

        if (!place.OwesHistory && place.OwesEnd)
        {
            place.OwesEnd = false;
            output.WriteFrame(
                Opcode.Text,
                MarketWriter.Write(new CandlesEndPush(place.Candles.Symbol, place.Candles.Interval, history.Count, place.Snapshot.IsKnown, place.Snapshot.Lacks), dialect));
        }
    }

    private static bool WriteClosed(Place place, PipeWriter output, Dialect dialect)
    {
        var frames = _batch ??= [];
        var isThere = place.Candles.Read(ref place.Cursor, place.Snapshot.Era, frames, MaxCandlesAtOnce);
        foreach (var frame in frames)
        {
            output.WriteFrame(Opcode.Text, frame.Bytes(dialect));
        }

        frames.Clear();
        // Another era may have begun since the look at it: the next writing begins it.
        return isThere || place.Candles.IsOver(place.Snapshot.Era);
    }

    private void WritePrice(Place place, PipeWriter output, Dialect dialect)
    {
        if (IsPriceDue && place.Prices.Latest is { } tick)
        {
            Volatile.Write(ref place.Told, tick);
            Volatile.Write(ref _priceAt, time.GetTimestamp() + (long)(terms.Pace!.Value.TotalSeconds * time.TimestampFrequency));
            output.WriteFrame(
                Opcode.Text,
                MarketWriter.Write(new PricePush(tick.Symbol, tick.Price, tick.Bid, tick.Ask, tick.MarkPrice, tick.MarketTime, tick.ObservedAt), dialect));
        }
    }

    private void Leave()
    {
        _place?.Candles.Followers.Remove(this);
        _place?.Prices.Followers.Remove(this);
    }

    private sealed class Place(CandleFeed candles, PriceFeed prices)
    {
        public long Cursor;
        public PriceTick? Told;

        public CandleFeed Candles { get; } = candles;

        public PriceFeed Prices { get; } = prices;

        public CandleSnapshot Snapshot { get; private set; } = null!;

        /// <summary>How much of the history is written.</summary>
        public int Written { get; set; }

        public bool OwesHistory => Written < Snapshot.History.Count;

        public bool OwesEnd { get; set; }

        public void Begin(int count, bool isAnew)
        {
            Snapshot = Candles.Snapshot(count, isAnew);
            Cursor = Snapshot.Cursor;
            Written = 0;
            OwesEnd = count > 0;
        }
    }
}
