using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using TradingSystem.Contracts.Wire;

namespace TradingSystem.Gateway.Framing;

/// <summary>One message or control frame. <c>Payload</c> is valid until the next read; <c>Violation</c> says which rule the peer broke.</summary>
public readonly record struct Incoming(Opcode Opcode, Memory<byte> Payload, CloseReason? Violation = null);

/// <summary>
/// Reads a client's frames from the transport. Holds no buffer while nothing arrives, which is what makes idle connections cheap.
/// Fragments are put together up to <paramref name="maxMessageBytes"/>.
/// </summary>
public sealed class FrameReader(Stream transport, int maxMessageBytes) : IDisposable
{
    private const int InitialBuffer = 4 * 1024;
    private const int MaxHeader = 14;

    /// <summary>In bytes: about what a small frame costs beside them.</summary>
    private const int FrameCost = 1024;

    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private byte[] _message = [];
    private int _messageLength;
    private Opcode _messageType = Opcode.Continuation;
    private bool _violated;
    private int _cost;
    private long _skip;
    private bool _skipsClose;

    /// <summary>True while a message has begun and is not complete.</summary>
    public bool IsInsideMessage => _end > _start || _messageType != Opcode.Continuation;

    /// <summary>
    /// Grows with every message, and with every control frame outside of one, that has come whole: tells whether what is begun is still the same.
    /// </summary>
    public int Completed { get; private set; }

    /// <summary>What was read since the last call: its bytes, and <see cref="FrameCost"/> for each frame, however small it is.</summary>
    public int TakeCost()
    {
        var cost = _cost;
        _cost = 0;
        return cost;
    }

    /// <summary>The next complete frame of what has arrived. After a violation there is nothing more.</summary>
    public bool TryRead(out Incoming incoming)
    {
        while (!_violated && TryReadFrame(out var final, out var opcode, out var payload, out var violation))
        {
            if (violation is not null)
            {
                return Violation(violation, out incoming);
            }

            if (opcode is Opcode.Close or Opcode.Ping or Opcode.Pong)
            {
                Completed += _messageType == Opcode.Continuation ? 1 : 0;
                incoming = new(opcode, payload);
                return true;
            }

            if ((opcode == Opcode.Continuation) == (_messageType == Opcode.Continuation))
            {
                // A continuation of nothing, or a new message inside another.
                return Violation(CloseCodes.ProtocolError, out incoming);
            }

            if (final && opcode != Opcode.Continuation)
            {
                Completed++;
                incoming = new(opcode, payload);
                return true;
            }

            if (_messageLength + payload.Length > maxMessageBytes)
            {
                return Violation(CloseCodes.FrameTooLarge, out incoming);
            }

            Append(payload.Span);
            _messageType = opcode == Opcode.Continuation ? _messageType : opcode;
            if (final)
            {
                Completed++;
                incoming = new(_messageType, _message.AsMemory(0, _messageLength));
                _messageType = Opcode.Continuation;
                _messageLength = 0;
                return true;
            }
        }

        incoming = default;
        return false;
    }

    /// <summary>Waits for more bytes; false at the end of the stream.</summary>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start == _end)
        {
            Return(ref _buffer);
            _start = _end = 0;
            if (_messageType == Opcode.Continuation)
            {
                Return(ref _message);
            }

            // Waits without memory; the transport completes an empty read when there is something.
            _end += await transport.ReadAsync(Memory<byte>.Empty, cancellationToken);
        }

        MakeRoom();
        var count = await transport.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += count;
        _cost += count;
        return count > 0;
    }

    /// <summary>
    /// Reads past everything up to the peer's close frame, which it may send while ours is on its way; also after a violation, as far as
    /// frames can still be told apart. Ends as well with the stream, or when nothing comes for <paramref name="patience"/>.
    /// </summary>
    public async Task SkipToCloseAsync(TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var quiet = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        while (!SkipToClose())
        {
            silence.CancelAfter(patience);
            if (!await FillAsync(quiet.Token))
            {
                return;
            }
        }
    }

    public void Dispose()
    {
        Return(ref _buffer);
        Return(ref _message);
    }

    /// <summary>True once a close frame is behind us.</summary>
    private bool SkipToClose()
    {
        while (true)
        {
            var there = Math.Min(_skip, _end - _start);
            _start += (int)there;
            _skip -= there;
            if (_skip > 0 || _skipsClose)
            {
                return _skip == 0;
            }

            var bytes = _buffer.AsSpan(_start, _end - _start);
            var header = bytes.Length < 2 ? int.MaxValue : 2 + ((bytes[1] & 0x80) != 0 ? 4 : 0) + (bytes[1] & 0x7F) switch { 126 => 2, 127 => 8, _ => 0 };
            if (bytes.Length < header)
            {
                return false;
            }

            var length = (bytes[1] & 0x7F) switch
            {
                126 => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
                127 => BinaryPrimitives.ReadInt64BigEndian(bytes[2..]),
                var small => small,
            };
            _start += header;
            _skip = length < 0 ? long.MaxValue : length;
            _skipsClose = (bytes[0] & 0x0F) == (byte)Opcode.Close;
        }
    }

    private bool TryReadFrame(out bool final, out Opcode opcode, out Memory<byte> payload, out CloseReason? violation)
    {
        (final, opcode, payload, violation) = (false, Opcode.Continuation, default, null);
        var bytes = _buffer.AsSpan(_start, _end - _start);
        if (bytes.Length < 2)
        {
            return false;
        }

        final = (bytes[0] & 0x80) != 0;
        opcode = (Opcode)(bytes[0] & 0x0F);
        var control = ((byte)opcode & 0x08) != 0;
        long length = bytes[1] & 0x7F;

        // Reserved bits and opcodes, unmasked frames, long or fragmented control frames: RFC 6455, 5.1 to 5.5.
        if ((bytes[0] & 0x70) != 0
            || (bytes[1] & 0x80) == 0
            || opcode is not (Opcode.Continuation or Opcode.Text or Opcode.Binary or Opcode.Close or Opcode.Ping or Opcode.Pong)
            || (control && (!final || length > FrameHeader.MaxControlPayload)))
        {
            violation = CloseCodes.ProtocolError;
            return true;
        }

        var header = 6 + length switch { 126 => 2, 127 => 8, _ => 0 };
        if (bytes.Length < header)
        {
            return false;
        }

        length = length switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            127 => BinaryPrimitives.ReadInt64BigEndian(bytes[2..]),
            _ => length,
        };
        if (length < 0 || length > maxMessageBytes)
        {
            violation = length < 0 ? CloseCodes.ProtocolError : opcode == Opcode.Binary ? CloseCodes.BinaryFrame : CloseCodes.FrameTooLarge;
            return true;
        }

        if (bytes.Length < header + length)
        {
            return false;
        }

        _cost += FrameCost;
        payload = _buffer.AsMemory(_start + header, (int)length);
        Unmask(payload.Span, bytes.Slice(header - 4, 4));
        _start += header + (int)length;
        return true;
    }

    private bool Violation(CloseReason reason, out Incoming incoming)
    {
        _violated = true;
        incoming = new(Opcode.Close, default, reason);
        return true;
    }

    private void Append(ReadOnlySpan<byte> fragment)
    {
        var needed = _messageLength + fragment.Length;
        if (needed > _message.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Min(maxMessageBytes, _message.Length * 2)));
            _message.AsSpan(0, _messageLength).CopyTo(larger);
            Return(ref _message);
            _message = larger;
        }

        fragment.CopyTo(_message.AsSpan(_messageLength));
        _messageLength = needed;
    }

    private void MakeRoom()
    {
        if (_buffer.Length == 0)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(InitialBuffer);
        }
        else if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            // A frame is never longer than this, so there is an end to growing.
            var larger = ArrayPool<byte>.Shared.Rent(Math.Min(_buffer.Length * 2, maxMessageBytes + MaxHeader + InitialBuffer));
            _buffer.AsSpan(0, _end).CopyTo(larger);
            Return(ref _buffer);
            _buffer = larger;
        }
    }

    private static void Unmask(Span<byte> payload, ReadOnlySpan<byte> mask)
    {
        var key = MemoryMarshal.Read<uint>(mask);
        var i = 0;
        if (payload.Length >= Vector<byte>.Count)
        {
            var keys = Vector.AsVectorByte(new Vector<uint>(key));
            for (; i <= payload.Length - Vector<byte>.Count; i += Vector<byte>.Count)
            {
                var part = payload[i..];
                (new Vector<byte>(part) ^ keys).CopyTo(part);
            }
        }

        for (; i < payload.Length; i++)
        {
            payload[i] ^= mask[i & 3];
        }
    }

    private static void Return(ref byte[] buffer)
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = [];
        }
    }
}
