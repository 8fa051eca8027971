using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Execution.Controls;

/// <summary>Kill switch, stop, pause, close-all and dead-man's switch from the outside, with bots that go on trading.</summary>
[TestFixture(false, Description = "one process, in-memory bus")]
[TestFixture(true, Description = "six processes, RabbitMQ")]
public sealed class KillTests(bool distributed)
{
    private TradingCluster _cluster = null!;
    private int _names;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await TradingCluster.StartAsync(distributed);

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
    public async Task Under_load_nothing_leaves_after_a_kill_and_its_receipt_proves_it()
    {
        var groups = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => GroupAsync()));
        var traders = groups.Select(g => new Trader(_cluster, g.Token)).ToList();
        traders.ForEach(t => t.Start());
        await Wait.UntilAsync("they trade", async () => (await FilledAsync(groups)).Count >= 100 && traders.TrueForAll(t => t.Accepted.Count > 10));

        var asked = TimeProvider.System.GetUtcNow();
        var answer = await _cluster.KillAsync(null, flatten: true);
        var answered = TimeProvider.System.GetUtcNow();
        await Wait.UntilAsync("they hear of it", () => Task.FromResult(traders.TrueForAll(t => t.Refused.Contains("TRADING_HALTED"))));
        foreach (var trader in traders)
        {
            await trader.DisposeAsync();
        }

        var receipt = await _cluster.CompleteAsync(answer);
        var since = Time(receipt["no_order_since"]!);
        var accepted = traders.SelectMany(t => t.Accepted).ToHashSet();
        await Wait.UntilAsync("every accepted decision has its outcome", async () => accepted.IsSubsetOf((await OrdersAsync(groups)).Select(o => Text(o, "decision_id"))));
        var orders = await OrdersAsync(groups);
        var closing = orders.Where(o => o["client_decision_id"]?.GetValue<string>() == $"kill:{Text(receipt, "id")}").ToList();
        var decided = orders.Except(closing).ToList();
        TestContext.Out.WriteLine(receipt.ToJsonString());
        TestContext.Out.WriteLine(string.Join("\n", traders.Select(t => t.Counts().ToJsonString())));
        Assert.Multiple(async () =>
        {
            Assert.That(since, Is.InRange(asked, answered));
            Assert.That(decided.Where(o => o["avg_price"] is not null).Select(o => Time(o["created_at"]!)), Has.All.LessThanOrEqualTo(since), "no order left since then");
            Assert.That(decided.Where(o => Time(o["created_at"]!) > since).Select(o => o["reason"]?["code"]?.GetValue<string>()), Has.All.AnyOf("HALTED", "STALE_SESSION"));
            Assert.That(traders.SelectMany(t => t.Closed), Has.Some.EqualTo("TOKEN_FENCED"));
            Assert.That(receipt["steps"]!.AsArray().Select(s => Text(s!, "step")), Is.EqualTo(new[] { "held", "tokens_fenced", "open_orders_cancelled", "flattened", "drained" }));
            Assert.That(receipt["steps"]!.AsArray().Select(s => s!["after_ms"]!.GetValue<decimal>()), Has.All.InRange(0m, 20_000m));
            var told = receipt["groups"]!.AsArray().ToDictionary(g => Text(g!, "group_id"));
            foreach (var (id, _) in groups)
            {
                Assert.That(Time(told[id]!["no_order_since"]!), Is.EqualTo(since));
                Assert.That(told[id]!["still_open"]!.AsArray(), Is.Empty);
            }

            Assert.That(closing.GroupBy(o => Text(o, "group_id")), Has.All.Matches<IGrouping<string, JsonNode>>(g => g.Count() == 1), "one closing order a position");
            Assert.That(
                (await _cluster.ListAsync("/api/v1/positions")).Where(p => groups.Any(g => g.Id == Text(p, "group_id"))).Select(p => Text(p, "side")),
                Has.All.EqualTo("FLAT"));
            Assert.That(
                (await _cluster.ListAsync("/api/v1/controls/audit")).Select(a => (Text(a, "action"), Text(a, "actor"), Text(a, "scope"))),
                Has.Some.EqualTo(("kill", "admin", "system")));
        });

        await _cluster.StateAsync(null, "ACTIVE");
        await TradesAgainAsync(groups[0].Token);
    }

    [Test]
    public async Task A_group_is_killed_alone()
    {
        var (one, other) = (await GroupAsync(), await GroupAsync());
        await TradesAgainAsync(one.Token);
        await TradesAgainAsync(other.Token);
        var receipt = await _cluster.CompleteAsync(await _cluster.KillAsync(one.Id, flatten: false));
        Assert.That(receipt["groups"]!.AsArray().Select(g => Text(g!, "group_id")), Is.EqualTo(new[] { one.Id }));
        Assert.That(
            receipt["groups"]![0]!["still_open"]!.AsArray().Select(s => s!.GetValue<string>()), Is.EqualTo(new[] { "BTCUSDT" }),
            "positions stay unless flatten is asked for");
        await IsHeldAsync(one.Token);
        await TradesAgainAsync(other.Token);
        await _cluster.StateAsync(one.Id, "ACTIVE");
        await TradesAgainAsync(one.Token);
    }

    [Test]
    public async Task Pause_stop_and_close_all_are_three_things()
    {
        var group = await GroupAsync();
        await TradesAgainAsync(group.Token);

        await _cluster.ControlAsync("pause", group.Id);
        await IsHeldAsync(group.Token);
        Assert.That((await PositionAsync(group.Id))["side"]!.GetValue<string>(), Is.EqualTo("LONG"), "a pause leaves positions alone");
        await _cluster.ControlAsync("resume", group.Id);
        await TradesAgainAsync(group.Token);

        await using (var bot = await Bot.GroupAsync(_cluster, group.Token))
        {
            await bot.ReceiveAsync();
            var stopped = await _cluster.CompleteAsync(await _cluster.ControlAsync("stop", group.Id));
            while (await bot.ReceiveAsync() is not null)
            {
            }

            Assert.That(bot.CloseReason, Is.EqualTo("TOKEN_FENCED"));
            Assert.That(stopped["tokens_fenced"]!.GetValue<int>(), Is.EqualTo(1));
        }

        await IsHeldAsync(group.Token);
        Assert.That((await PositionAsync(group.Id))["side"]!.GetValue<string>(), Is.EqualTo("LONG"), "a stop closes nothing");
        await _cluster.ControlAsync("resume", group.Id);
        await TradesAgainAsync(group.Token);

        var closed = await _cluster.CompleteAsync(await _cluster.ControlAsync("close-all", group.Id));
        Assert.That(closed["groups"]![0]!["closed"]!.AsArray(), Has.Count.EqualTo(1));
        Assert.That((await PositionAsync(group.Id))["side"]!.GetValue<string>(), Is.EqualTo("FLAT"));
        await TradesAgainAsync(group.Token);
    }

    [Test]
    public async Task A_limit_over_rest_is_strict_versioned_and_in_force_at_once()
    {
        var group = await GroupAsync();
        await TradesAgainAsync(group.Token);
        var path = $"/api/v1/risk/limits/group/{group.Id}";
        var (_, before) = await _cluster.CallAsync(HttpMethod.Get, path);
        var (refused, fields) = await _cluster.CallAsync(HttpMethod.Put, path, new() { ["max_order_notional"] = -1, ["max_leverge"] = 3 });
        var (set, limits) = await _cluster.CallAsync(
            HttpMethod.Put, path, new() { ["version"] = before["version"]!.GetValue<long>(), ["max_order_notional"] = 250, ["reason"] = "new bot" });
        var (conflict, _) = await _cluster.CallAsync(HttpMethod.Put, path, new() { ["version"] = before["version"]!.GetValue<long>(), ["max_order_notional"] = 999_999 });
        var (missing, _) = await _cluster.CallAsync(HttpMethod.Put, $"/api/v1/risk/limits/group/{Guid.NewGuid()}", []);
        var order = await DecideAsync(group.Token);
        Assert.Multiple(() =>
        {
            Assert.That(refused, Is.EqualTo(HttpStatusCode.BadRequest));
            Assert.That(fields["detail"]!.AsArray().Select(d => Text(d!, "path")), Is.EquivalentTo(new[] { "max_order_notional", "max_leverge" }));
            Assert.That((set, limits["version"]!.GetValue<long>()), Is.EqualTo((HttpStatusCode.OK, before["version"]!.GetValue<long>() + 1)));
            Assert.That(limits["effective"]!["max_order_notional"]!.GetValue<decimal>(), Is.EqualTo(250m));
            Assert.That(conflict, Is.EqualTo(HttpStatusCode.Conflict));
            Assert.That(missing, Is.EqualTo(HttpStatusCode.NotFound));
            Assert.That(order["reason"]!["code"]!.GetValue<string>(), Is.EqualTo("ORDER_NOTIONAL_LIMIT"), order.ToJsonString());
            Assert.That(order["reason"]!["nearest_acceptable"], Is.Not.Null);
        });
    }

    [Test]
    public async Task A_switch_flattens_when_its_bot_stays_away_and_does_nothing_when_it_comes_back()
    {
        var (leaves, returns) = (await GroupAsync(), await GroupAsync());
        await TradesAgainAsync(leaves.Token);
        await TradesAgainAsync(returns.Token);
        var back = await Bot.GroupAsync(_cluster, returns.Token);
        await using (var away = await Bot.GroupAsync(_cluster, leaves.Token))
        {
            await SwitchAsync(leaves.Id, "flatten", 3);
            await SwitchAsync(returns.Id, "flatten", 20);
            await Wait.UntilAsync(
                "both are armed",
                async () => (await SwitchOfAsync(leaves.Id))["armed"]!.GetValue<bool>() && (await SwitchOfAsync(returns.Id))["armed"]!.GetValue<bool>());
        }

        await back.DisposeAsync();
        await Wait.UntilAsync("the silence is noticed", async () => (await SwitchOfAsync(returns.Id))["silent_since"] is not null);
        await using (await Bot.GroupAsync(_cluster, returns.Token))
        {
            await Wait.UntilAsync("the return is noticed", async () => (await SwitchOfAsync(returns.Id))["silent_since"] is null);
            await Wait.UntilAsync("the other one fires", async () => (await SwitchOfAsync(leaves.Id))["fired_at"] is not null);
            await Wait.UntilAsync("its position is closed", async () => (await PositionAsync(leaves.Id))["side"]!.GetValue<string>() == "FLAT");
            var fired = await SwitchOfAsync(leaves.Id);
            Assert.That(Time(fired["fired_at"]!) - Time(fired["silent_since"]!), Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(3)));
            Assert.That((await SwitchOfAsync(returns.Id))["fired_at"], Is.Null);
            Assert.That((await PositionAsync(returns.Id))["side"]!.GetValue<string>(), Is.EqualTo("LONG"));
        }

        await IsHeldAsync(leaves.Token);
        await _cluster.ControlAsync("resume", leaves.Id);
        await TradesAgainAsync(leaves.Token);
    }

    [Test]
    [Order(100)]
    public async Task A_kill_whose_nodes_die_is_carried_on_by_the_next_ones()
    {
        if (!distributed)
        {
            Assert.Ignore("One process has nobody who carries on.");
        }

        var group = await GroupAsync();
        await TradesAgainAsync(group.Token);
        await SwitchAsync(group.Id, "pause", 86_400);
        // Without a gateway the tokens cannot be fenced: the halt holds, the receipt waits.
        await _cluster.KillAsync(_cluster.Gateway);
        var receipt = await _cluster.KillAsync(group.Id, flatten: true);
        Assert.That((Text(receipt, "status"), receipt["no_order_since"] is not null), Is.EqualTo(("running", true)), receipt.ToJsonString());
        await _cluster.KillAsync("execution");
        _cluster.Restart("execution");
        _cluster.Restart(_cluster.Gateway);
        await _cluster.ReadyAsync();
        var complete = await _cluster.CompleteAsync(receipt);
        Assert.Multiple(async () =>
        {
            Assert.That(Text(complete, "no_order_since"), Is.EqualTo(Text(receipt, "no_order_since")));
            Assert.That(complete["groups"]![0]!["closed"]!.AsArray(), Has.Count.EqualTo(1));
            Assert.That((await PositionAsync(group.Id))["side"]!.GetValue<string>(), Is.EqualTo("FLAT"));
            Assert.That((await SwitchOfAsync(group.Id))["action"]!.GetValue<string>(), Is.EqualTo("pause"));
        });
        await IsHeldAsync(group.Token);
    }

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    private static DateTimeOffset Time(JsonNode node) => DateTimeOffset.Parse(node.GetValue<string>(), CultureInfo.InvariantCulture);

    private Task<(string Id, string Token)> GroupAsync() => _cluster.AddGroupAsync($"controlled_{Interlocked.Increment(ref _names)}");

    private async Task<IReadOnlyList<JsonNode>> OrdersAsync((string Id, string Token)[] groups)
    {
        var ids = groups.Select(g => g.Id).ToHashSet();
        return [.. (await _cluster.ListAllAsync("/api/v1/orders")).Where(o => ids.Contains(Text(o, "group_id")))];
    }

    private async Task<List<JsonNode>> FilledAsync((string Id, string Token)[] groups) => [.. (await OrdersAsync(groups)).Where(o => o["avg_price"] is not null)];

    private async Task<JsonNode> PositionAsync(string group) => (await _cluster.ListAsync($"/api/v1/positions?group_id={group}")).Single();

    private async Task SwitchAsync(string group, string action, int afterS) =>
        Assert.That(
            (await _cluster.CallAsync(HttpMethod.Put, $"/api/v1/controls/dead-man/{group}", new() { ["action"] = action, ["after_s"] = afterS })).Status,
            Is.EqualTo(HttpStatusCode.OK));

    private async Task<JsonObject> SwitchOfAsync(string group) => (await _cluster.CallAsync(HttpMethod.Get, $"/api/v1/controls/dead-man/{group}")).Body;

    /// <summary>One decision to buy, on a connection of its own; its order.</summary>
    private async Task<JsonNode> DecideAsync(string token)
    {
        await using var bot = await Bot.GroupAsync(_cluster, token);
        await bot.ReceiveAsync();
        var reply = await bot.AskAsync(Bot.Decision("LONG"));
        Assert.That(Text(reply, "message"), Is.EqualTo("accepted"), reply.ToJsonString());
        return await Wait.ForAsync("its order", async () => (await _cluster.ListAsync($"/api/v1/orders?decision_id={Text(reply, "id")}")).SingleOrDefault());
    }

    private Task TradesAgainAsync(string token) => Wait.UntilAsync("the group trades", async () =>
    {
        await using var bot = await Bot.GroupAsync(_cluster, token);
        await bot.ReceiveAsync();
        var reply = await bot.AskAsync(Bot.Decision("LONG"));
        return Text(reply, "message") == "accepted"
            && Text(
                await Wait.ForAsync("its order", async () => (await _cluster.ListAsync($"/api/v1/orders?decision_id={Text(reply, "id")}")).SingleOrDefault()),
                "status") == "filled";
    });

    private Task IsHeldAsync(string token) => Wait.UntilAsync("the group is held back", async () =>
    {
        await using var bot = await Bot.GroupAsync(_cluster, token);
        await bot.ReceiveAsync();
        var reply = await bot.AskAsync(Bot.Decision("LONG"));
        return (Text(reply, "message"), reply["code"]?.GetValue<string>()) == ("halted", "TRADING_HALTED");
    });
}
