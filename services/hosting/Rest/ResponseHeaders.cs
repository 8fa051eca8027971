using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace TradingSystem.Hosting.Rest;

/// <summary>What every answer of every service says to browsers and caches, the ones that refuse included.</summary>
public static class ResponseHeaders
{
    // An interface is no document: nothing in it runs or is framed. Whoever serves pages sets a policy of its own.
    private const string Policy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    /// <summary>Before authentication, so that what it refuses has them too.</summary>
    public static void UseResponseHeaders(this IApplicationBuilder app) =>
        app.Use((context, next) =>
        {
            context.Response.OnStarting(static state =>
            {
                Set((HttpContext)state);
                return Task.CompletedTask;
            }, context);
            return next(context);
        });

    private static void Set(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        if (headers.ContentSecurityPolicy.Count == 0)
        {
            headers.ContentSecurityPolicy = Policy;
        }

        // What one person may see, and that somebody may not, is nobody else's: it stays in no cache.
        if (context.Response.StatusCode is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden || IsAuthorized(context.GetEndpoint()))
        {
            headers.CacheControl = "no-store";
        }
    }

    private static bool IsAuthorized(Endpoint? endpoint) =>
        endpoint is not null && endpoint.Metadata.GetMetadata<IAuthorizeData>() is not null && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null;
}
