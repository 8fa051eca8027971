using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;
using TradingSystem.IntegrationTests.Trigger.News;

namespace TradingSystem.IntegrationTests.Trigger.Api;

/// <summary>Feeds set up over REST in the running product, which asks a server on loopback.</summary>
[TestFixture]
public sealed class NewsApiTests
{
    private TradingCluster _cluster = null!;
    private FeedServer _server = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _server = await FeedServer.StartAsync();
        _cluster = await TradingCluster.StartAsync(distributed: false, settings: new Dictionary<string, string> { ["OUTBOUND__ALLOWPRIVATE"] = "127.0.0.1" });
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_cluster is not null)
        {
            if (TestContext.CurrentContext.Result.FailCount > 0)
            {
                TestContext.Progress.WriteLine(_cluster.Logs());
            }

            await _cluster.DisposeAsync();
        }

        await _server.DisposeAsync();
    }

    [Test, Order(1)]
    public async Task Nobody_is_asked_before_somebody_says_whom() => Assert.That(await _cluster.ListAsync("/api/v1/news/feeds"), Is.Empty);

    [Test, Order(2)]
    public async Task A_new_story_raises_an_event_and_can_be_asked_for_by_its_symbol()
    {
        _server.Show("/desk", FeedServer.Item("Bitcoin was here before", "1"));
        var (status, made) = await SendAsync(HttpMethod.Post, "/api/v1/news/feeds", Feed("desk", "/desk"));
        var id = made["id"]!.GetValue<string>();
        Assert.That((status, made["version"]!.GetValue<int>()), Is.EqualTo((HttpStatusCode.Created, 1)));
        await Wait.UntilAsync("it is read", async () => (await GetAsync(id))["document_at"] is not null);

        _server.Show("/desk", FeedServer.Item("Bitcoin was here before", "1"), FeedServer.Item("<b>Solana</b> halts", "2", "https://example.org/2", text: "<p>For an hour.</p>"));
        (status, var next) = await SendAsync(HttpMethod.Put, $"/api/v1/news/feeds/{id}?version=1", Feed("desk", "/desk", priority: 9));
        Assert.That((status, next["version"]!.GetValue<int>()), Is.EqualTo((HttpStatusCode.OK, 2)), "a change is asked at once");

        var raised = (await Wait.ForAsync("its event", async () => await EventsAsync("desk") is { Count: > 0 } e ? e : null)).Single();
        var payload = JsonNode.Parse(raised["payload"]!.GetValue<string>())!;
        Assert.That((raised["title"]!.GetValue<string>(), raised["priority"]!.GetValue<int>(), payload["summary"]!.GetValue<string>()), Is.EqualTo(("Solana halts", 9, "For an hour.")));
        Assert.That(payload["published_at"], Is.Null);

        var story = await Wait.ForAsync("it says so", async () => (await _cluster.ListAsync("/api/v1/news?symbol=SOLUSDT")) is [var s] && s["outcome"]!.GetValue<string>() == "raised" ? s : null);
        Assert.That((story["event_id"]!.GetValue<string>(), story["feed"]!.GetValue<string>(), story["link"]!.GetValue<string>()), Is.EqualTo((raised["id"]!.GetValue<string>(), "desk", "https://example.org/2")));
        Assert.That((await _cluster.ListAsync("/api/v1/news?feed=desk")).Select(s => s["outcome"]!.GetValue<string>()), Is.EqualTo(new[] { "raised", "first_fetch" }));
        Assert.That(await _cluster.ListAsync("/api/v1/news?feed=other"), Is.Empty);
        Assert.That(await _cluster.ListAsync("/api/v1/news?since=2100-01-01T00:00:00Z"), Is.Empty);
    }

    [Test, Order(3)]
    public async Task A_product_that_is_killed_raises_it_no_second_time()
    {
        var feed = (await _cluster.ListAsync("/api/v1/news/feeds")).Single();
        await _cluster.KillAsync("standalone");
        _cluster.Restart("standalone");
        await _cluster.ReadyAsync();

        // Asked whole, as after a change of the address's server; a story that follows shows that it was read.
        _server.Show(
            "/desk", FeedServer.Item("Bitcoin was here before", "1"), FeedServer.Item("Solana halts", "2", "https://example.org/2", text: "For an hour."), FeedServer.Item("Ether follows", "3"));
        await SendAsync(HttpMethod.Put, $"/api/v1/news/feeds/{feed["id"]}", Feed("desk", "/desk"));
        var events = await Wait.ForAsync("the next event", async () => await EventsAsync("desk") is { Count: > 1 } e ? e : null);
        Assert.That(events.Select(e => e["title"]!.GetValue<string>()), Is.EqualTo(new[] { "Ether follows", "Solana halts" }));
    }

    [Test, Order(4)]
    public async Task What_is_wrong_taken_or_gone_is_refused_and_what_fails_says_why()
    {
        var (status, refused) = await SendAsync(HttpMethod.Post, "/api/v1/news/feeds", new() { ["name"] = "inside", ["url"] = "http://169.254.169.254/latest" });
        Assert.That((status, refused["detail"]![0]!["path"]!.GetValue<string>()), Is.EqualTo((HttpStatusCode.BadRequest, "url")));
        (status, refused) = await SendAsync(HttpMethod.Post, "/api/v1/news/feeds", Feed("desk", "/desk"));
        Assert.That((status, refused["detail"]![0]!["path"]!.GetValue<string>()), Is.EqualTo((HttpStatusCode.Conflict, "name")));

        (_, var made) = await SendAsync(HttpMethod.Post, "/api/v1/news/feeds", new() { ["name"] = "missing", ["url"] = _server.Address("/missing") });
        var id = made["id"]!.GetValue<string>();
        await Wait.UntilAsync("it says why", async () => (await GetAsync(id))["error"]?.GetValue<string>() == "404 NotFound");
        (status, refused) = await SendAsync(HttpMethod.Put, $"/api/v1/news/feeds/{id}?version=7", Feed("missing", "/missing"));
        Assert.That((status, refused["detail"]![0]!["path"]!.GetValue<string>()), Is.EqualTo((HttpStatusCode.Conflict, "version")));
        Assert.That((await SendAsync(HttpMethod.Delete, $"/api/v1/news/feeds/{id}", null)).Status, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((await SendAsync(HttpMethod.Get, $"/api/v1/news/feeds/{id}", null)).Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await SendAsync(HttpMethod.Post, "/api/v1/news/feeds", Feed("missing", "/missing"))).Status, Is.EqualTo(HttpStatusCode.Created), "its name is free again");
    }

    private Task<IReadOnlyList<JsonNode>> EventsAsync(string feed) => _cluster.ListAsync($"/api/v1/events?limit=1000&source_id=news:{feed}");

    private JsonObject Feed(string name, string path, int priority = 5) => new() { ["name"] = name, ["url"] = _server.Address(path), ["priority"] = priority };

    private async Task<JsonNode> GetAsync(string id) => (await SendAsync(HttpMethod.Get, $"/api/v1/news/feeds/{id}", null)).Body;

    private async Task<(HttpStatusCode Status, JsonNode Body)> SendAsync(HttpMethod method, string path, JsonObject? body)
    {
        using var request = new HttpRequestMessage(method, new Uri(_cluster.Front, path)) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await _cluster.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!);
    }
}
