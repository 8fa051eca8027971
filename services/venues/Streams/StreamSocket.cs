using System.Buffers;
using System.Net.WebSockets;
using System.Text;

namespace TradingSystem.Venues.Streams;

/// <summary>One WebSocket: whole messages in, one send at a time out.</summary>
internal sealed class StreamSocket : IDisposable
{
    private const int LargestMessage = 8 * 1024 * 1024;

    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly ArrayBufferWriter<byte> _message = new(16 * 1024);

    public StreamSocket(TimeSpan ping)
    {
        // Pings of the protocol; a peer that is gone is noticed even where the exchange has no ping of its own.
        _socket.Options.KeepAliveInterval = ping;
        _socket.Options.KeepAliveTimeout = ping;
    }

    public Task ConnectAsync(Uri address, HttpMessageInvoker http, CancellationToken cancellationToken) => _socket.ConnectAsync(address, http, cancellationToken);

    public async Task SendAsync(string text, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            await _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>The next message, valid until the next call; null when the peer has closed.</summary>
    /// <exception cref="WebSocketException">The connection broke.</exception>
    public async Task<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellationToken)
    {
        _message.ResetWrittenCount();
        while (true)
        {
            var part = await _socket.ReceiveAsync(_message.GetMemory(8 * 1024), cancellationToken);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            _message.Advance(part.Count);
            if (_message.WrittenCount > LargestMessage)
            {
                throw new WebSocketException("The message is too long.");
            }

            if (part.EndOfMessage)
            {
                return _message.WrittenMemory;
            }
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _sending.Dispose();
    }
}
