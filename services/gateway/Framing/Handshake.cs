using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace TradingSystem.Gateway.Connections;

/// <summary>Turns a checked upgrade request into a WebSocket over a <see cref="FrameStream"/>.</summary>
public static class Upgrade
{
    // RFC 6455, 1.3.
    private const string KeySuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private static readonly WebSocketCreationOptions Options = new()
    {
        IsServer = true,
        KeepAliveInterval = TimeSpan.FromSeconds(10),
        KeepAliveTimeout = TimeSpan.FromSeconds(10),
    };

    /// <summary>The stream is null where the server offers sockets but no transport (HTTP/2, test servers).</summary>
    public static async Task<(WebSocket Socket, FrameStream? Stream)> AcceptAsync(HttpContext context)
    {
        var upgrade = context.Features.Get<IHttpUpgradeFeature>();
        var key = context.Request.Headers.SecWebSocketKey.ToString();
        if (upgrade is not { IsUpgradableRequest: true } || key.Length == 0)
        {
            return (await context.WebSockets.AcceptWebSocketAsync(), null);
        }

#pragma warning disable CA5350 // The WebSocket handshake prescribes SHA-1; it protects nothing.
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + KeySuffix)));
#pragma warning restore CA5350
        context.Response.Headers.Connection = "Upgrade";
        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.SecWebSocketAccept = accept;
        var stream = new FrameStream(await upgrade.UpgradeAsync());
        return (WebSocket.CreateFromStream(stream, Options), stream);
    }
}
