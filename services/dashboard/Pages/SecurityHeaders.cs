namespace TradingSystem.Dashboard.Pages;

/// <summary>What a page may load and do; what every answer says stands in <see cref="Hosting.Rest.ResponseHeaders"/>.</summary>
public static class SecurityHeaders
{
    // The component library and the charts set style attributes and style elements at run time; scripts are only our own.
    private const string Policy =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
        + "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public static void UseSecurityHeaders(this WebApplication app) =>
        app.Use((http, next) =>
        {
            var headers = http.Response.Headers;
            headers.ContentSecurityPolicy = Policy;
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            return next(http);
        });
}
