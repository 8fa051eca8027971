using System.Text.Json;
using System.Web;

namespace TradingSystem.Tests.Venues;

/// <summary>A request that ccxt makes for an intent, taken down with fixed time and credentials.</summary>
internal sealed record OracleCase(string File, string Name, string Method, JsonElement Args, IReadOnlyList<OracleRequest> Requests)
{
    public OracleRequest Request => Requests[0];

    public override string ToString() => $"{File}: {Name}";
}

internal sealed record OracleRequest(string Method, string Host, string Path, string Query, string Body, bool IsSimulated)
{
    public IReadOnlyDictionary<string, string> Parameters => RequestParameters.Of(Query, Body);
}

internal static class OracleFiles
{
    private static readonly string[] Names = ["binanceusdm.json", "bybit.json", "okx.json", "testnet-demo.json"];

    /// <summary>The folder that is named, else the one beside the repository, else the copy that is kept here.</summary>
    public static string Folder { get; } = Find();

    public static IEnumerable<OracleCase> All() => Names
        .Select(n => Path.Combine(Folder, n))
        .Where(File.Exists)
        .SelectMany(Read);

    private static IEnumerable<OracleCase> Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        foreach (var c in document.RootElement.GetProperty("cases").Clone().EnumerateArray())
        {
            yield return new(
                Path.GetFileNameWithoutExtension(path),
                c.GetProperty("name").GetString()!,
                c.GetProperty("ccxtMethod").GetString()!,
                c.GetProperty("args"),
                [.. c.GetProperty("requests").EnumerateArray().Select(Request)]);
        }
    }

    private static OracleRequest Request(JsonElement r) => new(
        r.GetProperty("method").GetString()!,
        r.GetProperty("host").GetString()!,
        r.GetProperty("path").GetString()!,
        r.GetProperty("query").GetString() ?? "",
        r.TryGetProperty("body", out var body) ? body.GetString() ?? "" : "",
        r.TryGetProperty("headers", out var headers) && headers.TryGetProperty("x-simulated-trading", out _));

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("EXCHANGE_ORACLE_DIR") is { Length: > 0 } named)
        {
            return Directory.Exists(named) ? named : throw new DirectoryNotFoundException($"EXCHANGE_ORACLE_DIR names {named}, which is not there.");
        }

        for (var folder = new DirectoryInfo(TestVenue.Folder); folder is not null; folder = folder.Parent)
        {
            var beside = Path.Combine(folder.FullName, "shared", "exchanges", "oracle");
            if (Directory.Exists(beside))
            {
                return beside;
            }
        }

        return Path.Combine(TestVenue.Folder, "oracle");
    }
}

/// <summary>The parameters of a request, flat: <c>attachAlgoOrds[0].slOrdPx</c>. A list of one order is that order.</summary>
internal static class RequestParameters
{
    public static IReadOnlyDictionary<string, string> Of(string query, string body)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Form(all, query);
        if (body.StartsWith('{') || body.StartsWith('['))
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            Flatten(all, "", root.ValueKind == JsonValueKind.Array && root.GetArrayLength() == 1 ? root[0] : root);
        }
        else
        {
            Form(all, body);
        }

        return all;
    }

    private static void Form(SortedDictionary<string, string> all, string text)
    {
        foreach (var pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            all.Add(HttpUtility.UrlDecode(parts[0]), HttpUtility.UrlDecode(parts[1]));
        }
    }

    private static void Flatten(SortedDictionary<string, string> all, string name, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    Flatten(all, name.Length == 0 ? property.Name : $"{name}.{property.Name}", property.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (var (index, item) in value.EnumerateArray().Index())
                {
                    Flatten(all, $"{name}[{index}]", item);
                }

                break;
            default:
                all.Add(name, value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText());
                break;
        }
    }
}
