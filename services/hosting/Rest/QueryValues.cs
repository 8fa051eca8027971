using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Hosting.Rest;

/// <summary>The type of a query parameter that reads its own text; the <see cref="QueryGuard"/> refuses what it cannot read.</summary>
public interface IQueryValue<TSelf> : IParsable<TSelf>
    where TSelf : struct, IQueryValue<TSelf>
{
    /// <summary>What the text should be, for the error.</summary>
    static abstract string Rule { get; }
}

/// <summary>Where a page of a list begins.</summary>
/// <param name="Before">The key of the last row of the page before, 0 or more.</param>
public readonly record struct Cursor(long Before) : IQueryValue<Cursor>
{
    public static string Rule => "a cursor of this list";

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Cursor result)
    {
        var isRead = long.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out var before);
        result = new(before);
        return isRead;
    }

    public static Cursor Parse(string s, IFormatProvider? provider) => TryParse(s, provider, out var cursor) ? cursor : throw new FormatException(Rule);
}

/// <summary>A moment as RFC 3339 has it, with its offset.</summary>
public readonly record struct Moment(DateTimeOffset Time) : IQueryValue<Moment>
{
    public static string Rule => Rfc3339.QueryRule;

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Moment result)
    {
        var time = s is null ? null : Rfc3339.Read(s);
        result = new(time ?? default);
        return time is not null;
    }

    public static Moment Parse(string s, IFormatProvider? provider) => TryParse(s, provider, out var moment) ? moment : throw new FormatException(Rule);
}
