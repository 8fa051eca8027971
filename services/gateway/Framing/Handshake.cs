using System.IO.Pipelines;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace TradingSystem.Gateway.Framing;

/// <summary>RFC 6455's opening handshake. No extension and no subprotocol is ever agreed to, so there is no compression.</summary>
public static class Handshake
{
    public const string Version = "13";

    // RFC 6455, 1.3.
    private const string KeySuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private const int KeyBytes = 16;

    /// <summary>The transport after the upgrade, or null for what is no WebSocket request.</summary>
    public static async Task<Transport?> AcceptAsync(HttpContext context)
    {
        var upgrade = context.Features.Get<IHttpUpgradeFeature>();
        var headers = context.Request.Headers;
        var key = headers.SecWebSocketKey.ToString();
        if (upgrade is not { IsUpgradableRequest: true }
            || !HttpMethods.IsGet(context.Request.Method)
            || !headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase)
            || headers.SecWebSocketVersion != Version
            || !IsKey(key))
        {
            return null;
        }

        context.Response.Headers.Connection = "Upgrade";
        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.SecWebSocketAccept = Answer(key);
        var stream = await upgrade.UpgradeAsync();
        Transport.LimitSendBuffer(context.Features);
        var connection = context.Features.Get<IConnectionLifetimeFeature>()!;
        return new(stream, PipeWriter.Create(stream), context.Connection.RemoteIpAddress ?? IPAddress.None, connection.Abort, context.RequestAborted);
    }

    public static bool IsKey(string key)
    {
        Span<byte> bytes = stackalloc byte[KeyBytes + 8];
        return Convert.TryFromBase64String(key, bytes, out var written) && written == KeyBytes;
    }

    /// <summary>What proves to the client that its key was understood.</summary>
    public static string Answer(string key)
    {
#pragma warning disable CA5350 // The WebSocket handshake prescribes SHA-1; it protects nothing.
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + KeySuffix)));
#pragma warning restore CA5350
    }
}
