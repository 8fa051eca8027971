using System.Globalization;

namespace TradingSystem.Trigger.Candles;

/// <summary>
/// A candle length, named as exchanges do: 1s, 1m, 15m, 1h, 1d, 1w. Bars start on the grid from the Unix epoch, moved by <c>Offset</c>: exchanges' weeks
/// begin on Mondays and the epoch was a Thursday.
/// </summary>
public readonly record struct Interval(TimeSpan Length, TimeSpan Offset = default)
{
    public static readonly Interval Second = new(TimeSpan.FromSeconds(1));
    public static readonly Interval Minute = new(TimeSpan.FromMinutes(1));
    public static readonly Interval FiveMinutes = new(TimeSpan.FromMinutes(5));
    public static readonly Interval Quarter = new(TimeSpan.FromMinutes(15));
    public static readonly Interval Hour = new(TimeSpan.FromHours(1));

    private static readonly Interval[] Standard = [Second, Minute, FiveMinutes, Quarter, Hour];

    /// <summary>The interval whose grid <paramref name="openTime"/> is on.</summary>
    public static Interval Of(TimeSpan length, DateTimeOffset openTime) => new(length, TimeSpan.FromTicks(Behind(openTime, length)));

    public string Name =>
        Whole(7 * TimeSpan.TicksPerDay, "w")
            ?? Whole(TimeSpan.TicksPerDay, "d") ?? Whole(TimeSpan.TicksPerHour, "h") ?? Whole(TimeSpan.TicksPerMinute, "m")
            ?? Whole(TimeSpan.TicksPerSecond, "s")
        ?? string.Create(CultureInfo.InvariantCulture, $"{Length.TotalMilliseconds}ms");

    /// <summary>
    /// The intervals that can be built from bars of length <paramref name="shortest"/>, itself first. Bars off the common grid fill none of its.
    /// </summary>
    public static IReadOnlyList<Interval> From(Interval shortest) =>
        [shortest, .. Standard.Where(i => i.Length > shortest.Length && i.Length.Ticks % shortest.Length.Ticks == 0 && shortest.Offset == TimeSpan.Zero)];

    /// <summary>The one of them that is shown and kept: the shortest from a minute on.</summary>
    public static Interval Shown(Interval shortest) =>
        From(shortest) is var all && all.FirstOrDefault(i => i.Length >= Minute.Length) is { Length.Ticks: > 0 } shown ? shown : all[^1];

    public DateTimeOffset Floor(DateTimeOffset time) => new(time.UtcTicks - Behind(time - Offset, Length), TimeSpan.Zero);

    public override string ToString() => Name;

    // From the epoch: the calendar's first day, which ticks begin at, is a Monday.
    private static long Behind(DateTimeOffset time, TimeSpan length) =>
        (((time - DateTimeOffset.UnixEpoch).Ticks % length.Ticks) + length.Ticks) % length.Ticks;

    private string? Whole(long unit, string suffix) =>
        Length.Ticks > 0 && Length.Ticks % unit == 0 ? string.Create(CultureInfo.InvariantCulture, $"{Length.Ticks / unit}{suffix}") : null;
}
