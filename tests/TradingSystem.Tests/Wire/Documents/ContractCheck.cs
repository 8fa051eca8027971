using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.Contracts.Wire.Documents;

namespace TradingSystem.Tests.Wire.Documents;

/// <summary>A frame, the schema to judge it by, and the verdict it should come to.</summary>
internal sealed record Judged(string Schema, string Frame, bool Accepted, string Why);

/// <summary>Runs tests/contract-check: ajv for the schemas, the AsyncAPI initiative's own parser for the document.</summary>
internal static class ContractCheck
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    public static async Task<string> FindingsAsync(IEnumerable<Judged> frames, bool withAsyncApi = false)
    {
        var folder = Path.Combine(Snapshot.Root, "tests/contract-check");
        Assert.That(Directory.Exists(Path.Combine(folder, "node_modules")), Is.True, "first: npm ci --prefix tests/contract-check");
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
        using var node = Process.Start(new ProcessStartInfo("node", "check.mjs")
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var findings = node.StandardOutput.ReadToEndAsync();
        var errors = node.StandardError.ReadToEndAsync();
        await node.StandardInput.WriteAsync(job.ToJsonString());
        node.StandardInput.Close();
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            await node.WaitForExitAsync(deadline.Token);
        }
        finally
        {
            if (!node.HasExited)
            {
                node.Kill();
            }
        }

        return node.ExitCode == 0 ? await findings : await findings + await errors;
    }
}
