using TradingSystem.Hosting;

namespace TradingSystem.Gateway.Market;

/// <summary>One clock for the pace of all sessions' prices.</summary>
public sealed class MarketClock(MarketFeeds market, TimeProvider time, ILogger<MarketClock> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Rounds.EveryAsync(
        Period,
        time,
        log,
        _ =>
        {
            market.WakeDue();
            return Task.CompletedTask;
        },
        stoppingToken);
}
