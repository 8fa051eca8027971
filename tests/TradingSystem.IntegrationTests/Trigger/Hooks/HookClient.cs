using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Trigger.Hooks;

/// <summary>Makes hooks and posts alerts, as a sender does who can send no header of ours.</summary>
internal sealed class HookClient(TradingCluster cluster) : IDisposable
{
    /// <summary>For a machine whose cores are all taken: what has no key can neither be sent again nor be late. However many there are, none is held back.</summary>
    public static readonly IReadOnlyDictionary<string, string> Patient = new Dictionary<string, string>
    {
        ["TRIGGER__STORM__PERMINUTE"] = "0",
        ["TRIGGER__HOOKS__REPETITION"] = "00:10:00",
        ["TRIGGER__HOOKS__KEEPDEADLINE"] = "00:00:45",
        ["TRIGGER__HOOKS__SENDDEADLINE"] = "00:00:45",
        ["FORWARD__HEADERSDEADLINE"] = "00:01:40",
    };

    private readonly HttpClient _anybody = new() { Timeout = Wait.Most };
    private readonly ConcurrentDictionary<string, bool> _keyed = new();

    public async Task<(string Id, string Secret)> MakeAsync(string name, string auth, string more = "")
    {
        var hook = JsonNode.Parse($$$"""{"name":"{{{name}}}","auth":{{{auth}}},"targets":["nobody"],"title":"{{ body.ticker }} {{ body.price }}","rate_per_minute":10000{{{more}}}}""");
        _keyed[name] = hook!["key"] is not null;
        var (status, body) = await AskAsync(HttpMethod.Post, "/api/v1/hooks", hook);
        return status == HttpStatusCode.Created
            ? (body["hook"]!["id"]!.GetValue<string>(), body["secret"]!.GetValue<string>())
            : throw new InvalidOperationException($"{status} {body.ToJsonString()}");
    }

    /// <summary>To a hook with a key it is sent again while the answer is 503.</summary>
    public async Task<Answer> PostAsync(string path, string body, string type = "text/plain", Uri? to = null, params (string Name, string Value)[] headers)
    {
        var isRepeated = false;
        var answer = await OnceAsync();
        if (answer.Status == HttpStatusCode.ServiceUnavailable && _keyed.GetValueOrDefault(path.Split('/').ElementAtOrDefault(2) ?? ""))
        {
            isRepeated = true;
            answer = await Wait.ForAsync(
                "an answer that is not 503", async () => await OnceAsync() is var again && again.Status != HttpStatusCode.ServiceUnavailable ? again : null);
        }

        return answer with { IsRepeated = isRepeated };

        Task<Answer> OnceAsync() => PostAsync(_anybody, path, body, type, to, headers);
    }

    /// <summary>From another address of this machine.</summary>
    public async Task<Answer> PostFromAsync(string address, string path, string body)
    {
        using var http = new HttpClient(new SocketsHttpHandler { ConnectCallback = async (context, _) => await ConnectAsync(address, context.DnsEndPoint) });
        return await PostAsync(http, path, body, "text/plain", null);
    }

    /// <summary>Sends the first of a body's bytes from another address of this machine, and no more.</summary>
    public async Task<Stream> BeginAsync(string address, string path)
    {
        var stream = await ConnectAsync(address, new DnsEndPoint(cluster.Front.Host, cluster.Front.Port));
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: {cluster.Front.Authority}\r\nContent-Length: 10\r\n\r\nx"));
        return stream;
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

    private static async Task<Stream> ConnectAsync(string from, DnsEndPoint to)
    {
        var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        peer.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await peer.ConnectAsync(to);
        return new NetworkStream(peer, ownsSocket: true);
    }

    private async Task<Answer> PostAsync(HttpClient http, string path, string body, string type, Uri? to, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(to ?? cluster.Front, path)) { Content = new StringContent(body, Encoding.UTF8, type) };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return new(answer.StatusCode, text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!, answer.Headers.RetryAfter?.Delta, text);
    }

    public sealed record Answer(HttpStatusCode Status, JsonNode Body, TimeSpan? RetryAfter, string Text)
    {
        public string Id => Body["id"]!.GetValue<string>();

        public bool IsDuplicate => Body["duplicate"]!.GetValue<bool>();

        /// <summary>It was sent more than once for this answer.</summary>
        public bool IsRepeated { get; init; }

        public string Path => Body["detail"]![0]!["path"]!.GetValue<string>();
    }
}
