using TradingSystem.Hosting;
using TradingSystem.Trigger.Feeds;

namespace TradingSystem.Trigger.Market;

/// <summary>Runs the configured feed into the market's state.</summary>
public sealed partial class FeedRunner(IMarketFeed feed, MarketState market, BusReadiness bus, TimeProvider time, ILogger<FeedRunner> log) : BackgroundService
{
    private static readonly TimeSpan BusPatience = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A replay that nobody hears is wasted, but a broker that is away must not keep prices from the API.
        await Task.WhenAny(bus.WaitAsync(stoppingToken), Task.Delay(BusPatience, time, stoppingToken));
        stoppingToken.ThrowIfCancellationRequested();
        try
        {
            // Off this thread: making history takes a moment, and the other services are starting.
            await Task.Run(() => feed.RunAsync(market, stoppingToken), stoppingToken);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            // The API and what is known so far stay; people see in the notice that prices have ended.
            FeedRunnerLog.Failed(log, e);
            if (market.Status is { } status)
            {
                var failed = status with { Notice = "market feed failed; see the log" };
                market.Started(
                    status.Alive is null ? failed
                    : failed with { Notice = "market feed failed, no entries; see the log", Alive = false, DeadSince = time.GetUtcNow() });
            }
        }
    }
}

internal static partial class FeedRunnerLog
{
    [LoggerMessage(Level = LogLevel.Critical, Message = "The market feed failed; there are no more prices")]
    public static partial void Failed(ILogger logger, Exception exception);
}
