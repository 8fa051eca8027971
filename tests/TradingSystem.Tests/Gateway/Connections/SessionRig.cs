using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TradingSystem.Contracts.Wire;
using TradingSystem.Gateway.Connections;
using TradingSystem.Gateway.Events;
using TradingSystem.Gateway.Framing;
using TradingSystem.Gateway.Settings;
using TradingSystem.Gateway.Storage;
using TradingSystem.Tests.Time;

namespace TradingSystem.Tests.Gateway.Connections;

/// <summary>
/// A group's session on two pipes instead of a socket, with its client. What needs no more than the frame itself is answered: pings, and what is
/// wrong.
/// </summary>
internal sealed class SessionRig : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly Pipe _toServer = new();
    private readonly Pipe _toClient;
    private readonly CancellationTokenSource _closed = new();
    private readonly Stream _read;

    /// <param name="unreadBytes">With so much unread the transport takes no more.</param>
    public SessionRig(GatewayOptions? options = null, int unreadBytes = 64 * 1024)
    {
        _toClient = new Pipe(new PipeOptions(pauseWriterThreshold: unreadBytes, resumeWriterThreshold: unreadBytes));
        _read = _toClient.Reader.AsStream();
        Session = new(
            Guid.NewGuid(),
            new Identity(Guid.NewGuid(), OwnerKinds.Group, Guid.NewGuid(), 1),
            new ConnectRequest(null, null, null, Dialect.Type, default, null),
            new Transport(
                _toServer.Reader.AsStream(leaveOpen: true), _toClient.Writer, IPAddress.Loopback, Abort, _toServer.Reader.CancelPendingRead,
                _closed.Token, CancellationToken.None),
            new FrameHandler(null!, null!, null!, null!, null!, null!, null!, Time).Handle,
            options ?? new GatewayOptions(),
            Time,
            NullLogger.Instance);
    }

    public Session Session { get; }

    public ManualTime Time { get; } = new(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public bool IsReset { get; private set; }

    public Task Running { get; private set; } = Task.CompletedTask;

    public static byte[] Text(string text) => Frame(0x81, Encoding.UTF8.GetBytes(text));

    /// <summary>Answered with a pong of the same id.</summary>
    public static byte[] Ask(string id) => Text($$"""{"type":"ping","id":"{{id}}"}""");

    /// <summary>As a client sends it, masked with zeroes.</summary>
    public static byte[] Frame(byte firstByte, ReadOnlySpan<byte> payload, bool masked = true, int? announced = null)
    {
        var header = new byte[FrameHeader.MaxBytes];
        var length = FrameHeader.Write(header, Opcode.Text, announced ?? payload.Length);
        header[0] = firstByte;
        header[1] |= (byte)(masked ? 0x80 : 0);
        return [.. header[..length], .. new byte[masked ? 4 : 0], .. payload];
    }

    public static byte[] Close(int code)
    {
        var payload = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)code);
        return Frame(0x88, payload);
    }

    public void Run() => Running = Session.RunAsync();

    /// <summary>The session has ended by itself.</summary>
    public Task EndedAsync() => Running.WaitAsync(Deadline);

    public async Task SendAsync(params byte[] bytes) => await _toServer.Writer.WriteAsync(bytes);

    /// <summary>The client says nothing more, and reads on.</summary>
    public void HalfClose() => _toServer.Writer.Complete();

    /// <summary>A frame's opcode and its payload as text; a close's begins with its code.</summary>
    public async Task<(Opcode Opcode, string Payload)> ReceiveAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        var header = new byte[2];
        await _read.ReadExactlyAsync(header, deadline.Token);
        var length = (int)header[1];
        if (length == 126)
        {
            var more = new byte[2];
            await _read.ReadExactlyAsync(more, deadline.Token);
            length = BinaryPrimitives.ReadUInt16BigEndian(more);
        }

        var payload = new byte[length];
        await _read.ReadExactlyAsync(payload, deadline.Token);
        var opcode = (Opcode)(header[0] & 0x0F);
        return (opcode, opcode == Opcode.Close
            ? $"{BinaryPrimitives.ReadUInt16BigEndian(payload)} {Encoding.UTF8.GetString(payload.AsSpan(2))}"
            : Encoding.UTF8.GetString(payload));
    }

    public void Dispose()
    {
        Abort();
        Session.Dispose();
        _closed.Dispose();
    }

    private void Abort()
    {
        IsReset = true;
        _closed.Cancel();
        _toServer.Writer.Complete(new IOException("reset"));
        _toClient.Reader.CancelPendingRead();
    }
}
