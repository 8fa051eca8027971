using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting.Outages;

namespace TradingSystem.Hosting.Rest;

/// <summary>
/// Gives every error that the framework answers a body of the one shape: an address that is none, another
/// method than it has, another content type, a body that cannot be read, and what failed.
/// </summary>
public static class Refusals
{
    /// <summary>Before everything that may refuse.</summary>
    public static void UseRefusals(this IApplicationBuilder app)
    {
        app.UseStatusCodePages(context => WriteAsync(context.HttpContext));
        app.Use(async (http, next) =>
        {
            try
            {
                await next(http);
            }
            catch (Exception e) when (!http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
            {
                http.Response.ContentType = null;
                http.Response.ContentLength = null;
                http.Response.StatusCode = StatusOf(e);
                if (http.Response.StatusCode >= StatusCodes.Status500InternalServerError)
                {
                    RefusalsLog.Failed(http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Refusals)), http.Request.Method, http.Request.Path, e);
                }
            }
        });
    }

    /// <summary>What the answer's status means here.</summary>
    private static ApiError Of(HttpContext http)
    {
        var request = http.Request;
        return http.Response.StatusCode switch
        {
            StatusCodes.Status400BadRequest => new(ReplyMessages.ValidationError, [new("$", "a request as the OpenAPI document describes it", "")]),
            StatusCodes.Status401Unauthorized => new("unauthorized", [new("Authorization", "a token or ticket that is good now", "")]),
            StatusCodes.Status403Forbidden => new("forbidden", [new("role", "allowed to do this", "")]),
            StatusCodes.Status404NotFound => new("not_found", [new("path", "known path", FieldError.Shorten(request.Path))]),
            StatusCodes.Status405MethodNotAllowed => new("method_not_allowed", [new("method", $"one of {http.Response.Headers.Allow}", FieldError.Shorten(request.Method))]),
            StatusCodes.Status413PayloadTooLarge => new(RestError.PayloadTooLarge, [new("$", "a smaller body", "more")]),
            StatusCodes.Status415UnsupportedMediaType => new(
                RestError.UnsupportedType, [new("Content-Type", "application/json", FieldError.Shorten(request.ContentType ?? "nothing"))]),
            StatusCodes.Status503ServiceUnavailable => new("unavailable", [new("$", "database and bus are there; try again", "")]),
            >= 500 => new("internal_error", [new("$", "an answer; what failed instead is in the service's log", "")]),
            _ => new("refused", []),
        };
    }

    private static Task WriteAsync(HttpContext http) =>
        HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : http.Response.WriteAsJsonAsync(Of(http), http.RequestAborted);

    private static int StatusOf(Exception e) => e switch
    {
        BadHttpRequestException bad => bad.StatusCode,
        _ when Outage.IsOutage(e) => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };
}

internal static partial class RefusalsLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    public static partial void Failed(ILogger logger, string method, string path, Exception exception);
}
