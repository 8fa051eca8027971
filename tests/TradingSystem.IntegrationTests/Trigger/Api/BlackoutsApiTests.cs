using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Trigger.Api;

/// <summary>Blackouts in the running product: made at the trigger service, which mutes by them, and kept by execution, which holds entries by them.</summary>
[TestFixture]
public sealed class BlackoutsApiTests
{
    private const string Name = "trade_crypto_btcusdt_15m";

    private TradingCluster _cluster = null!;
    private Bot _group = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        // Prices end with the trigger service; here they count for long.
        _cluster = await TradingCluster.StartAsync(distributed: true, settings: new Dictionary<string, string> { ["EXECUTION__MAXPRICEAGE"] = "00:30:00" });
        var (_, token) = await _cluster.AddGroupAsync(Name);
        _group = await Bot.GroupAsync(_cluster, token);
        Assert.That((string)(await _group.ReceiveAsync())!["message"]!, Is.EqualTo("connected"));
        await Wait.UntilAsync("it trades", async () => (await DecideAsync("LONG")).Status == "filled");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_cluster is null)
        {
            return;
        }

        if (TestContext.CurrentContext.Result.FailCount > 0)
        {
            TestContext.Progress.WriteLine(_cluster.Logs());
        }

        if (_group is not null)
        {
            await _group.DisposeAsync();
        }

        await _cluster.DisposeAsync();
    }

    [Test, Order(1)]
    public async Task One_that_holds_entries_holds_them_while_the_trigger_service_is_down_and_lets_exits_through()
    {
        var (status, made) = await SendAsync(HttpMethod.Post, "/api/v1/blackouts", Once("cpi"));
        Assert.That(status, Is.EqualTo(HttpStatusCode.Created), made?.ToJsonString());
        Assert.That(((bool)made!["on"]!, (int)made["version"]!, (string)made["changed_by"]!, made["until"] is not null), Is.EqualTo((true, 1, "admin", true)));
        Assert.That((bool)made["told"]!, Is.True, "the bus has it when it is answered");
        var id = (string)made["id"]!;
        await Wait.UntilAsync("execution keeps it", async () =>
            await GetAsync("/api/v1/risk/blackouts") is var kept && Kept(kept) is ["cpi"] && (long)kept["revision"]! >= (long)made["revision"]!);

        Assert.That(await DecideAsync("LONG"), Is.EqualTo(("rejected", "BLACKOUT")));
        await _cluster.WithoutAsync("trigger", async () =>
        {
            Assert.That(await DecideAsync("LONG"), Is.EqualTo(("rejected", "BLACKOUT")), "nobody needs to be there");
            Assert.That((await DecideAsync("CLOSE")).Status, Is.EqualTo("closed"));
        });
        Assert.That((await SendAsync(HttpMethod.Delete, $"/api/v1/blackouts/{id}", null)).Status, Is.EqualTo(HttpStatusCode.NoContent));
        await Wait.UntilAsync("entries are taken again", async () => (await DecideAsync("LONG")).Status == "filled");
        Assert.That((await GetAsync("/api/v1/risk/blackouts"))["items"]!.AsArray(), Is.Empty);
        var audit = await _cluster.ListAsync("/api/v1/controls/audit");
        Assert.That(audit.Where(a => (string)a["action"]! == "blackouts").Select(a => (string)a["actor"]!), Is.EqualTo(new[] { "admin", "admin" }));
    }

    [Test, Order(2)]
    public async Task One_that_mutes_keeps_events_from_its_groups_until_it_is_taken_away_and_then_tells_of_them()
    {
        var body = Once("quiet");
        (body["holds_entries"], body["targets"]) = (false, new JsonArray("market:crypto"));
        var (_, made) = await SendAsync(HttpMethod.Post, "/api/v1/blackouts", body);
        await Wait.UntilAsync("the trigger service knows the group", async () => (await GetAsync($"/api/v1/blackouts/{made!["id"]}"))["groups"]!.AsArray().Count == 1);

        var (_, held) = await SendAsync(HttpMethod.Post, "/api/v1/signals/test", new() { ["title"] = "rates", ["targets"] = new JsonArray(Name) });
        Assert.That(
            ((string)held!["outcome"]!, (string)held["held_from"]![0]!["reason"]!, (string)held["held_from"]![0]!["blackout"]!), Is.EqualTo(("held_back", "mute", "quiet")));
        var (_, urgent) = await SendAsync(HttpMethod.Post, "/api/v1/signals/test", new() { ["preset"] = "market_shock", ["targets"] = new JsonArray(Name) });
        Assert.That((string)urgent!["outcome"]!, Is.EqualTo("sent"));
        Assert.That((await _cluster.ListAsync($"/api/v1/signals?reason=mute&group={Name}")).Select(s => (string)s["id"]!), Is.EqualTo(new[] { (string)held["id"]! }));

        await SendAsync(HttpMethod.Delete, $"/api/v1/blackouts/{made!["id"]}", null);
        await Wait.UntilAsync("it is told of", async () => (await _cluster.ListAsync("/api/v1/signals?source_id=storm:mute")).Any(s => (string)s["outcome"]! == "summary"));
        await Wait.UntilAsync("who did it is in the log", async () =>
            (await _cluster.ListAsync("/api/v1/system-logs?code=BLACKOUT_CHANGED")).Select(l => (string)l["message"]!).Order()
            .SequenceEqual(["Blackout cpi was made by admin", "Blackout cpi was taken away by admin", "Blackout quiet was made by admin", "Blackout quiet was taken away by admin"]));
    }

    [Test, Order(3)]
    public async Task It_is_changed_whole_by_who_has_read_it_and_its_spans_are_told()
    {
        var body = new JsonObject
        {
            ["name"] = "opening",
            ["targets"] = new JsonArray("*"),
            ["cron"] = "25 9 * * 1-5",
            ["zone"] = "America/New_York",
            ["for_s"] = 600,
        };
        var (_, made) = await SendAsync(HttpMethod.Post, "/api/v1/blackouts", body);
        var path = $"/api/v1/blackouts/{made!["id"]}";
        var spans = made["next"]!.AsArray().Select(n => (From: Time(n!["from"]!), Until: Time(n["until"]!))).ToList();
        Assert.That((spans.Count, spans.TrueForAll(s => s.Until - s.From == TimeSpan.FromMinutes(10)), made["told"]), Is.EqualTo((5, true, (JsonNode?)null)));

        body["enabled"] = false;
        var (status, changed) = await SendAsync(HttpMethod.Put, $"{path}?version=1", body);
        Assert.That((status, (int)changed!["version"]!, changed["next"]!.AsArray().Count), Is.EqualTo((HttpStatusCode.OK, 2, 0)));
        Assert.That((await SendAsync(HttpMethod.Put, $"{path}?version=1", body)).Status, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That((await SendAsync(HttpMethod.Post, "/api/v1/blackouts", body)).Status, Is.EqualTo(HttpStatusCode.Conflict), "its name is taken");
        body["zone"] = "Mars/Olympus_Mons";
        var (refused, fault) = await SendAsync(HttpMethod.Put, path, body);
        Assert.That((refused, (string)fault!["detail"]![0]!["path"]!), Is.EqualTo((HttpStatusCode.BadRequest, "zone")));
        Assert.That((await _cluster.ListAsync("/api/v1/blackouts")).Select(b => (string)b["blackout"]!["name"]!), Is.EqualTo(new[] { "opening" }));
        Assert.That((await SendAsync(HttpMethod.Delete, path, null)).Status, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((await SendAsync(HttpMethod.Delete, path, null)).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    private static JsonObject Once(string name)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new()
        {
            ["name"] = name,
            ["targets"] = new JsonArray("*"),
            ["holds_entries"] = true,
            ["reason"] = "consumer prices",
            ["from"] = Text(now.AddMinutes(-1)),
            ["until"] = Text(now.AddHours(1)),
        };
    }

    private static string Text(DateTimeOffset time) => time.ToString("O", CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(JsonNode text) => DateTimeOffset.Parse((string)text!, CultureInfo.InvariantCulture);

    private static string[] Kept(JsonNode kept) => [.. kept["items"]!.AsArray().Where(i => (bool)i!["on"]!).Select(i => (string)i!["name"]!)];

    private async Task<JsonNode> GetAsync(string path) => (await _cluster.Http.GetFromJsonAsync<JsonNode>(new Uri(_cluster.Front, path)))!;

    /// <summary>What became of a decision in the end.</summary>
    private async Task<(string Status, string? Code)> DecideAsync(string action)
    {
        var id = Guid.NewGuid().ToString();
        var reply = await _group.AskAsync(Bot.Decision(action, decisionId: id));
        Assert.That((string)reply["message"]!, Is.EqualTo("accepted"), reply.ToJsonString());
        var order = await Wait.ForAsync("its order", async () => (await _cluster.ListAsync("/api/v1/orders")).FirstOrDefault(o => (string?)o["client_decision_id"] == id));
        return ((string)order["status"]!, (string?)order["reason"]?["code"]);
    }

    private async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(HttpMethod method, string path, JsonObject? body)
    {
        using var request = new HttpRequestMessage(method, new Uri(_cluster.Front, path)) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await _cluster.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }
}
