namespace TradingSystem.TestSupport.Wire;

/// <summary>Texts that have broken programs before: numbers that are none, markup, queries, formats, scripts, invisible characters.</summary>
public static class NaughtyStrings
{
    public static readonly string[] All =
    [
        "", " ", "\t", "\r\n", "null", "undefined", "NaN", "Infinity", "-Infinity", "true", "0", "-0", "0.0", "1e400", "1E2", "1,000.5", "1.000,5",
        "0x10", "٣", "１２", "½", "1/0", "999999999999999999999999999999",
        "../../../../etc/passwd", "C:\\con\\nul", "%00", "%s%s%s%n", "{0}", "{{7*7}}", "${jndi:x}", "$(id)", "`id`", "; drop table orders;--",
        "' or '1'='1", "\" or \"\"=\"", "<script>alert(1)</script>", "<!--", "]]>", "&lt;&#0;",
        "\\", "\\\\", "\"", "\\\"", "\\u0000", "\\ud800", "{\"a\":1}", "{\"a\":1,\"a\":2}", "[[[[", "{", "[1,", "\"\\ud83d\"",
        "\u0001\u0002\u001f", "\u007f\u0080\u009f", "\u00a0\u2003\u3000", "\u200b\u200c\u200d\u2060\ufeff", "\u202e\u202dabc", "\u2028\u2029",
        "\ufffe\uffff", "\ufdd0", "\U000e0001", "\U0010ffff",
        "é", "e\u0301", "Ω≈ç√∫˜µ≤≥÷", "田中さん", "הָיְתָה", "الكل", "🚀", "👩‍👩‍👧‍👦", "🇩🇪🇫🇷", "Z̷̢̛͈a̴l̸g̵o̷", "ﷺ", "ß", "İ", "ı", "ǆ", "ﬃ",
        new('a', 129), new('é', 201), string.Concat(Enumerable.Repeat("🚀", 1001)), new(' ', 5000), new('"', 300), new('\\', 301), new('{', 40),
        "LONG\0", "long", " LONG", "LONG ", "BTCUSDT'", "BTC\u200bUSDT", "ＢＴＣＵＳＤＴ", "trade_decision\n", "post_trade\u0000", "__proto__",
        "constructor", "toString", "$ref", "@type", "kind", "type",
    ];
}
