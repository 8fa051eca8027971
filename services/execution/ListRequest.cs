using System.Globalization;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution;

/// <summary>Query values of the lists. Strings, so that a bad one is answered in the API's own error shape.</summary>
public sealed record ListRequest(int Limit, long Before)
{
    /// <summary>Rows with a smaller key than <c>Before</c> are next; the first page starts above all.</summary>
    public static ListRequest? Read(string? limit, string? cursor, List<FieldError> violations)
    {
        var size = Hosting.Paging.DefaultLimit;
        if (limit is not null && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out size) || size is < 1 or > Hosting.Paging.MaxLimit))
        {
            violations.Add(new("limit", $"an integer from 1 to {Hosting.Paging.MaxLimit}", FieldError.Shorten(limit)));
        }

        var before = long.MaxValue;
        if (cursor is not null && !long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out before))
        {
            violations.Add(new("cursor", "a cursor of this list", FieldError.Shorten(cursor)));
        }

        return violations.Count == 0 ? new ListRequest(size, before) : null;
    }

    /// <summary>Null where none was asked for.</summary>
    public static Guid? Id(string path, string? value, List<FieldError> violations)
    {
        if (value is null)
        {
            return null;
        }

        if (Guid.TryParse(value, out var id))
        {
            return id;
        }

        violations.Add(new(path, "a UUID", FieldError.Shorten(value)));
        return null;
    }

    /// <summary>One of the words that the list knows, written as they are; any other would find nothing and look like an answer.</summary>
    public static string? OneOf(string path, string? value, string[] known, List<FieldError> violations)
    {
        if (value is null || known.Contains(value))
        {
            return value;
        }

        violations.Add(new(path, Nearest.Rule("unknown value", value, known), FieldError.Shorten(value)));
        return null;
    }

    /// <summary>Symbols are kept in capitals.</summary>
    public static string? Symbol(string? value) => value is null ? null : Orders.OrderBuilder.Text(value.ToUpperInvariant());

    public static IResult Refuse(List<FieldError> violations) =>
        ApiError.Validation(violations);
}
