using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;

namespace TradingSystem.Trigger.Candles;

/// <summary>Mark price in quote currency, and the rate of the next funding as a part of the notional, null where that was not told.</summary>
public readonly record struct MarkFigures(decimal Price, decimal? FundingRate);

/// <summary>
/// What an exchange told of one symbol's mark, by its own time, so that the order in which it comes plays no part: beside a candle are the newest figures of
/// before its end, as far as they had come when the first candle with that end closed. Not thread-safe.
/// </summary>
public sealed class Marks
{
    /// <summary>What was told longer before a candle's end is not known at it: exchanges tell it every second, so then the connection was lost.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>So far back there are candles of a minute to be beside, and longer ones, whose ends lie on the five minutes.</summary>
    public static readonly TimeSpan Minutes = TimeSpan.FromMinutes(1_000);
    public static readonly TimeSpan FiveMinutes = TimeSpan.FromHours(210);

    // No market has such figures; a row that cannot be written would keep back those of all others.
    private const decimal Largest = 1e10m;

    // Of a second the newest, for longer than an hour: a symbol that nobody trades may have sixty candles of a minute closed at once.
    private const int Seconds = 4_096;

    private const int MostKept = 8_192;

    // What is beside candles of a minute and longer, by their ends in ticks; null where that was looked for and not known.
    private readonly Dictionary<long, MarkFigures?> _kept = [];
    private (long Ticks, MarkFigures Figures)[]? _told;

    /// <summary>In any order, also more than once.</summary>
    public void Tell(DateTimeOffset at, MarkFigures figures)
    {
        if (figures.Price > Largest || Math.Abs(figures.FundingRate ?? 0) > Largest)
        {
            return;
        }

        _told ??= new (long, MarkFigures)[Seconds];
        ref var newest = ref _told[Place(at.UtcTicks / TimeSpan.TicksPerSecond)];
        if (at.UtcTicks > newest.Ticks)
        {
            newest = (at.UtcTicks, Plain(figures));
        }
    }

    /// <summary>What was found beside a candle that ended then goes before whatever is told.</summary>
    public void Keep(DateTimeOffset end, MarkFigures figures) => _kept[end.UtcTicks] = Plain(figures);

    /// <summary>As of the end of a candle that closes; null where they are not known. All that end then get the same, whenever they close.</summary>
    public MarkFigures? At(DateTimeOffset end)
    {
        if (end.UtcTicks % TimeSpan.TicksPerMinute != 0)
        {
            return Newest(end);
        }

        if (!_kept.TryGetValue(end.UtcTicks, out var kept))
        {
            _kept[end.UtcTicks] = kept = Newest(end);
            Trim();
        }

        return kept;
    }

    /// <summary>The candle with them, if it has none of its own.</summary>
    public Candle Beside(Candle candle, TimeSpan length) =>
        candle.MarkPrice is null && At(candle.OpenTime + length) is { } figures
            ? candle with { MarkPrice = figures.Price, FundingRate = figures.FundingRate }
            : candle;

    private MarkFigures? Newest(DateTimeOffset end)
    {
        if (_told is null)
        {
            return null;
        }

        var (last, oldest) = ((end.UtcTicks - 1) / TimeSpan.TicksPerSecond, end.UtcTicks - Longest.Ticks);
        for (var second = last; second >= oldest / TimeSpan.TicksPerSecond; second--)
        {
            ref var told = ref _told[Place(second)];
            if (told.Ticks >= oldest && told.Ticks < end.UtcTicks && told.Ticks / TimeSpan.TicksPerSecond == second)
            {
                return told.Figures;
            }
        }

        return null;
    }

    private void Trim()
    {
        if (_kept.Count <= MostKept)
        {
            return;
        }

        var newest = _kept.Keys.Max();
        foreach (var end in _kept.Keys.Where(e => newest - e > (e % (5 * TimeSpan.TicksPerMinute) == 0 ? FiveMinutes : Minutes).Ticks).ToList())
        {
            _kept.Remove(end);
        }
    }

    // The exchange pads its figures with zeros and the database does so otherwise: a rule's words must not depend on where they come from.
    private static MarkFigures Plain(MarkFigures figures) => new(PlainDecimal.Of(figures.Price), figures.FundingRate is { } rate ? PlainDecimal.Of(rate) : null);

    private static int Place(long second) => (int)(second & (Seconds - 1));
}
