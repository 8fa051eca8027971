using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TradingSystem.Tests.Wire.Documents;

/// <summary>Frames that differ from a good one in one field.</summary>
internal static class FrameMutants
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Bounds of every limit, wrong types, and words that mean something elsewhere.</summary>
    private static readonly string[] Values =
    [
        "null", "true", "false", "[]", "{}", "0", "1", "-1", "10", "11", "1.5", "5.0", "100", "100.5", "125", "126", "1e12", "1e13", "-0.0", "1e-7",
        "\"\"", "\"x\"", "\"0\"", "\"0.0\"", "\"5\"", "\"1e3\"", "\".5\"", "\"5.\"", "\"+5\"", "\"-5\"", "\"1e\"", "\" 5\"", "\"NaN\"",
        "\"event\"", "\"system\"", "\"ping\"", "\"log\"", "\"ack\"", "\"immediate\"", "\"post_trade\"", "\"scheduled\"", "\"conditional\"", "\"signal\"", "\"decision\"",
        "\"LONG\"", "\"long\"", "\"CLOSE\"", "\"BUY\"", "\"NO_TRADE\"", "\"limit\"", "\"market\"", "\"info\"", "\"trade_decision\"", "\"TRADING_GROUP_DISCUSSION_LOG\"",
        "\"0198a7e2-5f0e-7c1a-9d52-3a2b1c0d9e8f\"", "\"0198A7E2-5F0E-7C1A-9D52-3A2B1C0D9E8F\"", "\"0198a7e25f0e7c1a9d523a2b1c0d9e8f\"",
        "\" 0198a7e2-5f0e-7c1a-9d52-3a2b1c0d9e8f\"", "\"0x98a7e2-5f0e-7c1a-9d52-3a2b1c0d9e8f\"",
        "\"2025-01-31T13:00:00Z\"", "\"2025-01-31T13:00:00.5+01:00\"", "\"2025-01-31T13:00:00\"", "\"2025-01-31T13:00Z\"", "\"2025-01-31\"", "\"2025-01-31T13:00:00+01\"",
        "\"BTC USDT\"", "\"btc_usdt-perp.x/y\"", "[\"x\"]", "[\"\"]", "[7]", "[null]", "[\"BTC USDT\"]",
        .. new[] { 32, 33, 64, 65, 128, 129, 200, 201, 1000, 1001, 16384, 16385 }.Select(n => $"\"{new string('a', n)}\""),
        // 128 and 129 characters of two UTF-16 units each.
        $"\"{string.Concat(Enumerable.Repeat("🚀", 128))}\"", $"\"{string.Concat(Enumerable.Repeat("🚀", 129))}\"",
        $"[{string.Join(',', Enumerable.Repeat("\"a\"", 64))}]", $"[{string.Join(',', Enumerable.Repeat("\"a\"", 65))}]",
    ];

    private static readonly string[] Extra = ["type", "kind", "source", "targets", "price", "qty", "margin_usd", "margin_usdt", "order_type", "trace", "detail", "decision_id", "valid_until", "title"];

    public static IEnumerable<(string Frame, string What)> Of(string frame)
    {
        foreach (var (mutant, what) in Mutants(JsonNode.Parse(frame)!.AsObject(), ""))
        {
            yield return (mutant.ToJsonString(Plain), what);
        }
    }

    private static IEnumerable<(JsonObject Mutant, string What)> Mutants(JsonObject original, string path)
    {
        foreach (var name in original.Select(p => p.Key).Concat(Extra).Distinct().ToList())
        {
            foreach (var value in Values)
            {
                var changed = original.DeepClone().AsObject();
                changed[name] = JsonNode.Parse(value);
                yield return (changed, $"{path}{name}={(value.Length > 40 ? value[..40] : value)}");
            }

            if (!original.TryGetPropertyValue(name, out var held))
            {
                continue;
            }

            var without = original.DeepClone().AsObject();
            without.Remove(name);
            yield return (without, $"no {path}{name}");
            var isText = held is JsonValue text && text.TryGetValue<string>(out var json) && json.StartsWith('{');
            var inner = isText ? JsonNode.Parse((string)held!) : held;
            if (inner is not JsonObject child)
            {
                continue;
            }

            foreach (var (mutant, what) in Mutants(child, $"{path}{name}."))
            {
                var changed = original.DeepClone().AsObject();
                changed[name] = isText ? JsonValue.Create(mutant.ToJsonString(Plain)) : mutant;
                yield return (changed, what);
            }
        }
    }
}
