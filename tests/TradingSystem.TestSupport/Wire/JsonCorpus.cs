using System.Text;
using System.Text.RegularExpressions;

namespace TradingSystem.TestSupport.Wire;

/// <summary>
/// Corner cases of JSON's grammar, in the three sorts of Nicolas Seriot's "Parsing JSON is a minefield": what every parser must take,
/// what none may take, and what is left to each. Made here by combination.
/// </summary>
public static partial class JsonCorpus
{
    private static readonly string[] Whole = ["", "0", "-0", "1", "-1", "00", "-01", "012", "+1", "-", "--1", "1 000", "1_000", "0x1F", "１", "1a", "123456789012345678901234567890"];
    private static readonly string[] Fraction = ["", ".0", ".5", ".", "..1", ".1.2", ".-1", ".00000000000000000000000000000000000001"];
    private static readonly string[] Exponent = ["", "e1", "E+2", "e-2", "e0", "e", "E+", "e+-1", "e1.5", "ee1", "e 1", "E-00007"];

    private static readonly string[] Escapes = ["\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0041", "\\u00e9", "\\uD83D\\uDE80", "\\uFFFF", "\\u2028"];
    private static readonly string[] BadEscapes = ["\\a", "\\x41", "\\'", "\\0", "\\u", "\\u1", "\\u12G4", "\\u 041", "\\U0041", "\\", "\\\\\\", "\\🚀", "\\uD83D\\u"];
    private static readonly string[] Plain = ["", "a", " ", "é", "🚀", "\u007f", "\u2028", "\u2029", "\uFEFF", "\uFFFE", "\U0010FFFF", "{[]}", "//", "/* */"];

    private static readonly string[] GoodStructures =
    [
        "[]", "[ ]", "{}", "{ }", "[\t\n\r ]", "[null]", "[true,false]", "[[[]]]", "[{},{}]", "{\"\":0}", "{\"a\":{\"a\":{\"a\":[]}}}", "{\"a\":1,\"A\":2}", "{\"a b\":\"c\"}",
        " [] ", "\n{}\n", "null", "true", "false", "0", "\"\"", "[1,2,3,4,5,6,7,8,9,10]", "{\"\\u0061b\":1}", "{\"min\":-1.0e+28,\"max\":1.0e+28}",
    ];

    private static readonly string[] BadStructures =
    [
        "", " ", "[", "]", "{", "}", "[[]", "[]]", "{}}", "{{}", "[}", "{]", "[,]", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[1:2]", "{,}", "{\"a\"}",
        "{\"a\":}", "{\"a\":1,}", "{\"a\" 1}", "{\"a\",1}",
        "{\"a\":1 \"b\":2}", "{\"a\":1,,\"b\":2}", "{a:1}", "{1:1}", "{null:1}", "{'a':1}", "{\"a\":'b'}", "{\"a\"::1}", "{:1}", "{[]:1}", "[1]x",
        "[]\0", "{}#", "{}//", "{}/**/", "/*a*/{}", "[1//\n]",
        "True", "TRUE", "nul", "nulls", "tru", "fals", "None", "undefined", "NaN", "Infinity", "-Infinity", "inf", "<null>", "\u00a0[]", "\u2060[]",
        "\f[]", "\v[]", "[\u00a0]", "*", "&", "\"", "\"a", "a\"", "'a'", "`a`",
        "{\"a\":true,\"b\":tru}", "[\"a\",\n4\n,1", "[-]", "[- 1]", "[\"\\\"]", "{\"a\":\"b\"}}", "[]{}", "[][]", "1 2", "\"a\" \"b\"",
    ];

    public static IEnumerable<string> MustTake =>
        Numbers.Where(n => Number().IsMatch(n))
            .Concat(Escapes.Concat(Plain).SelectMany(e => new[] { $"\"{e}\"", $"\"a{e}b\"", $"[\"{e}\"]", $"{{\"k{e}\":\"{e}\"}}" }))
            .Concat(GoodStructures)
            .Append(string.Concat(Enumerable.Repeat("[", 25)) + string.Concat(Enumerable.Repeat("]", 25)));

    public static IEnumerable<string> MustRefuse =>
        Numbers.Where(n => !Number().IsMatch(n))
            .Concat(BadEscapes.SelectMany(e => new[] { $"\"{e}\"", $"[\"a{e}\"", $"{{\"{e}\":1}}" }))
            .Concat(Enumerable.Range(0, 0x20).Select(c => $"\"a{(char)c}b\""))
            .Concat(BadStructures);

    /// <summary>Legal by the grammar, but no two parsers agree; this one refuses.</summary>
    public static IEnumerable<byte[]> LeftToEach
    {
        get
        {
            string[] texts =
            [
                "\"\\uD800\"", "\"\\uDC00\"", "\"\\uDC00\\uD800\"", "\"\\uD83Dx\"", "\"a\\uDFFFb\"", "{\"\\uD800\":1}", "[\"\\uD800\\n\"]",
                "\"\\u0000\"", "{\"\\u0000\":1}", "\"a\\u0000b\"",
                "1e400", "-1e400", "1e9999999999", "-1e9999999999999999999", "[1E400]", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":1}", "[{\"b\":{\"c\":1,\"c\":null}}]",
                "\uFEFF{}", Repeat("[", 64) + Repeat("]", 64), Repeat("{\"a\":", 64) + "1" + Repeat("}", 64), Repeat("[", 60_000), Repeat("{\"a\":", 9_000), new string('9', 400),
            ];
            byte[][] bytes =
            [
                [.. "\""u8, 0xFF, .. "\""u8], [.. "\""u8, 0xC0, 0xAF, .. "\""u8], [.. "\""u8, 0xED, 0xA0, 0x80, .. "\""u8],
                [.. "\""u8, 0xF4, 0xBF, 0xBF, 0xBF, .. "\""u8], [.. "\""u8, 0xE2, 0x82, .. "\""u8],
                [.. "\""u8, 0x80, .. "\""u8], [.. "{\""u8, 0xF0, 0x80, .. "\":1}"u8], [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("{}")],
                Encoding.BigEndianUnicode.GetBytes("[\"é\"]"), [0xE9],
            ];
            return texts.Select(Encoding.UTF8.GetBytes).Concat(bytes);
        }
    }

    private static IEnumerable<string> Numbers =>
        from whole in Whole
        from fraction in Fraction
        from exponent in Exponent
        let number = whole + fraction + exponent
        where number.Length > 0
        select number;

    public static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$")]
    private static partial Regex Number();
}
