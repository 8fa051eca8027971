using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http.Features;
using TradingSystem.Dashboard.Accounts;

namespace TradingSystem.Dashboard.Forwarding;

/// <summary>
/// Passes a request on to a service and streams the answer back. The service checks the token itself.
/// 502 means the service was not reached, 504 that it did not answer in time; both name it.
/// </summary>
public sealed class Forwarder(ForwardOptions options, ILogger<Forwarder> log) : IDisposable
{
    private const long MaxBody = 1024 * 1024;

    private static readonly string[] RequestHeaders = ["Authorization", "Accept", "Accept-Language", "If-None-Match", "Idempotency-Key", "Last-Event-ID"];
    private static readonly string[] ResponseHeaders = ["Cache-Control", "Content-Disposition", "Content-Type", "ETag", "Link", "Location", "Retry-After", "WWW-Authenticate"];

    private static readonly ProblemDetail TooLargeDetail = new("$", "at most 1 MiB", null);

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
    });

    public async Task ForwardAsync(HttpContext http, ForwardTarget target)
    {
        if (http.Request.ContentLength > MaxBody)
        {
            await FailAsync(http, StatusCodes.Status413PayloadTooLarge, "payload_too_large", TooLargeDetail);
            return;
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBody;
        }

        // A path encoded twice may turn into another one on its way; what is not the service's own is not asked of it.
        var address = Address(http, target);
        if (!target.Owns(address.AbsolutePath))
        {
            await FailAsync(http, StatusCodes.Status404NotFound, "not_found", new ProblemDetail("path", "known path", http.Request.Path.Value));
            return;
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        deadline.CancelAfter(options.HeadersDeadline);
        using var request = Request(http, address);
        HttpResponseMessage response;
        try
        {
            response = await _client.SendAsync(request, deadline.Token);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (OperationCanceledException)
        {
            ForwarderLog.Failed(log, target.Service, "timeout", null);
            await FailAsync(http, StatusCodes.Status504GatewayTimeout, "gateway_timeout", new ProblemDetail(target.Service, "answers", "timeout"));
            return;
        }
        catch (HttpRequestException e) when (TooLarge(e))
        {
            await FailAsync(http, StatusCodes.Status413PayloadTooLarge, "payload_too_large", TooLargeDetail);
            return;
        }
        catch (HttpRequestException e)
        {
            var got = Reason(e);
            ForwarderLog.Failed(log, target.Service, got, null);
            await FailAsync(http, StatusCodes.Status502BadGateway, "bad_gateway", new ProblemDetail(target.Service, "answers", got));
            return;
        }

        using (response)
        {
            // From here on the response may be a stream without an end.
            deadline.CancelAfter(Timeout.InfiniteTimeSpan);
            await CopyAsync(http, target, response);
        }
    }

    public void Dispose() => _client.Dispose();

    private static string Reason(HttpRequestException e) => e switch
    {
        { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "connection refused",
        { InnerException: IOException, HttpRequestError: HttpRequestError.Unknown or HttpRequestError.ResponseEnded } => "connection closed",
        _ => e.HttpRequestError.ToString(),
    };

    private static bool TooLarge(Exception e)
    {
        for (var inner = e.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge })
            {
                return true;
            }
        }

        return false;
    }

    private static Uri Address(HttpContext http, ForwardTarget target) =>
        new(target.Address, http.Request.Path.ToUriComponent() + http.Request.QueryString.ToUriComponent());

    private static HttpRequestMessage Request(HttpContext http, Uri address)
    {
        var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), address);
        if (http.Request.ContentLength > 0 || http.Request.Headers.ContainsKey("Transfer-Encoding"))
        {
            request.Content = new StreamContent(http.Request.Body);
            request.Content.Headers.ContentLength = http.Request.ContentLength;
            if (http.Request.ContentType is { } type)
            {
                request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            }
        }

        foreach (var name in RequestHeaders)
        {
            if (http.Request.Headers.TryGetValue(name, out var value))
            {
                request.Headers.TryAddWithoutValidation(name, value.ToArray());
            }
        }

        return request;
    }

    private async Task CopyAsync(HttpContext http, ForwardTarget target, HttpResponseMessage response)
    {
        http.Response.StatusCode = (int)response.StatusCode;
        foreach (var name in ResponseHeaders)
        {
            if (response.Headers.NonValidated.TryGetValues(name, out var values) || response.Content.Headers.NonValidated.TryGetValues(name, out values))
            {
                http.Response.Headers[name] = values.ToArray();
            }
        }

        if (response.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.NotModified)
        {
            return;
        }

        http.Response.ContentLength = response.Content.Headers.ContentLength;
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            await http.Response.StartAsync(http.RequestAborted);
            await using var body = await response.Content.ReadAsStreamAsync(http.RequestAborted);
            var buffer = new byte[16 * 1024];
            int read;
            while ((read = await body.ReadAsync(buffer, http.RequestAborted)) > 0)
            {
                await http.Response.Body.WriteAsync(buffer.AsMemory(0, read), http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller left.
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // The headers are out; a torn connection is the one way left to say that the body is not whole.
            ForwarderLog.Failed(log, target.Service, "response broke off", e);
            http.Abort();
        }
    }

    private static Task FailAsync(HttpContext http, int status, string message, ProblemDetail detail)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(new FrontProblem(message, [detail]), http.RequestAborted);
    }
}

internal static partial class ForwarderLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Forwarding to {Service} failed: {Reason}")]
    public static partial void Failed(ILogger logger, string service, string reason, Exception? exception);
}
