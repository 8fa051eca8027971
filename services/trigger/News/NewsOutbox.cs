using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;
using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.Trigger.News;

/// <summary>
/// Sends the events of stories that are kept: whatever ends between the two is sent by whoever looks next, under the same id, which every consumer recognises.
/// </summary>
public sealed partial class NewsOutbox(
    IDbContextFactory<TriggerDb> database, StormGate gate, BusReadiness bus, NewsOptions options, TimeProvider time, ILogger<NewsOutbox> log)
    : BackgroundService
{
    /// <summary>What was not confirmed for so long is told and not sent any more.</summary>
    public static readonly TimeSpan News = TimeSpan.FromMinutes(10);

    private const int MostAtOnce = 100;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    /// <summary>Longer than a node takes to send and to write that it did.</summary>
    private static readonly TimeSpan Claim = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Enabled)
        {
            return;
        }

        await bus.WaitAsync(stoppingToken);
        await Rounds.EveryAsync(Round, time, log, SendAsync, stoppingToken);
    }

    /// <summary>Sends what waits and no other node is about to send.</summary>
    public async Task SendAsync(CancellationToken cancellationToken)
    {
        var stories = await TakeAsync(cancellationToken);
        if (stories.Count == 0)
        {
            return;
        }

        var (late, news) = (new List<NewsStoryRow>(), new List<NewsStoryRow>());
        foreach (var story in stories)
        {
            (time.GetUtcNow() - story.SeenAt > News ? late : news).Add(story);
        }

        foreach (var story in late)
        {
            NewsOutboxLog.Late(log, story.FeedName, story.Id);
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        var outcomes = await Task.WhenAll(news.Select(s => RaiseAsync(s, deadline.Token)));
        cancellationToken.ThrowIfCancellationRequested();
        await WriteAsync(late.ConvertAll(s => s.Id), NewsWords.Late, cancellationToken);
        await WriteAsync([.. news.Where((_, i) => outcomes[i] == PublishOutcome.Durable).Select(s => s.Id)], NewsWords.Raised, cancellationToken);
        if (outcomes.Count(o => o != PublishOutcome.Durable) is > 0 and var left)
        {
            NewsOutboxLog.NotDurable(log, left);
        }
    }

    private async Task<List<NewsStoryRow>> TakeAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        var now = time.GetUtcNow();
        await using var db = await database.CreateDbContextAsync(deadline.Token);
        await using var transaction = await db.Database.BeginTransactionAsync(deadline.Token);
        var stories = await db.NewsStories.FromSql(
            $"""
            select * from trigger.news_stories where outcome = 'pending' and (claimed_until is null or claimed_until < {now})
            order by seq limit {MostAtOnce} for update skip locked
            """).ToListAsync(deadline.Token);
        stories.ForEach(s => s.ClaimedUntil = now + Claim);
        await db.SaveChangesAsync(deadline.Token);
        await transaction.CommitAsync(deadline.Token);
        // What a statement returns need not be in the order of the rows that it took.
        stories.Sort((a, b) => a.Seq.CompareTo(b.Seq));
        return stories;
    }

    /// <summary>What is not out by then may be; its claim ends, and it is sent again.</summary>
    private async Task<PublishOutcome> RaiseAsync(NewsStoryRow story, CancellationToken cancellationToken)
    {
        try
        {
            return await gate.RaiseAsync(new(NewsEvents.Of(story), $"news:{story.Headline}") { News = News }).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return PublishOutcome.Unknown;
        }
    }

    private async Task WriteAsync(List<Guid> ids, string outcome, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
        {
            return;
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        await using var db = await database.CreateDbContextAsync(deadline.Token);
        await db.NewsStories.Where(s => ids.Contains(s.Id) && s.Outcome == NewsWords.Pending)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.Outcome, outcome), deadline.Token);
    }
}

internal static partial class NewsOutboxLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The event of story {StoryId} of {Feed} was not confirmed while it was news and is not sent any more; it may have been sent")]
    public static partial void Late(ILogger logger, string feed, Guid storyId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} events of stories are not confirmed; they are sent again")]
    public static partial void NotDurable(ILogger logger, int count);
}
