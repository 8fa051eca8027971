using System.Net.WebSockets;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.EndToEnd;

[TestFixture(false, Description = "one process, in-memory bus")]
[TestFixture(true, Description = "six processes, RabbitMQ")]
public sealed class DecisionTests(bool distributed)
{
    private TradingCluster _cluster = null!;
    private string _groupToken = "";
    private string _triggerToken = "";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await TradingCluster.StartAsync(distributed, serviceByService: true);
        (_, _groupToken) = await _cluster.AddGroupAsync("trade_crypto_btcusdt_15m");
        _triggerToken = await _cluster.AddTriggerAsync("social_monitor");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_cluster is not null)
        {
            TestContext.Out.WriteLine(_cluster.Logs());
            await _cluster.DisposeAsync();
        }
    }

    [Test]
    public async Task A_group_is_acknowledged_first_with_its_whole_configuration()
    {
        await using var bot = await Bot.GroupAsync(_cluster, _groupToken);
        var ack = await bot.ReceiveAsync();
        Assert.Multiple(() =>
        {
            Assert.That(ack!["ok"]!.GetValue<bool>(), Is.True);
            Assert.That(ack["message"]!.GetValue<string>(), Is.EqualTo("connected"));
            Assert.That(ack["targets"]!.AsArray().Select(t => t!.GetValue<string>()), Is.EqualTo(new[] { "trade_crypto_btcusdt_15m" }));
            Assert.That(ack["config"]!["symbol"]!.GetValue<string>(), Is.EqualTo("BTCUSDT"));
            Assert.That(ack["config"]!["leverage"]!.GetValue<decimal>(), Is.EqualTo(10));
            Assert.That(ack["config"]!["members"]!.AsArray(), Has.Count.EqualTo(3));
        });
    }

    [Test]
    public async Task A_decision_becomes_one_filled_order_with_a_lot_rounded_quantity()
    {
        await using var bot = await Bot.GroupAsync(_cluster, _groupToken);
        await bot.ReceiveAsync();
        var accepted = await bot.AskAsync(Bot.Decision("LONG"));
        Assert.That(accepted["message"]!.GetValue<string>(), Is.EqualTo("accepted"), accepted.ToJsonString());
        var order = await OrderOfAsync(accepted["id"]!.GetValue<string>());
        var qty = order["qty"]!.GetValue<decimal>();
        Assert.Multiple(() =>
        {
            Assert.That(order["status"]!.GetValue<string>(), Is.EqualTo("filled"), order.ToJsonString());
            Assert.That(order["side"]!.GetValue<string>(), Is.EqualTo("BUY"));
            Assert.That(qty, Is.GreaterThan(0));
            Assert.That(qty % 0.001m, Is.Zero);
            Assert.That(qty * order["price_at_decision"]!.GetValue<decimal>(), Is.LessThanOrEqualTo(500m));
            Assert.That(order["correlation_id"]!.GetValue<string>(), Is.EqualTo("run_001"));
        });
    }

    [Test]
    public async Task The_same_decision_id_never_makes_a_second_order()
    {
        await using var bot = await Bot.GroupAsync(_cluster, _groupToken);
        await bot.ReceiveAsync();
        var key = $"once-{distributed}";
        var first = await bot.AskAsync(Bot.Decision("LONG", decisionId: key));
        var second = await bot.AskAsync(Bot.Decision("LONG", decisionId: key));
        Assert.That(second["id"]!.GetValue<string>(), Is.EqualTo(first["id"]!.GetValue<string>()));
        await OrderOfAsync(first["id"]!.GetValue<string>());
        var after = await bot.AskAsync(Bot.Decision("NO_TRADE"));
        await OrderOfAsync(after["id"]!.GetValue<string>());
        var orders = await _cluster.ListAsync($"/api/v1/orders?decision_id={first["id"]!.GetValue<string>()}");
        Assert.That(orders, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_frame_sent_just_before_the_client_goes_is_still_traded()
    {
        await using (var bot = await Bot.GroupAsync(_cluster, _groupToken))
        {
            await bot.ReceiveAsync();
            await bot.SendAsync(Bot.Decision("LONG", decisionId: "last-words"));
            // The abort comes after the frame has left this process, as with a template that never reads its reply.
            await bot.ReplyAsync();
        }

        await Wait.UntilAsync("the order is there", async () =>
            (await _cluster.ListAsync("/api/v1/orders")).Any(o => o["client_decision_id"]?.GetValue<string>() == "last-words"));
    }

    [Test]
    public async Task An_immediate_event_reaches_the_group_it_targets_and_the_diary()
    {
        await using var group = await Bot.GroupAsync(_cluster, _groupToken);
        await group.ReceiveAsync();
        await using var trigger = await Bot.TriggerAsync(_cluster, _triggerToken);
        await trigger.ReceiveAsync();
        var accepted = await trigger.AskAsync(new JsonObject
        {
            ["type"] = "event",
            ["event_type"] = "immediate",
            ["priority"] = 7,
            ["targets"] = new JsonArray("trade_crypto_btcusdt_15m"),
            ["title"] = "BTC dumps after CPI data",
            ["payload"] = "text",
            ["tags"] = new JsonArray("btc", "cpi"),
        });
        var id = accepted["id"]!.GetValue<string>();
        Assert.That(accepted["dispatched_clients"]!.GetValue<int>(), Is.EqualTo(1));
        JsonObject? pushed;
        do
        {
            pushed = await group.ReceiveAsync();
        }
        while (pushed?["id"]?.GetValue<string>() != id);
        Assert.Multiple(() =>
        {
            Assert.That(pushed["event_type"]!.GetValue<string>(), Is.EqualTo("immediate"));
            Assert.That(pushed["source_id"]!.GetValue<string>(), Is.EqualTo("social_monitor"));
            Assert.That(pushed["priority"]!.GetValue<int>(), Is.EqualTo(7));
        });
        await Wait.UntilAsync("the diary has it", async () =>
            (await _cluster.ListAsync("/api/v1/events")).Any(e => e["id"]!.GetValue<string>() == id));
    }

    [Test]
    public async Task A_discussion_log_becomes_a_row_of_the_discussions()
    {
        await using var bot = await Bot.GroupAsync(_cluster, _groupToken);
        var ack = await bot.ReceiveAsync();
        var logged = await bot.AskAsync(new JsonObject
        {
            ["type"] = "system",
            ["level"] = "info",
            ["code"] = "TRADING_GROUP_DISCUSSION_LOG",
            ["message"] = "discussion completed",
            ["detail"] = new JsonObject
            {
                ["group_id"] = ack!["config"]!["group_id"]!.GetValue<string>(),
                ["member_opinions"] = new JsonArray(new JsonObject { ["member"] = "a", ["opinion"] = "buy" }),
                ["decision"] = new JsonObject { ["action"] = "LONG", ["mark"] = "row-1" },
            },
        });
        Assert.That(logged["message"]!.GetValue<string>(), Is.EqualTo("logged"), logged.ToJsonString());
        await Wait.UntilAsync("the row is there", async () =>
            (await _cluster.ListAsync("/api/v1/discussions")).Any(d => d["decision"]?["mark"]?.GetValue<string>() == "row-1"));
    }

    [Test]
    public async Task A_trigger_may_not_trade_and_a_group_may_not_raise_events()
    {
        await using var trigger = await Bot.TriggerAsync(_cluster, _triggerToken);
        await trigger.ReceiveAsync();
        Assert.That((await trigger.AskAsync(Bot.Decision("LONG")))["message"]!.GetValue<string>(), Is.EqualTo("forbidden_event"));
    }

    [Test]
    public async Task A_second_connection_on_a_token_is_closed_with_1008()
    {
        await using var first = await Bot.GroupAsync(_cluster, _groupToken);
        await first.ReceiveAsync();
        // The holder is pinged before the newcomer is refused; this client answers pings only while it reads.
        var reply = first.ReplyAsync(TimeSpan.FromSeconds(20));
        await using var second = await Bot.GroupAsync(_cluster, _groupToken);
        Assert.That(await second.ReceiveAsync(), Is.Null);
        Assert.That((second.CloseStatus, second.CloseReason), Is.EqualTo((WebSocketCloseStatus.PolicyViolation, "TOKEN_IN_USE")));
        await first.SendAsync(Bot.Decision("NO_TRADE"));
        Assert.That((await reply)["message"]!.GetValue<string>(), Is.EqualTo("accepted"));
    }

    [TestCase("", "NO_TOKEN")]
    [TestCase("trading_group_token=nonsense", "INVALID_TOKEN")]
    [TestCase("trading_group_token=a&trigger_token=b", "BOTH_TOKENS")]
    public async Task A_refusal_is_a_close_with_its_reason(string query, string reason)
    {
        await using var bot = await Bot.ConnectAsync(_cluster.Socket, query);
        Assert.That(await bot.ReceiveAsync(), Is.Null);
        Assert.That((bot.CloseStatus, bot.CloseReason), Is.EqualTo((WebSocketCloseStatus.PolicyViolation, reason)));
    }

    [Test]
    public async Task Malformed_frames_are_answered_with_the_path_and_the_connection_lives_on()
    {
        await using var bot = await Bot.GroupAsync(_cluster, _groupToken);
        await bot.ReceiveAsync();
        (string Frame, string Path)[] frames =
        [
            ("{", "$"),
            ("[]", "$"),
            ("""{"type":"nonsense"}""", "type"),
            ("""{"type":"event","kind":"event"}""", "kind"),
            (Changed(f => f["event_type"] = "unheard_of"), "event_type"),
            (Changed(f => f["priority"] = 11), "priority"),
            (Changed(f => f["targets"] = "not an array"), "targets"),
            (Changed(f => f["payload"] = new JsonObject()), "payload"),
            (Changed(f => f["condition"]!["domain"] = "other"), "condition.domain"),
            (Changed(f => f["payload"] = """{"source_id":"x","symbol":"BTCUSDT","signal":{"action":"FLY","qty":0,"margin_usd":1}}"""), "payload.signal.action"),
            (Changed(f => f["payload"] = """{"source_id":"x","symbol":"BTCUSDT","signal":{"action":"LONG","qty":-1,"margin_usd":1}}"""), "payload.signal.qty"),
            (Changed(f => f["payload"] = """{"source_id":"x","symbol":"BTCUSDT","signal":{"action":"LONG","qty":0,"margin_usd":1e400}}"""), "payload.signal.margin_usd"),
            ("""{"type":"event","type":"event"}""", "type"),
            ("""{"type":"system","level":"loud","code":"X","message":"m"}""", "level"),
        ];
        foreach (var (frame, path) in frames)
        {
            await bot.SendAsync(frame);
            var reply = await bot.ReplyAsync();
            Assert.That(reply["message"]!.GetValue<string>(), Is.EqualTo("validation_error"), frame);
            Assert.That(reply["detail"]!.AsArray().Select(d => d!["path"]!.GetValue<string>()), Has.Some.Contains(path), $"{frame} -> {reply.ToJsonString()}");
        }

        Assert.That((await bot.AskAsync(Bot.Decision("NO_TRADE")))["message"]!.GetValue<string>(), Is.EqualTo("accepted"));
    }

    private static string Changed(Action<JsonObject> change)
    {
        var frame = Bot.Decision("LONG");
        change(frame);
        return frame.ToJsonString();
    }

    private Task<JsonNode> OrderOfAsync(string decisionId) =>
        Wait.ForAsync($"an order for {decisionId}", async () =>
            (await _cluster.ListAsync($"/api/v1/orders?decision_id={decisionId}")).SingleOrDefault());
}
