using System.Net;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Execution.Controls;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.EndToEnd;

/// <summary>What is not known is not ignored, over the real pipeline and through the one front.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class StrictRestTests(bool distributed)
{
    private TradingCluster _cluster = null!;
    private string _group = "";
    private string _token = "";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await UsualProduct.AskAsync(distributed);
        (_group, _token) = await _cluster.AddGroupAsync("strict");
        await Wait.UntilAsync("execution knows the group", async () =>
            (await _cluster.ListAsync($"/api/v1/accounts?group_id={_group}")).Count == 1);
    }

    [Test]
    public async Task Every_address_that_can_be_read_refuses_an_unknown_parameter_and_names_it()
    {
        // The front's document is without a service that does not describe itself in time.
        string[] oneOfEach = ["/api/v1/orders", "/api/v1/groups", "/diary", "/api/v1/candles", "/api/v1/hosted-groups"];
        var paths = await Wait.ForAsync("every service has described itself", async () =>
        {
            var document = JsonNode.Parse(await _cluster.Http.GetStringAsync(new Uri(_cluster.Front, "/openapi/v1.json")))!;
            var known = document["paths"]!.AsObject().Where(p => p.Value!.AsObject().ContainsKey("get")).Select(p => p.Key).ToList();
            return oneOfEach.All(known.Contains) ? known : null;
        });
        // Whoever probes may add what keeps the answer from a cache.
        foreach (var path in paths.Except(["/livez", "/readyz"]))
        {
            var filled = string.Join('/', path.Split('/').Select(part => part.StartsWith('{') ? Guid.NewGuid().ToString() : part));
            await RefusedAsync(HttpMethod.Get, $"{filled}?from=2025-01-01", null, "from");
        }
    }

    [TestCase("//ws/events")]
    [TestCase("/")]
    [TestCase("/ws/events/")]
    [TestCase("/WS/EVENTS")]
    [TestCase("/api/v1/orders")]
    public async Task A_WebSocket_handshake_at_another_path_is_told_the_right_one(string path)
    {
        foreach (var server in new[] { $"http://{_cluster.Socket.Authority}", $"http://{_cluster.Front.Authority}" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server + path));
            request.Headers.Connection.Add("Upgrade");
            request.Headers.Upgrade.Add(new("websocket"));
            request.Headers.Add("Sec-WebSocket-Version", "13");
            request.Headers.Add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
            using var answer = await _cluster.Http.SendAsync(request);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NotFound), server);
            var detail = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["detail"]![0]!;
            Assert.That(detail["rule"]!.GetValue<string>(), Does.Contain(" /ws/events "));
            Assert.That(detail["got"]!.GetValue<string>(), Is.EqualTo(path));
        }
    }

    [TestCase("orders?status=FILLED", "status", "unknown value, did you mean filled")]
    [TestCase("orders?status=done", "status", null)]
    [TestCase("orders?limit=0", "limit", null)]
    [TestCase("orders/open?state=Held", "state", "unknown value, did you mean held")]
    [TestCase("protections?status=waitng", "status", "unknown value, did you mean waiting")]
    [TestCase("reconciliations?kind=manual-close", "kind", "unknown value, did you mean manual_close")]
    [TestCase("events?event_type=posttrade", "event_type", "unknown value, did you mean post_trade")]
    [TestCase("system-logs?level=warning", "level", "unknown value, did you mean warn")]
    [TestCase("candles?symbol=btcusdt&interval=1M", "interval", null)]
    [TestCase("groups?limit=5000", "limit", "an integer from 1 to 1000")]
    [TestCase("groups?limit=many", "limit", "an integer from 1 to 1000")]
    [TestCase("triggers?cursor=x", "cursor", "a cursor of this list")]
    [TestCase("orders?symbol=BTC%00USDT", "symbol", "no control characters")]
    [TestCase("orders?decision_id=a%00", "decision_id", "no control characters")]
    [TestCase("events?source_id=%00", "source_id", "no control characters")]
    [TestCase("system-logs?code=%00", "code", "no control characters")]
    [TestCase("candles?symbol=%00&interval=1m", "symbol", "no control characters")]
    [TestCase("positions?group_id=%1F", "group_id", "no control characters")]
    public async Task A_value_that_a_filter_does_not_know_is_refused(string query, string path, string? rule) =>
        await RefusedAsync(HttpMethod.Get, $"/api/v1/{query}", null, path, rule);

    [TestCase("PATCH", "/api/v1/groups/GROUP", """{"marginUsdt":5}""", "marginUsdt", "unknown field, did you mean margin_usdt")]
    [TestCase("PATCH", "/api/v1/groups/GROUP", """{"leverage":null}""", "leverage", "a value, or left out: null says neither")]
    [TestCase("PATCH", "/api/v1/groups/GROUP", """{"members":[{"name":"a","role":"b","prompt":"c"}]}""", "members[0].prompt", null)]
    [TestCase("POST", "/api/v1/groups", """{"name":"x","symbol":"BTCUSDT","max_loss":5}""", "max_loss", null)]
    [TestCase("POST", "/api/v1/triggers", """{"name":"x","provider":"y"}""", "provider", "unknown field, did you mean provider_name")]
    [TestCase("POST", "/api/v1/auth/login", """{"username":"admin","password":"x","passwort":"y"}""", "passwort", "unknown field, did you mean password")]
    [TestCase("PUT", "/api/v1/risk/limits/group/GROUP", """{"max_order_qty":null}""", "max_order_qty", "a value, or left out: null says neither")]
    [TestCase("PUT", "/api/v1/risk/limits", """{"version":null}""", "version", "a value, or left out: null says neither")]
    [TestCase("PUT", "/api/v1/risk/limits", """{"max_orderqty":1}""", "max_orderqty", "unknown field, did you mean max_order_qty")]
    [TestCase("PUT", "/api/v1/controls/dead-man/GROUP", """{"action":"cancel","afterS":5}""", "afterS", "unknown field, did you mean after_s")]
    [TestCase("POST", "/api/v1/kill", """{"scope":"group","id":"GROUP","reason":"x","flatten":null}""", "flatten", "a value, or left out: null says neither")]
    [TestCase("POST", "/api/v1/controls/pause", """{"scope":"group","id":"GROUP","reason":"x","flatten":true}""", "flatten", null)]
    [TestCase("POST", "/api/v1/accounts", """{"name":"x","exchange":"simulated","fillModel":"exchange"}""", "$", "unknown field, did you mean fill_model")]
    [TestCase("POST", "/api/v1/auth/login", """{"username":"ad\u0000min","password":"x"}""", "username", "no U+0000")]
    [TestCase("POST", "/api/v1/auth/login", """{"username":"ad\u0007min","password":"x"}""", "username", "no control characters")]
    [TestCase("POST", "/api/v1/groups", """{"name":"a\u0000b","symbol":"BTCUSDT"}""", "name", "no U+0000")]
    [TestCase("POST", "/api/v1/triggers", """{"name":"a\u0000b"}""", "name", "no U+0000")]
    [TestCase("POST", "/api/v1/accounts", """{"name":"a\u0000b","exchange":"simulated"}""", "name", "no U+0000")]
    [TestCase("POST", "/api/v1/kill", """{"scope":"group","id":"GROUP","reason":"a\u0000b"}""", "reason", "no U+0000")]
    [TestCase("PUT", "/api/v1/risk/limits", """{"symbols":["a\u0000b"]}""", "symbols[0]", "no U+0000")]
    public async Task A_field_that_a_body_does_not_know_and_a_null_are_refused(string method, string route, string body, string path, string? rule) =>
        await RefusedAsync(new HttpMethod(method), route.Replace("GROUP", _group, StringComparison.Ordinal), body.Replace("GROUP", _group, StringComparison.Ordinal), path, rule);

    [Test]
    public async Task Symbols_are_the_same_in_any_case()
    {
        var (status, limits) = await _cluster.CallAsync(HttpMethod.Put, $"/api/v1/risk/limits/group/{_group}", new JsonObject { ["symbols"] = new JsonArray("btcusdt") });
        Assert.That((status, limits["limits"]!["symbols"]!.ToJsonString()), Is.EqualTo((HttpStatusCode.OK, """["BTCUSDT"]""")));
        var decision = "";
        await Wait.UntilAsync("it is accepted", async () =>
        {
            await using var bot = await Bot.GroupAsync(_cluster, _token);
            await bot.ReceiveAsync();
            var reply = await bot.AskAsync(Bot.Decision("LONG", decisionId: "any-case"));
            decision = reply["id"]?.GetValue<string>() ?? throw new InvalidOperationException(reply.ToJsonString());
            return true;
        });
        var order = await Wait.ForAsync("its order", async () => (await _cluster.ListAsync($"/api/v1/orders?symbol=btcusdt&decision_id={decision}")).SingleOrDefault());
        Assert.That(order["status"]!.GetValue<string>(), Is.EqualTo("filled"), order.ToJsonString());
        Assert.That((await _cluster.ListAsync("/api/v1/candles?symbol=btcusdt&interval=1m&limit=1")).Single()["symbol"]!.GetValue<string>(), Is.EqualTo("BTCUSDT"));
    }

    private async Task RefusedAsync(HttpMethod method, string address, string? body, string path, string? rule = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(_cluster.Front, address));
        request.Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await _cluster.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest), $"{method} {address} {text}");
        var faults = JsonNode.Parse(text)!["detail"]!.AsArray().Select(d => (Path: (string)d!["path"]!, Rule: (string)d["rule"]!)).ToList();
        Assert.That(faults.Select(f => f.Path), Does.Contain(path), $"{method} {address} {text}");
        if (rule is not null)
        {
            Assert.That(faults.First(f => f.Path == path).Rule, Is.EqualTo(rule), $"{method} {address}");
        }
    }
}
