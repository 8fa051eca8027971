using System.Globalization;

namespace TradingSystem.Trigger.Candles;

/// <summary>A candle length, named as exchanges do: 1s, 1m, 15m, 1h, 1d. Bars start on the grid from the Unix epoch.</summary>
public readonly record struct Interval(TimeSpan Length)
{
    public static readonly Interval Second = new(TimeSpan.FromSeconds(1));
    public static readonly Interval Minute = new(TimeSpan.FromMinutes(1));
    public static readonly Interval FiveMinutes = new(TimeSpan.FromMinutes(5));
    public static readonly Interval Quarter = new(TimeSpan.FromMinutes(15));
    public static readonly Interval Hour = new(TimeSpan.FromHours(1));

    private static readonly Interval[] Standard = [Second, Minute, FiveMinutes, Quarter, Hour];

    public string Name =>
        Whole(TimeSpan.TicksPerDay, "d") ?? Whole(TimeSpan.TicksPerHour, "h") ?? Whole(TimeSpan.TicksPerMinute, "m") ?? Whole(TimeSpan.TicksPerSecond, "s")
        ?? string.Create(CultureInfo.InvariantCulture, $"{Length.TotalMilliseconds}ms");

    /// <summary>The intervals that can be built from bars of length <paramref name="shortest"/>, itself first.</summary>
    public static IReadOnlyList<Interval> From(Interval shortest) =>
        [shortest, .. Standard.Where(i => i.Length > shortest.Length && i.Length.Ticks % shortest.Length.Ticks == 0)];

    public DateTimeOffset Floor(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % Length.Ticks), TimeSpan.Zero);

    public override string ToString() => Name;

    private string? Whole(long unit, string suffix) =>
        Length.Ticks > 0 && Length.Ticks % unit == 0 ? string.Create(CultureInfo.InvariantCulture, $"{Length.Ticks / unit}{suffix}") : null;
}
