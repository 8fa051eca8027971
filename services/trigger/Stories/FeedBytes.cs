using System.Text;
using System.Text.RegularExpressions;

namespace TradingSystem.Trigger.Stories;

/// <summary>A feed's bytes as text: by its byte-order mark, by what it begins with, by what it declares; where it declares something else than it is, by what it is.</summary>
public static partial class FeedBytes
{
    private const int Declaration = 256;
    private const int Latin1 = 28591;
    private const int Windows1252 = 1252;

    private static readonly Encoding StrictUtf8 = new UTF8Encoding(false, throwOnInvalidBytes: true);
    private static readonly Encoding Utf32BigEndian = new UTF32Encoding(bigEndian: true, byteOrderMark: false);

    /// <summary>Never fails: bytes that mean nothing become U+FFFD, or letters of Windows-1252.</summary>
    /// <param name="charset">What is tried where the text names no encoding and is no UTF-8.</param>
    public static string Read(ReadOnlySpan<byte> bytes, string? charset = null)
    {
        var (encoding, mark) = bytes switch
        {
            [0xEF, 0xBB, 0xBF, ..] => (StrictUtf8, 3),
            [0xFF, 0xFE, 0, 0, ..] => (Encoding.UTF32, 4),
            [0, 0, 0xFE, 0xFF, ..] => (Utf32BigEndian, 4),
            [0xFF, 0xFE, ..] => (Encoding.Unicode, 2),
            [0xFE, 0xFF, ..] => (Encoding.BigEndianUnicode, 2),
            [(byte)'<', 0, 0, 0, ..] => (Encoding.UTF32, 0),
            [0, 0, 0, (byte)'<', ..] => (Utf32BigEndian, 0),
            [(byte)'<' or (byte)'{', 0, ..] => (Encoding.Unicode, 0),
            [0, (byte)'<' or (byte)'{', ..] => (Encoding.BigEndianUnicode, 0),
            _ => (Declared(bytes), 0),
        };
        bytes = bytes[mark..];
        try
        {
            return encoding.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return ((charset is null ? null : Of(charset)) ?? CodePagesEncodingProvider.Instance.GetEncoding(Windows1252)!).GetString(bytes);
        }
    }

    private static Encoding Declared(ReadOnlySpan<byte> bytes)
    {
        var head = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, Declaration)]);
        return DeclaredName().Match(head) is { Success: true } match && Of(match.Groups[1].Value) is { } encoding ? encoding : StrictUtf8;
    }

    /// <summary>Null for one that is not known, or that this declaration cannot have been read in.</summary>
    private static Encoding? Of(string name)
    {
        try
        {
            var encoding = CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
            return encoding switch
            {
                UTF8Encoding or UnicodeEncoding or UTF32Encoding or ASCIIEncoding => null,
                // Whoever says so means the one that has quotation marks and dashes.
                { CodePage: Latin1 } => CodePagesEncodingProvider.Instance.GetEncoding(Windows1252),
                _ => encoding.GetBytes("<") is [(byte)'<'] ? encoding : null,
            };
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    [GeneratedRegex("""^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")]
    private static partial Regex DeclaredName();
}
