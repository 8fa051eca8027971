using System.Text.Json.Nodes;

namespace TradingSystem.Client;

/// <summary>JSON has no NaN and no infinity, and neither is a way of saying "all" or "none".</summary>
internal static class Numbers
{
    /// <summary>Throws for a number that is none, at any depth, naming the field.</summary>
    public static void RefuseNotFinite(JsonObject fields)
    {
        foreach (var (name, value) in fields)
        {
            Look(name, value);
        }
    }

    private static void Look(string name, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject inner:
                RefuseNotFinite(inner);
                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    Look(name, item);
                }

                break;
            case JsonValue value when (value.TryGetValue<double>(out var d) && !double.IsFinite(d)) || (value.TryGetValue<float>(out var f) && !float.IsFinite(f)):
                throw new ArgumentException($"{name} is not a finite number, nothing was sent");
        }
    }
}
