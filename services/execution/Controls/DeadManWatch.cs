using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting;

namespace TradingSystem.Execution.Controls;

/// <summary>
/// Looks four times a second which bots are there. How long a group has been silent is in the table, so the count goes on over restarts; a node
/// that hears the bot ends it, whatever the others hear.
/// </summary>
public sealed class DeadManWatch(
    IDbContextFactory<ExecutionDb> databases, SessionPresence presence, ControlChanges changes, CommandRunner runner, BusReadiness bus, TimeProvider time, ILogger<DeadManWatch> log)
    : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await bus.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                DeadManWatchLog.RoundFailed(log, e.Message);
            }
        }
    }

    /// <summary>One look at every switch.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var now = ControlStore.Micros(time.GetUtcNow());
        foreach (var held in await db.DeadMen.AsNoTracking().Where(d => d.Action != DeadManActions.None).ToListAsync(cancellationToken))
        {
            if (presence.IsThere(held.GroupId))
            {
                await HeardAsync(db, held, cancellationToken);
            }
            else if (presence.IsKnown && held.Armed)
            {
                await SilentAsync(db, held, now, cancellationToken);
            }
        }
    }

    private static async Task HeardAsync(ExecutionDb db, DeadMan held, CancellationToken cancellationToken)
    {
        if (held is not { Armed: true, SilentSince: null, FiredAt: null })
        {
            await db.DeadMen.Where(d => d.GroupId == held.GroupId).ExecuteUpdateAsync(
                s => s.SetProperty(d => d.Armed, true).SetProperty(d => d.SilentSince, (DateTimeOffset?)null).SetProperty(d => d.FiredAt, (DateTimeOffset?)null), cancellationToken);
        }
    }

    private async Task SilentAsync(ExecutionDb db, DeadMan held, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (held.SilentSince is not { } silent)
        {
            await db.DeadMen.Where(d => d.GroupId == held.GroupId && d.SilentSince == null).ExecuteUpdateAsync(s => s.SetProperty(d => d.SilentSince, now), cancellationToken);
        }
        else if (held.FiredAt is null && now - silent >= held.After && await changes.FireAsync(held, cancellationToken) is { } command)
        {
            DeadManWatchLog.Fired(log, held.GroupId, held.Action, held.AfterS);
            await runner.RunAsync(command.Id, waits: false, cancellationToken);
        }
    }
}

internal static partial class DeadManWatchLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The bot of group {Group} was silent for {Seconds} s: {Action}")]
    public static partial void Fired(ILogger logger, Guid group, string action, int seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Dead-man's switches could not be looked at this round: {Reason}")]
    public static partial void RoundFailed(ILogger logger, string reason);
}
