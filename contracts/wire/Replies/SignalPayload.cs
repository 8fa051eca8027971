using System.Text;
using System.Text.Json;
using TradingSystem.Contracts.Wire.Validation;

namespace TradingSystem.Contracts.Wire.Replies;

/// <summary>
/// A signal's payload in the newer dialect. Triggers may send any text; if it is an object that knows the fields of a signal
/// they are passed on as they are, else the text is the analysis.
/// </summary>
internal static class SignalPayload
{
    private static readonly string[] TextFields = ["signal_type", "sentiment", "action_window", "analysis"];
    private const string Symbols = "affected_symbols";

    public static void Write(Utf8JsonWriter json, ImmediatePush push)
    {
        using var document = Parse(push.Payload);
        var given = document?.RootElement is { } root && KnowsSignals(root) ? root : default;
        json.WriteStartObject("payload");
        Text(json, given, "signal_type", push.Title);
        Text(json, given, "sentiment", "neutral");
        Text(json, given, "action_window", "immediate");
        Text(json, given, "analysis", push.Payload);
        json.WritePropertyName(Symbols);
        if (Given(given, Symbols) is { ValueKind: JsonValueKind.Array } symbols && symbols.EnumerateArray().All(s => s.ValueKind == JsonValueKind.String))
        {
            symbols.WriteTo(json);
        }
        else
        {
            json.WriteStartArray();
            json.WriteEndArray();
        }

        Others(json, given);
        json.WriteEndObject();
    }

    private static JsonDocument? Parse(string payload) =>
        payload.AsSpan().TrimStart() is ['{', ..] ? StrictJson.Parse(Encoding.UTF8.GetBytes(payload), "payload", []) : null;

    private static bool KnowsSignals(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && (root.TryGetProperty(Symbols, out _) || TextFields.Any(name => root.TryGetProperty(name, out _)));

    private static JsonElement? Given(JsonElement given, string name) =>
        given.ValueKind == JsonValueKind.Object && given.TryGetProperty(name, out var value) ? value : null;

    private static void Text(Utf8JsonWriter json, JsonElement given, string name, string otherwise) =>
        json.WriteString(name, Given(given, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : otherwise);

    private static void Others(Utf8JsonWriter json, JsonElement given)
    {
        if (given.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var property in given.EnumerateObject())
        {
            if (property.Name != Symbols && !TextFields.Contains(property.Name))
            {
                property.WriteTo(json);
            }
        }
    }
}
