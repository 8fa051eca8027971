using System.Buffers;
using System.Text;

namespace TradingSystem.Gateway.Framing;

/// <summary>The head of a request for a WebSocket, as far as it matters.</summary>
/// <param name="Query">With its question mark; empty without.</param>
public sealed record UpgradeRequest(string Query, string Authorization, string Key)
{
    /// <summary>In bytes; longer ones are left to HTTP.</summary>
    public const int LongestHead = 8 * 1024;

    private static readonly SearchValues<byte> NameBytes =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> TargetBytes =
        SearchValues.Create("-._~!$&'()*+,;=:@/?%0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> HostBytes =
        SearchValues.Create("-._~:[]0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>
    /// Null for everything but a complete and plain request for <paramref name="path"/>: whatever is incomplete, unusual or wrong is left to
    /// an HTTP server, which knows how to answer it. <paramref name="length"/> is the head's, with its empty line.
    /// </summary>
    public static UpgradeRequest? Parse(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> path, out int length)
    {
        length = bytes[..Math.Min(bytes.Length, LongestHead)].IndexOf("\r\n\r\n"u8) + 4;
        if (length < 4 || !TakeLine(ref bytes, out var first) || QueryOf(first, path) is not { } query)
        {
            return null;
        }

        string? key = null;
        string? authorization = null;
        var (host, upgrade, connection, version) = (false, false, false, false);
        while (TakeLine(ref bytes, out var line) && line.Length > 0)
        {
            var colon = line.IndexOf((byte)':');
            if (colon <= 0 || line[..colon].ContainsAnyExcept(NameBytes))
            {
                return null;
            }

            var value = line[(colon + 1)..].Trim(" \t"u8);
            if (value.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
            {
                return null;
            }

            var name = line[..colon];
            if (Is(name, "Host"u8))
            {
                if (host || value.IsEmpty || value.ContainsAnyExcept(HostBytes))
                {
                    return null;
                }

                host = true;
            }
            else if (Is(name, "Upgrade"u8))
            {
                upgrade |= HasToken(value, "websocket"u8);
            }
            else if (Is(name, "Connection"u8))
            {
                connection |= HasToken(value, "upgrade"u8);
            }
            else if (Is(name, "Sec-WebSocket-Version"u8))
            {
                if (version || !value.SequenceEqual("13"u8))
                {
                    return null;
                }

                version = true;
            }
            else if (Is(name, "Sec-WebSocket-Key"u8))
            {
                if (key is not null)
                {
                    return null;
                }

                key = Encoding.ASCII.GetString(value);
            }
            else if (Is(name, "Authorization"u8))
            {
                if (authorization is not null)
                {
                    return null;
                }

                authorization = Encoding.ASCII.GetString(value);
            }
            else if (Is(name, "Content-Length"u8) || Is(name, "Transfer-Encoding"u8) || Is(name, "Expect"u8))
            {
                return null;
            }
        }

        return host && upgrade && connection && version && key is not null && Handshake.IsKey(key) ? new(query, authorization ?? "", key) : null;
    }

    /// <summary>The query of <c>GET path[?query] HTTP/1.1</c>.</summary>
    private static string? QueryOf(ReadOnlySpan<byte> line, ReadOnlySpan<byte> path)
    {
        var start = "GET "u8;
        var end = " HTTP/1.1"u8;
        if (line.Length < start.Length + end.Length || !line.StartsWith(start) || !line.EndsWith(end))
        {
            return null;
        }

        var target = line[start.Length..^end.Length];
        return !target.StartsWith(path) || target.ContainsAnyExcept(TargetBytes) ? null
            : target[path.Length..] is var query && (query.Length == 0 || query[0] == '?') ? Encoding.ASCII.GetString(query)
            : null;
    }

    private static bool TakeLine(ref ReadOnlySpan<byte> from, out ReadOnlySpan<byte> line)
    {
        var end = from.IndexOf("\r\n"u8);
        line = end < 0 ? default : from[..end];
        from = end < 0 ? default : from[(end + 2)..];
        return end >= 0;
    }

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) => Ascii.EqualsIgnoreCase(text, word);

    private static bool HasToken(ReadOnlySpan<byte> list, ReadOnlySpan<byte> token)
    {
        foreach (var part in list.Split((byte)','))
        {
            if (Is(list[part].Trim(" \t"u8), token))
            {
                return true;
            }
        }

        return false;
    }
}
