using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting;

namespace TradingSystem.Execution.Controls;

/// <summary>Carries on what was begun and is at nobody: its node died, or a gateway did not answer yet.</summary>
public sealed class CommandWorker(
    IDbContextFactory<ExecutionDb> databases, CommandRunner runner, BusReadiness bus, TimeProvider time, ILogger<CommandWorker> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Claim = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await bus.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var id in await ClaimAsync(stoppingToken))
                {
                    await RunAsync(id, stoppingToken);
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                CommandWorkerLog.RoundFailed(log, e);
            }
        }
    }

    /// <summary>One that fails holds up no other; it is claimed again.</summary>
    private async Task RunAsync(Guid id, CancellationToken stoppingToken)
    {
        try
        {
            await runner.RunAsync(id, waits: false, stoppingToken);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            CommandWorkerLog.RoundFailed(log, e);
        }
    }

    private async Task<List<Guid>> ClaimAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Database.SqlQuery<Guid>(
            $"""
            update execution.control_commands set claimed_until = {now + Claim}
            where completed_at is null and (claimed_until is null or claimed_until < {now}) returning id
            """).ToListAsync(cancellationToken);
    }
}

internal static partial class CommandWorkerLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Commands could not be carried on this round")]
    public static partial void RoundFailed(ILogger logger, Exception exception);
}
