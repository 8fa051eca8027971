using System.Globalization;

namespace TradingSystem.Hosting.Rest;

/// <summary>A page of a list.</summary>
/// <param name="Items">What this page has.</param>
/// <param name="Next">The cursor for the following page, null on the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>How large a list's pages are, and where one is cut.</summary>
public static class Paging
{
    public const int DefaultLimit = 100;
    public const int MaxLimit = 1000;

    /// <summary>Cuts <paramref name="rows"/>, which were read with one row more than the limit, and names the last shown row's key as the cursor.</summary>
    public static Page<TOut> Cut<TRow, TOut>(IReadOnlyList<TRow> rows, int limit, Func<TRow, long> key, Func<TRow, TOut> map) =>
        Cut(rows, limit, row => key(row).ToString(CultureInfo.InvariantCulture), map);

    /// <summary>The same for a list whose cursor is a text.</summary>
    public static Page<TOut> Cut<TRow, TOut>(IReadOnlyList<TRow> rows, int limit, Func<TRow, string> key, Func<TRow, TOut> map) =>
        rows.Count > limit
            ? new([.. rows.Take(limit).Select(map)], key(rows[limit - 1]))
            : new([.. rows.Select(map)], null);
}
