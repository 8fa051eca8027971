using System.Globalization;
using System.Text.RegularExpressions;

namespace TradingSystem.Trigger.Stories;

/// <summary>
/// Dates as feeds write them: RFC 822 and its sloppy relatives, RFC 3339 and ISO 8601. What leaves something open (a zone, the time of day, the century) is
/// no moment: nothing is added to a date.
/// </summary>
public static partial class StoryDates
{
    /// <summary>What is older is a fault of the feed, not a date of news.</summary>
    public static readonly DateTimeOffset Earliest = new(1990, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How far a feed's clock may be ahead.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromDays(1);

    private const int Longest = 100;
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    /// <summary>Names that mean one offset only, in hours. IST or BST are several zones.</summary>
    private static readonly Dictionary<string, int> Zones = new(StringComparer.OrdinalIgnoreCase)
    {
        ["GMT"] = 0,
        ["UTC"] = 0,
        ["UT"] = 0,
        ["Z"] = 0,
        ["EST"] = -5,
        ["EDT"] = -4,
        ["CST"] = -6,
        ["CDT"] = -5,
        ["MST"] = -7,
        ["MDT"] = -6,
        ["PST"] = -8,
        ["PDT"] = -7,
        ["CET"] = 1,
        ["CEST"] = 2,
        ["JST"] = 9,
        ["KST"] = 9,
        ["HKT"] = 8,
        ["SGT"] = 8,
    };

    /// <summary>The moment in UTC; null where the text is none, or one before <see cref="Earliest"/> or more than a day after <paramref name="now"/>.</summary>
    public static DateTimeOffset? Read(string? text, DateTimeOffset now)
    {
        text = text?.Trim();
        if (text is null or { Length: 0 or > Longest })
        {
            return null;
        }

        return (Of(Iso().Match(text), m => int.TryParse(m, NumberStyles.None, CultureInfo.InvariantCulture, out var month) ? month : 0)
                ?? Of(Rfc822().Match(text), m => Array.IndexOf(Months, m[..3].ToLowerInvariant()) + 1)) is { } at
            && at >= Earliest && at <= now + Ahead
            ? at
            : null;
    }

    private static DateTimeOffset? Of(Match match, Func<string, int> month)
    {
        if (!match.Success || Offset(match.Groups["zone"].Value) is not { } offset)
        {
            return null;
        }

        var year = Number("year");
        if (match.Groups["year"].Length == 2)
        {
            // As RFC 2822 reads the years of RFC 822.
            year += year < 50 ? 2000 : 1900;
        }

        var (m, d, hour, minute, second) = (month(match.Groups["month"].Value), Number("day"), Number("hour"), Number("minute"), Number("second"));
        if (year < 1 || m is < 1 or > 12 || d < 1 || d > DateTime.DaysInMonth(year, m) || hour > 23 || minute > 59 || second > 59)
        {
            return null;
        }

        var local = new DateTime(year, m, d, hour, minute, second, DateTimeKind.Unspecified).AddMilliseconds(Milliseconds(match.Groups["part"].Value));
        // Next to the ends of time an offset leads out of it.
        return local.Year is > 1 and < 9999 ? new DateTimeOffset(local, offset).ToUniversalTime() : null;

        int Number(string group) => match.Groups[group] is { Success: true } g ? int.Parse(g.Value, NumberStyles.None, CultureInfo.InvariantCulture) : 0;
    }

    private static int Milliseconds(string digits) => digits.Length == 0 ? 0 : int.Parse(digits.PadRight(3, '0')[..3], NumberStyles.None, CultureInfo.InvariantCulture);

    private static TimeSpan? Offset(string zone)
    {
        if (Zones.TryGetValue(zone, out var hours))
        {
            return TimeSpan.FromHours(hours);
        }

        if (zone is not ['+' or '-', ..])
        {
            return null;
        }

        var digits = zone[1..].Replace(":", "", StringComparison.Ordinal).PadRight(4, '0');
        var offset = new TimeSpan(
            int.Parse(digits[..2], NumberStyles.None, CultureInfo.InvariantCulture), int.Parse(digits[2..], NumberStyles.None, CultureInfo.InvariantCulture), 0);
        return offset <= TimeSpan.FromHours(14) ? (zone[0] == '-' ? -offset : offset) : null;
    }

    [GeneratedRegex(
        @"^(?<year>[0-9]{4})-(?<month>[0-9]{2})-(?<day>[0-9]{2})[Tt ](?<hour>[0-9]{2}):(?<minute>[0-9]{2})(:(?<second>[0-9]{2})([.,](?<part>[0-9]{1,9}))?)? ?(?<zone>[Zz]|[+-][0-9]{2}(:?[0-9]{2})?)\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Iso();

    [GeneratedRegex(
        @"^([A-Za-z]{3,9}\.?(, *| +))?(?<day>[0-9]{1,2})[ -](?<month>(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6})\.?,?[ -](?<year>[0-9]{4}|[0-9]{2}),? +(?<hour>[0-9]{1,2}):(?<minute>[0-9]{2})(:(?<second>[0-9]{2}))? *(?<zone>[A-Za-z]{1,4}|(GMT|UTC)?[+-][0-9]{2}:?[0-9]{2})( *\([A-Za-z ]+\))?\z",
        RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Rfc822();
}
