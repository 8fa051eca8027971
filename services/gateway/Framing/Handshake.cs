using System.IO.Pipelines;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Gateway.Framing;

/// <summary>RFC 6455's opening handshake. No extension and no subprotocol is ever agreed to, so there is no compression.</summary>
public static class Handshake
{
    public const string Version = "13";

    // RFC 6455, 1.3.
    private const string KeySuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private const int KeyBytes = 16;
    private const int KeyLength = 24;

    /// <summary>How long a connection may say nothing, and how long the head of its request may take.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    /// <summary>Why this is no handshake that can be accepted (RFC 6455, 4.2.1), as a 4xx; null if it is one.</summary>
    public static RestError? Refusal(HttpContext context)
    {
        var request = context.Request;
        var headers = request.Headers;
        if (request.Method != HttpMethods.Get)
        {
            context.Response.Headers.Allow = HttpMethods.Get;
            return RestError.Of(StatusCodes.Status405MethodNotAllowed, "method_not_allowed", "method", HttpMethods.Get, request.Method);
        }

        if (request.ContentLength > 0 || headers.TransferEncoding.Count > 0)
        {
            return RestError.Invalid("$", "a handshake without a body", headers.TransferEncoding.Count > 0 ? "Transfer-Encoding" : "Content-Length");
        }

        // HTTP/1.0 knows no upgrade.
        if (!HttpProtocol.IsHttp11(request.Protocol) || context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } || !SocketGuard.IsHandshake(request))
        {
            return RefuseUpgrade(context, HeaderNames.Upgrade, "a WebSocket handshake over HTTP/1.1", $"{request.Protocol} {headers.Upgrade}");
        }

        return headers.SecWebSocketVersion != Version ? RefuseUpgrade(context, HeaderNames.SecWebSocketVersion, Version, headers.SecWebSocketVersion.ToString())
            : !IsKey(headers.SecWebSocketKey.ToString()) ? RestError.Invalid(HeaderNames.SecWebSocketKey, $"{KeyBytes} bytes as base64", headers.SecWebSocketKey.ToString())
            : null;
    }

    /// <summary>The transport after the upgrade of a request without a <see cref="Refusal"/>.</summary>
    public static async Task<Transport> AcceptAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.Connection = "Upgrade";
        headers.Upgrade = "websocket";
        headers.SecWebSocketAccept = Answer(context.Request.Headers.SecWebSocketKey.ToString());
        var stream = await context.Features.Get<IHttpUpgradeFeature>()!.UpgradeAsync();
        Transport.LimitSendBuffer(context.Features);
        var connection = context.Features.Get<IConnectionLifetimeFeature>()!;
        var reading = new CancellationTokenSource();
        return new(
            stream, PipeWriter.Create(stream), context.Connection.RemoteIpAddress ?? IPAddress.None, connection.Abort, reading.Cancel,
            context.RequestAborted, reading.Token);
    }

    public static bool IsKey(string key)
    {
        Span<byte> bytes = stackalloc byte[KeyBytes + 8];
        // The length leaves no room for blanks, which the decoder would pass over.
        return key.Length == KeyLength && Convert.TryFromBase64String(key, bytes, out var written) && written == KeyBytes;
    }

    /// <summary>What proves to the client that its key was understood.</summary>
    public static string Answer(string key)
    {
#pragma warning disable CA5350 // The WebSocket handshake prescribes SHA-1; it protects nothing.
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + KeySuffix)));
#pragma warning restore CA5350
    }

    /// <summary>Says what would be accepted (RFC 6455, 4.4).</summary>
    private static RestError RefuseUpgrade(HttpContext context, string path, string rule, string got)
    {
        context.Response.Headers.Connection = "Upgrade";
        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.SecWebSocketVersion = Version;
        return RestError.Of(StatusCodes.Status426UpgradeRequired, "upgrade_required", path, rule, got);
    }
}
