using System.Globalization;
using System.Net;
using System.Text;

namespace TradingSystem.Trigger.Stories;

/// <summary>
/// Makes plain text of whatever a feed calls text: no tags, no entities, no control characters, one line. Text is data: what reads as markup after it was
/// decoded is dropped like any, so that neither a page nor a prompt finds some in it.
/// </summary>
public static class StoryText
{
    /// <summary>What is looked at of a text, in UTF-16 units; the rest says nothing that would be kept.</summary>
    public const int LongestSource = 64 * 1024;

    /// <summary>In place of an opening bracket that no closing one follows, which could begin a tag elsewhere.</summary>
    private const char Angle = '\u2039';
    private const char Ellipsis = '\u2026';
    private const int Rounds = 6;
    private const int LongestEntity = 40;

    private static readonly string[] Silent = ["script", "style", "template", "noscript", "iframe", "svg", "math", "textarea", "title", "head"];

    /// <param name="most">UTF-16 units of the answer; what is longer ends with an ellipsis.</param>
    public static string Plain(string? source, int most)
    {
        if (string.IsNullOrEmpty(source))
        {
            return "";
        }

        var text = source.Length > LongestSource ? source[..LongestSource] : source;
        for (var round = 0; round < Rounds; round++)
        {
            var next = Lines(Decoded(WithoutTags(text)));
            if (next == text)
            {
                return Cut(text, most);
            }

            text = next;
        }

        // Markup within markup within markup: nothing of it is left that could be some.
        return Cut(Lines(text.Replace('<', ' ').Replace('>', ' ').Replace('&', ' ')), most);
    }

    private static string WithoutTags(string text)
    {
        if (!text.Contains('<', StringComparison.Ordinal))
        {
            return text;
        }

        var plain = new StringBuilder(text.Length);
        // Where no end is found from here on there is none later either, and nobody looks again.
        var (tagsEnd, commentsEnd) = (true, true);
        for (var at = 0; at < text.Length;)
        {
            var opens = text.IndexOf('<', at);
            if (opens < 0 || opens + 1 == text.Length)
            {
                plain.Append(text, at, text.Length - at);
                break;
            }

            plain.Append(text, at, opens - at);
            var first = text[opens + 1];
            if (!char.IsAsciiLetter(first) && first is not ('/' or '!' or '?'))
            {
                plain.Append('<');
                at = opens + 1;
                continue;
            }

            var isComment = string.CompareOrdinal(text, opens, "<!--", 0, 4) == 0;
            var end = isComment && commentsEnd ? Behind(text, "-->", opens + 4) : -1;
            commentsEnd &= !isComment || end >= 0;
            if (end < 0)
            {
                end = tagsEnd ? Behind(text, ">", opens) : -1;
                tagsEnd &= end >= 0;
            }

            if (end < 0)
            {
                plain.Append(Angle);
                at = opens + 1;
                continue;
            }

            // A word that ends with a tag ends there.
            plain.Append(' ');
            at = SilentEnd(text, opens + 1, end) ?? end;
        }

        return plain.ToString();
    }

    private static int Behind(string text, string what, int from) => text.IndexOf(what, from, StringComparison.Ordinal) is >= 0 and var at ? at + what.Length : -1;

    /// <summary>Behind the end of an element whose content is no text; null where it is one whose content is. One that is never closed reaches to the end.</summary>
    private static int? SilentEnd(string text, int name, int end)
    {
        var length = 0;
        while (name + length < end && char.IsAsciiLetterOrDigit(text[name + length]))
        {
            length++;
        }

        if (Silent.FirstOrDefault(s => text.AsSpan(name, length).Equals(s, StringComparison.OrdinalIgnoreCase)) is not { } silent || text[end - 2] == '/')
        {
            return null;
        }

        var close = text.IndexOf("</" + silent, end, StringComparison.OrdinalIgnoreCase);
        return close < 0 ? text.Length : Behind(text, ">", close) is >= 0 and var behind ? behind : text.Length;
    }

    /// <summary>Entities, also where an ampersand was encoded again and again.</summary>
    private static string Decoded(string text)
    {
        if (!text.Contains('&', StringComparison.Ordinal))
        {
            return text;
        }

        var plain = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            if (text[at] != '&')
            {
                plain.Append(text[at++]);
                continue;
            }

            var begin = at + 1;
            while (string.CompareOrdinal(text, begin, "amp;", 0, 4) == 0)
            {
                begin += 4;
            }

            var end = text.AsSpan(begin, Math.Min(LongestEntity, text.Length - begin)).IndexOf(';');
            var entity = end > 0 ? $"&{text.AsSpan(begin, end)};" : "";
            var character = entity.Length > 0 ? WebUtility.HtmlDecode(entity) : "";
            var isEntity = character.Length > 0 && character != entity;
            plain.Append(isEntity ? character : "&");
            at = isEntity ? begin + end + 1 : begin;
        }

        return plain.ToString();
    }

    /// <summary>One line: blanks of every kind are one, what cannot be seen is left out.</summary>
    private static string Lines(string text)
    {
        var plain = new StringBuilder(text.Length);
        var isBlank = true;
        foreach (var rune in text.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            // Half a pair is read as U+FFFD. Format characters turn a line around, or hide words from people that a model reads.
            if (category is UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned || IsInvisible(rune.Value))
            {
                continue;
            }

            if (category is UnicodeCategory.Control or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                if (!isBlank)
                {
                    plain.Append(' ');
                }

                isBlank = true;
                continue;
            }

            isBlank = false;
            plain.Append(rune.ToString());
        }

        return isBlank && plain.Length > 0 ? plain.ToString(0, plain.Length - 1) : plain.ToString();
    }

    /// <summary>Letters and marks that show nothing: variation selectors, joiners, fillers, the empty pattern of Braille.</summary>
    private static bool IsInvisible(int rune) => rune
        is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) or 0x2800 or 0x3164 or (>= 0xFE00 and <= 0xFE0F) or 0xFFA0
        or (>= 0xE0100 and <= 0xE01EF);

    private static string Cut(string text, int most)
    {
        if (text.Length <= most)
        {
            return text;
        }

        // Not within a pair.
        var end = char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1;
        return text[..end].TrimEnd(' ') + Ellipsis;
    }
}
