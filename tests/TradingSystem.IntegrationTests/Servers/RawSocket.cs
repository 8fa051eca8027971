using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace TradingSystem.IntegrationTests.Servers;

/// <summary>A WebSocket client without manners: it writes any bytes, and reads only when told to.</summary>
public sealed class RawSocket : IDisposable
{
    private readonly TcpClient _client = new() { NoDelay = true };
    private NetworkStream _stream = null!;

    /// <summary>A header that makes a request so long that the gateway leaves it to its HTTP server.</summary>
    private static readonly string Long = $"Cookie: {new string('x', 9000)}\r\n";

    /// <param name="byHttp">The way of connections behind TLS, and of requests that come in parts.</param>
    /// <param name="with">Sent together with the request.</param>
    public static async Task<RawSocket> ConnectAsync(Uri socket, string query, bool byHttp = false, byte[]? with = null)
    {
        var raw = await OpenAsync(socket);
        var request = $"GET {socket.AbsolutePath}?{query} HTTP/1.1\r\nHost: {socket.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{(byHttp ? Long : "")}\r\n";
        await raw._stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(request), .. with ?? []]);
        var head = await raw.HeadAsync();
        return head.StartsWith("HTTP/1.1 101", StringComparison.Ordinal) ? raw : throw new InvalidOperationException(head);
    }

    /// <summary>The head of the answer to a request that is sent as it is, to its empty line; what came before the end if it has none.</summary>
    public static async Task<string> AskAsync(Uri server, string request)
    {
        using var raw = await OpenAsync(server);
        await raw.SendAsync(Encoding.Latin1.GetBytes(request));
        return await raw.HeadAsync();
    }

    /// <summary>Connects and says nothing.</summary>
    public static async Task<RawSocket> OpenAsync(Uri server)
    {
        var raw = new RawSocket();

        // Small, so that a reader that stalls is felt soon.
        raw._client.ReceiveBufferSize = 4096;
        await raw._client.ConnectAsync(server.Host, server.Port);
        raw._stream = raw._client.GetStream();
        return raw;
    }

    /// <summary>A frame as a client sends it, masked with zeroes.</summary>
    public static byte[] Frame(byte firstByte, ReadOnlySpan<byte> payload)
    {
        var header = payload.Length < 126 ? new byte[6] : new byte[8];
        header[0] = firstByte;
        header[1] = (byte)(0x80 | (payload.Length < 126 ? payload.Length : 126));
        if (header.Length == 8)
        {
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)payload.Length);
        }

        return [.. header, .. payload];
    }

    public Task SendAsync(byte[] bytes) => _stream.WriteAsync(bytes).AsTask();

    /// <summary>The next frame's opcode and payload; null at the end of the stream.</summary>
    public async Task<(int Opcode, byte[] Payload)?> ReceiveAsync(TimeSpan? within = null)
    {
        using var deadline = new CancellationTokenSource(within ?? Wait.Most);
        var header = new byte[2];
        try
        {
            await _stream.ReadExactlyAsync(header, deadline.Token);
            long length = header[1] & 0x7F;
            if (length >= 126)
            {
                var more = new byte[length == 126 ? 2 : 8];
                await _stream.ReadExactlyAsync(more, deadline.Token);
                length = more.Length == 2 ? BinaryPrimitives.ReadUInt16BigEndian(more) : BinaryPrimitives.ReadInt64BigEndian(more);
            }

            var payload = new byte[length];
            await _stream.ReadExactlyAsync(payload, deadline.Token);
            return (header[0] & 0x0F, payload);
        }
        catch (Exception e) when (e is EndOfStreamException or IOException)
        {
            return null;
        }
    }

    /// <summary>Reads on to the close frame; null if the stream ended without one.</summary>
    public async Task<(int Code, string Reason)?> CloseAsync(TimeSpan? within = null)
    {
        while (await ReceiveAsync(within) is { } frame)
        {
            if (frame.Opcode == 8)
            {
                return (BinaryPrimitives.ReadUInt16BigEndian(frame.Payload), Encoding.ASCII.GetString(frame.Payload.AsSpan(2)));
            }
        }

        return null;
    }

    /// <summary>Nothing more is sent; what comes is still read.</summary>
    public void HalfClose() => _client.Client.Shutdown(SocketShutdown.Send);

    /// <summary>Reads to the end of the stream. False if that was a reset.</summary>
    public async Task<bool> EndsInOrderAsync(TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        var waste = new byte[4096];
        try
        {
            while (await _stream.ReadAsync(waste, deadline.Token) > 0)
            {
            }

            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async Task<string> HeadAsync()
    {
        using var deadline = new CancellationTokenSource(Wait.Most);
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await _stream.ReadAsync(one, deadline.Token) > 0)
        {
            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    public void Dispose() => _client.Dispose();
}
