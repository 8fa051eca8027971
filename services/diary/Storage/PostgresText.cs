using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace TradingSystem.Diary.Storage;

/// <summary>
/// Makes any string acceptable to PostgreSQL, so that one odd item cannot fail the message it travelled in.
/// U+0000 and lone surrogates become U+FFFD; what jsonb would refuse is kept as a JSON string.
/// </summary>
public static class PostgresText
{
    private const char Replacement = '\uFFFD';
    private const int LongestNumber = 200;
    private const int LargestExponent = 400;

    public static string? Clean(string? text)
    {
        if (text is null || (!text.Contains('\0') && text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // The enumeration itself turns lone surrogates into U+FFFD.
            result.Append(rune.Value == 0 ? Replacement.ToString() : rune.ToString());
        }

        return result.ToString();
    }

    public static string? CleanJson(string? json)
    {
        if (json is null)
        {
            return null;
        }

        var clean = Clean(json)!;
        return IsStorable(clean) ? FixEscapes(clean) : JsonSerializer.Serialize(clean);
    }

    /// <summary>For what a serialiser of ours wrote: well-formed, its numbers are decimals, its characters whole; only NUL may hide in it.</summary>
    public static string? CleanOwnJson(string? json) => json is null ? null : FixEscapes(json);

    private static bool IsStorable(string json)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(json.Length));
        try
        {
            var reader = new Utf8JsonReader(bytes.AsSpan(0, Encoding.UTF8.GetBytes(json, bytes)));
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.Number && !FitsNumeric(reader.ValueSpan))
                {
                    return false;
                }
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static bool FitsNumeric(ReadOnlySpan<byte> number)
    {
        var e = number.IndexOfAny((byte)'e', (byte)'E');
        return number.Length <= LongestNumber
            && (e < 0 || (int.TryParse(number[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent) && Math.Abs((long)exponent) <= LargestExponent));
    }

    // jsonb refuses the escapes of U+0000 and of lone surrogates although JSON allows them.
    private static string FixEscapes(string json)
    {
        if (!json.Contains("\\u", StringComparison.Ordinal))
        {
            return json;
        }

        var result = new StringBuilder(json.Length);
        for (var i = 0; i < json.Length; i++)
        {
            if (json[i] != '\\')
            {
                result.Append(json[i]);
                continue;
            }

            if (json[i + 1] != 'u')
            {
                result.Append(json, i, 2);
                i++;
                continue;
            }

            var unit = Unit(json, i);
            if (char.IsHighSurrogate(unit) && i + 11 < json.Length && json[i + 6] == '\\' && json[i + 7] == 'u' && char.IsLowSurrogate(Unit(json, i + 6)))
            {
                result.Append(json, i, 12);
                i += 11;
                continue;
            }

            result.Append(unit == '\0' || char.IsSurrogate(unit) ? "\\ufffd" : json.AsSpan(i, 6));
            i += 5;
        }

        return result.ToString();
    }

    private static char Unit(string json, int escape) =>
        (char)ushort.Parse(json.AsSpan(escape + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
