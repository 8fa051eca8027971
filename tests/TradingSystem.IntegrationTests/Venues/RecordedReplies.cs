using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;

namespace TradingSystem.IntegrationTests.Venues;

/// <summary>Replies of the real venues, in the folder <c>EXCHANGE_RESPONSES_DIR</c> (default: beside the repository).</summary>
internal static class RecordedReplies
{
    private static readonly string Folder = Environment.GetEnvironmentVariable("EXCHANGE_RESPONSES_DIR")
        ?? Path.GetFullPath(Path.Combine(Repository(), "..", "shared", "exchanges", "responses"));

    public static JsonNode Read(string file)
    {
        var path = Path.Combine(Folder, file);
        if (!File.Exists(path))
        {
            Assert.Ignore($"There is no recorded reply {file}; EXCHANGE_RESPONSES_DIR names their folder.");
        }

        return JsonNode.Parse(File.ReadAllText(path))!;
    }

    /// <summary>
    /// How the fields of two replies differ: <c>-name</c> is missing in ours, <c>+name</c> is only there, <c>~name</c> is of another kind.
    /// Of lists the first elements are compared.
    /// </summary>
    public static IReadOnlyList<string> Differences(JsonNode recorded, JsonNode ours)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        Compare(recorded, ours, "", found);
        return [.. found];
    }

    private static void Compare(JsonNode? recorded, JsonNode? ours, string path, SortedSet<string> found)
    {
        switch (recorded, ours)
        {
            case (JsonObject r, JsonObject o):
                foreach (var (name, value) in r)
                {
                    if (o.ContainsKey(name))
                    {
                        Compare(value, o[name], $"{path}.{name}".TrimStart('.'), found);
                    }
                    else
                    {
                        found.Add("-" + name);
                    }
                }

                foreach (var (name, _) in o)
                {
                    if (!r.ContainsKey(name))
                    {
                        found.Add("+" + name);
                    }
                }

                break;
            case (JsonArray { Count: > 0 } r, JsonArray { Count: > 0 } o):
                Compare(r[0], o[0], path, found);
                break;
            case (null, _) or (_, null):
                break;
            default:
                if (Kind(recorded) != Kind(ours))
                {
                    found.Add("~" + path);
                }

                break;
        }
    }

    private static JsonValueKind Kind(JsonNode? node) => node!.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? JsonValueKind.True : node.GetValueKind();

    private static string Repository([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", ".."));
}
