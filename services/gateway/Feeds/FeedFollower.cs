using TradingSystem.Gateway.Storage;
using TradingSystem.Hosting;
using TradingSystem.Hosting.EventLog;

namespace TradingSystem.Gateway.Feeds;

/// <summary>Keeps the history fed from the log and in its bounds. The node is ready once it has caught up.</summary>
public sealed class FeedFollower(IEventLog log, FeedHistory history, GroupDirectory directory, TimeProvider time) : BackgroundService, IReadyCheck
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan TrimPeriod = TimeSpan.FromSeconds(5);

    public string Name => "event_log";

    public bool IsReady => history.IsCaughtUp;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Who is addressed follows from the groups.
        while (!directory.IsLoaded)
        {
            await Task.Delay(Poll, time, stoppingToken);
        }

        await Task.WhenAll(log.FollowAsync(history.Follower(), stoppingToken), TrimAsync(stoppingToken));
    }

    private async Task TrimAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TrimPeriod, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            history.Trim();
        }
    }
}
