using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using TradingSystem.Diary.Settings;
using TradingSystem.Diary.Storage;
using TradingSystem.Hosting.Outages;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Diary.Timeline;

/// <summary>
/// The timeline as server-sent events: what was asked for first, then each new entry as it is written.
/// The event's id is the entry's sequence number, so a client that reconnects goes on where it was.
/// </summary>
public sealed class TimelineStream(
    TimelineReader reader,
    TimelineSignal signal,
    DiaryOptions options,
    IOptions<JsonOptions> json,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<TimelineStream> log)
{
    private const int BatchSize = 500;

    private static readonly TimeSpan FullFor = TimeSpan.FromSeconds(5);

    private int _streams;

    public async Task RunAsync(HttpContext context, long? after, DateTimeOffset? since, int limit)
    {
        if (Interlocked.Increment(ref _streams) > options.MaxStreams)
        {
            Interlocked.Decrement(ref _streams);
            await RestError.Unavailable("$", $"at most {options.MaxStreams} streams at a time", "one more", FullFor).ExecuteAsync(context);
            return;
        }

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            await FollowAsync(context.Response, after, since, limit, ends.Token);
        }
        catch (Exception e) when (ends.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            // The client left or the service stops; either is an ordinary end.
        }
        catch (Exception e) when (Outage.IsOutage(e) && context.Response.HasStarted)
        {
            // The client reconnects with its last id.
            TimelineStreamLog.Ended(log, e);
        }
        finally
        {
            Interlocked.Decrement(ref _streams);
        }
    }

    private async Task FollowAsync(HttpResponse response, long? after, DateTimeOffset? since, int limit, CancellationToken cancellationToken)
    {
        var next = signal.Next;
        var entries = after is { } seq ? await reader.AfterAsync(seq, BatchSize, cancellationToken)
            : since is { } moment ? await reader.SinceAsync(moment, BatchSize, cancellationToken)
            : await reader.LastAsync(limit, cancellationToken);
        var position = after ?? 0;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-store";
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await response.WriteAsync(": diary\n\n", cancellationToken);
        var written = time.GetTimestamp();
        while (true)
        {
            foreach (var entry in entries)
            {
                await WriteAsync(response, entry, cancellationToken);
                position = entry.Seq;
            }

            if (entries.Count > 0)
            {
                written = time.GetTimestamp();
            }
            else if (time.GetElapsedTime(written) >= options.Heartbeat)
            {
                written = time.GetTimestamp();
                await response.WriteAsync(": heartbeat\n\n", cancellationToken);
            }

            await response.Body.FlushAsync(cancellationToken);
            if (entries.Count < BatchSize)
            {
                await Task.WhenAny(next, Task.Delay(options.PollEvery, time, cancellationToken));
            }

            cancellationToken.ThrowIfCancellationRequested();
            next = signal.Next;
            entries = await reader.AfterAsync(position, BatchSize, cancellationToken);
        }
    }

    private async Task WriteAsync(HttpResponse response, TimelineEntry entry, CancellationToken cancellationToken)
    {
        var data = JsonSerializer.Serialize(entry, json.Value.SerializerOptions);
        await response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"id: {entry.Seq}\nevent: {entry.Kind}\ndata: {data}\n\n"), cancellationToken);
    }
}

internal static partial class TimelineStreamLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "A live diary stream ended because the database did not answer")]
    public static partial void Ended(ILogger logger, Exception exception);
}
