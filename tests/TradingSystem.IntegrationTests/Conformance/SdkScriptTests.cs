using System.Text.Json.Nodes;
using NUnit.Framework;
using NUnit.Framework.Constraints;

namespace TradingSystem.IntegrationTests.Conformance;

/// <summary>What an SDK does when the server does what it never should, or says goodbye.</summary>
[TestFixture(Sdk.Python, 2)]
[TestFixture(Sdk.Python, 3)]
[TestFixture(Sdk.TypeScript, 2)]
[TestFixture(Sdk.TypeScript, 3)]
[TestFixture(Sdk.CSharp, 2)]
[TestFixture(Sdk.CSharp, 3)]
public sealed class SdkScriptTests(Sdk sdk, int protocol)
{
    private SdkDriver _bot = null!;

    [SetUp]
    public void Start() => _bot = SdkDriver.Start(sdk);

    [TearDown]
    public Task StopAsync() => _bot.DisposeAsync().AsTask();

    [Test]
    public async Task A_hole_is_asked_for_and_filled()
    {
        await using var gateway = await ScriptedGateway.StartAsync(
            async line =>
            {
                await BeginAsync(line, 10);
                await line.EventAsync(12, 10);
                await line.EventAsync(20, 15);
                await line.StayAsync();
            },
            async line =>
            {
                await line.AckAsync();
                await line.EventAsync(15, 12);
                await line.EventAsync(20, 15);
                await line.ResumedAsync(true, null, 20);
                await line.StayAsync();
            });
        await ConnectAsync(gateway);
        await SeqAsync(20);
        Assert.Multiple(() =>
        {
            Assert.That(_bot.Titles("at"), Is.EqualTo(new[] { "at 12", "at 15", "at 20" }));
            Assert.That(gateway.Connections[0].Query, Does.Not.Contain("resume_from"));
            Assert.That(gateway.Connections[1].Query, Does.Contain("resume_from=12"));
            Assert.That(_bot.Seen("gap"), Is.Empty);
        });
    }

    [Test]
    public async Task A_hole_that_stays_is_told_and_life_goes_on()
    {
        await using var gateway = await ScriptedGateway.StartAsync(async line =>
        {
            await BeginAsync(line, 10);
            await line.EventAsync(20, 15);
            await line.EventAsync(21, 20);
            await line.StayAsync();
        });
        await ConnectAsync(gateway);
        await SeqAsync(21);
        var gap = _bot.Seen("gap").Single();
        Assert.That((gap["after"]!.GetValue<long>(), gap["first_seq"]!.GetValue<long>()), Is.EqualTo((10, 20)));
        Assert.That(_bot.Titles("at"), Is.EqualTo(new[] { "at 20", "at 21" }));
    }

    [Test]
    public async Task A_frame_that_comes_twice_is_handled_once()
    {
        await using var gateway = await ScriptedGateway.StartAsync(async line =>
        {
            await BeginAsync(line, 10);
            await line.EventAsync(12, 10);
            await line.EventAsync(12, 10);
            await line.EventAsync(13, 12);
            await line.StayAsync();
        });
        await ConnectAsync(gateway);
        await SeqAsync(13);
        Assert.That(_bot.Titles("at"), Is.EqualTo(new[] { "at 12", "at 13" }));
    }

    [Test]
    public async Task A_shutdown_says_when_to_come_back_and_refused_decisions_go_out_again()
    {
        var decisions = new List<JsonObject>();
        await using var gateway = await ScriptedGateway.StartAsync(
            async line =>
            {
                await BeginAsync(line, 10);
                var decision = await line.ReceiveAsync();
                decisions.Add(decision);
                await line.SendAsync(
                    new() { ["ok"] = false, ["message"] = "unavailable", ["code"] = "SERVER_SHUTDOWN", ["retryable"] = true, ["request_id"] = decision["request_id"]!.DeepClone() });
                await line.SendAsync(new() { [line.Dialect] = "system", ["code"] = "SERVER_SHUTDOWN", ["detail"] = new JsonObject { ["reconnect_after_ms"] = 1500 } });
                await line.CloseAsync(1012, "SERVER_SHUTDOWN");
            },
            async line =>
            {
                await BeginAsync(line, 10);
                var decision = await line.ReceiveAsync();
                decisions.Add(decision);
                await line.SendAsync(new() { ["ok"] = true, ["message"] = "accepted", ["id"] = "1", ["request_id"] = decision["request_id"]!.DeepClone() });
                await line.StayAsync();
            });
        await ConnectAsync(gateway);
        var reply = await _bot.DecideAsync("LONG", "keep-me");
        Assert.Multiple(() =>
        {
            Assert.That(reply["message"]!.GetValue<string>(), Is.EqualTo("accepted"));
            Assert.That(decisions[1].ToJsonString(), Is.EqualTo(decisions[0].ToJsonString()));
            Assert.That(decisions[0].ToJsonString(), Does.Contain("\"decision_id\":\"keep-me\""));
            Assert.That(gateway.Connections[1].At - gateway.Connections[0].At, Is.GreaterThan(TimeSpan.FromSeconds(1.5)));
        });
    }

    [Test]
    public async Task A_server_that_is_overrun_gets_a_second_of_peace()
    {
        await using var gateway = await ScriptedGateway.StartAsync(
            line => line.CloseAsync(1013, "UNAVAILABLE"),
            async line =>
            {
                await BeginAsync(line, 10);
                await line.StayAsync();
            });
        await ConnectAsync(gateway);
        Assert.That(gateway.Connections[1].At - gateway.Connections[0].At, Is.GreaterThan(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public async Task Nonsense_instead_of_an_ack_is_left_for_a_new_connection()
    {
        await using var gateway = await ScriptedGateway.StartAsync(
            async line =>
            {
                await line.SendTextAsync("<html>");
                await line.StayAsync();
            },
            async line =>
            {
                await BeginAsync(line, 10);
                await line.SendAsync(new() { [line.Dialect] = "of the future" });
                await line.EventAsync(11, 10);
                await line.StayAsync();
            });
        await ConnectAsync(gateway);
        await SeqAsync(11);
        Assert.That(gateway.Connections, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_close_that_forbids_coming_back_is_obeyed_even_if_its_reason_is_new()
    {
        await using var gateway = await ScriptedGateway.StartAsync(async line =>
        {
            await BeginAsync(line, 10);
            await line.CloseAsync(1008, "SOMETHING_NEW");
        });
        await ConnectAsync(gateway);
        var stopped = await _bot.SeeAsync("stopped", _ => true);
        Assert.That((stopped["code"]!.GetValue<int>(), stopped["reason"]!.GetValue<string>()), Is.EqualTo((1008, "SOMETHING_NEW")));
        Assert.That(gateway.Connections, Has.Count.EqualTo(1));
    }

    /// <summary>A C# decimal cannot be NaN: there the author's own cast throws, before the SDK is asked.</summary>
    [Test]
    public async Task A_number_that_is_not_finite_is_refused_by_its_name_and_nothing_is_sent()
    {
        var decisions = new List<JsonObject>();
        await using var gateway = await ScriptedGateway.StartAsync(async line =>
        {
            await BeginAsync(line, 10);
            while (true)
            {
                var decision = await line.ReceiveAsync();
                decisions.Add(decision);
                await line.SendAsync(new() { ["ok"] = true, ["message"] = "accepted", ["id"] = "1", ["request_id"] = decision["request_id"]!.DeepClone() });
            }
        });
        await ConnectAsync(gateway);
        foreach (var field in new[] { "qty", "margin_usd", "leverage", "entry", "stop_loss", "take_profit", "confidence_pct", "price" })
        {
            foreach (var value in new[] { "NaN", "Infinity", "-Infinity" })
            {
                var command = new JsonObject { ["action"] = "CLOSE", ["decision_id"] = $"{field} {value}", [field] = new JsonObject { ["float"] = value } };
                var error = (await _bot.AskAsync("decide", command))["error"]?.GetValue<string>();
                IResolveConstraint named = sdk == Sdk.CSharp && field is "qty" or "margin_usd"
                    ? Does.StartWith("OverflowException")
                    : Does.Contain($"{field} is ").And.Contain("not a finite number");
                Assert.That(error, named, $"{field} {value}");
            }
        }

        // Dropped from a frame that has no such field, they would mean all of the position. A C# decimal is neither.
        foreach (var nothing in protocol == 3 && sdk != Sdk.CSharp ? new JsonNode?[] { null, "", "1e-400" } : [])
        {
            var error = (await _bot.AskAsync("decide", new() { ["action"] = "CLOSE", ["qty"] = nothing }))["error"]?.GetValue<string>();
            Assert.That(error, Does.Contain("protocol 3 has no qty"), $"qty {nothing?.ToJsonString() ?? "null"}");
        }

        await _bot.DecideAsync("LONG", "the only one");
        Assert.That(decisions.Single().ToJsonString(), Does.Contain("the only one"));
    }

    [Test]
    public async Task Warnings_of_a_reply_are_handed_on()
    {
        await using var gateway = await ScriptedGateway.StartAsync(async line =>
        {
            await BeginAsync(line, 10);
            var decision = await line.ReceiveAsync();
            await line.SendAsync(new()
            {
                ["ok"] = true,
                ["message"] = "accepted",
                ["id"] = "1",
                ["request_id"] = decision["request_id"]!.DeepClone(),
                ["warnings"] = new JsonArray(new JsonObject { ["path"] = "payload.note", ["note"] = "unknown field, not read" }),
            });
            await line.StayAsync();
        });
        await ConnectAsync(gateway);
        var warning = (await _bot.DecideAsync("LONG", "warned"))["warnings"]!.AsArray().Single()!;
        Assert.That((warning["path"]!.GetValue<string>(), warning["note"]!.GetValue<string>()), Is.EqualTo(("payload.note", "unknown field, not read")));
    }

    private static async Task BeginAsync(ScriptedGateway.Line line, long last)
    {
        await line.AckAsync();
        await line.ResumedAsync(true, null, last);
    }

    private Task<JsonObject> ConnectAsync(ScriptedGateway gateway) => _bot.ConnectAsync(gateway.Socket, "token", protocol);

    private Task<JsonObject> SeqAsync(long seq) => _bot.SeeAsync("event", e => e["seq"]!.GetValue<long>() == seq);
}
