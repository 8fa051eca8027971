using System.Buffers.Binary;

namespace TradingSystem.Gateway.Framing;

/// <summary>Frame types of RFC 6455, 5.2.</summary>
public enum Opcode : byte
{
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

/// <summary>Writes frames as a server does: whole and unmasked.</summary>
public static class FrameHeader
{
    public const int MaxBytes = 10;
    public const int MaxControlPayload = 125;

    private const byte Final = 0x80;
    private const byte Length16 = 126;
    private const byte Length64 = 127;

    /// <summary>Returns the header's length in bytes.</summary>
    public static int Write(Span<byte> to, Opcode opcode, int payloadLength)
    {
        to[0] = (byte)(Final | (byte)opcode);
        switch (payloadLength)
        {
            case < Length16:
                to[1] = (byte)payloadLength;
                return 2;
            case <= ushort.MaxValue:
                to[1] = Length16;
                BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)payloadLength);
                return 4;
            default:
                to[1] = Length64;
                BinaryPrimitives.WriteUInt64BigEndian(to[2..], (ulong)payloadLength);
                return 10;
        }
    }
}
