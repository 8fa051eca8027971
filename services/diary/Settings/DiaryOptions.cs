namespace TradingSystem.Diary.Settings;

/// <summary>Bound from <c>DIARY__…</c>.</summary>
public sealed class DiaryOptions
{
    /// <summary>A group counts as active for this long after it was last heard of.</summary>
    public TimeSpan ActiveWindow { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a live stream says that it is alive.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often a live stream looks for entries that another node wrote.</summary>
    public TimeSpan PollEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Live streams at a time; one more gets 503.</summary>
    public int MaxStreams { get; set; } = 200;

    /// <summary>Comma separated origins whose pages may read /diary, /state and /meta.</summary>
    public string AllowedOrigins { get; set; } = "http://localhost:3000";

    internal DiaryOptions Validated() =>
        ActiveWindow > TimeSpan.Zero && Heartbeat > TimeSpan.Zero && PollEvery > TimeSpan.Zero && MaxStreams > 0
            ? this
            : throw new InvalidOperationException("Diary: ActiveWindow, Heartbeat, PollEvery and MaxStreams must be positive.");
}
