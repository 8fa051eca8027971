using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;

namespace TradingSystem.Hosting.Rest;

/// <summary>
/// Which page of a list is asked for: <c>limit</c> and <c>cursor</c>. A handler takes it as <c>[AsParameters] ListQuery list</c>, beside it its
/// filters as parameters of their own; the <see cref="QueryGuard"/> has refused what breaks a rule before the handler runs.
/// </summary>
public sealed class ListQuery
{
    /// <summary>Items of a page at most; null where it was left out.</summary>
    [FromQuery(Name = "limit"), Range(1, Paging.MaxLimit)]
    public int? Limit { get; init; }

    /// <summary>The page before's <see cref="Page{T}.Next"/>; null for the first page.</summary>
    [FromQuery(Name = "cursor")]
    public Cursor? Cursor { get; init; }

    /// <summary>Rows with a smaller key are next; the first page begins above all.</summary>
    public long Before => Cursor?.Before ?? long.MaxValue;

    /// <summary>How many rows to read: one more than the page shows, which says whether another page follows.</summary>
    public int Take => Size + 1;

    private int Size => Limit ?? Paging.DefaultLimit;

    /// <summary>The page of the rows that were read, largest key first.</summary>
    public Page<TOut> Page<TRow, TOut>(IReadOnlyList<TRow> rows, Func<TRow, long> key, Func<TRow, TOut> map) => Paging.Cut(rows, Size, key, map);
}
