using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using TradingSystem.Diary.Queries;

namespace TradingSystem.Diary.Timeline;

/// <summary>
/// <c>GET /diary</c>: the newest entries oldest first, or with <c>since</c> (a time or a sequence number) the first ones after it;
/// as a JSON array, as JSON lines (<c>format=jsonl</c>), or live (<c>Accept: text/event-stream</c>).
/// </summary>
public static class DiaryEndpoints
{
    public static void MapDiary(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/diary", GetAsync).RequireAuthorization()
            .Produces<TimelineEntry[]>(contentType: "application/json", additionalContentTypes: ["application/x-ndjson", "text/event-stream"]);

    private static async Task GetAsync(
        HttpContext context,
        TimelineReader reader,
        TimelineStream stream,
        IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions> json,
        string? limit,
        string? since,
        string? format,
        [FromHeader(Name = "Last-Event-ID")] string? lastEventId,
        CancellationToken cancellationToken)
    {
        var check = new QueryCheck();
        var count = check.Limit(limit);
        var live = context.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase);
        long? after = null;
        DateTimeOffset? moment = null;
        if (live && lastEventId is { Length: > 0 })
        {
            after = check.Seq("last_event_id", lastEventId);
        }
        else if (since is not null && long.TryParse(since, NumberStyles.None, CultureInfo.InvariantCulture, out var seq))
        {
            after = seq;
        }
        else
        {
            moment = check.Time("since", since);
        }

        format = check.OneOf("format", format, "json", "jsonl");
        if (check.Problem is { } problem)
        {
            await problem.ExecuteAsync(context);
            return;
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
