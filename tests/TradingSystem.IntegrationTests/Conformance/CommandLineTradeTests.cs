using System.Globalization;
using System.Text.Json.Nodes;
using NUnit.Framework;
using static TradingSystem.IntegrationTests.Conformance.CommandLine;
using static TradingSystem.IntegrationTests.Conformance.ConformanceCluster;

namespace TradingSystem.IntegrationTests.Conformance;

/// <summary><c>send</c>, <c>cancel</c> and <c>protect</c>: what they send, what they refuse to send, and what they say became of it.</summary>
[TestFixture]
public sealed class CommandLineTradeTests
{
    private static readonly Dictionary<string, string> Nobody = new() { ["TRADING_GROUP_TOKEN"] = "token", ["WS_URL"] = "ws://127.0.0.1:9/ws/events" };

    [Test]
    public async Task What_was_filled_is_said_with_price_fee_and_protection()
    {
        var group = await AddGroupAsync();
        var price = await PriceAsync(group);
        var (stop, goal) = (decimal.Round(price * 0.9m, 1), decimal.Round(price * 1.1m, 1));
        var sent = await RunAsync(
            group.Token, "send", "LONG", "--margin", "50", "--leverage", "5", "--stop", Text(stop), "--target", Text(goal), "--confidence", "72.5",
            "--reason", "because");
        Assert.That(sent.Code, Is.Zero, $"{sent}");
        Assert.That((string?)sent.Frames[^1]["status"], Is.EqualTo("protected"));
        Assert.That(sent.Error, Does.Match($@"(?m)^protected: BUY 0\.\d+ BTCUSDT at [\d.]+, fee 0\.\d+, PnL 0; protection: stop-loss {Text(stop)}, take-profit {Text(goal)}$"));

        var moved = await RunAsync(group.Token, "protect", "--stop", Text(stop + 1), "--target", "none");
        Assert.That((moved.Code, (string?)moved.Frames[^1]["status"]), Is.EqualTo((0, "protected")), $"{moved}");
        var removed = await RunAsync(group.Token, "protect", "--stop", "none");
        Assert.That((removed.Code, (string?)removed.Frames[^1]["status"]), Is.EqualTo((0, "canceled")), $"{removed}");
        var closed = await RunAsync(group.Token, "send", "CLOSE");
        Assert.That(closed.Code, Is.Zero, $"{closed}");
        Assert.That(closed.Error, Does.Match(@"(?m)^(closed|filled): SELL 0\.\d+ BTCUSDT at [\d.]+, fee 0\.\d+, PnL -?\d"));
    }

    [Test]
    public async Task A_refusal_is_said_with_code_limit_value_and_the_nearest_that_would_do()
    {
        var group = await AddGroupAsync();
        var small = await RunAsync(group.Token, "send", "LONG", "--qty", "0.0005");
        Assert.That(small.Code, Is.EqualTo(1), $"{small}");
        Assert.That(small.Error, Does.Match(@"(?m)^error: rejected: .*QTY_TOO_SMALL: .+$").And.Match(@"(?m)^note: limit 0\.001, value 0\.0005, nearest acceptable 0\.00\d+$"));
        var limit = await RunAsync(group.Token, "send", "LONG", "--qty", "0.01", "--limit", "1000");
        Assert.That(limit.Code, Is.EqualTo(1), $"{limit}");
        Assert.That(
            limit.Error,
            Does.Contain("UNSUPPORTED_ORDER_TYPE").And.Contain("note: limit market, value limit, nearest acceptable market").And.Contain("help: leave --limit out"));
        var tried = await RunAsync(group.Token, "send", "LONG", "--qty", "0.0005", "--dry-run");
        Assert.That(tried.Code, Is.EqualTo(1), $"{tried}");
        Assert.That(tried.Error, Does.Contain("error: would be refused: QTY_TOO_SMALL"));
    }

    [Test]
    public async Task A_limit_that_a_refusal_does_not_name_is_left_out()
    {
        await using var gateway = await ScriptedGateway.StartAsync(
            line => AnswerAsync(line, _ => { }, "rejected", new() { ["code"] = "PRICE_MISSING", ["limit"] = null, ["value"] = null, ["nearest_acceptable"] = null, ["message"] = "There is no price for BTCUSDT." }));
        var sent = await AtAsync(gateway, "send", "LONG", "--margin", "50", "--decision-id", "d1");
        Assert.That(sent.Code, Is.EqualTo(1), $"{sent}");
        Assert.That(
            sent.Error,
            Does.StartWith("error: rejected: 0.5 BTCUSDT: PRICE_MISSING: There is no price for BTCUSDT.\nhelp: ").And.Not.Contain("none").And.Not.Contain("limit"));
    }

    [Test]
    public async Task Decimals_reach_the_wire_as_they_were_typed()
    {
        JsonObject? sent = null;
        await using var gateway = await ScriptedGateway.StartAsync(line => AnswerAsync(line, f => sent = f, "filled", null));
        var ended = await AtAsync(gateway, "send", "LONG", "--qty", "0.100000000000000001", "--limit", "12345678901.000000000000000001", "--decision-id", "d1", "--for", "5m");
        Assert.That(ended.Code, Is.Zero, $"{ended}");
        Assert.That(
            (string?)sent!["payload"],
            Does.Contain("\"qty\":0.100000000000000001").And.Contain("\"price\":12345678901.000000000000000001").And.Contain("\"order_type\":\"limit\""));
        Assert.That(
            DateTimeOffset.Parse((string)sent["valid_until"]!, CultureInfo.InvariantCulture) - TimeProvider.System.GetUtcNow(),
            Is.EqualTo(TimeSpan.FromMinutes(5)).Within(TimeSpan.FromMinutes(1)));
    }

    [TestCase("LONG", "--margin or --qty: a LONG needs one of them")]
    [TestCase("LONG --margin 50 --qty 1", "--margin and --qty: both size the order")]
    [TestCase("LONG --margin 0", "--margin: must be greater than 0")]
    [TestCase("LONG --margin 50 --stop 0", "--stop: must be greater than 0")]
    [TestCase("LONG --margin 50 --limit 0", "--limit: must be greater than 0")]
    [TestCase("CLOSE --margin 50", "--margin: only a LONG or SHORT has it, not a CLOSE")]
    [TestCase("CLOSE --stop 50000", "--stop: only a LONG or SHORT has it, not a CLOSE")]
    [TestCase("CLOSE --leverage 2", "--leverage: only a LONG or SHORT has it, not a CLOSE")]
    [TestCase("NO_TRADE --qty 1", "--qty: a NO_TRADE is recorded only")]
    [TestCase("LONG --margin 50 --leverage 126", "--leverage: 1 to 125, not 126")]
    [TestCase("LONG --margin 50 --confidence 101", "--confidence: 0 to 100, not 101")]
    [TestCase("LONG --margin 50 --stop 70000 --target 60000", "--stop must be below --target for a LONG")]
    [TestCase("SHORT --margin 50 --stop 60000 --target 70000", "--stop must be above --target for a SHORT")]
    [TestCase("LONG --margin 50 --stop 60000 --limit 60000", "--stop must be below --limit for a LONG")]
    [TestCase("LONG --margin 50 --stop 1.0000000000000000001", "--stop: '1.0000000000000000001' is no amount")]
    [TestCase("LONG --margin 50 --valid-until 2025-01-31T13:00:00Z", "--valid-until: 2025-01-31T13:00:00.0000000+00:00 has passed")]
    [TestCase("LONG --margin 50 --valid-until 2999-01-31T13:00:00", "--valid-until: '2999-01-31T13:00:00' is no time with an offset")]
    [TestCase("LONG --margin 50 --valid-until 2999-01-31T13:00:00Z --for 5m", "--valid-until and --for: both say until when")]
    [TestCase("LONG --margin 50 --for 5x", "--for: '5x' is no length of time")]
    [TestCase("LONG --qty 1 --protocol 3", "--qty: protocol 3 has no such field")]
    [TestCase("LONG --margin 50 --limit 60000 --protocol 3", "--limit: protocol 3 has no such field")]
    public async Task What_does_not_go_together_is_refused_by_option_and_rule_before_anything_is_sent(string arguments, string rule)
    {
        var ended = await RunAsync(Nobody, ["send", .. arguments.Split(' ')]);
        Assert.That(ended.Code, Is.EqualTo(1));
        Assert.That(ended.Error, Does.Contain(rule).And.Contain("help: ").And.Not.Contain("connection"));
    }

    [TestCase("cancel", "decision or --all: one of them is needed")]
    [TestCase("cancel d1 --all", "decision and --all: give one of them")]
    [TestCase("protect", "--stop or --target: at least one of them is needed")]
    [TestCase("protect --stop 0", "--stop: '0' is no price")]
    [TestCase("listen --count 0", "--count: at least 1")]
    [TestCase("listen --kind prices", "prices")]
    [TestCase("send LONG --margin 50 --group a --token-env B", "--token-env and --group each name whom to connect as")]
    public async Task What_the_others_cannot_do_is_refused_before_anything_is_sent(string arguments, string rule)
    {
        var ended = await RunAsync(Nobody, arguments.Split(' '));
        Assert.That(ended.Code, Is.EqualTo(1));
        Assert.That(ended.Error, Does.Contain(rule).And.Contain("help: ").And.Not.Contain("connection"));
    }

    [Test]
    public async Task A_cancel_says_what_it_took_back_and_what_was_not_there()
    {
        var group = await AddGroupAsync();
        Assert.That((await RunAsync(group.Token, "send", "LONG", "--margin", "50", "--decision-id", "done")).Code, Is.Zero);
        var nothing = await RunAsync(group.Token, "cancel", "done");
        Assert.That((nothing.Code, (string?)nothing.Frames[^1]["status"]), Is.EqualTo((1, "rejected")), $"{nothing}");
        Assert.That(nothing.Error, Does.Contain("error: rejected: ").And.Contain("NOTHING_TO_CANCEL: Nothing rests of done: its order is filled.").And.Not.Contain("none"));
        var all = await RunAsync(group.Token, "cancel", "--all");
        Assert.That(all.Code, Is.Zero, $"{all}");
        Assert.That(all.Error, Does.Contain("note: rejected: NOTHING_TO_CANCEL"));

        await using var gateway = await ScriptedGateway.StartAsync(
            line => AnswerAsync(line, _ => { }, "canceled", new() { ["code"] = "CANCELED", ["limit"] = null, ["value"] = null, ["nearest_acceptable"] = null, ["message"] = "It was cancelled." }));
        var taken = await AtAsync(gateway, "cancel", "d1");
        Assert.That((taken.Code, (string?)taken.Frames[^1]["status"]), Is.EqualTo((0, "canceled")), $"{taken}");
    }

    [Test]
    public async Task A_triggers_token_is_told_that_only_a_group_trades()
    {
        var token = await Cluster.AddTriggerAsync($"no_trader_{Guid.NewGuid():n}");
        var ended = await RunAsync(token, "send", "LONG", "--margin", "50");
        Assert.That(ended.Code, Is.EqualTo(1));
        Assert.That(ended.Error, Does.Contain("a trigger's token").And.Contain("--group"));
    }

    [Test]
    public async Task Groups_are_listed_without_their_tokens_and_named_where_one_is_wrong()
    {
        var group = await AddGroupAsync();
        var folder = Directory.CreateTempSubdirectory("demo-").FullName;
        var demo = new Dictionary<string, string> { ["DEMO_FILE"] = DemoFile(folder, [("first", "a-secret"), (group.Name, group.Token)]), ["TRADING_GROUP_TOKEN"] = "of-somebody-else" };
        var listed = await RunAsync(demo, "groups");
        Assert.That(listed.Code, Is.Zero, $"{listed}");
        Assert.That(listed.Output, Does.Match(@"(?m)^first\s+BTCUSDT\s+15m$").And.Contain(group.Name).And.Not.Contain("secret").And.Not.Contain(group.Token));
        var wrong = await RunAsync(demo, "listen", "--group", "other");
        Assert.That(wrong.Code, Is.EqualTo(1));
        Assert.That(wrong.Error, Does.Contain($"demo.json has no group other; it has first, {group.Name}").And.Not.Contain("secret"));
        // The one that is named goes before a token of the environment.
        var right = await RunAsync(demo, "listen", "--group", group.Name, "--count", "1");
        Assert.That((string?)right.Frames.Single()["config"]!["group_name"], Is.EqualTo(group.Name), $"{right}");
        Directory.Delete(folder, recursive: true);
    }

    private static async Task AnswerAsync(ScriptedGateway.Line line, Action<JsonObject> see, string status, JsonObject? reason)
    {
        await line.AckAsync();
        var frame = await line.ReceiveAsync();
        see(frame);
        await line.SendAsync(new() { ["ok"] = true, ["message"] = "accepted", ["id"] = "e1", ["request_id"] = frame["request_id"]!.DeepClone(), ["dispatched_clients"] = 0 });
        await line.SendAsync(new()
        {
            ["type"] = "order_update",
            ["status"] = status,
            ["decision_id"] = "d1",
            ["event_id"] = "e1",
            ["order_id"] = "o1",
            ["symbol"] = "BTCUSDT",
            ["qty"] = 0.5m,
            ["avg_price"] = null,
            ["fee"] = 0,
            ["realized_pnl"] = 0,
            ["reason"] = reason,
            ["seq"] = 1,
            ["prev_seq"] = 0,
        });
        await line.StayAsync();
    }

    private static async Task<decimal> PriceAsync(TestGroup group)
    {
        var tried = await RunAsync(group.Token, "send", "LONG", "--margin", "50", "--dry-run");
        Assert.That(tried.Error, Does.Match(@"would be: BUY 0\.\d+ at \d+(\.\d+)?, margin [\d.]+, fee [\d.]+; nothing was traded"), $"{tried}");
        return tried.Frames.Single()["would"]!["price"]!.GetValue<decimal>();
    }

    private static string Text(decimal value) => value.ToString("0.################", CultureInfo.InvariantCulture);
}
