using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire;
using TradingSystem.Hosting;
using TradingSystem.Trigger.Market;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Schedules;

/// <summary>
/// Finds what has fallen due and writes it down, once on all nodes: the schedule's row is locked while its times are handled, and each occurrence has an
/// id that there can be one row of. What is written goes out by <see cref="OccurrenceSender"/>.
/// </summary>
public sealed partial class ScheduleClock(
    IDbContextFactory<TriggerDb> database, OccurrenceSender sender, MarketState market, TimeProvider time, ILogger<ScheduleClock> log) : BackgroundService
{
    private const int Most = 100;

    // Of a transaction: a round has a deadline.
    private const int MostWritten = 500;
    private static readonly Guid Namespace = new("0c6c1b1e-5a57-5c0c-9a44-0a7f5d1b9e52");
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    // A condition is over at last, whatever the market lacks.
    private static readonly TimeSpan Forgotten = TimeSpan.FromHours(1);

    private readonly Wakeup _wakeup = new();
    private readonly UnreadableSchedules _unreadable = new(time);
    private long? _pricesSince;

    /// <summary>There may be something that falls due sooner than what it waits for.</summary>
    public void Wake() => _wakeup.Set();

    /// <summary>The id of an occurrence, and of the event that it raises.</summary>
    public static Guid Id(Guid schedule, string time) => NameBasedGuid.CreateOwn(Namespace, $"{schedule}|{time}");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.WhenWokenAsync(_wakeup, Deadline, time, log, RoundAsync, stoppingToken);

    /// <summary>Until when there is nothing to do.</summary>
    private async Task<TimeSpan> RoundAsync(CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var now = time.GetUtcNow();
        // What a condition waited for may be in the candles of the time that nobody looked, but nobody waits for these for ever.
        var over = IsWhole() ? now : now - Forgotten;
        var due = await db.Schedules
            .FromSql(
                $"""
                select * from trigger.schedules
                where due_at <= {now} and (kind <> {ScheduleStates.Price} or due_at <= {over}) and id <> all({_unreadable.Ids()})
                order by due_at limit {Most} for update skip locked
                """)
            .ToListAsync(cancellationToken);
        var isRest = due.Count == Most;
        if (due.Count > 0)
        {
            isRest |= !await HandleAsync(db, due, now, cancellationToken);
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            sender.Wake();
        }

        var next = isRest ? now : await db.Schedules.Where(s => s.DueAt > now).MinAsync(s => s.DueAt, cancellationToken);
        // Never before: a timer is no finer than a millisecond.
        return next is null || next - now > Round ? Round : TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max((next.Value - time.GetUtcNow()).TotalMilliseconds, 0)));
    }

    /// <summary>False where there is more than one round's work.</summary>
    private async Task<bool> HandleAsync(TriggerDb db, IReadOnlyList<ScheduleRow> due, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ids = due.Select(s => s.Id).ToList();
        var owners = due.Select(s => s.OwnerId).Distinct().ToList();
        var waiting = await db.Occurrences.Where(o => o.SentAt == null && o.Outcome == ScheduleStates.Raised && ids.Contains(o.ScheduleId))
            .GroupBy(o => o.ScheduleId).ToDictionaryAsync(g => g.Key, g => g.Count(), cancellationToken);
        var off = await db.ScheduleOwners.Where(o => !o.Active && owners.Contains(o.OwnerId)).Select(o => o.OwnerId).ToListAsync(cancellationToken);
        var written = 0;
        foreach (var schedule in due)
        {
            if (written >= MostWritten)
            {
                return false;
            }

            if (schedule.Kind == ScheduleStates.Price)
            {
                End(schedule, ScheduleStates.Expired, now);
            }
            else
            {
                written += await HandleAsync(db, schedule, now, waiting.GetValueOrDefault(schedule.Id), !off.Contains(schedule.OwnerId), cancellationToken);
            }
        }

        return true;
    }

    /// <summary>How many of its times were handled.</summary>
    private async Task<int> HandleAsync(TriggerDb db, ScheduleRow schedule, DateTimeOffset now, int waiting, bool isOn, CancellationToken cancellationToken)
    {
        DueTimes times;
        try
        {
            times = ScheduleTimes.Of(ScheduleRows.Signal(schedule)).Due(schedule.DueAt!.Value, now, waiting, isOn);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
        {
            // It must not keep the others, and is not ended: another node may be able to read it.
            _unreadable.Add(schedule.Id);
            ScheduleClockLog.Unreadable(log, schedule.Id, e);
            return 0;
        }

        foreach (var one in times.Handled)
        {
            await db.Database.ExecuteSqlAsync(
                $"""
                insert into trigger.occurrences (id, schedule_id, at, outcome, count, claimed_at, sent_at)
                values (
                  {Id(schedule.Id, $"{one.At.UtcDateTime:O}")}, {schedule.Id}, {one.At}, {one.Outcome}, {one.Count}, {now},
                  {(one.Outcome == ScheduleStates.SwitchedOff ? now : null)})
                on conflict (id) do nothing
                """,
                cancellationToken);
        }

        schedule.DueAt = times.Next;
        if (times.Next is null)
        {
            End(schedule, ScheduleStates.Done, now);
        }

        return times.Handled.Count;
    }

    private static void End(ScheduleRow schedule, string state, DateTimeOffset now) => (schedule.State, schedule.EndedAt, schedule.DueAt) = (state, now, null);

    /// <summary>Whether the market has told prices for as long as it takes to complete the candles of a gap; or has told all that it ever will.</summary>
    private bool IsWhole()
    {
        if (market.Status is { IsOver: true })
        {
            return true;
        }

        if (!market.HasPrice || market.Status is { Alive: false })
        {
            _pricesSince = null;
            return false;
        }

        _pricesSince ??= time.GetTimestamp();
        return time.GetElapsedTime(_pricesSince.Value) >= ConditionBook.Grace;
    }
}

internal static partial class ScheduleClockLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Schedule {ScheduleId} cannot be read by this node and waits for one that can")]
    public static partial void Unreadable(ILogger logger, Guid scheduleId, Exception exception);
}
