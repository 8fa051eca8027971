using System.Text.Json;

namespace TradingSystem.Trigger.Stories;

/// <summary>JSON Feed 1.0 and 1.1.</summary>
internal static class JsonStories
{
    private const string Version = "https://jsonfeed.org/version/";

    /// <param name="address">Where the feed was read: what its links are relative to.</param>
    /// <exception cref="FeedFormatException">It is no feed.</exception>
    public static FeedContent Read(string text, Uri? address, int most, DateTimeOffset now)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 32, CommentHandling = JsonCommentHandling.Disallow });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || Text(root, "version")?.StartsWith(Version, StringComparison.Ordinal) != true
                || !root.TryGetProperty("items", out var items) || items.ValueKind != JsonValueKind.Array)
            {
                throw new FeedFormatException($"a JSON feed is an object with a version that begins with {Version} and with items");
            }

            var (stories, skipped) = (new List<Story>(), 0);
            foreach (var item in items.EnumerateArray())
            {
                if (stories.Count < most && item.ValueKind == JsonValueKind.Object && Of(item, address, now) is { } story)
                {
                    stories.Add(story);
                }
                else
                {
                    skipped++;
                }
            }

            return new(stories, null, skipped);
        }
        catch (JsonException e)
        {
            throw new FeedFormatException($"no JSON from line {e.LineNumber + 1} on", e);
        }
        catch (InvalidOperationException e)
        {
            // Half of a pair, which JSON may write and no text has.
            throw new FeedFormatException("the name of a field is no text", e);
        }
    }

    private static Story? Of(JsonElement item, Uri? address, DateTimeOffset now) => StoryParts.Make(
        Text(item, "id"),
        StoryLinks.Read(Text(item, "url"), address) ?? StoryLinks.Read(Text(item, "external_url"), address),
        Text(item, "title"),
        Text(item, "summary") ?? Text(item, "content_text") ?? Text(item, "content_html"),
        [Text(item, "date_published"), Text(item, "date_modified")],
        item.TryGetProperty("tags", out var tags) && tags.ValueKind == JsonValueKind.Array ? tags.EnumerateArray().Select(Text) : [],
        now);

    private static string? Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) ? Text(value) : null;

    private static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.String => value.GetString() is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null,
                // An id may be a number in the first version.
                JsonValueKind.Number => value.GetRawText(),
                _ => null,
            };
        }
        catch (InvalidOperationException)
        {
            // Half of a pair: it is no text.
            return null;
        }
    }
}
