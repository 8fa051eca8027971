using TradingSystem.Calendar;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Schedules;

/// <summary>The times of a schedule, and what becomes of those that have come. A pure function of its text and the clock.</summary>
public sealed class ScheduleTimes
{
    /// <summary>A single time that nobody raised may be raised as late as this.</summary>
    public static readonly TimeSpan OnceWithin = TimeSpan.FromSeconds(60);

    /// <summary>Where none is to be raised late: what a busy machine takes is not late.</summary>
    public static readonly TimeSpan Punctual = TimeSpan.FromSeconds(5);

    /// <summary>So many are raised at a time where each is to be; the rest follows in the next round.</summary>
    public const int MostAtOnce = 100;

    // Of those that were missed more are not counted.
    private const int MostCounted = 10_000;

    private readonly DateTimeOffset? _once;
    private readonly CronCalendar? _calendar;
    private readonly CronSchedule? _terms;

    private ScheduleTimes(DateTimeOffset? once, CronCalendar? calendar, CronSchedule? terms) => (_once, _calendar, _terms) = (once, calendar, terms);

    /// <summary>How late it may be raised.</summary>
    public TimeSpan Within => WithinOf(_terms);

    /// <summary>The same of terms whose calendar nobody needs.</summary>
    public static TimeSpan WithinOf(CronSchedule? terms) =>
        terms is null ? OnceWithin : terms.Late == LatePolicies.Skip ? Punctual : TimeSpan.FromSeconds(terms.WithinS);

    /// <exception cref="InvalidOperationException">The text, which whoever took it has checked, cannot be read (any more).</exception>
    public static ScheduleTimes Of(ScheduledSignal signal) =>
        signal.Cron is not { } cron ? new(Kept(signal.TriggerAt ?? throw new InvalidOperationException("it has no time")), null, null)
        : CronCalendar.TryRead(cron.Cron, cron.Zone, out var calendar, out _, out var rule) ? new(null, calendar, cron)
        : throw new InvalidOperationException(rule);

    /// <summary>As the database keeps it, in microseconds: a time that is compared with itself is the same.</summary>
    private static DateTimeOffset Kept(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));

    /// <summary>The first time behind <paramref name="after"/>; null where there is none any more.</summary>
    public DateTimeOffset? Next(DateTimeOffset after) =>
        _calendar is null ? _once > after ? _once : null : _calendar.Next(after) is { } next && !(next > _terms!.Until) ? next : null;

    /// <summary>Times behind <paramref name="after"/>, told for people.</summary>
    public IEnumerable<Occurrence> After(DateTimeOffset after) =>
        _calendar?.After(after).TakeWhile(o => !(o.At > _terms!.Until)) ?? (_once > after ? [new(_once.Value, _once.Value, null)] : []);

    /// <param name="due">The first that has come and was not handled, at most <paramref name="now"/>.</param>
    /// <param name="waiting">How many of its occurrences have not got out yet.</param>
    /// <param name="isOn">Whether its trigger is switched on.</param>
    public DueTimes Due(DateTimeOffset due, DateTimeOffset now, int waiting, bool isOn)
    {
        var handled = new List<DueTime>();
        var (first, oldest) = (due, now - Within);
        if (due < oldest)
        {
            var inTime = Next(oldest.AddTicks(-1));
            handled.Add(Skipped(due, inTime, isOn));
            if (inTime is not { } next || next > now)
            {
                return new(handled, inTime);
            }

            first = next;
        }

        var outcome = !isOn ? ScheduleStates.SwitchedOff
            : _terms?.Late != LatePolicies.FireAll && waiting > (_terms?.Overlap == OverlapPolicies.QueueOne ? 1 : 0) ? ScheduleStates.Overlap
            : ScheduleStates.Raised;
        if (_terms?.Late == LatePolicies.FireAll)
        {
            for (DateTimeOffset? at = first; at <= now; at = Next(at.Value))
            {
                if (handled.Count >= MostAtOnce)
                {
                    return new(handled, at);
                }

                handled.Add(new(at.Value, outcome, 1));
            }

            return new(handled, Next(handled[^1].At));
        }

        // The newest stands for all of them.
        var newest = _calendar?.Last(_terms!.Until < now ? _terms.Until.Value : now) is { } last && last > first ? last : first;
        if (newest > first)
        {
            handled.Add(Skipped(first, newest, isOn));
        }

        handled.Add(new(newest, outcome, 1));
        return new(handled, Next(newest));
    }

    /// <summary>Those from <paramref name="from"/> to before <paramref name="to"/>, or all of them.</summary>
    private DueTime Skipped(DateTimeOffset from, DateTimeOffset? to, bool isOn)
    {
        var count = 0;
        for (DateTimeOffset? at = from; at is not null && !(at >= to) && count < MostCounted; at = Next(at.Value))
        {
            count++;
        }

        return new(from, isOn ? ScheduleStates.Late : ScheduleStates.SwitchedOff, count);
    }
}

/// <summary>What became of one time, or of <c>Count</c> from it on.</summary>
public readonly record struct DueTime(DateTimeOffset At, string Outcome, int Count);

/// <summary>What became of those that have come, and the next, which is null where there is none any more.</summary>
public readonly record struct DueTimes(IReadOnlyList<DueTime> Handled, DateTimeOffset? Next);
