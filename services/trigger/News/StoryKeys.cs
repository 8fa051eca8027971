using System.Security.Cryptography;
using System.Text;
using TradingSystem.Contracts.Wire;
using TradingSystem.Trigger.Stories;

namespace TradingSystem.Trigger.News;

/// <summary>What a story is known by. All are SHA-256 in hex: what a feed calls an id may be as long as it likes.</summary>
/// <param name="Guid">Null without one.</param>
/// <param name="Link">Null without one.</param>
/// <param name="Title">Its words alone, in any case and with any punctuation.</param>
public sealed record StoryKeys(string? Guid, string? Link, string Title)
{
    private static readonly Guid Namespace = new("0d1f7d2b-6a43-5a06-b3a5-7d0f1d0c9be4");

    public static StoryKeys Of(Story story) => new(
        story.Guid is { } guid ? Hash("guid", guid) : null, story.Link is { } link ? Hash("link", StoryLinks.Key(link)) : null, Words(story.Title));

    /// <summary>Of the story and of its event: the same on every node and after every start.</summary>
    public static Guid Id(Guid feed, string key) => NameBasedGuid.CreateOwn(Namespace, $"{feed}|{key}");

    public static string Headline(string title, IEnumerable<string> targets) => Hash("headline", Words(title), [.. targets.Order(StringComparer.Ordinal)]);

    /// <summary>Letters and digits of any script, in small letters, a blank between words.</summary>
    public static string Words(string title)
    {
        var words = new StringBuilder(title.Length);
        foreach (var rune in title.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune))
            {
                words.Append(Rune.ToLowerInvariant(rune).ToString());
            }
            else if (words.Length > 0 && words[^1] != ' ')
            {
                words.Append(' ');
            }
        }

        // A title of signs alone is what it is.
        return words.Length == 0 ? title : words.ToString().TrimEnd(' ');
    }

    public static string Hash(string kind, string text, params ReadOnlySpan<string> more)
    {
        var whole = new StringBuilder(kind).Append('\n').Append(text);
        foreach (var part in more)
        {
            whole.Append('\n').Append(part);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(whole.ToString())));
    }
}
