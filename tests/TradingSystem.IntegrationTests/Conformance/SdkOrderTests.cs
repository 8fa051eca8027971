using System.Text.Json.Nodes;
using NUnit.Framework;

namespace TradingSystem.IntegrationTests.Conformance;

/// <summary>When waiting for a decision's order is over without one, and whose reply is whose.</summary>
[TestFixture(Sdk.Python, 2)]
[TestFixture(Sdk.Python, 3)]
[TestFixture(Sdk.TypeScript, 2)]
[TestFixture(Sdk.TypeScript, 3)]
[TestFixture(Sdk.CSharp, 2)]
[TestFixture(Sdk.CSharp, 3)]
public sealed class SdkOrderTests(Sdk sdk, int protocol)
{
    private SdkDriver _bot = null!;

    [SetUp]
    public void Start() => _bot = SdkDriver.Start(sdk);

    [TearDown]
    public Task StopAsync() => _bot.DisposeAsync().AsTask();

    [Test]
    public async Task Of_a_NO_TRADE_an_update_that_says_recorded_is_there_at_once()
    {
        await using var gateway = await AnsweringAsync(_ => Accepted);
        await ConnectAsync(gateway);
        await _bot.DecideAsync("NO_TRADE", "idle", 0);
        var order = (await OrderAsync("idle"))["order"]!;
        Assert.That(
            (order["status"]!.GetValue<string>(), order["decision_id"]!.GetValue<string>(), order["event_id"]!.GetValue<string>()),
            Is.EqualTo(("recorded", "idle", "e-1")));
    }

    [Test]
    public async Task A_decision_that_was_refused_has_no_order_and_says_why()
    {
        await using var gateway = await AnsweringAsync(_ => new()
        {
            ["ok"] = false,
            ["message"] = "validation_error",
            ["detail"] = new JsonArray(new JsonObject { ["path"] = "payload.signal.margin_usd", ["rule"] = "greater than 0", ["got"] = "0" }),
        });
        await ConnectAsync(gateway);
        await _bot.DecideAsync("LONG", "refused", 0);
        Assert.That(
            (await OrderAsync("refused"))["error"]?.GetValue<string>(),
            Does.Contain("NoOrder").And.Contain("refused").And.Contain("payload.signal.margin_usd must be greater than 0"));
    }

    [Test]
    public async Task A_decision_that_was_only_validated_has_no_order_until_it_is_made()
    {
        await using var gateway = await AnsweringAsync(
            decision => (bool?)decision["validate_only"] == true ? new() { ["ok"] = true, ["message"] = "valid" } : Accepted,
            line => UpdateAsync(line, "tried"));
        await ConnectAsync(gateway);
        await _bot.DecideAsync("LONG", "tried", validateOnly: true);
        Assert.That((await OrderAsync("tried"))["error"]?.GetValue<string>(), Does.Contain("NoOrder").And.Contain("validate_only"));
        await _bot.DecideAsync("LONG", "tried");
        Assert.That((await OrderAsync("tried"))["order"]?["status"]?.GetValue<string>(), Is.EqualTo("filled"), _bot.Output);
    }

    [TestCase("DECISION_ID_REUSED")]
    [TestCase("TRADING_HALTED")]
    public async Task What_is_answered_later_does_not_end_the_waiting_for_what_was_accepted(string code)
    {
        var count = 0;
        await using var gateway = await AnsweringAsync(
            _ => ++count == 1 ? Accepted : new() { ["ok"] = false, ["message"] = "refused", ["code"] = code, ["detail"] = new JsonArray() },
            async line =>
            {
                if (count == 2)
                {
                    await UpdateAsync(line, "first");
                }
            });
        await ConnectAsync(gateway);
        await _bot.DecideAsync("LONG", "first");
        await _bot.DecideAsync("SHORT", "first");
        Assert.That((await OrderAsync("first"))["order"]?["status"]?.GetValue<string>(), Is.EqualTo("filled"), _bot.Output);
    }

    [Test]
    public async Task A_frame_with_an_id_finds_its_reply_whatever_the_server_repeats()
    {
        var frames = new List<JsonObject>();
        await using var gateway = await ScriptedGateway.StartAsync(async line =>
        {
            await line.AckAsync();
            while (true)
            {
                // Like the real one: an event's id is the server's own, what is repeated is request_id.
                var frame = await line.ReceiveAsync();
                frames.Add(frame);
                await line.SendAsync(new() { ["ok"] = true, ["message"] = "accepted", ["id"] = $"e-{frames.Count}", ["request_id"] = frame["request_id"]?.DeepClone() });
            }
        });
        await ConnectAsync(gateway);
        var dialect = protocol == 3 ? "kind" : "type";
        foreach (var (frame, name) in new (JsonObject, string)[] { (new() { [dialect] = "event", ["id"] = "mine" }, "e-1"), (new() { [dialect] = "event", ["id"] = 17, ["request_id"] = "r" }, "e-2") })
        {
            var result = await _bot.AskAsync("request", new() { ["frame"] = frame, ["deadline_s"] = 20 });
            Assert.That(result["reply"]?["id"]?.GetValue<string>(), Is.EqualTo(name), result.ToJsonString());
        }

        Assert.That(frames.Select(f => f["id"]!.ToString()), Is.EqualTo(new[] { "mine", "17" }));
        var nameless = await _bot.AskAsync("request", new() { ["frame"] = new JsonObject { [dialect] = "event", ["request_id"] = 5 } });
        Assert.That(nameless["error"]?.GetValue<string>(), Does.Contain("request_id: expected a text"));
    }

    private static JsonObject Accepted => new() { ["ok"] = true, ["message"] = "accepted", ["id"] = "e-1" };

    private static Task<ScriptedGateway> AnsweringAsync(Func<JsonObject, JsonObject> answer, Func<ScriptedGateway.Line, Task>? then = null) =>
        ScriptedGateway.StartAsync(async line =>
    {
        await line.AckAsync();
        await line.ResumedAsync(true, null, 1);
        while (true)
        {
            var frame = await line.ReceiveAsync();
            var reply = answer(frame);
            reply["request_id"] = frame["request_id"]!.DeepClone();
            await line.SendAsync(reply);
            if (then is not null && reply["message"]!.GetValue<string>() != "valid")
            {
                await then(line);
            }
        }
    });

    private static Task UpdateAsync(ScriptedGateway.Line line, string decisionId) => line.SendAsync(new()
    {
        [line.Dialect] = "order_update",
        ["status"] = "filled",
        ["decision_id"] = decisionId,
        ["symbol"] = "BTCUSDT",
        ["side"] = "BUY",
        ["qty"] = 0.5,
        ["avg_price"] = 60000.1,
        ["fee"] = 0.1,
        ["realized_pnl"] = 0,
        ["seq"] = 2,
        ["prev_seq"] = 1,
    });

    private Task<JsonObject> OrderAsync(string decisionId) => _bot.AskAsync("order", new() { ["decision_id"] = decisionId, ["deadline_s"] = 20 });

    private Task<JsonObject> ConnectAsync(ScriptedGateway gateway) => _bot.ConnectAsync(gateway.Socket, "token", protocol);
}
