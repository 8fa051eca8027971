using System.Text.Json;
using System.Text.Json.Nodes;
using TradingSystem.Contracts.Wire.Documents;
using TradingSystem.TestSupport.Wire;

namespace TradingSystem.Tests.Wire.Documents;

/// <summary>A frame, the schema to judge it by, and the verdict it should come to.</summary>
internal sealed record Judged(string Schema, string Frame, bool Accepted, string Why);

/// <summary>Runs tests/contract-check: ajv for the schemas, the AsyncAPI initiative's own parser for the document.</summary>
internal static class ContractCheck
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    public static async Task<string> FindingsAsync(IEnumerable<Judged> frames, bool withAsyncApi = false)
    {
        var schemas = new JsonObject();
        foreach (var (name, text) in JsonSchemas.All)
        {
            schemas[name] = JsonNode.Parse(text);
        }

        var job = new JsonObject
        {
            ["schemas"] = schemas,
            ["asyncapi"] = withAsyncApi ? JsonNode.Parse(AsyncApi.Write()) : null,
            ["messages"] = FrameCatalog.All.Count,
            ["frames"] = JsonSerializer.SerializeToNode(frames, JsonSerializerOptions.Web),
        };
        return (await ContractScript.RunAsync("check.mjs", "ajv", job, Deadline)).Output;
    }
}
