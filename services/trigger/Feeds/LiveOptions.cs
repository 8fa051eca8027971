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

    /// <summary>A connection that brings nothing for this long is dead, whatever TCP says.</summary>
    public TimeSpan SilenceDeadline { get; set; } = TimeSpan.FromSeconds(15);

    public TimeSpan RestDeadline { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long after its end a candle that trades did not complete is asked for over REST.</summary>
    public TimeSpan CompletionGrace { get; set; } = TimeSpan.FromSeconds(3);

    public TimeSpan LongestBackoff { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long <c>MARKET=auto</c> waits for the first price.</summary>
    public TimeSpan AutoPatience { get; set; } = TimeSpan.FromSeconds(3);
}
