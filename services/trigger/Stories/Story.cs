namespace TradingSystem.Trigger.Stories;

/// <summary>A story as its feed tells it. Texts are plain and bounded, see <see cref="StoryText"/>.</summary>
public sealed record Story
{
    public const int LongestTitle = 500;
    public const int LongestSummary = 1_000;
    public const int LongestGuid = 500;
    public const int LongestLink = 2_000;
    public const int LongestDate = 100;
    public const int MostTags = 20;
    public const int LongestTag = 100;

    /// <summary>The feed's own id of it; null where it gives none. A longer one than <see cref="LongestGuid"/> is its beginning and its hash.</summary>
    public required string? Guid { get; init; }

    /// <summary>http or https; null where there is none.</summary>
    public required Uri? Link { get; init; }

    /// <summary>Never empty: without a title it is the beginning of the text, else the link, the id, the date, whichever there is.</summary>
    public required string Title { get; init; }

    /// <summary>Empty where there is none.</summary>
    public required string Summary { get; init; }

    /// <summary>Null where it has no date, or none that is a moment.</summary>
    public required DateTimeOffset? PublishedAt { get; init; }

    /// <summary>The date as it came; null where there is none.</summary>
    public required string? PublishedText { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }
}

/// <summary>What a feed shows.</summary>
/// <param name="Stories">In its own order.</param>
/// <param name="Fault">Why what comes behind them could not be read; null where all of it was.</param>
/// <param name="Skipped">Stories that say nothing at all, or are too many.</param>
public sealed record FeedContent(IReadOnlyList<Story> Stories, string? Fault, int Skipped);

/// <summary>This is no feed; the message says what is wrong with it.</summary>
public sealed class FeedFormatException(string message, Exception? inner = null) : Exception(message, inner);
