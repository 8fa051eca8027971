using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Execution.Controls;

/// <summary>The routes of the controls, as a person's page calls them.</summary>
internal static class ControlsClient
{
    public static async Task<(HttpStatusCode Status, JsonObject Body)> CallAsync(this TradingCluster cluster, HttpMethod method, string path, JsonObject? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(cluster.Front, path));
        request.Content = body is null ? null : JsonContent.Create(body);
        using var answer = await cluster.Http.SendAsync(request);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject());
    }

    public static JsonObject Scope(string? group, JsonObject? more = null)
    {
        var body = more ?? [];
        body["scope"] = group is null ? "system" : "group";
        body["reason"] ??= "a drill";
        if (group is not null)
        {
            body["id"] = group;
        }

        return body;
    }

    public static async Task<JsonObject> KillAsync(this TradingCluster cluster, string? group, bool flatten)
    {
        var (status, body) = await cluster.CallAsync(HttpMethod.Post, "/api/v1/kill", Scope(group, new() { ["flatten"] = flatten }));
        return status is HttpStatusCode.OK or HttpStatusCode.Accepted ? body : throw new InvalidOperationException($"{status} {body}");
    }

    public static async Task<JsonObject> ControlAsync(this TradingCluster cluster, string what, string? group)
    {
        var (status, body) = await cluster.CallAsync(HttpMethod.Post, $"/api/v1/controls/{what}", Scope(group));
        return status is HttpStatusCode.OK or HttpStatusCode.Accepted ? body : throw new InvalidOperationException($"{status} {body}");
    }

    public static async Task StateAsync(this TradingCluster cluster, string? group, string state)
    {
        var (status, body) = await cluster.CallAsync(HttpMethod.Put, "/api/v1/controls/state", Scope(group, new() { ["state"] = state }));
        if (status != HttpStatusCode.OK)
        {
            throw new InvalidOperationException($"{status} {body}");
        }
    }

    public static Task<JsonObject> CompleteAsync(this TradingCluster cluster, JsonObject receipt) =>
        Wait.ForAsync("the receipt is complete", async () =>
        {
            var (_, body) = await cluster.CallAsync(HttpMethod.Get, $"/api/v1/controls/commands/{receipt["id"]!.GetValue<string>()}");
            return body["status"]?.GetValue<string>() == "complete" ? body : null;
        });
}
