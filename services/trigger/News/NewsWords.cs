namespace TradingSystem.Trigger.News;

/// <summary>What came of a story.</summary>
public static class NewsWords
{
    /// <summary>Its event is not sent yet.</summary>
    public const string Pending = "pending";

    /// <summary>It raised an event.</summary>
    public const string Raised = "raised";

    /// <summary>That its event was sent was not confirmed while it was news: it may have been.</summary>
    public const string Late = "late";

    /// <summary>It was there when the feed was read first.</summary>
    public const string FirstFetch = "first_fetch";

    /// <summary>By its own date it was no news any more when it was seen.</summary>
    public const string Old = "old";

    /// <summary>It is about no symbol of ours, and the feed names nobody.</summary>
    public const string NoTarget = "no_target";

    /// <summary>Another story of the last minute has the same headline for the same groups.</summary>
    public const string SameHeadline = "same_headline";

    /// <summary>Another story had its guid before, with another title and another link.</summary>
    public const string SameGuid = "same_guid";

    /// <summary>Another story had its link before, with another guid and another title.</summary>
    public const string SameLink = "same_link";

    /// <summary>Too many of them came at once.</summary>
    public const string Flood = "flood";

    public static readonly IReadOnlyList<string> Outcomes = [Pending, Raised, Late, FirstFetch, Old, NoTarget, SameHeadline, SameGuid, SameLink, Flood];
}
