namespace TradingSystem.Dashboard.Live;

/// <summary>Sends prices at most four times a second, however often they change.</summary>
public sealed class PriceFlush(LiveState state, LiveSender sender, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (state.TakePending() is { Count: > 0 } prices)
            {
                await sender.SendAsync(LiveMethods.Prices, prices, stoppingToken);
            }
        }
    }
}
