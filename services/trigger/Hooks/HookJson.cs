using System.Text.Json;
using System.Text.Json.Serialization;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Trigger.Hooks;

/// <summary>
/// Hooks as they are kept: the JSON that REST takes and gives, what was left out is left out. One that says more than this version of the service knows, or
/// less than it needs, is not read: it may be about who may post.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(HookDocument))]
[JsonSerializable(typeof(IReadOnlyList<FieldError>))]
public sealed partial class HookJson : JsonSerializerContext
{
    public static string Write(HookDocument hook) => JsonSerializer.Serialize(hook, Default.HookDocument);

    public static string Write(IReadOnlyList<FieldError> faults) => JsonSerializer.Serialize(faults, Default.IReadOnlyListFieldError);

    /// <exception cref="JsonException">It is none.</exception>
    public static HookDocument Read(string json) => JsonSerializer.Deserialize(json, Default.HookDocument) ?? throw new JsonException("null is no hook");

    /// <exception cref="JsonException">They are none.</exception>
    public static IReadOnlyList<FieldError> ReadFaults(string json) =>
        JsonSerializer.Deserialize(json, Default.IReadOnlyListFieldError) ?? throw new JsonException("null is no faults");
}
