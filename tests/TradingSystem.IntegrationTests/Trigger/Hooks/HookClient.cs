using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Trigger.Hooks;

/// <summary>Makes hooks and posts alerts, as a sender does who can send no header of ours.</summary>
internal sealed class HookClient(TradingCluster cluster) : IDisposable
{
    private readonly HttpClient _anybody = new() { Timeout = TimeSpan.FromSeconds(60) };

    public async Task<(string Id, string Secret)> MakeAsync(string name, string auth, string more = "")
    {
        var hook = JsonNode.Parse($$$"""{"name":"{{{name}}}","auth":{{{auth}}},"targets":["nobody"],"title":"{{ body.ticker }} {{ body.price }}","rate_per_minute":10000{{{more}}}}""");
        var (status, body) = await AskAsync(HttpMethod.Post, "/api/v1/hooks", hook);
        return status == HttpStatusCode.Created
            ? (body["hook"]!["id"]!.GetValue<string>(), body["secret"]!.GetValue<string>())
            : throw new InvalidOperationException($"{status} {body.ToJsonString()}");
    }

    public async Task<Answer> PostAsync(string path, string body, string type = "text/plain", Uri? to = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(to ?? cluster.Front, path)) { Content = new StringContent(body, Encoding.UTF8, type) };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var answer = await _anybody.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return new(answer.StatusCode, JsonNode.Parse(text)!, answer.Headers.RetryAfter?.Delta, text);
    }

    /// <summary>As an administrator.</summary>
    public async Task<(HttpStatusCode Status, JsonNode Body)> AskAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(cluster.Front, path)) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await cluster.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!);
    }

    public async Task<IReadOnlyList<JsonNode>> EventsAsync(string hook)
    {
        var all = new List<JsonNode>();
        string? cursor = null;
        do
        {
            var (_, page) = await AskAsync(HttpMethod.Get, $"/api/v1/events?limit=1000&source_id=hook:{hook}{(cursor is null ? "" : $"&cursor={cursor}")}");
            all.AddRange(page["items"]!.AsArray().Select(i => i!));
            cursor = page["next"]?.ToString();
        }
        while (cursor is not null);
        return all;
    }

    public Task<IReadOnlyList<JsonNode>> DeliveriesAsync(string id) => cluster.ListAsync($"/api/v1/hooks/{id}/deliveries?limit=1000");

    public Task<IReadOnlyList<JsonNode>> LogsAsync(string code, string hook) => cluster.ListAsync($"/api/v1/system-logs?code={code}&source_id=hook:{hook}");

    public void Dispose() => _anybody.Dispose();

    public sealed record Answer(HttpStatusCode Status, JsonNode Body, TimeSpan? RetryAfter, string Text)
    {
        public string Id => Body["id"]!.GetValue<string>();

        public bool IsDuplicate => Body["duplicate"]!.GetValue<bool>();

        public string Path => Body["detail"]![0]!["path"]!.GetValue<string>();
    }
}
