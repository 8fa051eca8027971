namespace TradingSystem.Trigger.Feeds;

/// <summary>The exchange's public market data: no key needed. Bound from <c>TRIGGER__LIVE__…</c>.</summary>
public sealed class LiveOptions
{
    public Uri WebSocket { get; set; } = new("wss://fstream.binance.com");

    public Uri Rest { get; set; } = new("https://fapi.binance.com");

    /// <summary>Combined-stream paths for trades and mark prices; tried in turn, since the exchange moved them and kept the old ones for a time.</summary>
    public IReadOnlyList<string> TradePaths { get; set; } = ["/market/stream", "/stream"];

    /// <summary>The same for best bid and ask.</summary>
    public IReadOnlyList<string> QuotePaths { get; set; } = ["/public/stream", "/stream"];

    public TimeSpan ConnectDeadline { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Mark prices tick every second on the connection of the trades, whether anybody trades or not. Without one of any symbol for this long the connection
    /// is dead, whatever TCP says, and so is the feed.
    /// </summary>
    public TimeSpan DeadAfter { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>A symbol that nobody trades for longer is quiet: told as that, and nothing more.</summary>
    public TimeSpan QuietAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The connection of the quotes, which has no channel that always ticks, is dead when it brings nothing for this long.</summary>
    public TimeSpan SilenceDeadline { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long a connection of the trades is kept at most; up to a twentieth less, so that several nodes do not change at once. The exchange ends them
    /// after 24 h.
    /// </summary>
    public TimeSpan RenewAfter { get; set; } = TimeSpan.FromHours(23);

    /// <summary>How long the old and the new connection may overlap, should too little be traded to compare them by.</summary>
    public TimeSpan LongestOverlap { get; set; } = TimeSpan.FromMinutes(1);

    public TimeSpan RestDeadline { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long after its end a candle that trades did not complete is asked for over REST.</summary>
    public TimeSpan CompletionGrace { get; set; } = TimeSpan.FromSeconds(3);

    public TimeSpan LongestBackoff { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long <c>MARKET=auto</c> waits for the first price.</summary>
    public TimeSpan AutoPatience { get; set; } = TimeSpan.FromSeconds(3);

    /// <exception cref="InvalidOperationException">A value is outside its bounds; the message names both.</exception>
    internal LiveOptions Validated()
    {
        Within(DeadAfter, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1), "DeadAfter must be from 2 s, twice the ticks' pace, to 1 min");
        Within(QuietAfter, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), "QuietAfter must be from 1 s to 1 day");
        Within(SilenceDeadline, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), "SilenceDeadline must be from 1 s to 1 h");
        Within(LongestOverlap, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), "LongestOverlap must be from 1 s to 1 h");
        Within(RenewAfter, TimeSpan.FromMinutes(1), TimeSpan.FromHours(24) - LongestOverlap, "RenewAfter must be from 1 min to 24 h less LongestOverlap");
        return this;
    }

    private static void Within(TimeSpan value, TimeSpan least, TimeSpan most, string rule)
    {
        if (value < least || value > most)
        {
            throw new InvalidOperationException($"Trigger:Live:{rule}, got '{value}'.");
        }
    }
}
