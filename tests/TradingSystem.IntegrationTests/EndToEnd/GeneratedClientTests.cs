using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Execution.Controls;
using TradingSystem.IntegrationTests.Servers;
using TradingSystem.TestSupport.Wire;

namespace TradingSystem.IntegrationTests.EndToEnd;

/// <summary>A TypeScript client that is made of the running product's OpenAPI document, by generators of others.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class GeneratedClientTests(bool distributed)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

    [Test]
    public async Task A_generated_client_compiles_and_pulls_the_kill_switch()
    {
        var cluster = await UsualProduct.AskAsync(distributed);
        var (group, token) = await cluster.AddGroupAsync("generated");
        await Wait.UntilAsync("execution knows the group", async () =>
            (await cluster.ListAsync($"/api/v1/accounts?group_id={group}")).Count == 1);
        await Wait.UntilAsync("every service has described itself", async () =>
            JsonNode.Parse(await cluster.Http.GetStringAsync(new Uri(cluster.Front, "/openapi/v1.json")))!["info"]!["x-unavailable"] is null);
        await using (var bot = await Bot.GroupAsync(cluster, token))
        {
            await bot.ReceiveAsync();
            await bot.AskAsync(Bot.Decision("LONG"));
            await Wait.UntilAsync("it holds something", async () =>
                (await cluster.ListAsync($"/api/v1/positions?group_id={group}")).Any(p => p["side"]!.GetValue<string>() == "LONG"));
        }

        var receipt = JsonNode.Parse(await RunAsync(new()
        {
            ["url"] = cluster.Front.ToString().TrimEnd('/'),
            ["token"] = cluster.Http.DefaultRequestHeaders.Authorization!.Parameter,
            ["group"] = group,
        }))!;

        Assert.That((receipt["kind"]!.GetValue<string>(), receipt["status"]!.GetValue<string>()), Is.EqualTo(("kill", "complete")), receipt.ToJsonString());
        Assert.That((await cluster.ListAsync($"/api/v1/positions?group_id={group}")).Select(p => p["side"]!.GetValue<string>()), Is.All.EqualTo("FLAT"));
        var (_, controls) = await cluster.CallAsync(HttpMethod.Get, "/api/v1/controls");
        Assert.That(controls["items"]!.AsArray().Single(c => (string?)c!["scope_id"] == group)!["state"]!.GetValue<string>(), Is.EqualTo("HALTED"));
    }

    private static async Task<string> RunAsync(JsonObject job)
    {
        var (code, output) = await ContractScript.RunAsync("rest.mjs", "openapi-typescript", job, Deadline);
        Assert.That(code, Is.Zero, output);
        return output;
    }
}
