namespace TradingSystem.Trigger.News;

/// <summary>Bound from <c>TRIGGER__NEWS__…</c>.</summary>
public sealed class NewsOptions
{
    private const int LongestAgent = 200;

    /// <summary>Whether feeds are asked and events are sent. Switched off they can still be read and changed.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>What servers are told that we are. Some want a way to reach whoever asks in it.</summary>
    public string UserAgent { get; set; } = "TradingSystem news reader";

    /// <exception cref="InvalidOperationException">A value breaks its rule.</exception>
    internal NewsOptions Validated() =>
        UserAgent.Length is > 0 and <= LongestAgent && UserAgent.All(c => c is >= ' ' and <= '~')
            ? this
            : throw new InvalidOperationException($"Trigger:News:UserAgent must be 1 to {LongestAgent} printable ASCII characters.");
}
