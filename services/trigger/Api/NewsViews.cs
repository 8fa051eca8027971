using System.Text.Json;
using TradingSystem.Hosting.Rest;
using TradingSystem.Trigger.News;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Api;

/// <summary>A news feed, and what became of asking it.</summary>
/// <param name="Version">Grows by one with every change, from 1.</param>
/// <param name="Feed">What it is; only name and url where it is of a later version of the service, which error then says.</param>
/// <param name="FetchedAt">When it was asked last, RFC 3339; null before the first time. All of this is about its present address.</param>
/// <param name="HttpStatus">Of the last answer; null where there was none.</param>
/// <param name="Error">Why the last time was none; null where it was one.</param>
/// <param name="Failures">Times without a good answer since the last one.</param>
/// <param name="Notice">What of its last document could not be read; null where all of it was.</param>
/// <param name="DocumentAt">When a document of it was read last, RFC 3339; null before the first that did not break off, whose stories are no news.</param>
/// <param name="Conditional">Whether the server is asked only for what changed: it has told an ETag, or when its document changed.</param>
/// <param name="LastStoryAt">When a story of it was seen first for the last time, RFC 3339; null where none is kept.</param>
/// <param name="NextFetchAt">When it is asked next, RFC 3339; null where it is switched off or gone.</param>
/// <param name="GoneAt">When its server said that it is gone for good, RFC 3339; it is not asked again until it is changed.</param>
public sealed record NewsFeedView(
    Guid Id,
    int Version,
    NewsFeedDocument Feed,
    string ChangedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset ChangedAt,
    DateTimeOffset? FetchedAt,
    int? HttpStatus,
    string? Error,
    int Failures,
    string? Notice,
    DateTimeOffset? DocumentAt,
    bool Conditional,
    DateTimeOffset? LastStoryAt,
    DateTimeOffset? NextFetchAt,
    DateTimeOffset? GoneAt)
{
    internal static NewsFeedView Of(NewsFeedRow row, NewsFeedStateRow state, DateTimeOffset? lastStoryAt)
    {
        var (document, fault) = Read(row, state);
        // What was changed since is not asked yet, and then at once; another address knows nothing of what came of the one before.
        var (isAsked, told) = (state.Version == row.Version, state.Url == document.Url ? state : null);
        var gone = isAsked ? told?.GoneAt : null;
        return new(
            row.Id, row.Version, document, row.Actor, row.CreatedAt, row.ChangedAt, told?.FetchedAt, told?.Status, fault ?? told?.Error, isAsked ? state.Failures : 0, told?.Notice,
            told?.DocumentAt, told?.ETag is not null || told?.LastModified is not null, lastStoryAt,
            document.Enabled == false || gone is not null || fault is not null ? null : isAsked ? state.NextFetchAt : row.ChangedAt, gone);
    }

    /// <summary>One that cannot be read must not take the others with it.</summary>
    private static (NewsFeedDocument Document, string? Fault) Read(NewsFeedRow row, NewsFeedStateRow state)
    {
        try
        {
            return (NewsJson.Read(row.Document), null);
        }
        catch (JsonException)
        {
            return (new(row.Name, state.Url), "this version of the service cannot read what it is, and does not ask it");
        }
    }
}

/// <summary>A story as its feed tells it. Its texts are plain: no markup, no entities, one line.</summary>
/// <param name="Feed">Name of its feed.</param>
/// <param name="Title">Its headline, at most 500 characters.</param>
/// <param name="Summary">Its text or the beginning of it, at most 1000 characters; empty where there is none.</param>
/// <param name="Link">http or https; null where it has none.</param>
/// <param name="PublishedAt">By its own date, RFC 3339; null where it has none, or one that leaves open which moment it is.</param>
/// <param name="PublishedText">Its date as it came; null where it has none.</param>
/// <param name="Symbols">Those that it is about.</param>
/// <param name="Tags">Those of its feed's settings, then its own categories.</param>
/// <param name="SeenAt">When it was seen first, RFC 3339.</param>
/// <param name="Revision">How often its words changed since; they are those of the last time.</param>
/// <param name="RevisedAt">When they changed last, RFC 3339; null where they did not.</param>
/// <param name="Outcome">raised: an event, which storm control may have held back. pending: one that is about to be sent. late: nobody could decide about its event within ten
/// minutes, and it is not sent any more; it may have been. first_fetch: it was there when
/// the feed was read first. old: its date lay more than a day back. no_target: it is about no symbol, and the feed names nobody. same_headline: another of the
/// same minute has it, for the same groups. same_guid, same_link: another had its guid, or its link, and was another story. flood: more new ones at once than
/// raise events.</param>
/// <param name="SameAs">The story that it repeats, where one is named.</param>
/// <param name="HeldFrom">The groups that storm control kept its event from, and why; empty where nobody is.</param>
/// <param name="EventId">Its event; null where it raised none.</param>
public sealed record StoryView(
    Guid Id,
    string Feed,
    string Title,
    string Summary,
    string? Link,
    DateTimeOffset? PublishedAt,
    string? PublishedText,
    IReadOnlyList<string> Symbols,
    IReadOnlyList<string> Tags,
    DateTimeOffset SeenAt,
    int Revision,
    DateTimeOffset? RevisedAt,
    [property: Words(typeof(NewsWords), nameof(NewsWords.Outcomes))] string Outcome,
    Guid? SameAs,
    IReadOnlyList<HoldView> HeldFrom,
    Guid? EventId)
{
    internal static StoryView Of(NewsStoryRow row, ILookup<Guid, HoldView> held) => new(
        row.Id, row.FeedName, row.Title, row.Summary, row.Link, row.PublishedAt, row.PublishedText, row.Symbols, row.Tags, row.SeenAt, row.Revision, row.RevisedAt,
        row.Outcome, row.SameAs, [.. held[row.Id]], row.Outcome == NewsWords.Raised ? row.Id : null);
}
