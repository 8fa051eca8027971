using System.Text.Json;
using System.Text.Json.Serialization;

namespace TradingSystem.Trigger.Rules;

/// <summary>Rules as they are kept: the JSON that REST takes, what was left out is left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RuleDocument))]
public sealed partial class RuleJson : JsonSerializerContext
{
    public static string Write(RuleDocument rule) => JsonSerializer.Serialize(rule, Default.RuleDocument);

    /// <exception cref="JsonException">It is none.</exception>
    public static RuleDocument Read(string json) => JsonSerializer.Deserialize(json, Default.RuleDocument) ?? throw new JsonException("null is no rule");
}
