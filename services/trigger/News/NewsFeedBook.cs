using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.News;

/// <summary>A feed that this node asks now.</summary>
/// <param name="ETag">What the next request says of the document that was read last; null where there is none.</param>
/// <param name="LastModified">As above.</param>
/// <param name="Failures">Times without a good answer until now.</param>
public sealed record DueFeed(NewsFeed Feed, string? ETag, string? LastModified, int Failures);

/// <summary>Whose turn it is, so that of several nodes one asks, and what became of it.</summary>
public sealed partial class NewsFeedBook(IDbContextFactory<TriggerDb> database, TimeProvider time, ILogger<NewsFeedBook> log)
{
    /// <summary>Until then a node that asks has told what came of it, or is gone.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    /// <summary>Takes at most so many feeds that are due; no other node takes them before the lease is over.</summary>
    /// <param name="except">Those that this node still asks: one that is changed meanwhile is asked again when that is over.</param>
    public async Task<IReadOnlyList<DueFeed>> TakeAsync(int most, IEnumerable<Guid> except, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        var (now, asked) = (time.GetUtcNow(), except.ToArray());
        await using var db = await database.CreateDbContextAsync(deadline.Token);
        await using var transaction = await db.Database.BeginTransactionAsync(deadline.Token);
        var states = await db.NewsFeedStates.FromSql(
            $"""
            select s.* from trigger.news_feed_states s join trigger.news_feeds f on f.id = s.feed_id
            where f.deleted_at is null and f.document ->> 'enabled' is distinct from 'false'
              and s.feed_id <> all({asked}) and (s.version <> f.version or (s.gone_at is null and s.next_fetch_at <= {now}))
            order by s.next_fetch_at limit {most} for update of s skip locked
            """).ToListAsync(deadline.Token);
        var ids = states.ConvertAll(s => s.FeedId);
        var rows = ids.Count == 0 ? [] : await db.NewsFeeds.AsNoTracking().Where(f => ids.Contains(f.Id)).ToDictionaryAsync(f => f.Id, deadline.Token);
        var due = new List<DueFeed>();
        foreach (var state in states)
        {
            var row = rows[state.FeedId];
            state.NextFetchAt = now + Lease;
            if (state.Version != row.Version)
            {
                (state.Version, state.GoneAt, state.Failures) = (row.Version, null, 0);
            }

            if (Read(row) is not { } feed)
            {
                continue;
            }

            if (state.Url != feed.Document.Url)
            {
                (state.Url, state.ETag, state.LastModified, state.DocumentAt, state.BrokenOff) = (feed.Document.Url, null, null, null, 0);
                (state.FetchedAt, state.Status, state.Error, state.Notice) = (null, null, null, null);
            }

            due.Add(new(feed, state.ETag, state.LastModified, state.Failures));
        }

        await db.SaveChangesAsync(deadline.Token);
        await transaction.CommitAsync(deadline.Token);
        return due;
    }

    /// <summary>Writes what became of asking it, unless it was changed meanwhile.</summary>
    public async Task TellAsync(NewsFeed feed, Action<NewsFeedStateRow> tell, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        await using var db = await database.CreateDbContextAsync(deadline.Token);
        await using var transaction = await db.Database.BeginTransactionAsync(deadline.Token);
        // Locked: another node may be taking the version after this one.
        var states = await db.NewsFeedStates.FromSql(
            $"select * from trigger.news_feed_states where feed_id = {feed.Id} and version = {feed.Version} for update").ToListAsync(deadline.Token);
        states.ForEach(tell);
        await db.SaveChangesAsync(deadline.Token);
        await transaction.CommitAsync(deadline.Token);
    }

    /// <summary>One that cannot be read, as of a later version of this service, must not take the others with it.</summary>
    private NewsFeed? Read(NewsFeedRow row)
    {
        try
        {
            return new(row.Id, row.Version, NewsJson.Read(row.Document));
        }
        catch (JsonException e)
        {
            NewsFeedBookLog.Unreadable(log, row.Name, row.Version, e);
            return null;
        }
    }
}

internal static partial class NewsFeedBookLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "News feed {Feed} version {Version} cannot be read and is not asked")]
    public static partial void Unreadable(ILogger logger, string feed, int version, Exception exception);
}
