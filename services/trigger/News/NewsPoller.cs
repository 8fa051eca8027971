using System.Collections.Concurrent;
using System.Net;
using TradingSystem.Hosting;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.News;

/// <summary>
/// Asks each feed when its turn has come, and later where it fails. A feed that is slow or broken holds up no other; of several nodes one asks.
/// </summary>
public sealed partial class NewsPoller(NewsFeedBook feeds, NewsFetcher fetcher, NewsBook book, NewsOptions options, TimeProvider time, ILogger<NewsPoller> log) : BackgroundService
{
    public const int UsualInterval = 300;

    private const int MostAtOnce = 16;
    private const double Jitter = 0.1;
    private const int MostDoublings = 6;

    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);

    /// <summary>After an answer that could not be kept; twice as long with each, as after any failure.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    /// <summary>A feed that fails is asked at least so often, unless its server or its interval says otherwise.</summary>
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(24);

    private readonly ConcurrentDictionary<Guid, Task> _asked = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Enabled)
        {
            return;
        }

        try
        {
            await Rounds.EveryAsync(Round, time, log, RoundAsync, stoppingToken);
        }
        finally
        {
            await Task.WhenAll(_asked.Values);
        }
    }

    private async Task RoundAsync(CancellationToken cancellationToken)
    {
        var free = MostAtOnce - _asked.Count;
        if (free <= 0)
        {
            return;
        }

        foreach (var due in await feeds.TakeAsync(free, _asked.Keys, cancellationToken))
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_asked.TryAdd(due.Feed.Id, done.Task))
            {
                _ = PollAsync(due, done, cancellationToken);
            }
        }
    }

    private async Task PollAsync(DueFeed due, TaskCompletionSource done, CancellationToken cancellationToken)
    {
        try
        {
            await PollAsync(due, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            NewsPollerLog.NotKept(log, due.Feed.Document.Name, e);
            await TellNotKeptAsync(due.Feed, cancellationToken);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // The service ends.
        }
        finally
        {
            _asked.TryRemove(due.Feed.Id, out _);
            done.SetResult();
        }
    }

    private async Task PollAsync(DueFeed due, CancellationToken cancellationToken)
    {
        var (feed, answer) = (due.Feed, await fetcher.AskAsync(due, cancellationToken));
        var (name, now) = (feed.Document.Name, time.GetUtcNow());
        var interval = TimeSpan.FromSeconds(Math.Max(feed.Document.IntervalS ?? UsualInterval, NewsFeedReader.LeastInterval));
        if (answer.Content is { } content)
        {
            var tally = await book.KeepAsync(feed, content, Good, cancellationToken);
            Tell(name, tally, content.Fault);
        }
        else if (answer.IsUnchanged)
        {
            await feeds.TellAsync(feed, Good, cancellationToken);
        }
        else
        {
            await feeds.TellAsync(feed, Bad, cancellationToken);
            if (answer.Status == HttpStatusCode.Gone)
            {
                NewsPollerLog.Gone(log, name);
            }
            else if (due.Failures == 0)
            {
                NewsPollerLog.Failing(log, name, answer.Error!);
            }
        }

        void Good(NewsFeedStateRow state)
        {
            (state.FetchedAt, state.Status, state.Error, state.Failures, state.NextFetchAt) = (now, (int?)answer.Status, null, 0, now + Jittered(interval));
            state.GoneAt = null;
            if (answer.Content is { } read)
            {
                (state.ETag, state.LastModified) = (answer.ETag, answer.LastModified);
                state.Notice = read.Fault ?? (read.Skipped > 0 ? FormattableString.Invariant($"{read.Skipped} stories skipped: they say nothing, or are too many") : null);
            }
        }

        void Bad(NewsFeedStateRow state)
        {
            (state.FetchedAt, state.Status, state.Error, state.Failures) = (now, (int?)answer.Status, answer.Error, state.Failures + 1);
            state.GoneAt = answer.Status == HttpStatusCode.Gone ? now : null;
            state.NextFetchAt = now + Wait(interval, state.Failures, answer.RetryAfter);
        }
    }

    /// <summary>Mostly the database's fault and soon over; where it is what the feed told, it must not be asked so for ever.</summary>
    private async Task TellNotKeptAsync(NewsFeed feed, CancellationToken cancellationToken)
    {
        try
        {
            var now = time.GetUtcNow();
            await feeds.TellAsync(
                feed,
                state =>
                {
                    (state.Error, state.Failures) = ("what it answered could not be kept", state.Failures + 1);
                    state.NextFetchAt = now + Wait(Retry, state.Failures, null);
                },
                cancellationToken);
        }
        catch (Exception e)
        {
            // It is asked again when the lease is over.
            NewsPollerLog.NotTold(log, feed.Document.Name, e.Message);
        }
    }

    private void Tell(string name, NewsTally tally, string? fault)
    {
        if (fault is not null)
        {
            NewsPollerLog.Broken(log, name, fault);
        }

        if (tally.Repeats > 0)
        {
            NewsPollerLog.Repeats(log, name, tally.Repeats);
        }

        if (tally.Flooded > 0)
        {
            NewsPollerLog.Flood(log, name, tally.Flooded, NewsBook.MostEvents);
        }

        if (tally.New > 0)
        {
            NewsPollerLog.Kept(log, name, tally.New, tally.Events);
        }
    }

    /// <summary>Twice as long with each failure; never sooner than the server asks for, up to a day.</summary>
    public static TimeSpan Wait(TimeSpan interval, int failures, TimeSpan? asked)
    {
        var longest = interval > LongestBackoff ? interval : LongestBackoff;
        var backoff = interval * Math.Pow(2, Math.Min(failures, MostDoublings) - 1);
        var wait = Jittered(backoff > longest ? longest : backoff);
        var least = asked is { } given && given > TimeSpan.Zero ? given : TimeSpan.Zero;
        return least > LongestWait ? LongestWait : least > wait ? least : wait;
    }

    /// <summary>So that feeds that began together do not go on so.</summary>
    private static TimeSpan Jittered(TimeSpan interval) => interval * (1 - Jitter + (Random.Shared.NextDouble() * 2 * Jitter));
}

internal static partial class NewsPollerLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "News feed {Feed} is failing: {Reason}")]
    public static partial void Failing(ILogger logger, string feed, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "News feed {Feed} is gone for good, says its server; it is not asked again until it is changed")]
    public static partial void Gone(ILogger logger, string feed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "News feed {Feed} could not all be read: {Reason}")]
    public static partial void Broken(ILogger logger, string feed, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "News feed {Feed} has {Count} stories with the guid or the link of another; they are kept and raise no event")]
    public static partial void Repeats(ILogger logger, string feed, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "News feed {Feed} has {Count} more new stories at once than the {Most} that raise events")]
    public static partial void Flood(ILogger logger, string feed, int count, int most);

    [LoggerMessage(Level = LogLevel.Information, Message = "News feed {Feed}: {Count} new stories, {Events} events")]
    public static partial void Kept(ILogger logger, string feed, int count, int events);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What news feed {Feed} answered could not be kept")]
    public static partial void NotKept(ILogger logger, string feed, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "That news feed {Feed} failed could not be kept either: {Reason}")]
    public static partial void NotTold(ILogger logger, string feed, string reason);
}
