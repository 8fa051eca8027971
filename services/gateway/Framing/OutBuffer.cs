using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using TradingSystem.Contracts.Wire;

namespace TradingSystem.Gateway.Framing;

/// <summary>Frames that leave in one write. Holds no memory while it is empty.</summary>
public struct OutBuffer
{
    private const int InitialBytes = 4 * 1024;

    private byte[]? _bytes;
    private int _length;

    public readonly int Length => _length;

    public readonly ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    /// <summary>A whole frame; its payload may come in two parts.</summary>
    public void Add(Opcode opcode, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> rest = default)
    {
        Ensure(FrameHeader.MaxBytes + payload.Length + rest.Length);
        _length += FrameHeader.Write(_bytes.AsSpan(_length), opcode, payload.Length + rest.Length);
        payload.CopyTo(_bytes.AsSpan(_length));
        _length += payload.Length;
        rest.CopyTo(_bytes.AsSpan(_length));
        _length += rest.Length;
    }

    public void AddClose(CloseReason reason)
    {
        Span<byte> payload = stackalloc byte[FrameHeader.MaxControlPayload];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)reason.Code);
        var length = 2 + Encoding.ASCII.GetBytes(reason.Reason, payload[2..]);
        Add(Opcode.Close, payload[..length]);
    }

    /// <summary>Empties it and gives the memory back.</summary>
    public void Clear()
    {
        if (_bytes is not null)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = null;
        _length = 0;
    }

    private void Ensure(int more)
    {
        if (_bytes is not null && _bytes.Length - _length >= more)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(InitialBytes, Math.Max(_length + more, (_bytes?.Length ?? 0) * 2)));
        _bytes.AsSpan(0, _length).CopyTo(larger);
        if (_bytes is not null)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = larger;
    }
}
