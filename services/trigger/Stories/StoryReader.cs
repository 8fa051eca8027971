namespace TradingSystem.Trigger.Stories;

/// <summary>Reads stories from the bytes of a feed: RSS, RDF, Atom or JSON Feed, whatever it says it is.</summary>
public static class StoryReader
{
    /// <summary>Bytes of a feed, unpacked.</summary>
    public const int MostBytes = 2 << 20;

    /// <summary>Stories of a feed; what comes behind them is skipped and counted.</summary>
    public const int MostStories = 500;

    /// <param name="address">Where it was read: what its links are relative to; null for nowhere.</param>
    /// <param name="charset">The encoding that its server names; it counts where the feed itself names none and is no UTF-8.</param>
    /// <exception cref="FeedFormatException">It is no feed, or too large.</exception>
    public static FeedContent Read(ReadOnlySpan<byte> bytes, Uri? address, DateTimeOffset now, string? charset = null)
    {
        if (bytes.Length > MostBytes)
        {
            throw new FeedFormatException($"a feed has at most {MostBytes} bytes");
        }

        var text = FeedBytes.Read(bytes, charset);
        return text.AsSpan().TrimStart() is ['{', ..] ? JsonStories.Read(text, address, MostStories, now) : XmlStories.Read(text, address, MostStories, now);
    }
}
