using System.Globalization;
using System.Net;
using System.Net.Http;
using TradingSystem.Hosting.Outbound;
using TradingSystem.Trigger.Stories;

namespace TradingSystem.Trigger.News;

/// <summary>What a feed's server answered.</summary>
/// <param name="Content">What it shows; null where it says that nothing changed, or nothing good.</param>
/// <param name="Error">Why there is no content; null where there is some, or nothing changed.</param>
/// <param name="RetryAfter">How long the server wants to be left alone; null where it does not say.</param>
public sealed record NewsAnswer(
    HttpStatusCode? Status, FeedContent? Content, string? Error, TimeSpan? RetryAfter = null, string? ETag = null, string? LastModified = null)
{
    public bool IsUnchanged => Status == HttpStatusCode.NotModified && Error is null;
}

/// <summary>Asks a feed's server once: whatever it does there is an answer, within bounds of time and size.</summary>
public sealed class NewsFetcher(OutboundClient client, NewsOptions options, TimeProvider time)
{
    /// <summary>For the whole of it.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private const int LongestValidator = 200;
    private const int LongestError = 300;
    private const string Accepted = "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1";

    public async Task<NewsAnswer> AskAsync(DueFeed due, CancellationToken cancellationToken)
    {
        try
        {
            // Of an earlier version of this service it may be one that is refused now.
            var url = new Uri(due.Feed.Document.Url, UriKind.Absolute);
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.TryAddWithoutValidation("User-Agent", options.UserAgent);
            request.Headers.TryAddWithoutValidation("Accept", Accepted);
            if (due.ETag is { } tag)
            {
                request.Headers.TryAddWithoutValidation("If-None-Match", tag);
            }

            if (due.LastModified is { } modified)
            {
                request.Headers.TryAddWithoutValidation("If-Modified-Since", modified);
            }

            return Read(await client.SendAsync(request, new(Deadline, StoryReader.MostBytes), cancellationToken), asked: due.ETag is not null || due.LastModified is not null);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever a server sends is its own fault, and each thing that unpacks or reads it fails in its own way. The message may repeat what was sent.
            return new(null, null, StoryText.Plain(e.Message, LongestError));
        }
    }

    private NewsAnswer Read(OutboundAnswer answer, bool asked)
    {
        if (answer.Status == HttpStatusCode.NotModified && asked)
        {
            return new(answer.Status, null, null);
        }

        if (answer.Status != HttpStatusCode.OK)
        {
            return new(answer.Status, null, Refusal(answer), Wait(answer));
        }

        try
        {
            var content = StoryReader.Read(answer.Body.Span, answer.Address, time.GetUtcNow(), answer.Charset);
            // Of half a document nothing is remembered that would keep the other half away.
            return content.Fault is null
                ? new(answer.Status, content, null, null, Validator(Header(answer, "ETag")), Validator(answer.LastModified))
                : new(answer.Status, content, null);
        }
        catch (FeedFormatException e)
        {
            return new(answer.Status, null, e.Message, Wait(answer));
        }
    }

    private static string Refusal(OutboundAnswer answer) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(int)answer.Status} {answer.Status}{((int)answer.Status is > 300 and < 400 ? ": sent elsewhere too often, or to where a feed must not lead" : "")}");

    private TimeSpan? Wait(OutboundAnswer answer) => answer.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow(),
        _ => null,
    };

    private static string? Header(OutboundAnswer answer, string name) => answer.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    /// <summary>What goes back to the server in a header must be one.</summary>
    private static string? Validator(string? text) => text is { Length: > 0 and <= LongestValidator } && text.All(c => c is >= ' ' and <= '~') ? text : null;
}
