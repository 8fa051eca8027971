using System.Text.Json;
using System.Text.Json.Serialization;

namespace TradingSystem.Trigger.Rules;

/// <summary>Rules and what came of them as they are kept: the JSON that REST takes and gives, what was left out is left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    // A condition of a later version that is left out would raise what its author did not want.
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(RuleDocument))]
[JsonSerializable(typeof(IReadOnlyList<ClauseReading>))]
public sealed partial class RuleJson : JsonSerializerContext
{
    public static string Write(RuleDocument rule) => JsonSerializer.Serialize(rule, Default.RuleDocument);

    public static string Write(IReadOnlyList<ClauseReading> clauses) => JsonSerializer.Serialize(clauses, Default.IReadOnlyListClauseReading);

    /// <exception cref="JsonException">They are none.</exception>
    public static IReadOnlyList<ClauseReading> ReadClauses(string json) =>
        JsonSerializer.Deserialize(json, Default.IReadOnlyListClauseReading) ?? throw new JsonException("null is no clauses");

    /// <exception cref="JsonException">It is none.</exception>
    public static RuleDocument Read(string json) =>
        JsonSerializer.Deserialize(json, Default.RuleDocument) is { Name: not null, Symbols: not null, When: not null, Title: not null } rule
            ? rule
            : throw new JsonException("it lacks what every rule has");
}
