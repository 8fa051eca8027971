using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Stories;

namespace TradingSystem.Trigger.News;

/// <summary>A feed that is asked.</summary>
public sealed record NewsFeed(Guid Id, int Version, NewsFeedDocument Document);

/// <summary>What became of a document's stories.</summary>
/// <param name="Repeats">New ones that have a guid or a link of another.</param>
public readonly record struct NewsTally(int New, int Events, int Revised, int Repeats, int Flooded);

/// <summary>
/// Keeps stories. One transaction for a document, one document at a time over all nodes: that a story raises one event, that two headlines are the same, and
/// that a feed is read for the first time is decided by what is in the database.
/// </summary>
/// <param name="symbols">Those that stories are looked through for, beside the market's own.</param>
public sealed class NewsBook(IDbContextFactory<TriggerDb> database, IReadOnlyList<string> symbols, MarketState market, TimeProvider time) : IDisposable
{
    /// <summary>Events of one document; a feed whose guids all changed wakes nobody five hundred times.</summary>
    public const int MostEvents = 20;

    /// <summary>What its feed dates further back was no news when it was seen.</summary>
    public static readonly TimeSpan News = TimeSpan.FromHours(24);

    /// <summary>Within it two equal headlines are one.</summary>
    public static readonly TimeSpan SameHeadline = TimeSpan.FromSeconds(60);

    /// <summary>First documents that broke off: what comes behind that place may be old as well. One that always breaks off there is a feed all the same.</summary>
    private const int MostBrokenOff = 3;
    private const int MostRows = 5_000;

    /// <summary>How exactly it is known when a feed showed a story last: it need not be written each time.</summary>
    private static readonly TimeSpan SeenExactly = TimeSpan.FromHours(1);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    /// <summary>Until it is a document's turn. With the rest of what asking takes, less than a lease.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(60);

    /// <summary>Those of this node wait here, where they hold no connection.</summary>
    private readonly SemaphoreSlim _turn = new(1);

    /// <param name="kept">Written in the same transaction: what the next request may say of the document that was read.</param>
    public async Task<NewsTally> KeepAsync(NewsFeed feed, FeedContent content, Action<NewsFeedStateRow> kept, CancellationToken cancellationToken)
    {
        var stories = Read(feed, content);
        using var turn = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        turn.CancelAfter(Turn);
        await _turn.WaitAsync(turn.Token);
        try
        {
            await using var db = await database.CreateDbContextAsync(turn.Token);
            await using var transaction = await db.Database.BeginTransactionAsync(turn.Token);
            await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended('trigger.news', 0))", turn.Token);
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(Deadline);
            var tally = await KeepAsync(db, feed, content, stories, kept, deadline.Token);
            await transaction.CommitAsync(deadline.Token);
            return tally;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<NewsTally> KeepAsync(
        TriggerDb db, NewsFeed feed, FeedContent content, IReadOnlyList<ReadStory> stories, Action<NewsFeedStateRow> kept, CancellationToken cancellationToken)
    {
        // Locked: another node may be taking the version after this one.
        var states = await db.NewsFeedStates.FromSql($"select * from trigger.news_feed_states where feed_id = {feed.Id} for update").ToListAsync(cancellationToken);
        if (states is not [var state] || state.Url != feed.Document.Url
            || !await db.NewsFeeds.AnyAsync(f => f.Id == feed.Id && f.Version == feed.Version && f.DeletedAt == null, cancellationToken))
        {
            // It was changed meanwhile, or taken away: another address, other targets, or nobody to ask. The version that is there now is asked at once.
            return default;
        }

        var now = time.GetUtcNow();
        var sorter = new StorySorter(content.Stories, await KnownAsync(db, feed.Id, content.Stories, cancellationToken));
        var heads = await HeadsAsync(db, now, cancellationToken);
        var isFirst = state.DocumentAt is null;
        var (tally, added) = (default(NewsTally), new List<NewsStoryRow>());
        foreach (var story in stories)
        {
            var sorted = sorter.Sort(story.Story);
            if (sorted.Known is { } row)
            {
                tally = See(row, story.Story, now) ? tally with { Revised = tally.Revised + 1 } : tally;
                continue;
            }

            row = Row(feed, sorted, story, heads, now, isFirst, tally.Events);
            sorter.Add(row);
            added.Add(row);
            if (row.Outcome == NewsWords.Pending)
            {
                heads[row.Headline] = row.Id;
            }

            tally = new(
                tally.New + 1, tally.Events + (row.Outcome == NewsWords.Pending ? 1 : 0), tally.Revised, tally.Repeats + (sorted.Repeats is null ? 0 : 1),
                tally.Flooded + (row.Outcome == NewsWords.Flood ? 1 : 0));
        }

        kept(state);
        (state.DocumentAt, state.BrokenOff) = isFirst && content.Fault is not null && state.BrokenOff < MostBrokenOff ? ((DateTimeOffset?)null, state.BrokenOff + 1) : (now, 0);
        await AddAsync(db, added, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        return tally;
    }

    /// <summary>With numbers that are taken for them: those that the database gave to rows of one batch would be in the order of their ids.</summary>
    private static async Task AddAsync(TriggerDb db, List<NewsStoryRow> added, CancellationToken cancellationToken)
    {
        if (added.Count == 0)
        {
            return;
        }

        var numbers = await db.Database.SqlQuery<long>(
            $"""select nextval(pg_get_serial_sequence('trigger.news_stories', 'seq')) as "Value" from generate_series(1, {added.Count})""").ToListAsync(cancellationToken);
        numbers.Sort();
        // A feed shows its newest story first.
        foreach (var (row, number) in Enumerable.Reverse(added).Zip(numbers))
        {
            db.NewsStories.Add(row).Property(r => r.Seq).CurrentValue = number;
        }
    }

    /// <summary>What of stories does not depend on others, which nobody needs to wait for.</summary>
    private List<ReadStory> Read(NewsFeed feed, FeedContent content)
    {
        var (document, finder) = (feed.Document, new SymbolFinder(
            symbols.Concat(market.Status?.Symbols ?? []), feed.Document.Aliases ?? new Dictionary<string, IReadOnlyList<string>>()));
        return [.. content.Stories.Select(story => new ReadStory(
            story, [.. finder.Of(story).Concat(document.Symbols ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(FieldLimits.Items)]))];
    }

    /// <summary>True where its words are others than before.</summary>
    private static bool See(NewsStoryRow row, Story story, DateTimeOffset now)
    {
        if (now - row.LastSeenAt >= SeenExactly)
        {
            row.LastSeenAt = now;
        }

        if (row.Title == story.Title && row.Summary == story.Summary)
        {
            return false;
        }

        (row.Title, row.Summary, row.Link) = (story.Title, story.Summary, story.Link?.AbsoluteUri ?? row.Link);
        (row.Revision, row.RevisedAt, row.LastSeenAt) = (row.Revision + 1, now, now);
        return true;
    }

    private static NewsStoryRow Row(
        NewsFeed feed, SortedStory sorted, ReadStory read, Dictionary<string, Guid> heads, DateTimeOffset now, bool isFirst, int events)
    {
        var (story, symbols, document) = (read.Story, read.Symbols, feed.Document);
        List<string> targets = [.. document.Targets ?? symbols.Select(s => $"symbol:{s}")];
        var headline = StoryKeys.Headline(story.Title, targets);
        var head = heads.TryGetValue(headline, out var found) ? (Guid?)found : null;
        var outcome = isFirst ? NewsWords.FirstFetch
            : sorted.Repeats is { } repeats ? repeats
            : story.PublishedAt < now - News ? NewsWords.Old
            : targets.Count == 0 ? NewsWords.NoTarget
            : head is not null ? NewsWords.SameHeadline
            : events >= MostEvents ? NewsWords.Flood
            : NewsWords.Pending;
        return new()
        {
            Id = StoryKeys.Id(feed.Id, sorted.Key),
            FeedId = feed.Id,
            FeedName = document.Name,
            Key = sorted.Key,
            Guid = story.Guid,
            GuidKey = sorted.Keys.Guid,
            LinkKey = sorted.Keys.Link,
            Link = story.Link?.AbsoluteUri,
            Title = story.Title,
            Summary = story.Summary,
            PublishedAt = story.PublishedAt,
            PublishedText = story.PublishedText,
            Symbols = symbols,
            Tags = [.. (document.Tags ?? []).Concat(story.Tags).Distinct(StringComparer.OrdinalIgnoreCase)],
            Targets = targets,
            Priority = document.Priority ?? FieldLimits.DefaultPriority,
            Headline = headline,
            Outcome = outcome,
            SameAs = outcome == NewsWords.SameHeadline ? head : sorted.Other?.Id,
            SeenAt = now,
            LastSeenAt = now,
        };
    }

    private static async Task<List<NewsStoryRow>> KnownAsync(TriggerDb db, Guid feed, IReadOnlyList<Story> stories, CancellationToken cancellationToken)
    {
        var keys = stories.SelectMany(StorySorter.Candidates).Distinct().ToList();
        var ofFeed = db.NewsStories.Where(s => s.FeedId == feed);
        var known = await ofFeed.Where(s => keys.Contains(s.Key)).ToListAsync(cancellationToken);
        // A feed may give all its stories one guid or one link: the newest of them will do.
        var guids = await ofFeed.Where(s => keys.Contains(s.GuidKey!)).OrderByDescending(s => s.Seq).Take(MostRows).ToListAsync(cancellationToken);
        var links = await ofFeed.Where(s => keys.Contains(s.LinkKey!)).OrderByDescending(s => s.Seq).Take(MostRows).ToListAsync(cancellationToken);
        return [.. known.Union(guids).Union(links)];
    }

    /// <summary>By headline, the story of the last minute that raised an event, or is about to. A clock of another node may be ahead of ours.</summary>
    private static async Task<Dictionary<string, Guid>> HeadsAsync(TriggerDb db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (from, to) = (now - SameHeadline, now + SameHeadline);
        var rows = await db.NewsStories.AsNoTracking()
            .Where(s => s.SeenAt > from && s.SeenAt < to && (s.Outcome == NewsWords.Pending || s.Outcome == NewsWords.Raised))
            .OrderBy(s => s.Seq).Select(s => new { s.Headline, s.Id }).ToListAsync(cancellationToken);
        var heads = new Dictionary<string, Guid>();
        foreach (var row in rows)
        {
            heads.TryAdd(row.Headline, row.Id);
        }

        return heads;
    }

    /// <param name="Symbols">Those that it is about.</param>
    private sealed record ReadStory(Story Story, List<string> Symbols);
}
