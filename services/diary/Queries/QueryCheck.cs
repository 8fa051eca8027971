using System.Globalization;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Diary.Queries;

/// <summary>Reads a list request's parameters and collects what is wrong with them.</summary>
public sealed class QueryCheck
{
    private readonly List<FieldError> _problems = [];

    /// <summary>The 400 to answer with, or null when all was well.</summary>
    public IResult? Problem => _problems.Count == 0
        ? null
        : ApiError.Validation(_problems);

    public void Fail(string path, string rule, string got) => _problems.Add(new(path, rule, FieldError.Shorten(got)));

    public int Limit(string? value)
    {
        if (value is null || (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= Paging.MaxLimit))
        {
            return value is null ? Paging.DefaultLimit : int.Parse(value, CultureInfo.InvariantCulture);
        }

        Fail("limit", "1 to 1000", value);
        return Paging.DefaultLimit;
    }

    public long? Seq(string path, string? value)
    {
        if (value is null)
        {
            return null;
        }

        if (long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seq))
        {
            return seq;
        }

        Fail(path, "a sequence number", value);
        return null;
    }

    public Guid? Id(string path, string? value)
    {
        if (value is null)
        {
            return null;
        }

        if (Guid.TryParse(value, out var id))
        {
            return id;
        }

        Fail(path, "a UUID", value);
        return null;
    }

    public DateTimeOffset? Time(string path, string? value)
    {
        if (value is null)
        {
            return null;
        }

        if (Rfc3339.Read(value) is { } time)
        {
            return time;
        }

        Fail(path, Rfc3339.QueryRule, value);
        return null;
    }

    /// <summary>One of the words that the list knows, written as they are; any other would find nothing and look like an answer.</summary>
    public string? OneOf(string path, string? value, params string[] known)
    {
        if (value is null || known.Contains(value))
        {
            return value;
        }

        Fail(path, Nearest.Rule("unknown value", value, known), value);
        return null;
    }

    /// <summary>Text to compare with; what PostgreSQL could not even compare matches nothing it holds.</summary>
    public static string? Text(string? value) => Storage.PostgresText.Clean(value);
}
