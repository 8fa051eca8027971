using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting;
using TradingSystem.Trigger.Storage;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.Trigger.Schedules;

/// <summary>
/// Brings what was written down to the bus: the event of an occurrence, or a log line that says why it raised none. Sent again it has the same id, which
/// everybody recognises; only what the bus surely has is marked so.
/// </summary>
public sealed partial class OccurrenceSender(
    IDbContextFactory<TriggerDb> database, StormGate gate, IDurablePublisher publisher, BusReadiness bus, TimeProvider time, ILogger<OccurrenceSender> log) : BackgroundService
{
    private const int Most = 200;
    private const string Code = "SCHEDULE_SKIPPED";
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    // Longer than whoever sends one takes.
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan PriceNews = TimeSpan.FromDays(1);

    private readonly Wakeup _wakeup = new();
    private readonly UnreadableSchedules _unreadable = new(time);

    public void Wake() => _wakeup.Set();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await bus.WaitAsync(stoppingToken);
        await Rounds.WhenWokenAsync(_wakeup, Deadline, time, log, RoundAsync, stoppingToken);
    }

    private async Task<TimeSpan> RoundAsync(CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var (claimed, schedules) = await ClaimAsync(db, cancellationToken);
        if (claimed.Count == 0)
        {
            return Round;
        }

        var sent = await Task.WhenAll(claimed.Select(c => SendAsync(c, schedules[c.Occurrence.ScheduleId])));
        await db.SaveChangesAsync(cancellationToken);
        return sent.All(ok => ok) && claimed.Count == Most ? TimeSpan.Zero : Round;
    }

    /// <summary>Says of them that they are being sent, ahead of it: whoever finds one so after a crash does not know whether it got out, and sends it again.</summary>
    private async Task<(List<Claimed> Claimed, Dictionary<Guid, ScheduleRow> Schedules)> ClaimAsync(
        TriggerDb db, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var waiting = await db.Occurrences
            .FromSql(
                $"""
                select * from trigger.occurrences
                where sent_at is null and (tried_at is null or tried_at <= {now - Again}) and schedule_id <> all({_unreadable.Ids()})
                order by seq limit {Most} for update skip locked
                """)
            .ToListAsync(cancellationToken);
        var ids = waiting.Select(o => o.ScheduleId).Distinct().ToList();
        var schedules = await db.Schedules.AsNoTracking().Where(s => ids.Contains(s.Id)).ToDictionaryAsync(s => s.Id, cancellationToken);
        var claimed = waiting.ConvertAll(o => new Claimed(o, o.Outcome == ScheduleStates.Raised ? SignalOf(schedules[o.ScheduleId]) : null, IsFirst: o.TriedAt is null));
        claimed.RemoveAll(c => c.Occurrence.Outcome == ScheduleStates.Raised && c.Signal is null);
        foreach (var (occurrence, signal, isFirst) in claimed)
        {
            if (isFirst && signal is not null && IsLate(occurrence, signal, now))
            {
                // It was found in time and could not be sent since: what would be too late then is too late now.
                occurrence.Outcome = ScheduleStates.Late;
            }

            occurrence.TriedAt = now;
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (claimed, schedules);
    }

    private static bool IsLate(OccurrenceRow occurrence, ScheduledSignal signal, DateTimeOffset now) =>
        signal.Price is null && now - occurrence.At > ScheduleTimes.WithinOf(signal.Cron);

    /// <summary>Null for one as of a later version: it must not keep the others from being sent.</summary>
    private ScheduledSignal? SignalOf(ScheduleRow schedule)
    {
        try
        {
            return ScheduleRows.Signal(schedule);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            if (_unreadable.Add(schedule.Id))
            {
                OccurrenceSenderLog.Unreadable(log, schedule.Id, e);
            }

            return null;
        }
    }

    private async Task<bool> SendAsync(Claimed claimed, ScheduleRow schedule)
    {
        var (occurrence, signal, _) = claimed;
        PublishOutcome outcome;
        try
        {
            // Not cancelled: what was handed over is out, and that is to be written.
            outcome = occurrence.Outcome == ScheduleStates.Raised
                ? await gate.RaiseOutAsync(new(Event(occurrence, schedule, signal!), Topic: null) { News = NewsOf(occurrence, signal!) })
                : await publisher.PublishAsync(Log(occurrence, schedule), CancellationToken.None);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // What was sent beside it is still to be written.
            OccurrenceSenderLog.Failed(log, occurrence.Id, e);
            return false;
        }

        if (outcome == PublishOutcome.Durable)
        {
            occurrence.SentAt = time.GetUtcNow();
            return true;
        }

        OccurrenceSenderLog.NotSent(log, occurrence.Id, outcome);
        return false;
    }

    /// <summary>From when it was found on: as late as its terms allow, and never so little that a bus that is away for a moment makes it late. A price is news for a day.</summary>
    private static TimeSpan NewsOf(OccurrenceRow occurrence, ScheduledSignal signal)
    {
        var left = signal.Price is not null ? PriceNews : occurrence.At + ScheduleTimes.WithinOf(signal.Cron) - occurrence.ClaimedAt;
        return left > Storm.Signal.UsualNews ? left : Storm.Signal.UsualNews;
    }

    private static ImmediateEvent Event(OccurrenceRow occurrence, ScheduleRow schedule, ScheduledSignal signal) => new(
        occurrence.Id,
        schedule.Owner,
        signal.Priority,
        signal.Targets,
        signal.Title,
        signal.Payload,
        signal.Tags,
        signal.Condition,
        signal.CorrelationId ?? schedule.Id.ToString(),
        occurrence.ClaimedAt,
        null)
    {
        TriggerId = schedule.OwnerId,
    };

    private static SystemLog Log(OccurrenceRow occurrence, ScheduleRow schedule) => new(
        occurrence.Id,
        "trigger",
        schedule.Owner,
        "warn",
        Code,
        $"Of schedule {schedule.Id} {(occurrence.Count == 1 ? "1 time was" : $"{occurrence.Count} times were")} not raised: {occurrence.Outcome}",
        JsonSerializer.Serialize(new Skipped(schedule.Id, occurrence.At, occurrence.Count, occurrence.Outcome), Json),
        occurrence.ClaimedAt,
        null);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <param name="Signal">Null where it raises none.</param>
    /// <param name="IsFirst">It surely is not out yet.</param>
    private sealed record Claimed(OccurrenceRow Occurrence, ScheduledSignal? Signal, bool IsFirst);

    private sealed record Skipped(Guid ScheduleId, DateTimeOffset At, int Count, string Outcome);
}

internal static partial class OccurrenceSenderLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Occurrence {OccurrenceId} is {Outcome}, trying again")]
    public static partial void NotSent(ILogger logger, Guid occurrenceId, PublishOutcome outcome);

    [LoggerMessage(Level = LogLevel.Error, Message = "Occurrence {OccurrenceId} failed to be sent, trying again")]
    public static partial void Failed(ILogger logger, Guid occurrenceId, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Schedule {ScheduleId} cannot be read by this node and waits for one that can")]
    public static partial void Unreadable(ILogger logger, Guid scheduleId, Exception exception);
}
