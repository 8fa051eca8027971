using System.Net;
using TradingSystem.Hosting.Hooks;
using Yarp.ReverseProxy.Forwarder;

namespace TradingSystem.Dashboard.Forwarding;

/// <summary>What of a request reaches a service, and what of its answer reaches the caller: only what either has a use for.</summary>
internal sealed class Passage(Uri address) : HttpTransformer
{
    private static readonly string[] RequestHeaders = ["Authorization", "Accept", "Accept-Language", "If-None-Match", "Idempotency-Key", "Last-Event-ID"];
    private static readonly string[] ContentHeaders = ["Content-Type", "Content-Length"];
    private static readonly string[] ResponseHeaders = ["Allow", "Cache-Control", "Content-Disposition", "Content-Length", "Content-Type", "ETag", "Link", "Location", "Retry-After", "WWW-Authenticate"];

    public override ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        proxyRequest.RequestUri = address;
        Copy(httpContext.Request.Headers, RequestHeaders, (name, values) => proxyRequest.Headers.TryAddWithoutValidation(name, values));
        if (proxyRequest.Content is { } content)
        {
            Copy(httpContext.Request.Headers, ContentHeaders, (name, values) => content.Headers.TryAddWithoutValidation(name, values));
        }

        // A hook is told by its secret or by a signature, in a header of the sender's own.
        if (HookPath.SecretOf(httpContext) is { } secret)
        {
            proxyRequest.Headers.TryAddWithoutValidation(HookPath.Header, secret);
        }

        if (httpContext.Request.Path.StartsWithSegments(HookPath.Prefix, StringComparison.OrdinalIgnoreCase))
        {
            var names = httpContext.Request.Headers.Keys.Where(HookHeaders.MayCarry).ToArray();
            Copy(httpContext.Request.Headers, names, (name, values) => proxyRequest.Headers.TryAddWithoutValidation(name, values));
        }

        // Who asks, for what a service counts by address. Whatever the caller claims of himself was read, or not, by the front.
        if (httpContext.Connection.RemoteIpAddress is { } caller)
        {
            proxyRequest.Headers.TryAddWithoutValidation("X-Forwarded-For", (caller.IsIPv4MappedToIPv6 ? caller.MapToIPv4() : caller).ToString());
        }

        proxyRequest.Headers.TryAddWithoutValidation("X-Forwarded-Proto", httpContext.Request.Scheme);
        return default;
    }

    public override ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null)
        {
            return new(true);
        }

        var isBodyless = proxyResponse.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.NotModified;
        foreach (var name in ResponseHeaders)
        {
            if ((proxyResponse.Headers.NonValidated.TryGetValues(name, out var values) || proxyResponse.Content.Headers.NonValidated.TryGetValues(name, out values))
                && !(isBodyless && name is "Content-Length"))
            {
                httpContext.Response.Headers[name] = values.ToArray();
            }
        }

        return new(true);
    }

    /// <summary>But for values that cannot be sent on: with one of them the whole request could not be.</summary>
    private static void Copy(IHeaderDictionary headers, string[] names, Action<string, IEnumerable<string?>> add)
    {
        foreach (var name in names)
        {
            if (headers.TryGetValue(name, out var values) && values.Where(CanBeSent).ToArray() is { Length: > 0 } sent)
            {
                add(name, sent);
            }
        }
    }

    private static bool CanBeSent(string? value) => !value.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
