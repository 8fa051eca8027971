namespace TradingSystem.Calendar;

/// <summary>A span of time.</summary>
/// <param name="From">In UTC; the first moment of it.</param>
/// <param name="Until">In UTC; the first moment behind it.</param>
public readonly record struct WindowSpan(DateTimeOffset From, DateTimeOffset Until);

/// <summary>
/// A span of time that comes once, or spans of one length that begin by a calendar; those that overlap or touch are one. The first moment belongs to a span, its end does not.
/// Safe on several threads.
/// </summary>
public sealed class TimeWindow
{
    // Those that follow each other without an end would be looked for without one.
    private const int MostJoined = 1_000;

    private readonly WindowSpan? _once;
    private readonly CronCalendar? _begins;
    private readonly TimeSpan _length;
    private Answer? _last;

    private TimeWindow(WindowSpan? once, CronCalendar? begins, TimeSpan length) => (_once, _begins, _length) = (once, begins, length);

    public static TimeWindow Once(DateTimeOffset from, DateTimeOffset until) => new(new(from, until), null, default);

    /// <param name="length">Of each span, by the clock that ticks: a change of the clocks on the wall makes none longer or shorter.</param>
    public static TimeWindow Each(CronCalendar begins, TimeSpan length) => new(null, begins, length);

    /// <summary>The end of the span that <paramref name="time"/> is in; null where it is in none.</summary>
    public DateTimeOffset? EndOf(DateTimeOffset time)
    {
        // Whoever asks does so for each order and event, and of a calendar the answer costs a thousand times more than a look at the clock.
        var last = Volatile.Read(ref _last);
        if (last is null || time < last.From || time >= last.Until)
        {
            last = Find(time);
            Volatile.Write(ref _last, last);
        }

        return last.End;
    }

    /// <summary>Spans that are not over at <paramref name="time"/>, in their order.</summary>
    public IEnumerable<WindowSpan> After(DateTimeOffset time) => _once is not { } once ? Spans(time) : once.Until > time ? [once] : [];

    private IEnumerable<WindowSpan> Spans(DateTimeOffset time)
    {
        for (var from = _begins!.Next(time - _length); from is { } begin;)
        {
            var end = Joined(begin);
            yield return new(begin, end);
            from = _begins.Next(end);
        }
    }

    private DateTimeOffset Joined(DateTimeOffset begin)
    {
        var (end, next) = (begin + _length, _begins!.Next(begin));
        for (var joined = 0; joined < MostJoined && next <= end; joined++)
        {
            (end, next) = (next.Value + _length, _begins.Next(next.Value));
        }

        return end;
    }

    private Answer Find(DateTimeOffset time)
    {
        if (_once is { } once)
        {
            return time < once.From ? new(DateTimeOffset.MinValue, once.From, null)
                : time < once.Until ? new(once.From, once.Until, once.Until)
                : new(once.Until, DateTimeOffset.MaxValue, null);
        }

        return _begins!.Last(time) is { } begin && begin + _length > time
            ? new(begin, begin + _length, Joined(begin))
            : new(time, _begins.Next(time) ?? DateTimeOffset.MaxValue, null);
    }

    /// <summary>What is the same for every time from <c>From</c> to before <c>Until</c>.</summary>
    private sealed record Answer(DateTimeOffset From, DateTimeOffset Until, DateTimeOffset? End);
}
