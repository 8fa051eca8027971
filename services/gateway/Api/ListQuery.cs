using System.Globalization;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting;

namespace TradingSystem.Gateway.Api;

/// <summary>Page size and cursor of a list as they were sent. Strings, so that a bad one is answered in the API's own error shape and not cut to fit.</summary>
public static class ListQuery
{
    /// <summary>Rows with a smaller key than <c>Before</c> are next; the first page starts above all.</summary>
    public static (int Limit, long Before, IResult? Error) Read(string? limit, string? cursor)
    {
        var errors = new List<FieldError>();
        var size = Paging.DefaultLimit;
        if (limit is not null && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out size) || size is < 1 or > Paging.MaxLimit))
        {
            errors.Add(new("limit", $"an integer from 1 to {Paging.MaxLimit}", FieldError.Shorten(limit)));
        }

        var before = long.MaxValue;
        if (cursor is not null && !long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out before))
        {
            errors.Add(new("cursor", "a cursor of this list", FieldError.Shorten(cursor)));
        }

        return (size, before, errors.Count == 0 ? null : ApiErrors.Validation(errors));
    }
}
