using TradingSystem.Contracts.Bus;

namespace TradingSystem.Trigger.Candles;

/// <summary>Mark price in quote currency, and the rate of the next funding as a part of the notional, null where that was not told.</summary>
public readonly record struct MarkFigures(decimal Price, decimal? FundingRate);

/// <summary>
/// What an exchange told of one symbol's mark, by its own time, so that the order in which it comes plays no part: beside a candle are the newest figures of
/// before its end, as far as they had come when it closed. Not thread-safe.
/// </summary>
public sealed class Marks
{
    /// <summary>What was told longer before a candle's end is not known at it.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    // No market has such figures; a row that cannot be written would keep back those of all others.
    private const decimal Largest = 1e10m;

    // Of a second the newest, for longer than an hour: a symbol that nobody trades may have sixty candles of a minute closed at once.
    private const int Seconds = 4_096;

    // What is kept of candles of before a start, by their ends in ticks.
    private readonly Dictionary<long, MarkFigures> _kept = [];
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
            newest = (at.UtcTicks, figures);
        }
    }

    /// <summary>What was found beside a candle that ended then goes before whatever is told.</summary>
    public void Keep(DateTimeOffset end, MarkFigures figures) => _kept[end.UtcTicks] = figures;

    /// <summary>As of a candle's end; null where they are not known.</summary>
    public MarkFigures? At(DateTimeOffset end)
    {
        if (_kept.Count > 0 && _kept.TryGetValue(end.UtcTicks, out var kept))
        {
            return kept;
        }

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

    /// <summary>The candle with them, if it has none of its own.</summary>
    public Candle Beside(Candle candle, TimeSpan length) =>
        candle.MarkPrice is null && At(candle.OpenTime + length) is { } figures
            ? candle with { MarkPrice = figures.Price, FundingRate = figures.FundingRate }
            : candle;

    private static int Place(long second) => (int)(second & (Seconds - 1));
}
