namespace TradingSystem.Trigger.Storage;

/// <summary>A news feed, as it was set up.</summary>
public sealed class NewsFeedRow
{
    public required Guid Id { get; init; }

    public long Seq { get; init; }

    public required string Name { get; set; }

    /// <summary>Grows by one with every change, from 1.</summary>
    public required int Version { get; set; }

    /// <summary>JSON, as REST takes it.</summary>
    public required string Document { get; set; }

    /// <summary>Who wrote this version.</summary>
    public required string Actor { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ChangedAt { get; set; }

    /// <summary>Null while it is there. Its stories stay until they are old.</summary>
    public DateTimeOffset? DeletedAt { get; set; }
}

/// <summary>What became of asking a feed. Written by whoever asked it, never by who changes it.</summary>
public sealed class NewsFeedStateRow
{
    public required Guid FeedId { get; init; }

    /// <summary>The address that all of it is about; another one is asked as if it were new.</summary>
    public required string Url { get; set; }

    /// <summary>The version that was asked last: another one is asked at once, whatever came of this.</summary>
    public int Version { get; set; }

    /// <summary>When it is asked next; while a node asks, when another one may.</summary>
    public required DateTimeOffset NextFetchAt { get; set; }

    public DateTimeOffset? FetchedAt { get; set; }

    /// <summary>HTTP status of the last answer; null where there was none.</summary>
    public int? Status { get; set; }

    /// <summary>Why the last time was none; null where it was one.</summary>
    public string? Error { get; set; }

    /// <summary>Times without a good answer since the last one.</summary>
    public int Failures { get; set; }

    /// <summary>What of the last document could not be read; null where all of it was.</summary>
    public string? Notice { get; set; }

    public string? ETag { get; set; }

    /// <summary>As the server wrote it.</summary>
    public string? LastModified { get; set; }

    /// <summary>When its last document was read; null before the first whole one, whose stories are no news.</summary>
    public DateTimeOffset? DocumentAt { get; set; }

    /// <summary>Documents before the first whole one that broke off.</summary>
    public int BrokenOff { get; set; }

    /// <summary>When its server said that it is gone for good; it is not asked again until it is changed.</summary>
    public DateTimeOffset? GoneAt { get; set; }
}

/// <summary>A story of a feed, and what came of it.</summary>
public sealed class NewsStoryRow
{
    /// <summary>Made of the feed and the story's key; its event has the same.</summary>
    public required Guid Id { get; init; }

    public long Seq { get; init; }

    public required Guid FeedId { get; init; }

    public required string FeedName { get; init; }

    /// <summary>SHA-256 of what the feed knows it by: its guid, else its link, else its words.</summary>
    public required string Key { get; init; }

    public required string? Guid { get; init; }

    /// <summary>SHA-256 of its guid; null without one. Stories that share one are not the same unseen.</summary>
    public required string? GuidKey { get; init; }

    /// <summary>SHA-256 of the page its link leads to; null without one.</summary>
    public required string? LinkKey { get; init; }

    public required string? Link { get; set; }

    public required string Title { get; set; }

    public required string Summary { get; set; }

    public required DateTimeOffset? PublishedAt { get; init; }

    public required string? PublishedText { get; init; }

    public required List<string> Symbols { get; init; }

    public required List<string> Tags { get; init; }

    public required List<string> Targets { get; init; }

    public required int Priority { get; init; }

    /// <summary>SHA-256 of its headline and whom it is for; the same within a minute is the same news, from whichever feed.</summary>
    public required string Headline { get; init; }

    /// <summary>How often its words were changed since.</summary>
    public int Revision { get; set; }

    public DateTimeOffset? RevisedAt { get; set; }

    /// <summary>What came of it, one of <see cref="News.NewsWords.Outcomes"/>.</summary>
    public required string Outcome { get; set; }

    /// <summary>The story that it repeats; null where it repeats none.</summary>
    public required Guid? SameAs { get; init; }

    /// <summary>When it was seen first.</summary>
    public required DateTimeOffset SeenAt { get; init; }

    /// <summary>When the feed showed it last, to the hour.</summary>
    public required DateTimeOffset LastSeenAt { get; set; }

    /// <summary>Until then the node that has begun to send its event goes on with it.</summary>
    public DateTimeOffset? ClaimedUntil { get; set; }
}
