namespace TradingSystem.Calendar;

/// <summary>A span of time.</summary>
/// <param name="From">In UTC; the first moment of it.</param>
/// <param name="Until">In UTC; the first moment behind it.</param>
public readonly record struct WindowSpan(DateTimeOffset From, DateTimeOffset Until);

/// <summary>A span of time that comes once, or spans of one length that begin by a calendar. The first moment belongs to a span, its end does not. Safe on several threads.</summary>
public sealed class TimeWindow
{
    // Spans that touch are one, and those that follow without an end would be looked for without one.
    private const int MostJoined = 1_000;

    private readonly WindowSpan? _once;
    private readonly CronCalendar? _begins;
    private readonly TimeSpan _length;
    private Answer? _last;

    private TimeWindow(WindowSpan? once, CronCalendar? begins, TimeSpan length) => (_once, _begins, _length) = (once, begins, length);

    public static TimeWindow Once(DateTimeOffset from, DateTimeOffset until) => new(new(from, until), null, default);

    /// <param name="length">Of each span, by the clock that ticks: a change of the clocks on the wall makes none longer or shorter.</param>
    public static TimeWindow Each(CronCalendar begins, TimeSpan length) => new(null, begins, length);

    /// <summary>The end of the span that <paramref name="time"/> is in, together with those that begin before it is over; null where it is in none.</summary>
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
    public IEnumerable<WindowSpan> After(DateTimeOffset time)
    {
        if (_once is { } once)
        {
            return once.Until > time ? [once] : [];
        }

        return Begins(time - _length).Select(from => new WindowSpan(from, from + _length));
    }

    private IEnumerable<DateTimeOffset> Begins(DateTimeOffset after)
    {
        while (_begins!.Next(after) is { } next)
        {
            yield return next;
            after = next;
        }
    }

    private Answer Find(DateTimeOffset time)
    {
        if (_once is { } once)
        {
            return time < once.From ? new(DateTimeOffset.MinValue, once.From, null)
                : time < once.Until ? new(once.From, once.Until, once.Until)
                : new(once.Until, DateTimeOffset.MaxValue, null);
        }

        if (_begins!.Last(time) is not { } begin || begin + _length <= time)
        {
            return new(time, _begins.Next(time) ?? DateTimeOffset.MaxValue, null);
        }

        var end = begin + _length;
        foreach (var next in Begins(begin).Take(MostJoined).TakeWhile(n => n <= end))
        {
            end = next + _length;
        }

        return new(begin, begin + _length, end);
    }

    /// <summary>What is the same for every time from <c>From</c> to before <c>Until</c>.</summary>
    private sealed record Answer(DateTimeOffset From, DateTimeOffset Until, DateTimeOffset? End);
}
