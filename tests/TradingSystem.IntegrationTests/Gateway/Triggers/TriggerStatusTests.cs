using System.Net.Http.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Gateway.Triggers;

/// <summary>What two gateway nodes tell of a trigger, whichever of them it is on.</summary>
[TestFixture]
public sealed class TriggerStatusTests
{
    private TradingCluster _cluster = null!;
    private Uri _otherSocket = null!;
    private Uri[] _nodes = null!;
    private string _otherName = "";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await TradingCluster.StartAsync(distributed: true);
        (_otherName, _otherSocket) = await _cluster.AddGatewayAsync();
        _nodes = [_cluster.AddressOf("gateway"), _cluster.AddressOf(_otherName)];
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_cluster is not null)
        {
            if (TestContext.CurrentContext.Result.FailCount > 0)
            {
                TestContext.Progress.WriteLine(_cluster.Logs());
            }

            await _cluster.DisposeAsync();
        }
    }

    [Test, Order(1)]
    public async Task One_that_never_came_is_offline_and_knows_nothing_of_itself()
    {
        await _cluster.AddTriggerAsync("unheard");
        foreach (var node in _nodes)
        {
            var trigger = await ViewAsync(node, "unheard");
            Assert.That((Text(trigger, "status"), trigger["connected"]!.GetValue<bool>(), trigger["events_last_hour"]!.GetValue<int>()), Is.EqualTo(("offline", false, 0)));
            Assert.That(new[] { trigger["last_seen_at"], trigger["last_frame_at"], trigger["last_event"], trigger["last_error"] }, Is.All.Null);
        }
    }

    [Test, Order(2)]
    public async Task One_that_is_connected_to_any_node_is_quiet_then_online_and_still_so_when_it_has_gone()
    {
        var token = await _cluster.AddTriggerAsync("passing");
        await using (var bot = await ConnectAsync(token))
        {
            await EverywhereAsync("it is connected and quiet", "passing", t => t["connected"]!.GetValue<bool>() && Text(t, "status") == "quiet" && t["last_frame_at"] is null);
            await bot.SendAsync("""{"type":"ping","id":1}""");
            await EverywhereAsync("it is online", "passing", t => Text(t, "status") == "online" && t["last_frame_at"] is not null);
        }

        await EverywhereAsync("it is gone", "passing", t => !t["connected"]!.GetValue<bool>() && Text(t, "status") == "online");
    }

    [Test, Order(3)]
    public async Task One_that_is_switched_off_is_offline_whatever_it_sends()
    {
        await using var bot = await ConnectAsync(await _cluster.AddTriggerAsync("off"));
        var id = Text(await ViewAsync(_nodes[0], "off"), "id");
        await _cluster.PatchAsync($"/api/v1/triggers/{id}", new() { ["active"] = false });
        await Wait.UntilAsync("the node that it is on knows", async () => Text(await bot.AskAsync(Bot.Immediate("t")), "code") == "TRIGGER_INACTIVE");

        await EverywhereAsync("it is off and says why", "off", t => Text(t, "status") == "offline" && t["connected"]!.GetValue<bool>() && t["last_error"] is not null);
        var error = (await ViewAsync(_nodes[0], "off"))["last_error"]!;
        Assert.That((Text(error, "code"), Text(error, "message")), Is.EqualTo(("TRIGGER_INACTIVE", "the trigger is not active")));
    }

    [Test, Order(4)]
    public async Task A_refused_frame_is_its_last_error_with_nothing_of_what_was_sent()
    {
        const string secret = "hidden-in-the-frame";
        var token = await _cluster.AddTriggerAsync("wrong");
        await using var bot = await ConnectAsync(token);
        var frame = Bot.Immediate("t", secret);
        frame["priority"] = secret;
        frame["targets"] = secret;
        Assert.That(Text(await bot.AskAsync(frame), "message"), Is.EqualTo("validation_error"));

        await EverywhereAsync("it is told", "wrong", t => t["last_error"] is { } e && Text(e, "code") == "validation_error");
        foreach (var node in _nodes)
        {
            var shown = await ViewAsync(node, "wrong");
            Assert.That(Text(shown["last_error"]!, "message"), Does.Contain("priority: ").And.Contain("targets: "));
            Assert.That(shown.ToJsonString(), Does.Not.Contain(secret).And.Not.Contain(token));
            Assert.That(shown["last_event"], Is.Null);
        }
    }

    [Test, Order(5)]
    public async Task Its_events_count_on_every_node_each_once_and_one_that_a_schedule_raises_as_well()
    {
        await using var bot = await ConnectAsync(await _cluster.AddTriggerAsync("counted"));
        var keyed = Bot.Immediate("first");
        keyed["event_key"] = "k";
        foreach (var frame in new[] { keyed, keyed, Bot.Immediate("second") })
        {
            Assert.That((await bot.AskAsync(frame.DeepClone()))["ok"]!.GetValue<bool>(), Is.True);
        }

        var last = await bot.AskAsync(Bot.Immediate("third"));
        await EverywhereAsync("three events", "counted", t => Count(t) == 3 && Text(t["last_event"]!, "id") == Text(last, "id"));
        var later = Bot.Immediate("later");
        later["event_type"] = "scheduled";
        later["trigger_at"] = TimeProvider.System.GetUtcNow().AddSeconds(15).ToString("O");
        Assert.That((await bot.AskAsync(later))["ok"]!.GetValue<bool>(), Is.True);
        await EverywhereAsync("the schedule's event", "counted", t => Count(t) == 4 && Text(t["last_event"]!, "title") == "later");
        var raised = (await ViewAsync(_nodes[1], "counted"))["last_event"]!;
        await Wait.UntilAsync("the diary has it by its id", async () =>
            (await _cluster.ListAsync("/api/v1/events?source_id=counted")).Any(e => Text(e, "id") == Text(raised, "id")));
    }

    [Test, Order(6)]
    public async Task A_group_on_another_node_is_connected()
    {
        var (id, token) = await _cluster.AddGroupAsync("elsewhere");
        await using (var bot = await Bot.ConnectAsync(_otherSocket, $"trading_group_token={token}"))
        {
            await bot.ReceiveAsync();
            await Wait.UntilAsync("both nodes say so", async () => (await Task.WhenAll(_nodes.Select(IsConnectedAsync))).All(c => c));
        }

        await Wait.UntilAsync("both nodes say that it has gone", async () => !(await Task.WhenAll(_nodes.Select(IsConnectedAsync))).Any(c => c));

        async Task<bool> IsConnectedAsync(Uri node) => (await _cluster.Http.GetFromJsonAsync<JsonObject>(new Uri(node, $"/api/v1/groups/{id}")))!["connected"]!.GetValue<bool>();
    }

    [Test, Order(7)]
    public async Task What_was_known_is_still_told_when_every_node_was_killed()
    {
        await using var bot = await ConnectAsync(await _cluster.AddTriggerAsync("outlasting"));
        for (var n = 0; n < 20; n++)
        {
            await bot.AskAsync(Bot.Immediate($"event {n}"));
        }

        Assert.That(Text(await bot.AskAsync(Bot.Decision("LONG")), "code"), Is.EqualTo("FORBIDDEN_EVENT"));
        await EverywhereAsync("it is told", "outlasting", t => Count(t) == 20 && t["last_error"] is not null);
        var before = await ViewAsync(_nodes[0], "outlasting");
        string[] names = ["gateway", _otherName];
        await Task.WhenAll(names.Select(_cluster.KillAsync));
        Array.ForEach(names, _cluster.Restart);
        await _cluster.ReadyAsync();

        foreach (var node in _nodes)
        {
            var after = await ViewAsync(node, "outlasting");
            Assert.That((Count(after), Text(after, "status"), after["connected"]!.GetValue<bool>()), Is.EqualTo((20, "online", false)));
            Assert.That(Text(after["last_event"]!, "title"), Is.EqualTo("event 19"));
            Assert.That(Text(after["last_event"]!, "id"), Is.EqualTo(Text(before["last_event"]!, "id")));
            Assert.That(Text(after["last_error"]!, "code"), Is.EqualTo("FORBIDDEN_EVENT"));
        }
    }

    private static string? Text(JsonNode node, string field) => node[field]?.GetValue<string>();

    private static int Count(JsonNode trigger) => trigger["events_last_hour"]!.GetValue<int>();

    /// <summary>To the second node; the front asks the first.</summary>
    private async Task<Bot> ConnectAsync(string token)
    {
        var bot = await Bot.ConnectAsync(_otherSocket, $"trigger_token={token}");
        await bot.ReceiveAsync();
        return bot;
    }

    private Task EverywhereAsync(string what, string name, Func<JsonNode, bool> holds) =>
        Wait.UntilAsync($"{what}, on both nodes", async () =>
        {
            var views = await Task.WhenAll(_nodes.Select(n => ViewAsync(n, name)));
            return views.All(holds) ? true : throw new InvalidOperationException(string.Join('\n', views.Select(v => v.ToJsonString())));
        });

    private async Task<JsonNode> ViewAsync(Uri node, string name)
    {
        var page = await _cluster.Http.GetFromJsonAsync<JsonObject>(new Uri(node, "/api/v1/triggers?limit=1000"));
        var listed = page!["items"]!.AsArray().Single(t => Text(t!, "name") == name)!;
        return (await _cluster.Http.GetFromJsonAsync<JsonObject>(new Uri(node, $"/api/v1/triggers/{Text(listed, "id")}")))!;
    }
}
