using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using TradingSystem.Hosting.Outbound;
using TradingSystem.Hosting.Rest;
using TradingSystem.Trigger.News;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Api;

/// <summary><c>/api/v1/news/feeds</c>: which feeds are asked, and what became of it; <c>/api/v1/news</c>: what they told.</summary>
public static class NewsApi
{
    public const int Most = 100;

    public static void MapNews(this WebApplication app)
    {
        var news = app.MapGroup("/api/v1/news").WithTags("news");
        news.MapGet("/", StoriesAsync).RequireRole(Roles.Viewer).AllowGroup("news is nobody's own").Operation("listNews", "What the feeds told, newest first");
        var feeds = news.MapGroup("/feeds");
        feeds.MapGet("/", ListAsync).RequireRole(Roles.Viewer).Operation("listNewsFeeds", "The news feeds, newest first");
        feeds.MapPost("/", CreateAsync).RequireRole(Roles.Trader).Operation("createNewsFeed", "Makes a news feed, which is asked at once; what it shows then raises no event");
        feeds.MapGet("/{id:guid}", GetAsync).RequireRole(Roles.Viewer).Operation("getNewsFeed", "One news feed");
        feeds.MapPut("/{id:guid}", ReplaceAsync).RequireRole(Roles.Trader).Operation("replaceNewsFeed", "Writes a news feed anew, the whole of it; it is asked at once");
        feeds.MapDelete("/{id:guid}", DeleteAsync).RequireRole(Roles.Trader).Operation("deleteNewsFeed", "Takes a news feed away; its stories stay until they are old");
    }

    /// <param name="symbol">Stories about it alone.</param>
    /// <param name="feed">Name of a feed: its stories alone.</param>
    /// <param name="since">Seen from then on.</param>
    private static async Task<Ok<Page<StoryView>>> StoriesAsync(
        TriggerDb db, [AsParameters] ListQuery list, string? symbol, string? feed, Moment? since, CancellationToken cancellationToken)
    {
        var stories = db.NewsStories.AsNoTracking().Where(s => s.Seq < list.Before);
        if (symbol is not null)
        {
            stories = stories.Where(s => s.Symbols.Contains(symbol));
        }

        if (feed is not null)
        {
            stories = stories.Where(s => s.FeedName == feed);
        }

        if (since is { Time: var from })
        {
            stories = stories.Where(s => s.SeenAt >= from);
        }

        var rows = await stories.OrderByDescending(s => s.Seq).Take(list.Take).ToListAsync(cancellationToken);
        var held = await HeldBack.OfAsync(db, rows.Select(s => s.Id), cancellationToken);
        return TypedResults.Ok(list.Page(rows, s => s.Seq, s => StoryView.Of(s, held)));
    }

    private static async Task<Ok<Page<NewsFeedView>>> ListAsync(TriggerDb db, [AsParameters] ListQuery list, CancellationToken cancellationToken)
    {
        var rows = await db.NewsFeeds.AsNoTracking().Where(f => f.DeletedAt == null && f.Seq < list.Before)
            .OrderByDescending(f => f.Seq).Take(list.Take).ToListAsync(cancellationToken);
        var views = await ViewsAsync(db, rows, cancellationToken);
        return TypedResults.Ok(list.Page(rows, f => f.Seq, f => views[f.Id]));
    }

    private static async Task<Results<Ok<NewsFeedView>, NotFoundError>> GetAsync(TriggerDb db, Guid id, CancellationToken cancellationToken) =>
        await FindAsync(db.NewsFeeds.AsNoTracking(), id, cancellationToken) is { } feed
            ? TypedResults.Ok((await ViewsAsync(db, [feed], cancellationToken))[id])
            : RestError.NotFound(id);

    private static async Task<Results<Created<NewsFeedView>, RestError, ConflictError>> CreateAsync(
        HttpContext http, RestBody<NewsFeedDocument> body, TriggerDb db, OutboundGate gate, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!body.TryRead(b => NewsFeedReader.Read(b.Fields, gate), out var document, out var refusal))
        {
            return refusal;
        }

        if (await db.NewsFeeds.CountAsync(f => f.DeletedAt == null, cancellationToken) >= Most)
        {
            return RestError.Conflict("$", $"at most {Most} news feeds", "one more");
        }

        var now = time.GetUtcNow();
        var feed = new NewsFeedRow
        {
            Id = Guid.CreateVersion7(now),
            Name = document.Name,
            Version = 1,
            Document = NewsJson.Write(document),
            Actor = http.User.Actor(),
            CreatedAt = now,
            ChangedAt = now,
        };
        db.NewsFeeds.Add(feed);
        db.NewsFeedStates.Add(new() { FeedId = feed.Id, Url = document.Url, NextFetchAt = now });
        return await TrySaveAsync(db, feed.Name, cancellationToken) is { } failure
            ? failure
            : TypedResults.Created($"/api/v1/news/feeds/{feed.Id}", (await ViewsAsync(db, [feed], cancellationToken))[feed.Id]);
    }

    /// <param name="version">The one that was read: where another is current by now, nothing is written.</param>
    private static async Task<Results<Ok<NewsFeedView>, RestError, NotFoundError, ConflictError>> ReplaceAsync(
        HttpContext http, RestBody<NewsFeedDocument> body, TriggerDb db, OutboundGate gate, TimeProvider time, Guid id, [Range(1, int.MaxValue)] int? version,
        CancellationToken cancellationToken)
    {
        if (!body.TryRead(b => NewsFeedReader.Read(b.Fields, gate), out var document, out var refusal))
        {
            return refusal;
        }

        if (await FindAsync(db.NewsFeeds, id, cancellationToken) is not { } feed)
        {
            return RestError.NotFound(id);
        }

        if (version is { } read && read != feed.Version)
        {
            return RestError.Conflict("version", $"the current version, {feed.Version}", $"{read}");
        }

        (feed.Name, feed.Document, feed.Actor, feed.ChangedAt) = (document.Name, NewsJson.Write(document), http.User.Actor(), time.GetUtcNow());
        feed.Version++;
        return await TrySaveAsync(db, feed.Name, cancellationToken) is { } failure
            ? failure
            : TypedResults.Ok((await ViewsAsync(db, [feed], cancellationToken))[id]);
    }

    private static async Task<Results<NoContent, NotFoundError, ConflictError>> DeleteAsync(
        TriggerDb db, TimeProvider time, Guid id, CancellationToken cancellationToken)
    {
        if (await FindAsync(db.NewsFeeds, id, cancellationToken) is not { } feed)
        {
            return RestError.NotFound(id);
        }

        feed.DeletedAt = time.GetUtcNow();
        feed.Version++;
        return await TrySaveAsync(db, feed.Name, cancellationToken) is { } failure ? failure : TypedResults.NoContent();
    }

    private static Task<NewsFeedRow?> FindAsync(IQueryable<NewsFeedRow> feeds, Guid id, CancellationToken cancellationToken) =>
        feeds.SingleOrDefaultAsync(f => f.Id == id && f.DeletedAt == null, cancellationToken);

    private static async Task<ConflictError?> TrySaveAsync(TriggerDb db, string name, CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return null;
        }
        catch (DbUpdateConcurrencyException)
        {
            return RestError.Conflict("$", "unchanged since it was read; try again", name);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return RestError.Conflict("name", "unique", name);
        }
    }

    private static async Task<Dictionary<Guid, NewsFeedView>> ViewsAsync(TriggerDb db, IReadOnlyList<NewsFeedRow> feeds, CancellationToken cancellationToken)
    {
        var ids = feeds.Select(f => f.Id).ToList();
        var states = await db.NewsFeedStates.AsNoTracking().Where(s => ids.Contains(s.FeedId))
            .Select(s => new
            {
                State = s,
                LastStoryAt = db.Set<NewsStoryRow>().Where(t => t.FeedId == s.FeedId).OrderByDescending(t => t.Seq).Select(t => (DateTimeOffset?)t.SeenAt).FirstOrDefault(),
            })
            .ToDictionaryAsync(s => s.State.FeedId, cancellationToken);
        return feeds.ToDictionary(f => f.Id, f => NewsFeedView.Of(f, states[f.Id].State, states[f.Id].LastStoryAt));
    }
}
