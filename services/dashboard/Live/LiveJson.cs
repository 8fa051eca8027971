using System.Text.Json;
using System.Text.Json.Serialization;
using TradingSystem.Hosting;

namespace TradingSystem.Dashboard.Live;

/// <summary>How the hub writes JSON: snake_case, and JSON that travelled as text as the JSON it is.</summary>
public static class LiveJson
{
    public static void Apply(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper));
        PlainDecimal.Apply(options);
    }

    /// <summary>Text that is no JSON is shown as a JSON string rather than lost.</summary>
    public static JsonElement? Raw(string? json)
    {
        if (string.IsNullOrEmpty(json))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(json);
        }
    }
}
