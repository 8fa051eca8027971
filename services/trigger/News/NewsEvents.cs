using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.News;

/// <summary>The event that a story raises.</summary>
internal static class NewsEvents
{
    private static readonly ActivitySource Activities = new("TradingSystem.Trigger");

    /// <summary>The same story is the same event however often it is sent.</summary>
    public static ImmediateEvent Of(NewsStoryRow story)
    {
        using var activity = Activities.StartActivity("news.raise");
        return new(
            story.Id,
            $"news:{story.FeedName}",
            story.Priority,
            story.Targets,
            story.Title,
            Payload(story).ToJsonString(),
            [.. new[] { "news", story.FeedName }.Concat(story.Symbols).Concat(story.Tags).Distinct(StringComparer.Ordinal).Take(FieldLimits.Items)],
            null,
            story.Id.ToString(),
            story.SeenAt,
            activity?.Id);
    }

    private static JsonObject Payload(NewsStoryRow story) => new()
    {
        ["feed"] = story.FeedName,
        ["title"] = story.Title,
        ["summary"] = story.Summary,
        ["link"] = story.Link,
        ["published_at"] = story.PublishedAt?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        ["symbols"] = new JsonArray([.. story.Symbols.Select(s => JsonValue.Create(s))]),
        ["tags"] = new JsonArray([.. story.Tags.Select(t => JsonValue.Create(t))]),
        ["story_id"] = story.Id.ToString(),
    };
}
