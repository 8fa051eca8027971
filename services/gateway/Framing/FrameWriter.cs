using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using TradingSystem.Contracts.Wire;

namespace TradingSystem.Gateway.Framing;

/// <summary>Writes whole frames into a transport's own memory. Nothing leaves before the flush, so what is there leaves together.</summary>
public static class FrameWriter
{
    /// <summary>What surely fits into one block of the transport.</summary>
    private const int OneBlock = 1024;

    /// <summary>A frame; its payload may come in two parts.</summary>
    public static void WriteFrame(this PipeWriter to, Opcode opcode, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> rest = default)
    {
        var length = payload.Length + rest.Length;
        if (FrameHeader.MaxBytes + length <= OneBlock)
        {
            var whole = to.GetSpan(FrameHeader.MaxBytes + length);
            var header = FrameHeader.Write(whole, opcode, length);
            payload.CopyTo(whole[header..]);
            rest.CopyTo(whole[(header + payload.Length)..]);
            to.Advance(header + length);
            return;
        }

        to.Advance(FrameHeader.Write(to.GetSpan(FrameHeader.MaxBytes), opcode, length));
        to.Write(payload);
        to.Write(rest);
    }

    public static void WriteClose(this PipeWriter to, CloseReason reason)
    {
        Span<byte> payload = stackalloc byte[FrameHeader.MaxControlPayload];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)reason.Code);
        var length = 2 + Encoding.ASCII.GetBytes(reason.Reason, payload[2..]);
        to.WriteFrame(Opcode.Close, payload[..length]);
    }

    /// <exception cref="IOException">The connection is gone.</exception>
    public static async ValueTask SendAsync(this PipeWriter to, CancellationToken cancellationToken)
    {
        var result = await to.FlushAsync(cancellationToken);
        if (result.IsCompleted || result.IsCanceled)
        {
            throw new IOException("The connection is gone.");
        }
    }
}
