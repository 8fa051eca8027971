using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace TradingSystem.Benchmarks.Load.Client;

/// <summary>What a connection is for. Everything is called on the loop's thread.</summary>
internal abstract class Role
{
    /// <summary>The first frame of the server.</summary>
    public virtual void OnAck(Connection connection, ReadOnlySpan<byte> frame)
    {
    }

    public abstract void OnText(Connection connection, ReadOnlySpan<byte> frame);

    /// <summary>After everything that one read brought.</summary>
    public virtual void OnReadEnd(Connection connection)
    {
    }

    public virtual void OnClosed(Connection connection, string why) =>
        throw new InvalidOperationException($"The server ended a connection: {why}");
}

/// <summary>One WebSocket of the load client: unmasked frames in, frames with a mask of zeros out.</summary>
internal sealed unsafe class Connection(Loop loop, Socket socket, Role role, int index) : IDisposable
{
    private byte[] _rest = [];
    private int _restLength;
    private byte[] _unsent = [];
    private int _unsentLength;
    private bool _upgraded;
    private bool _paused;

    public int Index { get; } = index;

    public int Descriptor { get; } = (int)socket.SafeHandle.DangerousGetHandle();

    /// <summary>True once the ack is there.</summary>
    public bool IsReady { get; private set; }

    public bool IsClosed { get; private set; }

    public void Upgrade(int port, string query) => Send(Encoding.ASCII.GetBytes(
        $"GET /ws/events?{query} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"));

    /// <summary>From here on nothing is read: a stalled reader.</summary>
    public void Pause()
    {
        _paused = true;
        loop.Watch(this, Native.ControlDelete, 0);
    }

    /// <summary>Whether the server has given up a paused connection: what it had in flight can be read, then comes the end.</summary>
    public bool WasCut()
    {
        var buffer = loop.Buffer;
        fixed (byte* start = buffer)
        {
            nint count;
            while ((count = Native.Receive(Descriptor, start, buffer.Length, Native.Flags)) > 0)
            {
            }

            return count == 0 || Marshal.GetLastPInvokeError() is not (Native.TryAgain or Native.Interrupted);
        }
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        if (IsClosed)
        {
            return;
        }

        var sent = _unsentLength > 0 ? 0 : Write(bytes);
        if (sent < bytes.Length)
        {
            Hold(bytes[sent..]);
        }
    }

    public void SendRest()
    {
        var sent = Write(_unsent.AsSpan(0, _unsentLength));
        _unsent.AsSpan(sent, _unsentLength - sent).CopyTo(_unsent);
        _unsentLength -= sent;
        if (_unsentLength == 0 && !IsClosed)
        {
            loop.Watch(this, Native.ControlModify, Native.Readable);
        }
    }

    public void Read()
    {
        var buffer = loop.Buffer;
        _rest.AsSpan(0, _restLength).CopyTo(buffer);
        nint count;
        fixed (byte* start = buffer)
        {
            count = Native.Receive(Descriptor, start + _restLength, buffer.Length - _restLength, Native.Flags);
        }

        if (count <= 0)
        {
            if (count == 0 || Marshal.GetLastPInvokeError() is not (Native.TryAgain or Native.Interrupted))
            {
                End("the transport broke");
            }

            return;
        }

        var bytes = buffer.AsSpan(0, _restLength + (int)count);
        var used = _upgraded ? 0 : Handshake(bytes);
        while (!IsClosed && TakeFrame(bytes[used..]) is > 0 and var size)
        {
            used += size;
        }

        Keep(bytes[used..]);
        if (!IsClosed)
        {
            role.OnReadEnd(this);
        }
    }

    public void Dispose()
    {
        IsClosed = true;
        socket.Dispose();
    }

    private int Handshake(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return 0;
        }

        if (!bytes.StartsWith("HTTP/1.1 101"u8))
        {
            throw new InvalidOperationException($"No upgrade: {Encoding.ASCII.GetString(bytes)}");
        }

        _upgraded = true;
        return end + 4;
    }

    /// <summary>Bytes of the whole frame at the start of <paramref name="bytes"/>, or 0 if it is not complete.</summary>
    private int TakeFrame(ReadOnlySpan<byte> bytes)
    {
        if (!_upgraded || bytes.Length < 2)
        {
            return 0;
        }

        var (length, head) = bytes[1] switch
        {
            < 126 => ((long)bytes[1], 2),
            126 => (bytes.Length < 4 ? int.MaxValue : BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]), 4),
            _ => (bytes.Length < 10 ? int.MaxValue : BinaryPrimitives.ReadInt64BigEndian(bytes[2..]), 10),
        };
        if (bytes.Length < head + length)
        {
            return 0;
        }

        Handle(bytes[0], bytes.Slice(head, (int)length));
        return head + (int)length;
    }

    private void Handle(byte first, ReadOnlySpan<byte> payload)
    {
        switch (first)
        {
            case 0x81 when IsReady:
                role.OnText(this, payload);
                break;
            case 0x81:
                IsReady = true;
                role.OnAck(this, payload);
                break;
            case 0x88:
                End(payload.Length < 2 ? "close without code" : $"close {BinaryPrimitives.ReadUInt16BigEndian(payload)} {Encoding.UTF8.GetString(payload[2..])}");
                break;
            case 0x89:
                Send(Frames.Pong(payload));
                break;
            case 0x8A:
                break;
            default:
                throw new InvalidOperationException($"Unexpected frame 0x{first:x2}.");
        }
    }

    private void End(string why)
    {
        IsClosed = true;
        if (!_paused)
        {
            loop.Watch(this, Native.ControlDelete, 0);
        }

        role.OnClosed(this, why);
    }

    private int Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            var sent = Native.Send(Descriptor, start, bytes.Length, Native.Flags);
            if (sent >= 0)
            {
                return (int)sent;
            }
        }

        if (Marshal.GetLastPInvokeError() is not (Native.TryAgain or Native.Interrupted))
        {
            End("the transport broke");
        }

        return 0;
    }

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        if (IsClosed)
        {
            return;
        }

        if (_unsentLength == 0)
        {
            loop.Watch(this, Native.ControlModify, Native.Readable | Native.Writable);
        }

        Grow(ref _unsent, _unsentLength + bytes.Length);
        bytes.CopyTo(_unsent.AsSpan(_unsentLength));
        _unsentLength += bytes.Length;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        Grow(ref _rest, bytes.Length);
        bytes.CopyTo(_rest);
        _restLength = bytes.Length;
    }

    private static void Grow(ref byte[] array, int length)
    {
        if (array.Length < length)
        {
            Array.Resize(ref array, Math.Max(length, array.Length * 2));
        }
    }
}
