using Microsoft.EntityFrameworkCore;
using TradingSystem.Hosting;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Schedules;

/// <summary>Lets go of what is over: schedules a month after their end, what became of their times after a week.</summary>
public sealed class ScheduleRetention(IDbContextFactory<TriggerDb> database, TimeProvider time, ILogger<ScheduleRetention> log) : BackgroundService
{
    private static readonly TimeSpan Round = TimeSpan.FromHours(1);
    private static readonly TimeSpan SchedulesKept = TimeSpan.FromDays(30);
    private static readonly TimeSpan OccurrencesKept = TimeSpan.FromDays(7);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Rounds.EveryAsync(Round, time, log, PruneAsync, stoppingToken);

    private async Task PruneAsync(CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var (ended, fallen) = (time.GetUtcNow() - SchedulesKept, time.GetUtcNow() - OccurrencesKept);
        await db.Occurrences.Where(o => o.ClaimedAt < fallen && o.SentAt != null).ExecuteDeleteAsync(cancellationToken);
        await db.Schedules.Where(s => s.EndedAt < ended && !db.Set<OccurrenceRow>().Any(o => o.ScheduleId == s.Id)).ExecuteDeleteAsync(cancellationToken);
        await db.ScheduleCancels.Where(c => c.At < ended).ExecuteDeleteAsync(cancellationToken);
    }
}
