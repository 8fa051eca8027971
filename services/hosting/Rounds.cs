using Microsoft.Extensions.Logging;
using TradingSystem.Hosting.Outages;

namespace TradingSystem.Hosting;

/// <summary>
/// Work that is done again and again for as long as the process lives. What fails is told and tried again the next time, whatever it is: a
/// background service that throws would end the process, and with it all that others rely on.
/// </summary>
public static class Rounds
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <summary>The first round is now; ends with the cancellation of <paramref name="stoppingToken"/>.</summary>
    public static async Task EveryAsync(TimeSpan period, TimeProvider time, ILogger log, Func<CancellationToken, Task> round, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(period, time);
        var failed = false;
        do
        {
            try
            {
                await round(stoppingToken);
                failed = false;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Failed(log, e, ref failed);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>
    /// The same, each round after the time that the one before it asked for, or when it is woken; each has <paramref name="deadline"/> to be done in.
    /// </summary>
    public static async Task WhenWokenAsync(
        Wakeup wakeup, TimeSpan deadline, TimeProvider time, ILogger log, Func<CancellationToken, Task<TimeSpan>> round, CancellationToken stoppingToken)
    {
        while (true)
        {
            var wait = TimeSpan.Zero;
            await UntilDoneAsync(deadline, time, log, async token => wait = await round(token), stoppingToken);
            if (wait > TimeSpan.Zero)
            {
                await wakeup.WaitAsync(wait, time, stoppingToken);
            }
        }
    }

    /// <summary>One piece of work, tried until it is done, each time with <paramref name="deadline"/>.</summary>
    public static async Task UntilDoneAsync(TimeSpan deadline, TimeProvider time, ILogger log, Func<CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        var failed = false;
        while (true)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            limit.CancelAfter(deadline);
            try
            {
                await work(limit.Token);
                return;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Failed(log, e, ref failed);
            }

            await Task.Delay(Retry, time, stoppingToken);
        }
    }

    /// <summary>An outage is told once until it is over; what is none is a defect, and each is told whole.</summary>
    private static void Failed(ILogger log, Exception e, ref bool failed)
    {
        if (e is not OperationCanceledException && !Outage.IsOutage(e))
        {
            RoundsLog.Defect(log, e);
        }
        else if (!failed)
        {
            RoundsLog.Outage(log, e.Message);
        }

        failed = true;
    }
}

internal static partial class RoundsLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Not done this time, trying again: {Reason}")]
    public static partial void Outage(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Not done this time, trying again")]
    public static partial void Defect(ILogger logger, Exception exception);
}
