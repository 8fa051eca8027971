using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace TradingSystem.Gateway.Framing;

/// <summary>A connection after its handshake.</summary>
/// <param name="Input">Completes an empty read when there is something.</param>
/// <param name="Abort">Breaks it off at once.</param>
/// <param name="StopReading">Ends the read that is waiting, or the next one, with an <see cref="OperationCanceledException"/>. What was written still
/// leaves.</param>
/// <param name="Closed">Set when the peer is gone, or says nothing more, or it was broken off.</param>
/// <param name="Reading">To be given to every read.</param>
public sealed record Transport(Stream Input, PipeWriter Output, IPAddress Address, Action Abort, Action StopReading, CancellationToken Closed, CancellationToken Reading)
{
    /// <summary>The system doubles it. Left to itself it would give a reader that stalls 4 MiB of its memory, unseen by the limits here.</summary>
    private const int SendBufferBytes = 128 * 1024;

    /// <summary>Bounds what the system keeps for a peer that does not read.</summary>
    public static void LimitSendBuffer(IFeatureCollection features)
    {
        try
        {
            if (features.Get<IConnectionSocketFeature>() is { } connection)
            {
                connection.Socket.SendBufferSize = SendBufferBytes;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The peer has gone already, which whoever reads or writes next is told.
        }
    }
}
