using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http.Features;
using TradingSystem.Hosting.Rest;
using Yarp.ReverseProxy.Forwarder;

namespace TradingSystem.Dashboard.Forwarding;

/// <summary>
/// Passes a request on to a service and streams the answer back. The service checks the token itself.
/// 502 means the service was not reached, 504 that it did not answer in time; both name it.
/// </summary>
public sealed class Forwarder(IHttpForwarder proxy, ForwardOptions options, ILogger<Forwarder> log) : IDisposable
{
    private const int MaxBody = 1024 * 1024;

    /// <summary>A body, on its way in or out, that stands still for longer is given up.</summary>
    private static readonly TimeSpan Standstill = TimeSpan.FromSeconds(100);

    private readonly HttpMessageInvoker _client = new(new HeadersDeadline(options.HeadersDeadline, new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
    }));

    private readonly ForwarderRequestConfig _config = new()
    {
        ActivityTimeout = options.HeadersDeadline + Standstill,
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    public async Task ForwardAsync(HttpContext http, ForwardTarget target)
    {
        if (http.Request.ContentLength > MaxBody)
        {
            await RestError.TooLarge(MaxBody).ExecuteAsync(http);
            return;
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBody;
        }

        // A path encoded twice may turn into another one on its way; what is not the service's own is not asked of it.
        var address = new Uri(target.Address, http.Request.Path.ToUriComponent() + http.Request.QueryString.ToUriComponent());
        if (!target.Owns(address.AbsolutePath))
        {
            await RestError.NotFound("path", "known path", http.Request.Path.Value ?? "").ExecuteAsync(http);
            return;
        }

        var error = await proxy.SendAsync(http, target.Address.AbsoluteUri, _client, _config, new Passage(address));
        if (error == ForwarderError.None || http.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        var reason = http.GetForwarderErrorFeature()?.Exception;
        if (http.Response.HasStarted)
        {
            // The headers are out, and the connection was torn: the one way left to say that the body is not whole.
            ForwarderLog.Failed(log, target.Service, "response broke off", reason);
        }
        else if (IsTooLarge(reason))
        {
            await RestError.TooLarge(MaxBody).ExecuteAsync(http);
        }
        else if (reason is TimeoutException || error == ForwarderError.RequestTimedOut)
        {
            ForwarderLog.Failed(log, target.Service, "timeout", null);
            await RestError.Of(StatusCodes.Status504GatewayTimeout, "gateway_timeout", target.Service, "answers", "timeout").ExecuteAsync(http);
        }
        else
        {
            var got = Reason(reason);
            ForwarderLog.Failed(log, target.Service, got, null);
            await RestError.Of(StatusCodes.Status502BadGateway, "bad_gateway", target.Service, "answers", got).ExecuteAsync(http);
        }
    }

    public void Dispose() => _client.Dispose();

    private static string Reason(Exception? e) => e switch
    {
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "connection refused",
        HttpRequestException { InnerException: IOException, HttpRequestError: HttpRequestError.Unknown or HttpRequestError.ResponseEnded } => "connection closed",
        HttpRequestException h => h.HttpRequestError.ToString(),
        _ => "no answer",
    };

    private static bool IsTooLarge(Exception? e) => e switch
    {
        null => false,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => true,
        AggregateException all => all.InnerExceptions.Any(IsTooLarge),
        _ => IsTooLarge(e.InnerException),
    };
}

internal static partial class ForwarderLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Forwarding to {Service} failed: {Reason}")]
    public static partial void Failed(ILogger logger, string service, string reason, Exception? exception);
}
