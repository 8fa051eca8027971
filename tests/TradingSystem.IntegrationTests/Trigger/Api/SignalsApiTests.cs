using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Trigger.Api;

/// <summary>Test events and storm control in the running product.</summary>
[TestFixture]
public sealed class SignalsApiTests
{
    private const string Name = "trade_crypto_btcusdt_15m";

    private TradingCluster _cluster = null!;
    private string _token = null!;
    private Bot _group = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await TradingCluster.StartAsync(distributed: false, settings: new Dictionary<string, string>
        {
            ["TRIGGER__STORM__SAMEWITHIN"] = "00:00:20",
            ["TRIGGER__STORM__PERMINUTE"] = "4",
            ["TRIGGER__RULES__ENABLED"] = "true",
        });
        foreach (var rule in await _cluster.ListAsync("/api/v1/rules"))
        {
            using var answer = await _cluster.Http.DeleteAsync(new Uri(_cluster.Front, $"/api/v1/rules/{rule["id"]}"));
            answer.EnsureSuccessStatusCode();
        }

        (_, _token) = await _cluster.AddGroupAsync(Name);
        _group = await Bot.GroupAsync(_cluster, _token);
        Assert.That((string)(await _group.ReceiveAsync())!["message"]!, Is.EqualTo("connected"));
        await Wait.UntilAsync("the trigger service knows the group", async () => (await TestAsync(Check(Name))).Body["groups"]!.AsArray().Count == 1);
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
    public async Task Whom_an_event_would_wake_is_told_and_nothing_is_sent()
    {
        foreach (var target in new[] { "*", "symbol:BTCUSDT", "market:crypto", Name })
        {
            var (status, would) = await TestAsync(Check(target));
            Assert.That(
                (status, (string)would["outcome"]!, (string)would["groups"]!.AsArray().Single()!, would["id"]), Is.EqualTo((HttpStatusCode.OK, "sent", Name, (JsonNode?)null)));
        }

        Assert.That((await TestAsync(Check("symbol:ETHUSDT"))).Body["groups"]!.AsArray(), Is.Empty);
        Assert.That(await _cluster.ListAsync("/api/v1/signals?source_id=test:admin"), Is.Empty);
    }

    [Test, Order(2)]
    public async Task Each_preset_wakes_the_group_with_what_it_is_about()
    {
        foreach (var (preset, priority) in new[] { ("immediate", 5), ("macro", 8), ("market_shock", 9) })
        {
            var (status, sent) = await TestAsync(new() { ["preset"] = preset, ["targets"] = new JsonArray(Name), ["symbol"] = "btcusdt" });
            var pushed = await _group.OfTypeAsync("event");
            Assert.That(
                (status, (string)pushed["id"]!, (string)pushed["source_id"]!, (int)pushed["priority"]!),
                Is.EqualTo((HttpStatusCode.OK, (string)sent["id"]!, "test:admin", priority)));
            var payload = JsonNode.Parse((string)pushed["payload"]!)!;
            Assert.That(((string)payload["kind"]!, (string)payload["symbol"]!), Is.EqualTo((preset, "BTCUSDT")));
            Assert.That(pushed["tags"]!.AsArray().Select(t => (string)t!), Does.Contain("test"));
        }
    }

    [Test, Order(3)]
    public async Task The_same_again_is_held_back_with_a_row_that_says_why_and_one_summary_follows()
    {
        var (_, first) = await TestAsync(Composed("again"));
        var (_, then) = await TestAsync(Composed("again"));
        Assert.That(
            ((string)then["outcome"]!, Held(then)), Is.EqualTo(("held_back", (Name, "same_event", (string)first["id"]!))));

        Assert.That((string)(await _group.OfTypeAsync("event"))["id"]!, Is.EqualTo((string)first["id"]!));
        var summary = await _group.OfTypeAsync("event");
        Assert.That(((string)summary["title"]!, (string)summary["tags"]![0]!), Is.EqualTo(("1 more of: again", "storm_summary")));
        var row = (await _cluster.ListAsync("/api/v1/signals?outcome=held_back&reason=same_event")).Single();
        Assert.That(
            ((string)row["id"]!, Held(row), (string)row["held_from"]![0]!["summary_id"]!),
            Is.EqualTo(((string)then["id"]!, (Name, "same_event", (string)first["id"]!), (string)summary["id"]!)));
        var log = (await Wait.ForAsync("it is told", async () => await _cluster.ListAsync("/api/v1/system-logs?code=EVENT_HELD_BACK") is { Count: > 0 } l ? l : null)).Single();
        Assert.That((string)log["detail"]!["event_id"]!, Is.EqualTo((string)then["id"]!));
    }

    [Test, Order(4)]
    public async Task A_rule_that_is_held_back_says_what_held_it_and_what_is_urgent_passes()
    {
        // Whatever was sent in the last minute, there is no room for more than four.
        await Wait.UntilAsync("no room is left", async () =>
        {
            var (_, sent) = await TestAsync(Composed(Guid.NewGuid().ToString()));
            return (string?)sent["held_from"]!.AsArray().FirstOrDefault()?["reason"] == "budget";
        });
        Assert.That((string)(await TestAsync(Composed("urgent", priority: 9))).Body["outcome"]!, Is.EqualTo("sent"));

        var (_, rule) = await SendAsync(HttpMethod.Post, "/api/v1/rules", new()
        {
            ["name"] = "always",
            ["symbols"] = new JsonArray("BTCUSDT"),
            ["interval"] = "1s",
            ["title"] = "moved",
            ["when"] = new JsonObject { ["left"] = new JsonObject { ["candle"] = "close" }, ["op"] = "moves", ["by_pct"] = 0.001m, ["within_s"] = 10 },
        });
        Assert.That(rule["id"], Is.Not.Null, rule.ToJsonString());
        var held = await Wait.ForAsync("it is held back", async () =>
        {
            // Of a minute the room may have come back.
            await TestAsync(Composed(Guid.NewGuid().ToString()));
            return (await _cluster.ListAsync("/api/v1/signals?source_id=rule:always:BTCUSDT")).FirstOrDefault(r => (string)r["outcome"]! == "held_back");
        });
        var at = Uri.EscapeDataString((string)held["market_time"]!);
        var why = await Wait.ForAsync("the rule says so", async () =>
            (await _cluster.Http.GetFromJsonAsync<JsonNode>(new Uri(_cluster.Front, $"/api/v1/rules/{rule["id"]}/why?at={at}")))!["symbols"]![0] is { } w
                && (string?)w["event_id"] == (string)held["id"]! ? w : null);
        Assert.That(
            ((string)why["outcome"]!, Held(why)), Is.EqualTo(("held_back", Held(held))));
    }

    [Test, Order(5)]
    public async Task What_is_wrong_is_named()
    {
        foreach (var (body, path) in new (JsonObject Body, string Path)[]
        {
            (new() { ["preset"] = "macro" }, "targets"),
            (new() { ["targets"] = new JsonArray(Name) }, "title"),
            (new() { ["preset"] = "crash", ["targets"] = new JsonArray(Name) }, "preset"),
            (new() { ["title"] = "x", ["symbol"] = "BTCUSDT", ["targets"] = new JsonArray(Name) }, "symbol"),
            (new() { ["title"] = "x", ["payload"] = "text", ["targets"] = new JsonArray(Name) }, "payload"),
            (new() { ["title"] = "x", ["priority"] = 11, ["targets"] = new JsonArray(Name) }, "priority"),
            (new() { ["title"] = "x", ["dry_run"] = true, ["targets"] = new JsonArray(Name) }, "dry_run"),
        })
        {
            var (status, refused) = await TestAsync(body);
            Assert.That((status, (string)refused["detail"]![0]!["path"]!), Is.EqualTo((HttpStatusCode.BadRequest, path)), body.ToJsonString());
        }
    }

    [Test, Order(6)]
    public async Task A_hosted_group_does_not_discuss_what_was_held_back_nor_its_summary()
    {
        const string hosted = "hosted_crypto_solusdt";
        await _cluster.AddGroupAsync(hosted, "SOLUSDT", hosted: true, interval: "1m");
        await Wait.UntilAsync("the trigger service knows it", async () => (await TestAsync(Check(hosted))).Body["groups"]!.AsArray().Count == 1);
        var (_, first) = await TestAsync(Composed("twice", to: hosted));
        var (_, then) = await TestAsync(Composed("twice", to: hosted));
        Assert.That(Held(then).Reason, Is.EqualTo("same_event"));
        var summary = await Wait.ForAsync("the summary", async () =>
            (await _cluster.ListAsync($"/api/v1/signals?outcome=summary&group={hosted}")).SingleOrDefault(s => s["sent_at"] is not null));

        var (_, last) = await TestAsync(Composed("after it", to: hosted));
        var discussed = await Wait.ForAsync("what came after it is discussed", async () =>
            (await _cluster.ListAsync("/api/v1/discussions?limit=1000")).Select(d => (string?)d["trigger_event_id"]).ToList() is { } ids && ids.Contains((string)last["id"]!)
                ? ids : null);
        Assert.That(discussed, Is.EquivalentTo(new[] { (string)first["id"]!, (string)last["id"]! }));
        Assert.That((await _cluster.ListAsync("/api/v1/events?limit=1000")).Select(e => (string)e["id"]!), Does.Contain((string)summary["id"]!), "people see it");
    }

    private static (string Group, string Reason, string? SameAs) Held(JsonNode item) =>
        item["held_from"]!.AsArray().Single() is { } hold ? ((string)hold["group"]!, (string)hold["reason"]!, (string?)hold["same_as"]) : default;

    private static JsonObject Check(string target) => new() { ["preset"] = "immediate", ["targets"] = new JsonArray(target), ["validate_only"] = true };

    private static JsonObject Composed(string title, int priority = 5, string to = Name) => new()
    {
        ["title"] = title,
        ["targets"] = new JsonArray(to),
        ["payload"] = new JsonObject { ["a"] = 1 },
        ["priority"] = priority,
    };

    private Task<(HttpStatusCode Status, JsonNode Body)> TestAsync(JsonObject body) => SendAsync(HttpMethod.Post, "/api/v1/signals/test", body);

    private async Task<(HttpStatusCode Status, JsonNode Body)> SendAsync(HttpMethod method, string path, JsonObject body)
    {
        using var request = new HttpRequestMessage(method, new Uri(_cluster.Front, path)) { Content = JsonContent.Create(body) };
        using var answer = await _cluster.Http.SendAsync(request);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }
}
