using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using TradingSystem.Contracts.Wire;
using TradingSystem.Gateway.Connections;
using TradingSystem.Gateway.Framing;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Gateway.Endpoint;

/// <summary>
/// Takes plain requests for <c>/ws/events</c> off a listener before HTTP sees them: a bot's connection then costs a socket's memory and
/// no HTTP request's, and its frames go straight into the socket's pipe. Everything else goes on to the HTTP server, which serves
/// <c>/ws/events</c> as well (behind TLS, or when the request comes in parts). What a trusted proxy passes on is HTTP's, too: it knows whose
/// request that is.
/// </summary>
public sealed class EventsListener(EventsEndpoint events, EdgeOptions edge, TimeProvider time)
{
    private readonly byte[][] _paths = [.. new[] { Addresses.Events, edge.BasePath + Addresses.Events }.Distinct().Select(Encoding.ASCII.GetBytes)];

    public async Task OnConnectionAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (edge.Trusts((connection.RemoteEndPoint as IPEndPoint)?.Address))
        {
            await next(connection);
            return;
        }

        var input = connection.Transport.Input;
        if (await FirstAsync(connection) is not { } first)
        {
            return;
        }

        if (Parse(first, out var length) is { } request)
        {
            input.AdvanceTo(first.GetPosition(length));
            await ServeAsync(connection, request);
            return;
        }

        input.AdvanceTo(first.Start);
        await next(connection);
    }

    /// <summary>What the peer says first; null if it says nothing, or the server stops meanwhile.</summary>
    private async Task<ReadOnlySequence<byte>?> FirstAsync(ConnectionContext connection)
    {
        var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using var deadline = new CancellationTokenSource(Handshake.Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        try
        {
            return (await connection.Transport.Input.ReadAsync(either.Token)).Buffer;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return null;
        }
    }

    private UpgradeRequest? Parse(in ReadOnlySequence<byte> bytes, out int length)
    {
        var part = bytes.Slice(0, Math.Min(bytes.Length, UpgradeRequest.LongestHead));
        var head = part.IsSingleSegment ? part.FirstSpan : part.ToArray();
        length = 0;
        foreach (var path in _paths)
        {
            if (UpgradeRequest.Parse(head, path, out length) is { } request)
            {
                return request;
            }
        }

        return null;
    }

    private async Task ServeAsync(ConnectionContext connection, UpgradeRequest request)
    {
        Transport.LimitSendBuffer(connection.Features);
        var output = connection.Transport.Output;
        Encoding.ASCII.GetBytes(
            $"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {Handshake.Answer(request.Key)}\r\n\r\n", output);
        try
        {
            // Not the connection's token: a peer that says nothing more may still read.
            await output.SendAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return;
        }

        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        var input = connection.Transport.Input;
        await events.HandleAsync(
            new(input.AsStream(leaveOpen: true), output, address, connection.Abort, input.CancelPendingRead, connection.ConnectionClosed, CancellationToken.None),
            ConnectRequest.Read(request));
    }
}
