using System.Text;

namespace TradingSystem.Contracts.Wire.Validation;

/// <summary>One broken rule.</summary>
/// <param name="Path">The field: <c>payload.signal.qty</c>, <c>targets[2]</c>, <c>$</c> for the whole.</param>
/// <param name="Rule">What it should be.</param>
/// <param name="Got">What was found, shortened; never a secret.</param>
public sealed record FieldError(string Path, string Rule, string Got)
{
    private const int MaxGot = 80;

    /// <summary>As it is repeated in an error: cut between characters, and an ellipsis says so.</summary>
    /// <param name="most">UTF-16 units that stay.</param>
    public static string Shorten(string value, int most = MaxGot)
    {
        if (value.Length > most)
        {
            // Half a surrogate pair would not be valid UTF-8 in the reply.
            var end = most > 0 && char.IsHighSurrogate(value[most - 1]) && char.IsLowSurrogate(value[most]) ? most - 1 : most;
            value = value[..end] + "…";
        }

        // What we refuse to read we do not write.
        return value.Replace('\0', '\uFFFD');
    }

    /// <summary>The same for UTF-8 that may be long: no more of it is decoded than an error repeats.</summary>
    public static string Shorten(ReadOnlySpan<byte> utf8)
    {
        // Four bytes at most are two UTF-16 units, three are one.
        const int Enough = (MaxGot + 2) * 3;
        if (utf8.Length <= Enough)
        {
            return Shorten(Encoding.UTF8.GetString(utf8));
        }

        var end = Enough;
        while (end > 0 && (utf8[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return Shorten(Encoding.UTF8.GetString(utf8[..end]));
    }

    public static string Join(string parent, string name) =>
        parent.Length == 0 || parent == "$" ? name
        : name.Length == 0 || name[0] == '[' ? parent + name
        : parent + "." + name;
}
