using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TradingSystem.Contracts.Wire.Documents;

/// <summary>A JSON Schema (2020-12) per frame, and one per dialect and direction for any of its frames. Served as <c>/schemas/v1/NAME.json</c>.</summary>
public static class JsonSchemas
{
    public const string Folder = "/schemas/v1/";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Lazy<IReadOnlyDictionary<string, string>> Texts = new(() => Write().ToDictionary(s => s.Name, s => s.Text));

    /// <summary>Name to text.</summary>
    public static IReadOnlyDictionary<string, string> All => Texts.Value;

    internal static string Text(JsonNode node) => node.ToJsonString(Indented) + "\n";

    private static IEnumerable<(string Name, string Text)> Write()
    {
        foreach (var shape in FrameCatalog.All)
        {
            yield return (shape.Name, Text(Head(shape.Name, shape.Title, shape.Summary, shape.Schema)));
        }

        foreach (var dialect in Enum.GetValues<Dialect>())
        {
            yield return Any(dialect, fromClient: true, "Any frame a client may send");
            yield return Any(dialect, fromClient: false, "Any frame the server sends");
        }
    }

    private static (string Name, string Text) Any(Dialect dialect, bool fromClient, string title)
    {
        var name = $"{ServerReplies.Discriminator(dialect)}-{(fromClient ? "client" : "server")}";
        var choices = new JsonArray([.. FrameCatalog.Of(dialect, fromClient).Select(s => (JsonNode)new JsonObject { ["$ref"] = s.Name + ".json" })]);
        return (name, Text(Head(name, title, $"In the dialect of protocol {(int)dialect}.", new() { ["anyOf"] = choices })));
    }

    private static JsonObject Head(string name, string title, string summary, JsonObject schema)
    {
        var head = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$id"] = $"{Folder}{name}.json",
            ["title"] = title,
            ["description"] = summary,
        };
        foreach (var (key, value) in schema)
        {
            head[key] = value?.DeepClone();
        }

        return head;
    }
}
