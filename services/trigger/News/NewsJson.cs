using System.Text.Json;
using System.Text.Json.Serialization;

namespace TradingSystem.Trigger.News;

/// <summary>Feeds as they are kept: the JSON that REST takes and gives, what was left out is left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NewsFeedDocument))]
public sealed partial class NewsJson : JsonSerializerContext
{
    public static string Write(NewsFeedDocument feed) => JsonSerializer.Serialize(feed, Default.NewsFeedDocument);

    /// <exception cref="JsonException">It is none.</exception>
    public static NewsFeedDocument Read(string json) => JsonSerializer.Deserialize(json, Default.NewsFeedDocument) ?? throw new JsonException("null is no feed");
}
