using System.Threading.Channels;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;

namespace TradingSystem.Trigger.Market;

/// <summary>
/// Looks at each price for those who wait for one, and at closed bars for the prices of a time when nobody looked. Whoever's price has come is told once
/// and not waited for any more. Called as <see cref="ICandleListener"/> says; what is waited for of a symbol is used under its lock alone.
/// </summary>
public sealed class PriceWatch(TimeProvider time) : ICandleListener
{
    private const int Capacity = 20_000;

    private readonly Channel<PriceMet> _met = Channel.CreateBounded<PriceMet>(Capacity);
    private readonly Dictionary<string, Waiting> _waiting = [];
    private FeedStatus? _status;

    /// <summary>Whose price has come. What does not fit in is waited for on.</summary>
    public ChannelReader<PriceMet> Met => _met.Reader;

    /// <summary>The bars that show what nobody looked at: minutes, or the shortest of a market that has none.</summary>
    public static string Bar(FeedStatus? status) => Probe(status).Name;

    public static TimeSpan BarLength(FeedStatus? status) => Probe(status).Length;

    /// <summary>Those that are waited for from now on, and no others.</summary>
    public void Arm(IEnumerable<WatchedPrice> all)
    {
        _waiting.Clear();
        foreach (var one in all)
        {
            if (!_waiting.TryGetValue(one.Symbol, out var waiting))
            {
                _waiting[one.Symbol] = waiting = new();
            }

            (one.IsBelow ? waiting.Below : waiting.Above).Add(one);
        }
    }

    public void Started(FeedStatus status)
    {
        if (_status is { } before && before.StoredAs != status.StoredAs)
        {
            // What was waited for of one market is not what another's prices are.
            _waiting.Clear();
        }

        _status = status;
    }

    public void History(string symbol, Interval interval, IReadOnlyList<Candle> closed, IReadOnlyList<Candle> changed)
    {
        if (IsLookedAt(interval.Name) && _waiting.TryGetValue(symbol, out var waiting))
        {
            // Told again it may be about conditions that were not there before, so all of them are looked at.
            foreach (var candle in closed)
            {
                Look(waiting, candle, interval.Length);
            }
        }
    }

    public void Closed(Candle candle)
    {
        if (_waiting.TryGetValue(candle.Symbol, out var waiting) && IsLookedAt(candle.Interval))
        {
            Look(waiting, candle, candle.Interval == Interval.Second.Name ? Interval.Second.Length : BarLength(_status));
        }
    }

    public void Traded(in Trade trade)
    {
        if (!_waiting.TryGetValue(trade.Symbol, out var waiting))
        {
            return;
        }

        var (price, at) = (trade.Price, trade.MarketTime);
        Look(waiting.Below, price, at, IsInTime);
        Look(waiting.Above, price, at, IsInTime);

        bool IsInTime(WatchedPrice one) => one.ArmedAt <= at && !(one.ValidUntil <= time.GetUtcNow());
    }

    private static Interval Probe(FeedStatus? status) => status is { Shortest: var shortest } && shortest.Length > Interval.Minute.Length ? shortest : Interval.Minute;

    private bool IsLookedAt(string interval) => interval == Interval.Second.Name || interval == Bar(_status);

    private void Look(Waiting waiting, Candle candle, TimeSpan length)
    {
        var end = candle.OpenTime + length;
        Look(waiting.Below, candle.Low, end, IsWithin);
        Look(waiting.Above, candle.High, end, IsWithin);

        bool IsWithin(WatchedPrice one) => this.IsWithin(one, candle, end);
    }

    private void Look(SortedSet<WatchedPrice> waiting, decimal price, DateTimeOffset at, Func<WatchedPrice, bool> counts)
    {
        if (waiting.Min?.IsMetBy(price) != true)
        {
            return;
        }

        foreach (var one in waiting.TakeWhile(w => w.IsMetBy(price)).Where(counts).ToList())
        {
            if (_met.Writer.TryWrite(new(one.Id, price, at)))
            {
                waiting.Remove(one);
            }
        }
    }

    /// <summary>Whether that price of the bar came while it was waited for.</summary>
    private bool IsWithin(WatchedPrice one, Candle candle, DateTimeOffset end)
    {
        // A recording's time is not that of the clock on the wall.
        var isOver = _status?.Source == FeedStatus.Replay ? one.ValidUntil <= time.GetUtcNow() : one.ValidUntil < end;
        if (isOver)
        {
            return false;
        }

        // Of the bar that was open then, what it had shown by then does not count.
        return candle.OpenTime >= one.ArmedAt
            || (end > one.ArmedAt && end - candle.OpenTime == BarLength(_status)
                && (one.IsBelow ? one.ArmedLow : one.ArmedHigh) is { } shown && !one.IsMetBy(shown));
    }

    /// <summary>Of a symbol, each so sorted that the first is met before the others.</summary>
    private sealed class Waiting
    {
        public SortedSet<WatchedPrice> Below { get; } = new(Comparer<WatchedPrice>.Create((a, b) => Compare(b.Value, a.Value, a, b, ComparisonWords.Lte)));

        public SortedSet<WatchedPrice> Above { get; } = new(Comparer<WatchedPrice>.Create((a, b) => Compare(a.Value, b.Value, a, b, ComparisonWords.Gte)));

        // Of the same value the one that the value itself meets comes first.
        private static int Compare(decimal one, decimal other, WatchedPrice a, WatchedPrice b, string orEqual) =>
            one != other ? one.CompareTo(other)
            : (a.Op == orEqual) != (b.Op == orEqual) ? (a.Op == orEqual ? -1 : 1)
            : a.Id.CompareTo(b.Id);
    }
}

/// <summary>A price that somebody waits for. Bounds in quote currency; <c>ArmedAt</c> in market time, with what the bar of that moment had shown.</summary>
public sealed record WatchedPrice(
    Guid Id, string Symbol, string Op, decimal Value, DateTimeOffset ArmedAt, decimal? ArmedLow, decimal? ArmedHigh, DateTimeOffset? ValidUntil)
{
    public bool IsBelow => Op is ComparisonWords.Lt or ComparisonWords.Lte;

    public bool IsMetBy(decimal price) => ComparisonWords.Holds(price, Op, Value);
}

/// <summary>The price that met one, or the extreme of the bar that did, and its market time.</summary>
public readonly record struct PriceMet(Guid Id, decimal Price, DateTimeOffset At);
