using System.Buffers.Binary;
using System.Text;

namespace TradingSystem.Benchmarks.Load.Client;

/// <summary>Client frames, written once before the load begins.</summary>
internal static class Frames
{
    /// <summary>Stands in a signal's payload; the 16 digits behind it are the moment it was sent.</summary>
    public static ReadOnlySpan<byte> Stamp => "stamp="u8;

    public const int StampDigits = 16;

    /// <summary>The size of what a rule says: about 300 bytes, or <paramref name="payloadBytes"/> more.</summary>
    public static byte[] Immediate(string target, int payloadBytes = 0) => Text(
        $$$$"""
        {"type":"event","event_type":"immediate","priority":5,"targets":["{{{{target}}}}"],"title":"RSI oversold BTCUSDT","payload":"stamp=0000000000000000 RSI(14) is 28.4 on 15m, price 60123.4, volume above its average{{{{new string('.', payloadBytes)}}}}","tags":["rsi","15m"],"condition":{"domain":"technical","trace":{"correlation_id":"run_001"}}}
        """);

    /// <summary>The seed's decision.</summary>
    public static byte[] Decision(string action) => Text(
        $$$$"""
        {"type":"event","event_type":"post_trade","priority":10,"targets":["trade_execution"],"title":"{{{{action}}}} BTCUSDT","payload":"{\"source_id\":\"load_bot\",\"symbol\":\"BTCUSDT\",\"signal\":{\"action\":\"{{{{action}}}}\",\"qty\":0.0,\"margin_usd\":100.0}}","tags":["trade"],"condition":{"domain":"trade_decision","trace":{"correlation_id":"run_001"}}}
        """);

    public static byte[] Pong(ReadOnlySpan<byte> payload) => Frame(0x8A, payload);

    public static byte[] Repeat(byte[] frame, int count)
    {
        var all = new byte[frame.Length * count];
        for (var i = 0; i < count; i++)
        {
            frame.CopyTo(all, i * frame.Length);
        }

        return all;
    }

    private static byte[] Text(string json) => Frame(0x81, Encoding.UTF8.GetBytes(json.Trim()));

    private static byte[] Frame(byte first, ReadOnlySpan<byte> payload)
    {
        var head = payload.Length < 126 ? 6 : 8;
        var frame = new byte[head + payload.Length];
        frame[0] = first;
        if (payload.Length < 126)
        {
            frame[1] = (byte)(0x80 | payload.Length);
        }
        else
        {
            frame[1] = 0x80 | 126;
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), checked((ushort)payload.Length));
        }

        // The mask is zero, so the payload goes as it is.
        payload.CopyTo(frame.AsSpan(head));
        return frame;
    }
}
