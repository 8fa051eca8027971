using System.Text.Json;
using System.Text.Json.Nodes;

namespace TradingSystem.Cli;

/// <summary>A group or trigger of demo.json. A trigger has no symbol and no interval.</summary>
internal sealed record DemoEntry(string Name, string? Token, string? Symbol, string? Interval);

/// <summary>What <c>make run</c> wrote: where the gateway is, and the tokens of its groups and triggers.</summary>
internal sealed record Demo(string File, string? WsUrl, IReadOnlyList<DemoEntry> Groups, IReadOnlyList<DemoEntry> Triggers)
{
    private const int Named = 10;

    /// <param name="given">Null takes DEMO_FILE, else .data/demo.json, and finds nothing where there is none.</param>
    public static Demo? Find(string? given)
    {
        var file = given ?? Environment.GetEnvironmentVariable("DEMO_FILE") ?? Path.Combine(".data", "demo.json");
        if (!System.IO.File.Exists(file))
        {
            return given is null ? null : throw new UserException($"there is no file {file}", "start `make run`, which writes .data/demo.json");
        }

        try
        {
            var json = JsonNode.Parse(System.IO.File.ReadAllText(file))!.AsObject();
            return new(file, json["ws_url"]?.GetValue<string>(), Entries(json["groups"]), Entries(json["triggers"]));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new UserException($"{file} is not what `make run` writes: {e.Message}", "start `make run` anew, or name another file with --demo");
        }
    }

    /// <param name="wanted">Null takes the first.</param>
    public static string Token(IReadOnlyList<DemoEntry> entries, string kind, string? wanted)
    {
        if (entries.FirstOrDefault(e => wanted is null || e.Name == wanted) is { } entry)
        {
            return entry.Token ?? throw new UserException($"demo.json has no token of {kind} {entry.Name}", "start `make run` anew, which issues one");
        }

        throw new UserException(
            entries.Count == 0 ? $"demo.json has no {kind}" : $"demo.json has no {kind} {wanted}; it has {Names(entries)}",
            kind == "group" ? "`bot groups` lists all; DEMO_GROUPS=3 make run makes three" : "DEMO_TRIGGERS=3 make run makes three");
    }

    private static string Names(IReadOnlyList<DemoEntry> entries) =>
        string.Join(", ", entries.Take(Named).Select(e => e.Name)) + (entries.Count > Named ? $" and {entries.Count - Named} more" : "");

    private static DemoEntry[] Entries(JsonNode? items) =>
        [.. (items?.AsArray() ?? []).Select(i => new DemoEntry(i!["name"]!.GetValue<string>(), Text(i, "token"), Text(i, "symbol"), Text(i, "interval")))];

    private static string? Text(JsonNode item, string name) => item[name]?.GetValue<string>();
}
