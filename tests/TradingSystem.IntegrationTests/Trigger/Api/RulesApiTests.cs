using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Trigger.Api;

/// <summary>Rules written over REST into the running product, on its simulated market.</summary>
[TestFixture]
public sealed class RulesApiTests
{
    private TradingCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() =>
        _cluster = await TradingCluster.StartAsync(distributed: false, settings: new Dictionary<string, string> { ["TRIGGER__RULES__ENABLED"] = "true" });

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0)
        {
            TestContext.Progress.WriteLine(_cluster.Logs());
        }

        await _cluster.DisposeAsync();
    }

    [Test, Order(1)]
    public async Task A_new_database_has_the_two_first_rules() =>
        Assert.That(
            (await _cluster.ListAsync("/api/v1/rules")).Select(r => $"{r["rule"]!["name"]} {r["version"]} {r["changed_by"]}"),
            Is.EquivalentTo(new[] { "ema_cross 1 system", "price_move 1 system" }));

    [Test, Order(2)]
    public async Task A_rule_is_looked_at_at_once_and_an_event_names_the_version_that_raised_it()
    {
        var (status, made) = await SendAsync(HttpMethod.Post, "/api/v1/rules", Moves("stirs", cooldown: 3600));
        var id = made["id"]!.GetValue<string>();
        Assert.That((status, made["version"]!.GetValue<int>(), made["watched"]!.ToJsonString()), Is.EqualTo((HttpStatusCode.Created, 1, """["BTCUSDT"]""")));

        var first = await Wait.ForAsync("the rule's event", async () => await EventsAsync("stirs") is [var e, ..] ? e : null);
        var payload = JsonNode.Parse(first["payload"]!.GetValue<string>())!;
        Assert.That((payload["rule_id"]!.GetValue<string>(), payload["version"]!.GetValue<int>()), Is.EqualTo((id, 1)));
        Assert.That(payload["clauses"]![0]!["op"]!.GetValue<string>(), Is.EqualTo("moves"));
        Assert.That(first["title"]!.GetValue<string>(), Does.StartWith("BTCUSDT moved "));

        (status, var next) = await SendAsync(HttpMethod.Put, $"/api/v1/rules/{id}?version=1", Moves("stirs", cooldown: 0));
        Assert.That((status, next["version"]!.GetValue<int>()), Is.EqualTo((HttpStatusCode.OK, 2)));
        await Wait.UntilAsync("an event of the second version, which has no cooldown", async () => Versions(await EventsAsync("stirs")).Contains(2));
        Assert.That(Versions(await EventsAsync("stirs")).Count(v => v == 1), Is.EqualTo(1), "the first had one of an hour");

        (status, var refused) = await SendAsync(HttpMethod.Put, $"/api/v1/rules/{id}?version=1", Moves("stirs", cooldown: 0));
        Assert.That((status, refused["detail"]![0]!["path"]!.GetValue<string>()), Is.EqualTo((HttpStatusCode.Conflict, "version")));
        await Wait.UntilAsync("it tells its last event", async () => (await GetAsync(id))!["last_event_id"] is not null);
        var shown = await Wait.ForAsync("it is online", async () => await GetAsync(id) is { } r && Text(r, "status") == "online" ? r : null);
        Assert.That(
            (Text(shown["last_event"]!, "id"), Text(shown["last_event"]!, "symbol"), Text(shown["last_event"]!, "at"), shown["last_error"]),
            Is.EqualTo((Text(shown, "last_event_id"), "BTCUSDT", Text(shown, "last_event_at"), (JsonNode?)null)));
        Assert.That(shown["events_last_hour"]!.GetValue<int>(), Is.GreaterThan(0));
    }

    [Test, Order(3)]
    public async Task What_is_wrong_or_taken_is_refused_and_nothing_is_written()
    {
        var before = (await _cluster.ListAsync("/api/v1/rules")).Count;
        var wrong = Moves("wrong", cooldown: 0);
        wrong["when"]!["left"]!["candle"] = "last";
        var (status, refused) = await SendAsync(HttpMethod.Post, "/api/v1/rules", wrong);
        Assert.That((status, refused["detail"]![0]!["path"]!.GetValue<string>()), Is.EqualTo((HttpStatusCode.BadRequest, "when.left.candle")));
        (status, refused) = await SendAsync(HttpMethod.Post, "/api/v1/rules", Moves("ema_cross", cooldown: 0));
        Assert.That((status, refused["detail"]![0]!["path"]!.GetValue<string>()), Is.EqualTo((HttpStatusCode.Conflict, "name")));
        Assert.That((await _cluster.ListAsync("/api/v1/rules")).Count, Is.EqualTo(before));
    }

    [Test, Order(4)]
    public async Task Two_who_change_a_rule_at_once_do_not_overwrite_each_other()
    {
        var (_, made) = await SendAsync(HttpMethod.Post, "/api/v1/rules", Moves("raced", cooldown: 0));
        var id = made["id"]!.GetValue<string>();
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => SendAsync(HttpMethod.Put, $"/api/v1/rules/{id}?version=1", Moves("raced", cooldown: i + 1))));

        Assert.That(answers.Select(a => a.Status).Order(), Is.EqualTo(new[] { HttpStatusCode.OK }.Concat(Enumerable.Repeat(HttpStatusCode.Conflict, 7))));
        var versions = await _cluster.ListAsync($"/api/v1/rules/{id}/versions");
        var written = answers.Single(a => a.Status == HttpStatusCode.OK).Body["rule"]!;
        Assert.That(versions.Select(v => v["version"]!.GetValue<int>()), Is.EqualTo(new[] { 2, 1 }));
        Assert.That(JsonNode.DeepEquals(versions[0]["rule"], written), versions[0].ToJsonString());
    }

    [Test, Order(5)]
    public async Task A_rule_that_was_taken_away_raises_nothing_more_and_its_versions_stay()
    {
        var (_, made) = await SendAsync(HttpMethod.Post, "/api/v1/rules", Moves("gone", cooldown: 0));
        var id = made["id"]!.GetValue<string>();
        await Wait.UntilAsync("it raises events", async () => (await EventsAsync("gone")).Count > 0);
        var (status, _) = await SendAsync(HttpMethod.Delete, $"/api/v1/rules/{id}", null);
        Assert.That(status, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That(await GetAsync(id), Is.Null);
        Assert.That((await _cluster.ListAsync($"/api/v1/rules/{id}/versions")).Count, Is.EqualTo(1));

        // Another of the same name, whose events come behind all of the first's.
        (status, var again) = await SendAsync(HttpMethod.Post, "/api/v1/rules", Moves("gone", cooldown: 0));
        Assert.That(status, Is.EqualTo(HttpStatusCode.Created));
        await Wait.UntilAsync("the new one raises events", async () => RuleIds(await EventsAsync("gone"))[0] == again["id"]!.GetValue<string>());
        var newestFirst = RuleIds(await EventsAsync("gone"));
        Assert.That(newestFirst.SkipWhile(r => r != id), Is.All.EqualTo(id), "none of the one that was taken away among the new one's");
    }

    [Test, Order(6)]
    public async Task A_rule_of_a_later_version_of_the_service_takes_no_other_with_it()
    {
        var unmade = await StoreAsync("later", """{"name":"later","symbols":["BTCUSDT"],"title":"t","when":{"left":{"candle":"close"},"op":"between"}}""");
        var unread = await StoreAsync("aimless", """{"name":"aimless","title":"t","when":{"left":{"candle":"close"},"op":"gt","right":{"value":1}}}""");

        await SendAsync(HttpMethod.Post, "/api/v1/rules", Moves("beside", cooldown: 0));
        await Wait.UntilAsync("the rule beside it raises events", async () => (await EventsAsync("beside")).Count > 0);
        var shown = (await _cluster.ListAsync("/api/v1/rules")).ToDictionary(r => r["id"]!.GetValue<string>());
        Assert.That(
            new[] { unmade, unread }.Select(id => (Text(shown[id]["rule"]!, "name"), Text(shown[id], "status"), Text(shown[id]["last_error"]!, "message"))),
            Is.EqualTo(new[]
            {
                ("later", "offline", "this version of the service cannot use it: when.op: one of gt, gte, lt, lte, crosses, crosses_above, crosses_below, rises, falls, moves"),
                ("aimless", "offline", "this version of the service cannot use it: symbols: required"),
            }));
        Assert.That(await EventsAsync("later"), Is.Empty);
        foreach (var path in new[] { "", "/versions", "/why" })
        {
            Assert.That((await SendAsync(HttpMethod.Get, $"/api/v1/rules/{unread}{path}", null)).Status, Is.EqualTo(HttpStatusCode.OK), path);
        }

        var rehearsal = new JsonObject { ["symbol"] = "BTCUSDT", ["rule"] = Moves("later", cooldown: 0) };
        rehearsal["rule"]!["interval"] = "1m";
        var (status, told) = await SendAsync(HttpMethod.Post, "/api/v1/rules/rehearse", rehearsal);
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), told.ToJsonString());
        Assert.That(told["not_rehearsable"]!.AsArray(), Is.Empty);
    }

    [Test, Order(6)]
    public async Task A_clause_over_what_the_market_does_not_tell_is_not_rehearsable_and_not_known()
    {
        var rule = Moves("dear", cooldown: 0);
        rule["interval"] = "1m";
        rule["when"] = JsonNode.Parse("""{"all":[{"left":{"candle":"close"},"op":"gt","right":{"value":0}},{"left":{"candle":"funding_rate"},"op":"gt","right":{"value":0}}]}""");
        var (status, told) = await SendAsync(HttpMethod.Post, "/api/v1/rules/rehearse", new JsonObject { ["symbol"] = "BTCUSDT", ["rule"] = rule.DeepClone() });
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), told.ToJsonString());
        Assert.That(
            told["not_rehearsable"]!.ToJsonString(),
            Is.EqualTo($$"""[{"path":"when.all[1]","field":"funding_rate","known":0,"candles":{{told["candles"]!.GetValue<int>()}},"since":null}]"""));
        Assert.That(told["armed_not_rehearsable"]!.AsArray(), Is.Empty, "there is none");
        Assert.That(told["raised"]!.GetValue<int>(), Is.Zero);

        var (_, armed) = await SendAsync(HttpMethod.Post, "/api/v1/rules", rule.DeepClone().AsObject());
        Assert.That(
            Text(armed["last_error"]!, "message"), Is.EqualTo("this market tells no funding_rate: a clause over it is neither true nor false"), armed.ToJsonString());
        var without = rule.DeepClone();
        without["when"] = JsonNode.Parse("""{"left":{"candle":"close"},"op":"gt","right":{"value":0}}""");
        (_, told) = await SendAsync(HttpMethod.Post, "/api/v1/rules/rehearse", new JsonObject { ["symbol"] = "BTCUSDT", ["rule"] = without });
        await SendAsync(HttpMethod.Delete, $"/api/v1/rules/{armed["id"]!.GetValue<string>()}", null);
        Assert.That(told["not_rehearsable"]!.AsArray(), Is.Empty);
        Assert.That(Text(told["armed_not_rehearsable"]![0]!, "path"), Is.EqualTo("when.all[1]"), told.ToJsonString());

        rule.Remove("interval");
        var (_, made) = await SendAsync(HttpMethod.Post, "/api/v1/rules", rule);
        var id = made["id"]!.GetValue<string>();
        var why = await Wait.ForAsync("it is looked at", async () => await WhyAsync(id, null) is var w && Text(w, "outcome") == "not_known" ? w : null);
        await SendAsync(HttpMethod.Delete, $"/api/v1/rules/{id}", null);
        Assert.That(why["clauses"]![1]!["result"], Is.Null, why.ToJsonString());
    }

    [Test, Order(7)]
    public async Task A_cooldown_outlasts_a_crash()
    {
        var (_, made) = await SendAsync(HttpMethod.Post, "/api/v1/rules", Moves("patient", cooldown: 3600));
        var id = made["id"]!.GetValue<string>();
        await Wait.UntilAsync("its event is kept", async () => (await GetAsync(id))!["last_event_id"] is not null);
        var before = (await EventsAsync("stirs")).Count;
        await _cluster.KillAndRestartAsync("standalone", TimeSpan.Zero);

        await Wait.UntilAsync("another rule raises events again", async () => (await EventsAsync("stirs")).Count > before + 2);
        Assert.That(await EventsAsync("patient"), Has.Count.EqualTo(1));
    }

    [Test, Order(8)]
    public async Task A_rule_says_why_it_raised_an_event_and_why_it_did_not()
    {
        var begin = TimeProvider.System.GetUtcNow();
        var (_, made) = await SendAsync(HttpMethod.Post, "/api/v1/rules", Moves("explained", cooldown: 3600));
        var id = made["id"]!.GetValue<string>();
        var raised = await Wait.ForAsync("its event", async () => await EventsAsync("explained") is [var e, ..] ? e : null);
        var at = JsonNode.Parse(raised["payload"]!.GetValue<string>())!["market_time"]!.GetValue<string>();

        var why = await Wait.ForAsync("its event is explained", async () => await WhyAsync(id, at) is var w && Text(w, "outcome") == "raised" ? w : null);
        Assert.That((Text(why, "event_id"), why["version"]!.GetValue<int>(), why["met"]!.GetValue<bool>()), Is.EqualTo((raised["id"]!.GetValue<string>(), 1, true)));
        Assert.That(JsonNode.DeepEquals(why["rule"], made["rule"]), why.ToJsonString());
        Assert.That(
            (why["clauses"]![0]!["path"]!.GetValue<string>(), why["clauses"]![0]!["op"]!.GetValue<string>(), why["clauses"]![0]!["result"]!.GetValue<bool>()),
            Is.EqualTo(("when", "moves", true)));

        var held = await Wait.ForAsync("it is held back", async () => await WhyAsync(id, null) is var w && Text(w, "outcome") == "cooldown" ? w : null);
        Assert.That((held["event_id"], Text(held, "last_event_id")), Is.EqualTo(((JsonNode?)null, raised["id"]!.GetValue<string>())), "what the cooldown counts from");

        Assert.That(Text(await WhyAsync(id, begin.AddMinutes(-1).ToString("O")), "outcome"), Is.EqualTo("not_made"));
        var off = Moves("explained", cooldown: 3600);
        off["enabled"] = false;
        await SendAsync(HttpMethod.Put, $"/api/v1/rules/{id}", off);
        Assert.That(Text(await WhyAsync(id, null), "outcome"), Is.EqualTo("switched_off"));
        Assert.That(Text(await WhyAsync(id, at), "outcome"), Is.EqualTo("raised"), "the rule of that time");
        await SendAsync(HttpMethod.Delete, $"/api/v1/rules/{id}", null);
        Assert.That(Text(await WhyAsync(id, null), "outcome"), Is.EqualTo("deleted"));

        var (status, refused) = await SendAsync(HttpMethod.Get, $"/api/v1/rules/{id}/why?symbol=ETHUSDT", null);
        Assert.That((status, refused["detail"]![0]!["path"]!.GetValue<string>()), Is.EqualTo((HttpStatusCode.BadRequest, "symbol")));
        (status, _) = await SendAsync(HttpMethod.Get, $"/api/v1/rules/{Guid.NewGuid()}/why", null);
        Assert.That(status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    /// <summary>Its id.</summary>
    private async Task<string> StoreAsync(string name, string document)
    {
        await using var source = NpgsqlDataSource.Create(_cluster.ConnectionString);
        await using var insert = source.CreateCommand("""
            with rule as (
              insert into trigger.rules (id, name, version, created_at) values (gen_random_uuid(), $1, 1, now()) returning id)
            insert into trigger.rule_versions (rule_id, version, document, actor, created_at)
            select id, 1, $2::jsonb, 'later', now() from rule returning rule_id
            """);
        insert.Parameters.AddWithValue(name);
        insert.Parameters.AddWithValue(document);
        return ((Guid)(await insert.ExecuteScalarAsync())!).ToString();
    }

    private async Task<JsonNode> WhyAsync(string id, string? at)
    {
        var (status, body) = await SendAsync(HttpMethod.Get, $"/api/v1/rules/{id}/why?symbol=BTCUSDT{(at is null ? "" : $"&at={Uri.EscapeDataString(at)}")}", null);
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), body.ToJsonString());
        return body["symbols"]!.AsArray().Single()!;
    }

    private static string? Text(JsonNode node, string field) => node[field]?.GetValue<string>();

    private static JsonObject Moves(string name, int cooldown) => JsonNode.Parse($$$"""
        {"name":"{{{name}}}","symbols":["BTCUSDT"],"when":{"left":{"candle":"close"},"op":"moves","by_pct":0.001,"within_s":60},
         "cooldown_s":{{{cooldown}}},"title":"{{ symbol }} moved {{ direction }}"}
        """)!.AsObject();

    private static List<int> Versions(IReadOnlyList<JsonNode> events) =>
        [.. events.Select(e => JsonNode.Parse(e["payload"]!.GetValue<string>())!["version"]!.GetValue<int>())];

    private static List<string> RuleIds(IReadOnlyList<JsonNode> events) =>
        [.. events.Select(e => JsonNode.Parse(e["payload"]!.GetValue<string>())!["rule_id"]!.GetValue<string>())];

    private Task<IReadOnlyList<JsonNode>> EventsAsync(string rule) => _cluster.ListAsync($"/api/v1/events?limit=1000&source_id=rule:{rule}:BTCUSDT");

    private async Task<JsonNode?> GetAsync(string id)
    {
        var (status, body) = await SendAsync(HttpMethod.Get, $"/api/v1/rules/{id}", null);
        return status == HttpStatusCode.OK ? body : null;
    }

    private async Task<(HttpStatusCode Status, JsonNode Body)> SendAsync(HttpMethod method, string path, JsonObject? body)
    {
        using var request = new HttpRequestMessage(method, new Uri(_cluster.Front, path)) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await _cluster.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!);
    }
}
