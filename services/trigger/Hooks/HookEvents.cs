using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Trigger.Storm;

namespace TradingSystem.Trigger.Hooks;

/// <summary>The event that an alert becomes: an <c>immediate</c> one, whatever the body says.</summary>
internal static class HookEvents
{
    private const string ReceivedAt = "received_at";

    public static ImmediateEvent Of(ArmedHook hook, Guid id, JsonElement body, DateTimeOffset now)
    {
        var document = hook.Document;
        var (title, fields) = hook.Text.Of(body, now);
        return new(
            id,
            hook.Source,
            document.Priority ?? FieldLimits.DefaultPriority,
            document.Targets,
            title,
            Payload(hook, body, fields, now).ToJsonString(),
            [.. new[] { "hook", document.Name }.Concat(document.Tags ?? []).Distinct()],
            null,
            id.ToString(),
            now,
            Activity.Current?.Id);
    }

    /// <summary>Two alerts of a hook that differ in nothing but when they came say the same.</summary>
    public static string Topic(ImmediateEvent item)
    {
        var payload = JsonNode.Parse(item.Payload)!.AsObject();
        payload.Remove(ReceivedAt);
        return SignalTopics.Of(item, payload.ToJsonString());
    }

    private static JsonObject Payload(ArmedHook hook, JsonElement body, IReadOnlyList<KeyValuePair<string, string>> fields, DateTimeOffset now)
    {
        var payload = new JsonObject { ["hook"] = hook.Document.Name };
        foreach (var (name, text) in fields)
        {
            payload[name] = text;
        }

        if (hook.Document.Payload is null)
        {
            var whole = JsonObject.Create(body)!;
            // What is left of the secret says nothing.
            whole.Remove(hook.Document.Auth.Field ?? "");
            payload["fields"] = whole;
        }

        payload["hook_id"] = hook.Id.ToString();
        payload["version"] = hook.Version;
        payload[ReceivedAt] = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        return payload;
    }
}
