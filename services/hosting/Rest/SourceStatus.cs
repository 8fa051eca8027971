namespace TradingSystem.Hosting.Rest;

/// <summary>Whether a source of events lives, as every list of such sources says it.</summary>
public static class SourceStatus
{
    /// <summary>It was heard of just now.</summary>
    public const string Online = "online";

    /// <summary>It is there and says nothing.</summary>
    public const string Quiet = "quiet";

    /// <summary>Nothing can come of it.</summary>
    public const string Offline = "offline";

    public static readonly IReadOnlyList<string> All = [Online, Quiet, Offline];

    /// <summary>Who was heard of within it is online.</summary>
    public static readonly TimeSpan Recent = TimeSpan.FromMinutes(5);

    /// <param name="isOn">Somebody wants it to work, and it can.</param>
    /// <param name="isThere">It could say something now.</param>
    /// <param name="heardAt">When it last said something, by the clock; null for never.</param>
    /// <param name="now">By the clock.</param>
    public static string Of(bool isOn, bool isThere, DateTimeOffset? heardAt, DateTimeOffset now) =>
        !isOn ? Offline
        : now - heardAt <= Recent ? Online
        : isThere ? Quiet
        : Offline;
}
