using TradingSystem.Hosting;

namespace TradingSystem.Dashboard.Live;

/// <summary>Sends prices at most four times a second, however often they change.</summary>
public sealed class PriceFlush(LiveState state, LiveSender sender, TimeProvider time, ILogger<PriceFlush> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Rounds.EveryAsync(Period, time, log, FlushAsync, stoppingToken);

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (state.TakePending() is { Count: > 0 } prices)
        {
            await sender.SendAsync(LiveMethods.Prices, prices, cancellationToken);
        }
    }
}
