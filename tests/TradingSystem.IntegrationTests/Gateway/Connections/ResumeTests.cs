using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Gateway.Connections;

[TestFixture(false, Description = "one process, in-memory bus")]
[TestFixture(true, Description = "two gateways, RabbitMQ")]
public sealed class ResumeTests(bool distributed)
{
    private const int Held = 200;

    // No built-in rule speaks of it, so that the only events are the test's own.
    private const string Quiet = "XRPUSDT";

    private TradingCluster _cluster = null!;
    private Uri _other = null!;
    private string _trigger = "";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await TradingCluster.StartAsync(distributed, settings: new Dictionary<string, string> { ["GATEWAY__HISTORYFRAMES"] = $"{Held}", ["LIMITS"] = "load" });
        _other = distributed ? (await _cluster.AddGatewayAsync()).Socket : _cluster.Socket;
        _trigger = await _cluster.AddTriggerAsync("resume_trigger");
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
    public async Task Missed_events_come_in_order_once_on_any_node_and_live_ones_follow()
    {
        var (name, token) = await AddGroupAsync("resume_missed");
        var last = await LastOfFirstConnectionAsync(token, name, events: 3);
        await RaiseAsync(name, from: 3, count: 20);
        await using var bot = await Bot.ConnectAsync(_other, $"trading_group_token={token}&features=resume&resume_from={last}");
        await bot.ReceiveAsync();
        for (var n = 3; n < 23; n++)
        {
            last = Check(await bot.ReceiveAsync(), n, last, replayed: true);
        }

        var resumed = await bot.ReceiveAsync();
        Assert.That(resumed!["type"]!.GetValue<string>(), Is.EqualTo("resumed"), resumed.ToJsonString());
        Assert.That(resumed["recovered"]!.GetValue<bool>(), Is.True);
        Assert.That(resumed["last_seq"]!.GetValue<long>(), Is.EqualTo(last));
        await RaiseAsync(name, from: 23, count: 2);
        last = Check(await bot.ReceiveAsync(), 23, last, replayed: false);
        Check(await bot.ReceiveAsync(), 24, last, replayed: false);
    }

    [Test]
    public async Task A_gateway_that_was_killed_resumes_where_the_client_was()
    {
        var (name, token) = await AddGroupAsync("resume_killed");
        var last = await LastOfFirstConnectionAsync(token, name, events: 2);
        await RaiseAsync(name, from: 2, count: 5);
        await _cluster.KillAndRestartAsync(_cluster.Gateway, TimeSpan.Zero);
        await using var bot = await Wait.ForAsync("the token is free again", async () =>
        {
            var fresh = await Bot.ConnectAsync(_cluster.Socket, $"trading_group_token={token}&features=resume&resume_from={last}");
            return await fresh.ReceiveAsync() is not null ? fresh : null;
        });
        for (var n = 2; n < 7; n++)
        {
            last = Check(await bot.ReceiveAsync(), n, last, replayed: true);
        }

        var resumed = await bot.ReceiveAsync();
        Assert.That(resumed?["recovered"]?.GetValue<bool>(), Is.True, resumed?.ToJsonString() ?? bot.CloseReason);
    }

    [Test]
    public async Task History_that_is_gone_is_said_to_be_gone()
    {
        var (name, token) = await AddGroupAsync("resume_gone");
        var last = await LastOfFirstConnectionAsync(token, name, events: 1);
        await RaiseAsync(name, from: 1, count: Held + 10);
        await using (var bot = await AgainAsync(token, last))
        {
            Assert.That((await bot.OfTypeAsync("resumed"))["recovered"]!.GetValue<bool>(), Is.False);
            // What was accepted before this one is in the history by then, which does not move any more.
            await RaiseAsync(name, from: Held + 11, count: 1);
            while ((await bot.OfTypeAsync("event"))["title"]!.GetValue<string>() != $"{Held + 11}")
            {
            }
        }

        long firstHeld;
        await using (var bot = await AgainAsync(token, last))
        {
            var resumed = await bot.OfTypeAsync("resumed");
            firstHeld = resumed["first_seq"]!.GetValue<long>();
            Assert.That((resumed["recovered"]!.GetValue<bool>(), firstHeld > last), Is.EqualTo((false, true)));
        }

        await using var again = await AgainAsync(token, firstHeld);
        for (var n = 0; n < Held - 1; n++)
        {
            await again.OfTypeAsync("event");
        }

        Assert.That((await again.OfTypeAsync("resumed"))["recovered"]!.GetValue<bool>(), Is.True);
    }

    [Test]
    public async Task A_position_nobody_has_reached_is_not_taken_for_a_known_one()
    {
        var (_, token) = await AddGroupAsync("resume_future");
        await using var bot = await Bot.ConnectAsync(_cluster.Socket, $"trading_group_token={token}&features=resume&resume_from=900000000000000");
        await bot.ReceiveAsync();
        Assert.That((await bot.OfTypeAsync("resumed"))["recovered"]!.GetValue<bool>(), Is.False);
    }

    [Test]
    public async Task Order_updates_come_to_who_asked_and_are_resumed_like_events()
    {
        var (_, token) = await AddGroupAsync("resume_orders");
        long last;
        await using (var bot = await Bot.ConnectAsync(_cluster.Socket, $"trading_group_token={token}&features=resume,orders"))
        {
            await bot.ReceiveAsync();
            last = (await bot.OfTypeAsync("resumed"))["last_seq"]!.GetValue<long>();
            await bot.SendAsync(Bot.Decision("LONG", decisionId: "resume-order-1"));
        }

        await Wait.UntilAsync("the order is filled", async () =>
            (await _cluster.ListAsync("/api/v1/orders")).Any(o => o["client_decision_id"]?.GetValue<string>() == "resume-order-1"));
        await using var again = await Wait.ForAsync("the token is free again", async () =>
        {
            var fresh = await Bot.ConnectAsync(_other, $"trading_group_token={token}&features=resume,orders&resume_from={last}");
            return await fresh.ReceiveAsync() is not null ? fresh : null;
        });
        var statuses = new List<string>();
        while (!statuses.Contains("filled"))
        {
            var update = await again.OfTypeAsync("order_update");
            Assert.That(update["decision_id"]!.GetValue<string>(), Is.EqualTo("resume-order-1"));
            Assert.That(update["prev_seq"]!.GetValue<long>(), Is.EqualTo(last));
            last = update["seq"]!.GetValue<long>();
            statuses.Add(update["status"]!.GetValue<string>());
        }

        Assert.That(statuses, Is.Unique);
    }

    /// <summary>Once the token is free, with the first frame behind it.</summary>
    private Task<Bot> AgainAsync(string token, long from) => Wait.ForAsync("the token is free again", async () =>
    {
        var fresh = await Bot.ConnectAsync(_cluster.Socket, $"trading_group_token={token}&features=resume&resume_from={from}");
        return await fresh.ReceiveAsync() is not null ? fresh : null;
    });

    private async Task<(string Name, string Token)> AddGroupAsync(string name) => (name, (await _cluster.AddGroupAsync(name, Quiet)).Token);

    /// <summary>Events 0 to <paramref name="events"/> - 1 are seen live; returns the last seq.</summary>
    private async Task<long> LastOfFirstConnectionAsync(string token, string group, int events)
    {
        await using var bot = await Bot.ConnectAsync(_cluster.Socket, $"trading_group_token={token}&features=resume");
        await bot.ReceiveAsync();
        var last = (await bot.OfTypeAsync("resumed"))["last_seq"]!.GetValue<long>();
        await RaiseAsync(group, 0, events);
        for (var n = 0; n < events; n++)
        {
            last = Check(await bot.ReceiveAsync(), n, last, replayed: false);
        }

        return last;
    }

    private async Task RaiseAsync(string group, int from, int count)
    {
        await using var trigger = await Wait.ForAsync("the trigger's token is free", async () =>
        {
            var fresh = await Bot.TriggerAsync(_cluster, _trigger);
            return await fresh.ReceiveAsync() is not null ? fresh : null;
        });
        for (var n = from; n < from + count; n++)
        {
            var reply = await trigger.AskAsync(Bot.Immediate($"{n}", "{}", group));
            Assert.That(reply["message"]!.GetValue<string>(), Is.EqualTo("accepted"), reply.ToJsonString());
        }
    }

    private static long Check(JsonObject? frame, int n, long last, bool replayed)
    {
        Assert.That(frame?["title"]?.GetValue<string>(), Is.EqualTo($"{n}"), frame?.ToJsonString() ?? "closed");
        Assert.That(frame!["prev_seq"], Is.Not.Null, frame.ToJsonString());
        Assert.That(frame["prev_seq"]!.GetValue<long>(), Is.EqualTo(last), frame.ToJsonString());
        Assert.That(frame["replayed"]!.GetValue<bool>(), Is.EqualTo(replayed), frame.ToJsonString());
        var seq = frame["seq"]!.GetValue<long>();
        Assert.That(seq, Is.GreaterThan(last));
        return seq;
    }
}
