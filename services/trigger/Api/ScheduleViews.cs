using TradingSystem.Calendar;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting.Rest;
using TradingSystem.Trigger.Schedules;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Api;

/// <summary>A signal that is raised later: at a time, by a calendar, or at a price.</summary>
/// <param name="SourceId">The trigger that asked for it; its events come from it.</param>
/// <param name="Kind">once at TriggerAt, cron by Cron, price by Price.</param>
/// <param name="State">active; done when all its times have come; cancelled; expired when its price did not come in time; refused where its trigger had 10,000 active ones.</param>
/// <param name="Signal">What is raised, and when; null where the node that answers cannot read it.</param>
/// <param name="Fault">Why the node that answers can raise nothing of it, as with a time zone that its machine lacks; null where it can. Another node may be able to.</param>
/// <param name="DueAt">When it falls due next, RFC 3339; null where it waits for a price, or for nothing any more.</param>
/// <param name="EndedAt">Since when it waits for nothing any more, RFC 3339; null while it is active.</param>
public sealed record ScheduleView(
    Guid Id, string SourceId, [property: Words(typeof(ScheduleStates), nameof(ScheduleStates.Kinds))] string Kind,
    [property: Words(typeof(ScheduleStates))] string State, ScheduledSignal? Signal, string? Fault, DateTimeOffset? DueAt, DateTimeOffset CreatedAt,
    DateTimeOffset? EndedAt)
{
    internal static ScheduleView Of(ScheduleRow row)
    {
        var (signal, fault) = ScheduleRows.Read(row);
        return new(row.Id, row.Owner, row.Kind, row.State, signal, fault, row.Kind == ScheduleStates.Price ? null : row.DueAt, row.CreatedAt, row.EndedAt);
    }
}

/// <summary>A schedule with the times that come next.</summary>
/// <param name="Schedule">The schedule.</param>
/// <param name="NextTimes">The next ten at most; none where it waits for a price.</param>
public sealed record ScheduleDetail(ScheduleView Schedule, IReadOnlyList<DueView> NextTimes);

/// <summary>The times of a cron expression.</summary>
/// <param name="Cron">The expression.</param>
/// <param name="Zone">The zone whose clocks count.</param>
/// <param name="NextTimes">The next ten at most.</param>
public sealed record CronTimes(string Cron, string Zone, IReadOnlyList<DueView> NextTimes);

/// <summary>One time that comes.</summary>
/// <param name="At">RFC 3339, in UTC.</param>
/// <param name="Local">RFC 3339, on the clocks of the zone.</param>
/// <param name="Note">What daylight saving makes of it, for people; null where nothing.</param>
public sealed record DueView(DateTimeOffset At, DateTimeOffset Local, string? Note)
{
    internal static DueView Of(Occurrence one) => new(one.At, one.Local, one.Note);
}

/// <summary>One time of a schedule that has come.</summary>
/// <param name="At">When it fell due, RFC 3339; of a price, the market time of what met the condition: the trade, or the end of the candle that shows it.</param>
/// <param name="Outcome">raised: an event, which storm control may have held back. late: found too late, or another one after it was raised instead.
/// overlap: the one before it had not got out yet.
/// switched_off: its trigger is.</param>
/// <param name="HeldFrom">The groups that storm control kept its event from, and why; empty where nobody is.</param>
/// <param name="Count">How many times of the schedule it stands for, from At on; more than 1 only where none was raised. At most 10,000 are counted.</param>
/// <param name="Price">What met the condition, in quote currency: the price of the trade, or the extreme of the candle.</param>
/// <param name="EventId">The event; null where none was raised.</param>
/// <param name="SentAt">When the bus had it, or it was held back or given up, or the bus had the log line that says why there was none, RFC 3339; null while it waits.</param>
public sealed record OccurrenceView(
    DateTimeOffset At, [property: Words(typeof(ScheduleStates), nameof(ScheduleStates.Outcomes))] string Outcome,
    IReadOnlyList<HoldView> HeldFrom, int Count, decimal? Price, Guid? EventId, DateTimeOffset? SentAt)
{
    internal static OccurrenceView Of(OccurrenceRow row, ILookup<Guid, HoldView> held) =>
        new(row.At, row.Outcome, [.. held[row.Id]], row.Count, row.Price, row.Outcome == ScheduleStates.Raised ? row.Id : null, row.SentAt);
}
