using System.Security.Cryptography;
using System.Text;

namespace TradingSystem.Trigger.Stories;

/// <summary>Makes a story of what a feed says of it, within the bounds of one.</summary>
internal static class StoryParts
{
    private const int LongestHeading = 120;

    /// <param name="dates">As they came, the one that counts most first.</param>
    /// <returns>Null where nothing of it says anything.</returns>
    public static Story? Make(
        string? guid, Uri? link, string? title, string? text, IEnumerable<string?> dates, IEnumerable<string?> tags, DateTimeOffset now)
    {
        var summary = StoryText.Plain(text, Story.LongestSummary);
        var heading = StoryText.Plain(title, Story.LongestTitle);
        var told = dates.Where(d => d is not null).Select(d => (Text: StoryText.Plain(d, Story.LongestDate), At: StoryDates.Read(d, now))).Where(d => d.Text.Length > 0).ToList();
        var date = told.FirstOrDefault(d => d.At is not null) is { At: not null } read ? read : told.FirstOrDefault();
        var id = guid is null ? null : Bounded(guid);
        if (heading.Length == 0)
        {
            heading = ((string?[])[StoryText.Plain(summary, LongestHeading), StoryText.Plain(link?.AbsoluteUri, Story.LongestTitle), StoryText.Plain(id, Story.LongestTitle), date.Text])
                .FirstOrDefault(t => !string.IsNullOrEmpty(t)) ?? "";
        }

        return heading.Length == 0 ? null : new()
        {
            Guid = id,
            Link = link,
            Title = heading,
            Summary = summary,
            PublishedAt = date.At,
            PublishedText = date.Text,
            Tags = [.. tags.Select(t => StoryText.Plain(t, Story.LongestTag)).Where(t => t.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase).Take(Story.MostTags)],
        };
    }

    /// <summary>Two long ones that begin alike are two; what PostgreSQL cannot hold is not kept.</summary>
    private static string? Bounded(string guid)
    {
        guid = string.Concat(guid.EnumerateRunes().Where(r => !Rune.IsControl(r)));
        return guid.Length switch
        {
            0 => null,
            <= Story.LongestGuid => guid,
            _ => string.Concat(guid[..100].EnumerateRunes().Where(r => r != Rune.ReplacementChar)) + "#" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(guid))),
        };
    }
}
