using System.Buffers.Binary;
using System.Text.Unicode;
using TradingSystem.Contracts.Wire;

namespace TradingSystem.Gateway.Framing;

public static class CloseFrame
{
    /// <summary>RFC 6455, 7.4: which codes a peer's close may carry, and that its reason is text. Tells what it is answered with.</summary>
    public static CloseReason Answer(ReadOnlySpan<byte> payload)
    {
        if (payload.Length == 0)
        {
            return CloseCodes.Normal;
        }

        if (payload.Length == 1)
        {
            return CloseCodes.ProtocolError;
        }

        var code = BinaryPrimitives.ReadUInt16BigEndian(payload);
        return code is not (>= 1000 and <= 1014 and not (1004 or 1005 or 1006) or >= 3000 and < 5000) ? CloseCodes.ProtocolError
            : Utf8.IsValid(payload[2..]) ? CloseCodes.Normal
            : CloseCodes.InvalidUtf8;
    }
}
