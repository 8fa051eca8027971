using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Cronos;

namespace TradingSystem.Calendar;

/// <summary>The times of a cron expression in a time zone. Daylight saving neither loses an occurrence nor doubles one that has a fixed time of the day.</summary>
public sealed class CronCalendar
{
    /// <summary>What errors say of an expression.</summary>
    public const string CronRule = "cron expression of 5 fields (minute hour day month weekday), or 6 with seconds first, such as 30 9 * * 1-5";

    /// <summary>What errors say of a zone.</summary>
    public const string ZoneRule = "IANA time zone, such as America/New_York";

    private const int Fields = 5;

    private static readonly char[] Blanks = [' ', '\t'];

    private readonly CronExpression _cron;
    private readonly TimeZoneInfo _zone;

    private CronCalendar(CronExpression cron, TimeZoneInfo zone)
    {
        (_cron, _zone) = (cron, zone);
    }

    /// <summary>
    /// Reads both. Where one is wrong <paramref name="isCron"/> says which, and <paramref name="rule"/> what it should be. An expression that has no
    /// time, such as 30 February, is wrong.
    /// </summary>
    public static bool TryRead(string cron, string zone, [NotNullWhen(true)] out CronCalendar? calendar, out bool isCron, out string rule)
    {
        (calendar, isCron, rule) = (null, true, CronRule);
        var fields = cron.Split(Blanks, StringSplitOptions.RemoveEmptyEntries).Length;
        if (fields is not (Fields or Fields + 1))
        {
            return false;
        }

        CronExpression expression;
        try
        {
            expression = CronExpression.Parse(cron, fields == Fields ? CronFormat.Standard : CronFormat.IncludeSeconds);
        }
        catch (FormatException e)
        {
            rule = $"{CronRule}: {Reason(e)}";
            return false;
        }
        catch (MissingSeedException)
        {
            rule = $"{CronRule}: no H";
            return false;
        }

        // Windows has names of its own for zones: the same text must mean the same everywhere.
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) || !found.HasIanaId)
        {
            (isCron, rule) = (false, ZoneRule);
            return false;
        }

        calendar = new(expression, found);
        if (expression.GetNextOccurrence(DateTime.UnixEpoch, found) is not null)
        {
            return true;
        }

        (calendar, rule) = (null, $"{CronRule}: it has no time at all");
        return false;
    }

    /// <summary>The first occurrence behind <paramref name="after"/>, in UTC; null where there is none any more.</summary>
    public DateTimeOffset? Next(DateTimeOffset after) => Utc(_cron.GetNextOccurrence(after.UtcDateTime, _zone));

    /// <summary>The last occurrence up to <paramref name="until"/>, in UTC; null where there is none.</summary>
    public DateTimeOffset? Last(DateTimeOffset until)
    {
        // Looking back, the library leaves out what falls due because the clocks go forward: there is at most one such behind what it finds.
        var last = Utc(_cron.GetPreviousOccurrence(until.UtcDateTime, _zone, inclusive: true));
        while (last is { } at && Next(at) is { } next && next <= until)
        {
            last = next;
        }

        return last;
    }

    /// <summary>Occurrences behind <paramref name="after"/>, told for people.</summary>
    public IEnumerable<Occurrence> After(DateTimeOffset after)
    {
        var before = Last(after) ?? after;
        while (Next(before < after ? after : before) is { } at)
        {
            yield return new(at, TimeZoneInfo.ConvertTime(at, _zone), Note(at, before));
            before = at;
        }
    }

    /// <summary>What daylight saving makes of an occurrence; null where nothing.</summary>
    private string? Note(DateTimeOffset at, DateTimeOffset before)
    {
        var local = TimeZoneInfo.ConvertTime(at, _zone);
        var wall = DateTime.SpecifyKind(local.DateTime, DateTimeKind.Utc);
        if (_cron.GetNextOccurrence(wall, TimeZoneInfo.Utc, inclusive: true) is var match && match != wall)
        {
            // No clock on a wall shows the time that was meant: it falls due when the clocks go forward.
            var passed = _zone.GetUtcOffset(at.AddTicks(-1).UtcDateTime);
            var meant = _cron.GetNextOccurrence(wall - (local.Offset - passed), TimeZoneInfo.Utc, inclusive: true);
            return $"{Clock(meant ?? wall)} does not exist on this day: the clocks go forward to {Clock(wall)}";
        }

        if (_zone.IsAmbiguousTime(local.DateTime))
        {
            var isFirst = _zone.GetAmbiguousTimeOffsets(local.DateTime).Max() == local.Offset;
            return $"{Clock(wall)} comes twice on this day: this is the {(isFirst ? "first" : "second")}";
        }

        var offset = _zone.GetUtcOffset(before.UtcDateTime);
        return offset == local.Offset ? null : $"the clocks changed: UTC{Sign(offset)} before, UTC{Sign(local.Offset)} from here on";
    }

    private static string Clock(DateTime wall) => wall.ToString(wall.Second == 0 ? "HH:mm" : "HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Sign(TimeSpan offset) =>
        (offset < TimeSpan.Zero ? "-" : "+") + offset.Duration().ToString(@"hh\:mm", CultureInfo.InvariantCulture);

    /// <summary>The library's words without its opening.</summary>
    private static string Reason(FormatException e)
    {
        var at = e.Message.IndexOf("format. ", StringComparison.Ordinal);
        return (at < 0 ? e.Message : e.Message[(at + "format. ".Length)..]).TrimEnd('.');
    }

    private static DateTimeOffset? Utc(DateTime? time) => time is { } utc ? new DateTimeOffset(utc, TimeSpan.Zero) : null;
}

/// <summary>One time of a calendar.</summary>
/// <param name="At">In UTC.</param>
/// <param name="Local">On the clocks of the zone, with their offset.</param>
/// <param name="Note">What daylight saving makes of it; null where nothing.</param>
public readonly record struct Occurrence(DateTimeOffset At, DateTimeOffset Local, string? Note);
