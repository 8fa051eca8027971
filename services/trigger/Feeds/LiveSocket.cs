using System.Net.WebSockets;
using TradingSystem.Hosting.Outbound;

namespace TradingSystem.Trigger.Feeds;

/// <summary>One connection to the exchange, read until it is lost.</summary>
/// <param name="longestSilence">Without a message that <paramref name="isSign"/> holds of for this long it is lost, whatever TCP says.</param>
/// <param name="isSign">Null: of any frame.</param>
public sealed class LiveSocket(
    Uri address, TimeSpan connectDeadline, TimeSpan longestSilence, Func<object, bool>? isSign, OutboundClient http, TimeProvider time)
{
    private const int LargestMessage = 1 << 20;

    public string Host => address.Host;

    /// <summary>Something came that was understood: an address that accepts and stays mute is as bad as none.</summary>
    public bool HasBrought { get; private set; }

    /// <summary>Gives what comes and is understood to <paramref name="take"/>, in its order; ends by an exception only.</summary>
    /// <exception cref="WebSocketException">No connection, or one that broke.</exception>
    /// <exception cref="IOException">The exchange ended it, or sent too much.</exception>
    /// <exception cref="TimeoutException">Nothing came for too long.</exception>
    public async Task ReadAsync(Action<object> take, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(connectDeadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var socket = new ClientWebSocket();
            await socket.ConnectAsync(address, http.Invoker, either.Token);
            deadline.CancelAfter(longestSilence);
            await ReadAsync(socket, take, deadline, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"it {(isSign is null ? "was silent" : "did not tick")} for {longestSilence.TotalSeconds:0.###} s");
        }
    }

    private async Task ReadAsync(ClientWebSocket socket, Action<object> take, CancellationTokenSource deadline, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                if (length >= LargestMessage)
                {
                    throw new IOException("a message is larger than 1 MiB");
                }

                Array.Resize(ref buffer, length * 2);
            }

            var part = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                throw new IOException("the exchange closed the connection");
            }

            length += part.Count;
            if (!part.EndOfMessage)
            {
                continue;
            }

            var message = LiveMessages.Parse(buffer.AsMemory(0, length));
            length = 0;
            if (isSign is null || (message is not null && isSign(message)))
            {
                deadline.CancelAfter(longestSilence);
            }

            if (message is not null)
            {
                HasBrought = true;
                take(message);
            }
        }
    }

    /// <summary>What a connection that is lost ends with, in any of the ways that it may.</summary>
    public static bool IsLoss(Exception e) => e is WebSocketException or HttpRequestException or IOException or TimeoutException;
}
