using Microsoft.EntityFrameworkCore;
using TradingSystem.Hosting;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.News;

/// <summary>
/// Takes away stories that their feed has not shown for a month. As long as it shows one it is kept, and raises nothing anew; a feed that is not read shows
/// what it showed last.
/// </summary>
public sealed class NewsRetention(IDbContextFactory<TriggerDb> database, NewsOptions options, TimeProvider time, ILogger<NewsRetention> log) : BackgroundService
{
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>Stories of one feed; more are the work of a feed that names each anew each time.</summary>
    public const int Most = 50_000;

    private static readonly TimeSpan Round = TimeSpan.FromHours(1);
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        options.Enabled ? Rounds.EveryAsync(Round, time, log, PruneAsync, stoppingToken) : Task.CompletedTask;

    /// <summary>One round.</summary>
    public async Task PruneAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        var end = time.GetUtcNow() - Kept;
        await using var db = await database.CreateDbContextAsync(deadline.Token);
        db.Database.SetCommandTimeout(Deadline);
        await db.Database.ExecuteSqlAsync(
            $"""
            delete from trigger.news_stories t using trigger.news_feeds f, trigger.news_feed_states s
            where f.id = t.feed_id and s.feed_id = t.feed_id and t.last_seen_at < {end}
              and (f.deleted_at < {end} or t.last_seen_at < s.document_at - {Kept})
            """,
            deadline.Token);
        await db.Database.ExecuteSqlAsync(
            $"""
            delete from trigger.news_stories t using (
              select f.id, (select o.seq from trigger.news_stories o where o.feed_id = f.id order by o.seq desc offset {Most} limit 1) as seq from trigger.news_feeds f) m
            where m.seq is not null and t.feed_id = m.id and t.seq <= m.seq and t.outcome <> 'pending'
            """,
            deadline.Token);
    }
}
