using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace TradingSystem.Contracts.Wire.Validation;

/// <summary>
/// Decimals of frames and bodies, kept to the 18 places that the tables have. 0 is a word of its own (a CLOSE of 0 closes all, a quantity
/// of 0 is sized by the margin), so nothing else may become it: what is too small to be kept becomes <see cref="Least"/>.
/// </summary>
internal static class Amounts
{
    public const decimal Least = 0.000000000000000001m;

    private const int Places = 18;

    /// <summary>From a number or a decimal string; null for what is none, or too large for a decimal.</summary>
    public static decimal? Read(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => Number(value),
        JsonValueKind.String => Text(value.GetString()!),
        _ => null,
    };

    private static decimal? Number(JsonElement value)
    {
        var text = JsonMarshal.GetRawUtf8Value(value);
        if (IsZero(text))
        {
            return 0;
        }

        return value.TryGetDecimal(out var number) || (value.TryGetDouble(out var rough) && Math.Abs(rough) < 1)
            ? Kept(number, text[0] == '-')
            : null;
    }

    /// <summary>Digits as JSON writes numbers, without a sign: <c>.5</c>, <c>5.</c> and <c>+5</c> are not what anybody's decimal type writes.</summary>
    private static decimal? Text(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsAsciiDigit(text[i]) && (i == 0 || (text[i] == '.' && (i + 1 == text.Length || !char.IsAsciiDigit(text[i + 1])))))
            {
                return null;
            }
        }

        const NumberStyles style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return decimal.TryParse(text, style, CultureInfo.InvariantCulture, out var number)
            || (double.TryParse(text, style, CultureInfo.InvariantCulture, out var rough) && rough < 1)
            ? IsZero(text) ? 0 : Kept(number, isNegative: false)
            : null;
    }

    private static decimal Kept(decimal number, bool isNegative) =>
        decimal.Round(number, Places) is var kept and not 0 ? kept : isNegative ? -Least : Least;

    /// <summary>The text of a number says 0, whatever its exponent.</summary>
    private static bool IsZero(ReadOnlySpan<byte> text)
    {
        var exponent = text.IndexOfAny((byte)'e', (byte)'E');
        return (exponent < 0 ? text : text[..exponent]).IndexOfAnyInRange((byte)'1', (byte)'9') < 0;
    }

    private static bool IsZero(ReadOnlySpan<char> text)
    {
        var exponent = text.IndexOfAny('e', 'E');
        return (exponent < 0 ? text : text[..exponent]).IndexOfAnyInRange('1', '9') < 0;
    }
}
