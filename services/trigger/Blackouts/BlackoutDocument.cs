using System.Text.Json;
using System.Text.Json.Serialization;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Trigger.Blackouts;

/// <summary>A time in which events wake nobody, or entries are held: once from From to Until, or for ForS seconds from each time of Cron.</summary>
/// <param name="Name">Small letters, digits and _, beginning with a letter; at most 60, and unique among the blackouts that are not deleted.</param>
/// <param name="Targets">Whom it is for, as in a trigger's frame. Where entries are held: *, names of groups, and symbol:… for entries in a symbol.</param>
/// <param name="Enabled">Whether it is looked at; true where it is left out.</param>
/// <param name="Mutes">Whether events wake none of the groups; true where it is left out.</param>
/// <param name="HoldsEntries">Whether execution holds entries; false where it is left out. What makes a position smaller is never held.</param>
/// <param name="Reason">For people.</param>
/// <param name="From">Its first moment, RFC 3339; with Until.</param>
/// <param name="Until">The first moment behind it, RFC 3339.</param>
/// <param name="Cron">When it begins, again and again: five fields, or six with seconds first; with Zone and ForS.</param>
/// <param name="Zone">The zone whose clocks count, an IANA name.</param>
/// <param name="ForS">How many seconds each lasts, 60 to 604800.</param>
[BodyTerms(MaxBytes = 32 * 1024)]
[NoNulls]
public sealed record BlackoutDocument(
    string Name,
    IReadOnlyList<string> Targets,
    bool? Enabled = null,
    bool? Mutes = null,
    bool? HoldsEntries = null,
    string? Reason = null,
    DateTimeOffset? From = null,
    DateTimeOffset? Until = null,
    string? Cron = null,
    string? Zone = null,
    int? ForS = null)
{
    /// <summary>It mutes, as far as it says.</summary>
    internal bool IsMuting => Enabled != false && Mutes != false;

    /// <summary>It holds entries, as far as it says.</summary>
    internal bool IsHolding => Enabled != false && HoldsEntries == true;
}

/// <summary>Blackouts as they are kept: the JSON that REST takes and gives, what was left out is left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BlackoutDocument))]
public sealed partial class BlackoutJson : JsonSerializerContext
{
    public static string Write(BlackoutDocument blackout) => JsonSerializer.Serialize(blackout, Default.BlackoutDocument);

    /// <exception cref="JsonException">It is none.</exception>
    public static BlackoutDocument Read(string json) =>
        JsonSerializer.Deserialize(json, Default.BlackoutDocument) is { Name: not null, Targets: not null } read ? read : throw new JsonException("it is no blackout");
}
