using System.Text.Json.Nodes;
using NUnit.Framework;
using static TradingSystem.IntegrationTests.Conformance.ConformanceCluster;

namespace TradingSystem.IntegrationTests.Conformance;

/// <summary>What every SDK does in both dialects against the real gateway.</summary>
[TestFixture(Sdk.Python, 2)]
[TestFixture(Sdk.Python, 3)]
[TestFixture(Sdk.TypeScript, 2)]
[TestFixture(Sdk.TypeScript, 3)]
[TestFixture(Sdk.CSharp, 2)]
[TestFixture(Sdk.CSharp, 3)]
public sealed class SdkConformanceTests(Sdk sdk, int protocol)
{
    private TestGroup _group = null!;
    private SdkDriver _bot = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _group = await AddGroupAsync();
        _bot = SdkDriver.Start(sdk);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _bot.DisposeAsync();
        Assert.That(_bot.Output, Does.Not.Contain(_group.Token), "the token is never printed");
    }

    [Test]
    public async Task The_first_frame_is_an_ack_with_the_groups_settings()
    {
        var ack = await ConnectAsync();
        Assert.Multiple(() =>
        {
            Assert.That(ack["protocol"]!.GetValue<int>(), Is.EqualTo(protocol));
            Assert.That(ack["targets"]!.AsArray().Select(t => t!.GetValue<string>()), Is.EqualTo(new[] { _group.Name }));
            Assert.That(ack["config"]!["symbol"]!.GetValue<string>(), Is.EqualTo("BTCUSDT"));
            Assert.That(ack["features"]!.AsArray().Select(t => t!.GetValue<string>()), Is.EquivalentTo(new[] { "orders", "resume", "config" }));
            Assert.That(ack["limits"]!["max_frame_bytes"]!.GetValue<int>(), Is.EqualTo(65536));
        });
    }

    [Test]
    public async Task A_decision_is_accepted_and_its_filled_update_carries_the_decision_id()
    {
        await ConnectAsync();
        var reply = await _bot.DecideAsync("LONG", Key("filled"));
        Assert.That(reply["message"]!.GetValue<string>(), Is.EqualTo("accepted"), reply.ToJsonString());
        var result = await _bot.AskAsync("order", new() { ["decision_id"] = Key("filled") });
        var order = result["order"] ?? throw new AssertionException(result.ToJsonString());
        var pushed = await _bot.SeeAsync("order", o => o["status"]!.GetValue<string>() == "filled");
        Assert.Multiple(() =>
        {
            Assert.That(order["status"]!.GetValue<string>(), Is.EqualTo("filled"), order.ToJsonString());
            Assert.That(order["event_id"]!.GetValue<string>(), Is.EqualTo(reply["id"]!.GetValue<string>()));
            Assert.That(decimal.Parse(order["qty"]!.ToString(), System.Globalization.CultureInfo.InvariantCulture), Is.GreaterThan(0));
            Assert.That(pushed["decision_id"]!.GetValue<string>(), Is.EqualTo(Key("filled")));
            Assert.That(pushed["seq"]!.GetValue<long>(), Is.GreaterThan(pushed["prev_seq"]!.GetValue<long>()));
        });
    }

    [Test]
    public async Task The_same_decision_id_again_is_a_duplicate_and_one_order()
    {
        await ConnectAsync();
        var first = await _bot.DecideAsync("LONG", Key("twice"));
        var second = await _bot.DecideAsync("LONG", Key("twice"));
        Assert.Multiple(() =>
        {
            Assert.That(second["ok"]!.GetValue<bool>(), Is.True, second.ToJsonString());
            Assert.That(second["duplicate"]?.GetValue<bool>(), Is.True, second.ToJsonString());
            Assert.That(second["id"]!.GetValue<string>(), Is.EqualTo(first["id"]!.GetValue<string>()));
            Assert.That(first["duplicate"]?.GetValue<bool>() ?? false, Is.False);
        });
        await _bot.AskAsync("order", new() { ["decision_id"] = Key("twice") });
        Assert.That(await OrdersAsync(first), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task The_same_decision_id_with_another_content_is_refused()
    {
        await ConnectAsync();
        await _bot.DecideAsync("LONG", Key("reused"));
        var reply = await _bot.DecideAsync("SHORT", Key("reused"), 60);
        Assert.Multiple(() =>
        {
            Assert.That(reply["ok"]!.GetValue<bool>(), Is.False, reply.ToJsonString());
            Assert.That(reply["code"]?.GetValue<string>(), Is.EqualTo("DECISION_ID_REUSED"), reply.ToJsonString());
        });
    }

    [Test]
    public async Task A_wrong_field_is_named_with_its_rule()
    {
        await ConnectAsync();
        var reply = await _bot.DecideAsync("LONG", Key("wrong"), marginUsd: 0);
        Assert.That(reply["message"]!.GetValue<string>(), Is.EqualTo("validation_error"), reply.ToJsonString());
        var fault = reply["detail"]!.AsArray().Single()!;
        Assert.Multiple(() =>
        {
            Assert.That(fault["path"]!.GetValue<string>(), Does.Contain("margin_usd"));
            Assert.That(fault["rule"]!.GetValue<string>(), Is.Not.Empty);
        });
    }

    [Test]
    public async Task A_decision_can_be_tried_without_being_made()
    {
        await ConnectAsync();
        var reply = await _bot.DecideAsync("LONG", Key("tried"), validateOnly: true);
        Assert.That(reply["message"]!.GetValue<string>(), Is.EqualTo("valid"), reply.ToJsonString());
        Assert.That(await Cluster.ListAsync($"/api/v1/orders?group_id={_group.Id}"), Is.Empty);
    }

    [Test]
    public async Task A_misspelt_field_is_refused_naming_the_one_that_was_meant()
    {
        await ConnectAsync();
        var result = await _bot.AskAsync("decide", new() { ["action"] = "LONG", ["decision_id"] = Key("misspelt"), ["margin_usd"] = 50, ["stopLoss"] = 1 });
        var fault = result["reply"]!["detail"]!.AsArray().Single()!;
        Assert.Multiple(() =>
        {
            Assert.That(fault["path"]!.GetValue<string>(), Does.EndWith(".stopLoss"));
            Assert.That(fault["rule"]!.GetValue<string>(), Is.EqualTo("unknown field, did you mean stop_loss"));
        });
    }

    [Test]
    public async Task A_null_price_is_none_and_told_in_warnings_on_trial_and_in_earnest_and_again()
    {
        await ConnectAsync();
        foreach (var (trial, message, duplicate) in new[] { (true, "valid", false), (false, "accepted", false), (false, "accepted", true) })
        {
            var command = new JsonObject { ["action"] = "LONG", ["decision_id"] = Key("null"), ["margin_usd"] = 50, ["take_profit"] = null };
            if (trial)
            {
                command["validate_only"] = true;
            }

            var reply = (await _bot.AskAsync("decide", command))["reply"]!;
            Assert.Multiple(() =>
            {
                Assert.That(reply["message"]!.GetValue<string>(), Is.EqualTo(message), reply.ToJsonString());
                Assert.That(reply["duplicate"]?.GetValue<bool>() ?? false, Is.EqualTo(duplicate));
                Assert.That(reply["warnings"]!.AsArray().Single()!["path"]!.GetValue<string>(), Does.EndWith(".take_profit"));
            });
        }

        var clean = await _bot.DecideAsync("LONG", Key("clean"));
        Assert.That(clean["warnings"]?.AsArray() ?? [], Is.Empty);
    }

    [Test]
    public async Task An_event_arrives_with_its_place_in_the_log()
    {
        await ConnectAsync();
        await RaiseAsync(_group, "first");
        await RaiseAsync(_group, "second");
        await _bot.SeeAsync("event", e => e["title"]!.GetValue<string>() == "second");
        var pushed = _bot.Seen("event");
        for (var i = 1; i < pushed.Count; i++)
        {
            Assert.That(pushed[i]["prev_seq"]!.GetValue<long>(), Is.EqualTo(pushed[i - 1]["seq"]!.GetValue<long>()));
        }

        Assert.That(pushed.All(e => e["id"]!.GetValue<string>().Length == 36 && e["source_id"]!.GetValue<string>().Length > 0), pushed[^1].ToJsonString());
    }

    [Test]
    public async Task A_handler_that_throws_is_reported_and_the_next_frame_is_handled()
    {
        await ConnectAsync();
        await _bot.AskAsync("throw");
        await RaiseAsync(_group, "unhandled");
        await _bot.SeeAsync("error", e => e["message"]!.GetValue<string>().Contains("on purpose", StringComparison.Ordinal));
        await RaiseAsync(_group, "handled");
        await _bot.SeeAsync("event", e => e["title"]!.GetValue<string>() == "handled");
    }

    [Test]
    public async Task Changed_settings_are_told()
    {
        await ConnectAsync();
        await PatchAsync(_group, new() { ["leverage"] = 7 });
        var update = await _bot.SeeAsync("config", _ => true);
        Assert.That(update["config"]!["leverage"]!.GetValue<decimal>(), Is.EqualTo(7));
    }

    [Test]
    public async Task A_ping_is_answered_and_the_client_shows_no_token()
    {
        await ConnectAsync();
        var pong = await _bot.AskAsync("ping");
        Assert.That(pong["ms"]?.GetValue<double>(), Is.GreaterThan(0), pong.ToJsonString());
        var shown = await _bot.AskAsync("show");
        Assert.That(shown["text"]!.GetValue<string>(), Does.Not.Contain(_group.Token));
    }

    [Test]
    public async Task A_revoked_token_ends_it_with_the_reason()
    {
        await ConnectAsync();
        await Cluster.RevokeAsync(_group.Id);
        var stopped = await _bot.SeeAsync("stopped", _ => true);
        Assert.That((stopped["code"]!.GetValue<int>(), stopped["reason"]!.GetValue<string>()), Is.EqualTo((1008, "INVALID_TOKEN")));
    }

    [Test]
    public async Task A_NO_TRADE_is_recorded_and_nothing_is_waited_for()
    {
        await ConnectAsync();
        var reply = await _bot.DecideAsync("NO_TRADE", Key("idle"), marginUsd: 0);
        var order = (await _bot.AskAsync("order", new() { ["decision_id"] = Key("idle") }))["order"]!;
        Assert.That((order["status"]!.GetValue<string>(), order["event_id"]!.GetValue<string>()), Is.EqualTo(("recorded", reply["id"]!.GetValue<string>())));
    }

    [Test]
    public async Task A_frame_with_an_id_of_its_own_finds_its_reply()
    {
        await ConnectAsync();
        var dialect = protocol == 3 ? "kind" : "type";
        var pong = await _bot.AskAsync("request", new() { ["frame"] = new JsonObject { [dialect] = "ping", ["id"] = 17 }, ["deadline_s"] = 20 });
        Assert.That(pong["reply"]?["message"]?.GetValue<string>(), Is.EqualTo("pong"), pong.ToJsonString());
        var log = new JsonObject { [dialect] = protocol == 3 ? "log" : "system", ["id"] = "mine", ["level"] = "info", ["code"] = "NOTE", ["message"] = "seen" };
        var logged = await _bot.AskAsync("request", new() { ["frame"] = log, ["deadline_s"] = 20 });
        Assert.That(logged["reply"]?["message"]?.GetValue<string>(), Is.EqualTo("logged"), logged.ToJsonString());
    }

    [Test]
    public async Task The_market_comes_with_its_history_first_and_prices_at_their_pace()
    {
        var (_, token) = await Cluster.AddGroupAsync($"market_{_group.Name}", interval: "1s");
        await _bot.ConnectAsync(Cluster.Socket, token, protocol, new() { ["market"] = "250ms", ["candles"] = 30 });
        await _bot.SeeAsync("history", h => h["complete"]?.GetValue<bool>() ?? true);
        await _bot.SeeAsync("price", p => p["symbol"]!.GetValue<string>() == "BTCUSDT");
        var first = await _bot.SeeAsync("candle", _ => true);
        await _bot.SeeAsync("candle", c => Opened(c) >= Opened(first).AddSeconds(2));
        var book = (await _bot.AskAsync("candles"))["candles"]!.AsArray().Select(c => Opened(c!)).ToList();
        var handed = _bot.Seen("candle").Select(Opened).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(book, Is.Ordered.And.Unique);
            Assert.That(book, Has.Count.InRange(1, 30));
            Assert.That(handed, Is.Ordered.And.Unique);
            Assert.That(_bot.Seen("candle").Select(c => c["interval"]!.GetValue<string>()), Is.All.EqualTo("1s"));
        });
    }

    [Test]
    public async Task What_a_resting_order_and_a_position_are_asked_for_is_told_under_the_replys_id()
    {
        await ConnectAsync();
        await _bot.AskAsync("decide", new() { ["action"] = "LONG", ["decision_id"] = Key("held"), ["margin_usd"] = 50, ["stop_loss"] = 1 });
        await _bot.AskAsync("order", new() { ["decision_id"] = Key("held") });
        var moved = await _bot.AskAsync("protect", new() { ["symbol"] = "BTCUSDT", ["stop_loss"] = 2, ["take_profit"] = null });
        Assert.That(moved["reply"]?["message"]?.GetValue<string>(), Is.EqualTo("accepted"), moved.ToJsonString());
        await _bot.SeeAsync("order", o => o["decision_id"]?.GetValue<string>() == moved["reply"]!["id"]!.GetValue<string>());
        var canceled = await _bot.AskAsync("cancel", new() { ["decision_id"] = Key("held") });
        var update = await _bot.SeeAsync("order", o => o["decision_id"]?.GetValue<string>() == canceled["reply"]!["id"]!.GetValue<string>());
        Assert.That(update["reason"]?["code"]?.GetValue<string>(), Is.EqualTo("NOTHING_TO_CANCEL"), update.ToJsonString());
    }

    [Test]
    public async Task REST_is_read_with_the_same_token()
    {
        await ConnectAsync();
        await _bot.DecideAsync("LONG", Key("read"));
        await _bot.AskAsync("order", new() { ["decision_id"] = Key("read") });
        var orders = await _bot.AskAsync("rest", new() { ["path"] = "orders", ["query"] = new JsonObject { ["limit"] = "5" } });
        Assert.That(orders["body"]?["items"]?.AsArray().Select(o => o!["group_id"]!.GetValue<string>()), Is.EqualTo(new[] { _group.Id }), orders.ToJsonString());
        var refused = await _bot.AskAsync("rest", new() { ["path"] = "orders", ["query"] = new JsonObject { ["limit"] = "none" } });
        Assert.That(refused["error"]?.GetValue<string>(), Does.Contain("/api/v1/orders: 4").And.Contain("limit"), refused.ToJsonString());
    }

    [Test]
    public async Task A_second_session_of_a_token_is_told_so_and_the_first_goes_on()
    {
        await ConnectAsync();
        await using var second = SdkDriver.Start(sdk);
        await second.AskAsync("connect", new() { ["url"] = Cluster.Socket.ToString(), ["token"] = _group.Token, ["protocol"] = protocol });
        var stopped = await second.SeeAsync("stopped", _ => true);
        Assert.That(stopped["reason"]!.GetValue<string>(), Is.EqualTo("TOKEN_IN_USE"));
        await RaiseAsync(_group, "for the first");
        await _bot.SeeAsync("event", e => e["title"]!.GetValue<string>() == "for the first");
    }

    [Test]
    public async Task A_browser_gets_in_with_a_ticket()
    {
        if (sdk != Sdk.TypeScript)
        {
            Assert.Pass("only browsers cannot send headers");
        }

        await _bot.ConnectAsync(Cluster.Socket, _group.Token, protocol, new() { ["tickets"] = true });
        await RaiseAsync(_group, "for a browser");
        await _bot.SeeAsync("event", e => e["title"]!.GetValue<string>() == "for a browser");
    }

    private Task<JsonObject> ConnectAsync() => _bot.ConnectAsync(Cluster.Socket, _group.Token, protocol);

    private static DateTimeOffset Opened(JsonNode candle) => DateTimeOffset.Parse(candle["open_time"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture);

    private string Key(string name) => $"{name}-{_group.Name}";

    private static Task<IReadOnlyList<JsonNode>> OrdersAsync(JsonObject reply) =>
        Cluster.ListAsync($"/api/v1/orders?decision_id={reply["id"]!.GetValue<string>()}");
}
