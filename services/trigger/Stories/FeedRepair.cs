using System.Net;
using System.Text;
using System.Xml;

namespace TradingSystem.Trigger.Stories;

/// <summary>
/// Makes XML of what nearly is: names of characters that HTML knows and XML does not, ampersands of their own, characters that XML cannot have, blanks before
/// the declaration. What a document declares itself is not read: an entity of its own stays the text <c>&amp;name;</c>.
/// </summary>
internal static class FeedRepair
{
    private const int LongestName = 40;

    /// <summary>UTF-16 units that a document may grow by, 65,536 ampersands.</summary>
    private const int MostGrown = 256 * 1024;
    private const int FarthestDeclaration = 4096;
    private const string Opens = "<![CDATA[";
    private const string Closes = "]]>";

    public static string Of(string text)
    {
        var begin = Math.Max(text.IndexOf('<', StringComparison.Ordinal), 0);
        var whole = new StringBuilder(text.Length - begin);
        // Once it is not closed it never is, and nobody looks again.
        var closes = true;
        var (declared, declaredEnd) = Declaration(text);
        for (var at = begin; at < text.Length;)
        {
            if (at == declared)
            {
                at = declaredEnd;
                continue;
            }

            var c = text[at];
            if (c == '&')
            {
                at = Ampersand(text, at, whole);
            }
            else if (c == '<' && closes && string.CompareOrdinal(text, at, Opens, 0, Opens.Length) == 0)
            {
                var end = text.IndexOf(Closes, at, StringComparison.Ordinal);
                closes = end >= 0;
                end = closes ? end + Closes.Length : at + 1;
                for (; at < end; at++)
                {
                    at += Character(text, at, whole);
                }
            }
            else
            {
                at += Character(text, at, whole) + 1;
            }
        }

        return whole.ToString();
    }

    private static (int Begin, int End) Declaration(string text)
    {
        var begin = text.IndexOf("<?xml ", 0, Math.Min(text.Length, FarthestDeclaration), StringComparison.Ordinal);
        var end = begin < 0 ? -1 : text.IndexOf("?>", begin, StringComparison.Ordinal);
        return end < 0 ? (-1, -1) : (begin, end + 2);
    }

    /// <summary>Writes it if XML may have it; 1 where it was the first of a pair, else 0.</summary>
    private static int Character(string text, int at, StringBuilder whole)
    {
        if (at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]))
        {
            whole.Append(text, at, 2);
            return 1;
        }

        whole.Append(XmlConvert.IsXmlChar(text[at]) ? text[at] : ' ');
        return 0;
    }

    private static int Ampersand(string text, int at, StringBuilder whole)
    {
        var end = text.AsSpan(at + 1, Math.Min(LongestName, text.Length - at - 1)).IndexOf(';');
        var entity = end > 0 ? text.Substring(at, end + 2) : "";
        if (entity is "&amp;" or "&lt;" or "&gt;" or "&quot;" or "&apos;")
        {
            whole.Append(entity);
            return at + entity.Length;
        }

        // One by its number or by its name of HTML is the character; if XML cannot have it, nothing.
        var known = entity.Length > 0 ? WebUtility.HtmlDecode(entity) : "";
        if (known.Length is 1 or 2 && known != entity)
        {
            whole.Append(MayHave(known) ? Escaped(known) : " ");
            return at + entity.Length;
        }

        // Of ampersands alone it would become five times as long.
        whole.Append(whole.Length - at > MostGrown ? " " : "&amp;");
        return at + 1;
    }

    private static string Escaped(string text) => text switch
    {
        "<" => "&lt;",
        ">" => "&gt;",
        "&" => "&amp;",
        "\"" => "&quot;",
        "'" => "&apos;",
        _ => text,
    };

    private static bool MayHave(string character) => character.Length == 2 ? char.IsSurrogatePair(character[0], character[1]) : XmlConvert.IsXmlChar(character[0]);
}
