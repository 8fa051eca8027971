using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Diary.Timeline;

/// <summary>
/// <c>GET /diary</c>: the newest entries oldest first, or with <c>since</c> (a time or a sequence number) the first ones after it;
/// as a JSON array, as JSON lines (<c>format=jsonl</c>), or live (<c>Accept: text/event-stream</c>).
/// </summary>
public static class DiaryEndpoints
{
    public static readonly string[] Formats = ["json", "jsonl"];

    private const string LastEventId = "Last-Event-ID";

    private const string Options =
        "`limit` (1 to 1000, 100 where it is left out) says how many. `since` is an RFC 3339 time with offset or an entry's `seq`: then the first entries at or after that time, "
        + "or after that number. `format=json` (where it is left out) answers an array, `format=jsonl` a JSON object a line (application/x-ndjson). With `Accept: text/event-stream` "
        + "the answer is what was asked for and then each new entry as it is written, as server-sent events whose id is the entry's `seq`; `Last-Event-ID` goes on after that number "
        + "and comes before `since`. A comment every 15 s says that the stream lives (`DIARY__HEARTBEAT`); one more than 200 streams (`DIARY__MAXSTREAMS`) gets 503 with Retry-After. "
        + "Pages of the origins in `DIARY__ALLOWEDORIGINS` (http://localhost:3000 where it is not set) may read it.";

    public static void MapDiary(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/diary", GetAsync)
            .RequireRole(Roles.Viewer).WithTags("diary")
            .Operation("readDiary", "Everything that happened, merged: the newest entries oldest first, or the first ones after a moment")
            .WithDescription(Options)
            .Produces<TimelineEntry[]>(contentType: "application/json", additionalContentTypes: ["application/x-ndjson", "text/event-stream"]);

    private static async Task GetAsync(
        HttpContext context,
        TimelineReader reader,
        TimelineStream stream,
        IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions> json,
        [Range(1, Paging.MaxLimit)] int? limit,
        DiaryStart? since,
        [Words(typeof(DiaryEndpoints), nameof(Formats))] string? format,
        [FromHeader(Name = LastEventId)] string? lastEventId,
        CancellationToken cancellationToken)
    {
        var count = limit ?? Paging.DefaultLimit;
        var live = context.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase);
        var (after, moment) = (since?.After, since?.From);
        if (live && lastEventId is { Length: > 0 })
        {
            if (!Cursor.TryParse(lastEventId, CultureInfo.InvariantCulture, out var last))
            {
                await RestError.Invalid(LastEventId, "the id of an event of this stream", lastEventId).ExecuteAsync(context);
                return;
            }

            (after, moment) = (last.Before, null);
        }

        if (live)
        {
            await stream.RunAsync(context, after, moment, count);
            return;
        }

        var entries = after is { } a ? await reader.AfterAsync(a, count, cancellationToken)
            : moment is { } m ? await reader.SinceAsync(m, count, cancellationToken)
            : await reader.LastAsync(count, cancellationToken);
        await (format == "jsonl" ? WriteLinesAsync(context.Response, entries, json.Value.SerializerOptions, cancellationToken) : Results.Ok(entries).ExecuteAsync(context));
    }

    private static async Task WriteLinesAsync(HttpResponse response, IReadOnlyList<TimelineEntry> entries, JsonSerializerOptions options, CancellationToken cancellationToken)
    {
        response.ContentType = "application/x-ndjson; charset=utf-8";
        var lines = new StringBuilder();
        foreach (var entry in entries)
        {
            lines.Append(JsonSerializer.Serialize(entry, options)).Append('\n');
        }

        await response.WriteAsync(lines.ToString(), cancellationToken);
    }
}

/// <summary>Where the diary is read on from: behind an entry's <c>seq</c>, or from a moment on, as RFC 3339 has it.</summary>
/// <param name="After">The entry; null for a moment.</param>
/// <param name="From">The moment; null for an entry.</param>
public readonly record struct DiaryStart(long? After, DateTimeOffset? From) : IQueryValue<DiaryStart>
{
    public static string Rule => $"{Rfc3339.QueryRule}, or an entry's seq";

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out DiaryStart result)
    {
        result = s is null ? default
            : long.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out var seq) ? new(seq, null)
            : new(null, Rfc3339.Read(s));
        return result != default;
    }

    public static DiaryStart Parse(string s, IFormatProvider? provider) => TryParse(s, provider, out var start) ? start : throw new FormatException(Rule);
}
