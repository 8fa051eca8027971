using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TradingSystem.Contracts.Wire.Documents;

/// <summary>JSON for people: what fits stays on one line.</summary>
internal static class ReadableJson
{
    private const int Width = 120;

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Format(string json)
    {
        var text = new StringBuilder();
        Write(text, JsonNode.Parse(json), 0, 0);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonNode? node, int indent, int used)
    {
        var line = node?.ToJsonString(Plain) ?? "null";
        if (used + line.Length <= Width || node is JsonValue or null)
        {
            text.Append(line);
            return;
        }

        var inner = indent + 2;
        var members = node is JsonObject o
            ? o.Select(p => (Name: JsonSerializer.Serialize(p.Key, Plain) + ": ", p.Value)).ToList()
            : node.AsArray().Select(v => (Name: "", Value: v)).ToList();
        text.Append(node is JsonObject ? '{' : '[');
        for (var i = 0; i < members.Count; i++)
        {
            text.Append('\n').Append(' ', inner).Append(members[i].Name);
            Write(text, members[i].Value, inner, inner + members[i].Name.Length);
            text.Append(i + 1 < members.Count ? "," : "");
        }

        text.Append('\n').Append(' ', indent).Append(node is JsonObject ? '}' : ']');
    }
}
