using System.Globalization;

namespace TradingSystem.Execution.Limits;

/// <summary>
/// A time without new risk, in UTC: from <c>Start</c> to before <c>End</c> once, or weekly from <c>From</c> to before <c>To</c>, both
/// minutes of the day, on <c>Days</c> (all where there are none). A weekly window whose end is not after its start ends the day after.
/// </summary>
public sealed record BlackoutWindow
{
    public DateTimeOffset? Start { get; init; }

    public DateTimeOffset? End { get; init; }

    public int From { get; init; }

    public int To { get; init; }

    public IReadOnlyList<DayOfWeek> Days { get; init; } = [];

    public bool Covers(DateTimeOffset now)
    {
        if (Start is { } start && End is { } end)
        {
            return now >= start && now < end;
        }

        var utc = now.UtcDateTime;
        var minute = (utc.TimeOfDay.Ticks - (utc.TimeOfDay.Ticks % TimeSpan.TicksPerMinute)) / TimeSpan.TicksPerMinute;
        return From < To
            ? On(utc.DayOfWeek) && minute >= From && minute < To
            : (On(utc.DayOfWeek) && minute >= From) || (On(Before(utc.DayOfWeek)) && minute < To);
    }

    public override string ToString() => Start is { } start && End is { } end
        ? $"{start.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)}/{end.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)}"
        : $"{(Days.Count == 0 ? "daily" : string.Join(",", Days.Select(DayWord)))} {Clock(From)}-{Clock(To)} UTC";

    public static string DayWord(DayOfWeek day) => day.ToString()[..3].ToLowerInvariant();

    public static string Clock(int minute) => string.Create(CultureInfo.InvariantCulture, $"{minute / 60:00}:{minute % 60:00}");

    private static DayOfWeek Before(DayOfWeek day) => day == DayOfWeek.Sunday ? DayOfWeek.Saturday : day - 1;

    private bool On(DayOfWeek day) => Days.Count == 0 || Days.Contains(day);
}
