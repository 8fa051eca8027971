using System.Globalization;
using System.Text.RegularExpressions;

namespace TradingSystem.Contracts.Wire.Validation;

/// <summary>
/// A time as RFC 3339 has it: date, T, time of the day with seconds, and an offset. What has no offset would mean something else on each machine, and
/// what has no date another day tomorrow. Leap seconds are refused: no clock here has them.
/// </summary>
public static partial class Rfc3339
{
    /// <summary>For JSON Schema. Capitals only, and fractions of at most 16 places.</summary>
    public const string Pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,16})?(Z|[+-][0-9]{2}:[0-9]{2})$";

    /// <summary>The rule as errors give it.</summary>
    public const string Rule = "RFC 3339 time with offset, such as 2025-01-31T13:00:00Z";

    /// <summary>The rule for an address, where a plus sign reads as a blank.</summary>
    public const string QueryRule = Rule + " (the + of an offset is written %2B)";

    /// <summary>As UTC; null for anything else. Fractions beyond 100 ns are cut off.</summary>
    public static DateTimeOffset? Read(string text)
    {
        // The pattern's end stands before a line feed, too.
        if (text.EndsWith('\n') || Shape().Match(text) is not { Success: true } match)
        {
            return null;
        }

        // The framework's parser rounds what is beyond seven places, which may be another day.
        var fraction = match.Groups[1];
        var plain = fraction.Length > 8 ? text.Remove(fraction.Index + 8, fraction.Length - 8) : text;
        return DateTimeOffset.TryParse(plain, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
    }

    [GeneratedRegex(Pattern)]
    private static partial Regex Shape();
}
