using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Gateway.Connections;

/// <summary>One session per token over two gateway nodes. RACES: how often two nodes race for one token; 100 in CI, 10,000 in make soak.</summary>
public sealed class LeaseTests
{
    private static readonly int Races = int.TryParse(Environment.GetEnvironmentVariable("RACES"), out var n) ? n : 100;
    private static readonly TimeSpan Evicted = TimeSpan.FromSeconds(2);

    private TradingCluster _cluster = null!;
    private string _otherName = "";
    private Uri _other = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await TradingCluster.StartAsync(distributed: true, settings: new Dictionary<string, string> { ["LIMITS"] = "load" });
        (_otherName, _other) = await _cluster.AddGatewayAsync();
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
    [Order(1)]
    public async Task Of_two_nodes_that_race_for_a_token_exactly_one_gets_it()
    {
        var (_, token) = await _cluster.AddGroupAsync("lease_race");
        var takenOver = 0;
        var none = 0;
        for (var race = 0; race < Races; race++)
        {
            var contenders = await Task.WhenAll(TryAsync(_cluster.Socket, token), TryAsync(_other, token));
            var winners = contenders.OfType<Bot>().ToList();
            none += winners.Count == 0 ? 1 : 0;
            if (winners.Count == 2)
            {
                // The first one, or its node, was silent for so long that the other node took it for dead: then it must be put out.
                takenOver++;
                await Wait.UntilAsync($"one of two sessions is closed in race {race}", () => Task.FromResult(winners.Count(w => w.IsOpen) == 1));
            }

            foreach (var winner in winners)
            {
                await winner.DisposeAsync();
            }
        }

        TestContext.Out.WriteLine(
            $"{Races} races, {takenOver} taken over from one that was out of touch, {none} without a winner because the session before was still being cleared away");
        Assert.That(takenOver + none, Is.LessThan(Races / 2), "most races have one winner");
    }

    [Test]
    [Order(2)]
    public async Task A_holder_that_no_longer_answers_is_put_out_by_a_newcomer_on_another_node()
    {
        var (_, token) = await _cluster.AddGroupAsync("lease_dead_peer");

        // Never receives again, so it never answers a ping either.
        await using var dead = await Bot.GroupAsync(_cluster, token);
        await dead.ReceiveAsync();
        var watch = Stopwatch.StartNew();
        await using var newcomer = await TryAsync(_other, token);
        TestContext.Out.WriteLine($"in after {watch.ElapsedMilliseconds} ms");
        Assert.That(newcomer, Is.Not.Null);
    }

    [Test]
    [Order(3)]
    public async Task A_living_holder_stays_and_the_newcomer_is_told()
    {
        var (_, token) = await _cluster.AddGroupAsync("lease_alive");
        await using var holder = await Bot.GroupAsync(_cluster, token);
        await holder.ReceiveAsync();
        var reading = holder.ReceiveAsync();
        await using var newcomer = await Bot.ConnectAsync(_other, $"trading_group_token={token}");
        Assert.That(await newcomer.ReceiveAsync(), Is.Null);
        Assert.That(newcomer.CloseStatus, Is.EqualTo(WebSocketCloseStatus.PolicyViolation));
        Assert.That(newcomer.CloseReason, Is.EqualTo("TOKEN_IN_USE"));
        Assert.That(reading.IsCompleted, Is.False);
        await holder.SendAsync("""{"type":"ping","id":1}""");
        Assert.That((await reading)!["type"]!.GetValue<string>(), Is.EqualTo("pong"));
    }

    [Test]
    [Order(4)]
    public async Task A_token_revoked_through_one_node_is_closed_on_the_other()
    {
        var (id, token) = await _cluster.AddGroupAsync("lease_revoked");
        await using var bot = await Bot.ConnectAsync(_other, $"trading_group_token={token}");
        await bot.ReceiveAsync();
        await _cluster.RevokeAsync(id);
        Assert.That(await bot.ReceiveAsync(TimeSpan.FromSeconds(3)), Is.Null);
        Assert.That(bot.CloseReason, Is.EqualTo("INVALID_TOKEN"));
    }

    [Test]
    [Order(5)]
    public async Task Sessions_of_the_other_node_count_as_dispatched()
    {
        var (_, token) = await _cluster.AddGroupAsync("lease_counted");
        await using var bot = await Bot.ConnectAsync(_other, $"trading_group_token={token}");
        await bot.ReceiveAsync();
        await using var trigger = await Bot.TriggerAsync(_cluster, await _cluster.AddTriggerAsync("lease_trigger"));
        await trigger.ReceiveAsync();
        await Wait.UntilAsync("the first node knows of the session on the second", async () =>
            (await trigger.AskAsync(Bot.Immediate("count", "{}", "lease_counted")))["dispatched_clients"]!.GetValue<int>() == 1);
        Assert.That((await bot.OfTypeAsync("event"))["title"]!.GetValue<string>(), Is.EqualTo("count"));
    }

    [Test]
    [Order(6)]
    public async Task A_node_that_stood_still_tells_its_sessions_that_they_lost_their_token()
    {
        // Longer than a peer may be silent: all that these said while nobody read must count.
        var frozen = 2.5 * TimeSpan.FromMilliseconds(10_000);
        var (_, token) = await _cluster.AddGroupAsync("lease_frozen_node");
        await using var bot = await Bot.ConnectAsync(_other, $"trading_group_token={token}");
        await bot.ReceiveAsync();
        var reading = bot.ReceiveAsync(TimeSpan.FromMinutes(2));
        await _cluster.FreezeAsync(_otherName, async () =>
        {
            var watch = Stopwatch.StartNew();
            await using var newcomer = await Wait.ForAsync("the token is taken over", () => TryAsync(_cluster.Socket, token));
            await Wait.UntilAsync("it stood still long enough", () => Task.FromResult(watch.Elapsed > frozen));
        });
        Assert.That(await reading, Is.Null);
        Assert.That(bot.CloseReason, Is.EqualTo("TOKEN_IN_USE"));
    }

    [Test]
    [Order(7)]
    public async Task A_node_that_died_loses_its_tokens_to_the_next_one()
    {
        var (_, token) = await _cluster.AddGroupAsync("lease_dead_node");
        await using var bot = await Bot.ConnectAsync(_other, $"trading_group_token={token}");
        await bot.ReceiveAsync();
        await _cluster.KillAsync(_otherName);
        var watch = Stopwatch.StartNew();
        await using var newcomer = await Wait.ForAsync("the token is taken over", () => TryAsync(_cluster.Socket, token));
        TestContext.Out.WriteLine($"in after {watch.ElapsedMilliseconds} ms");
        _cluster.Restart(_otherName);
        await _cluster.ReadyAsync();
    }

    [Test]
    [Order(8)]
    public async Task A_node_that_is_stopped_says_when_to_come_back_and_answers_what_it_accepted()
    {
        var (_, token) = await _cluster.AddGroupAsync("lease_drain");
        await using var bot = await Bot.ConnectAsync(_other, $"trading_group_token={token}");
        await bot.ReceiveAsync();
        Assert.That((await bot.AskAsync(Bot.Decision("LONG")))["message"]!.GetValue<string>(), Is.EqualTo("accepted"));
        for (var n = 0; n < 50; n++)
        {
            await bot.SendAsync(Bot.Decision(n % 2 == 0 ? "CLOSE" : "LONG"));
        }

        var stopping = _cluster.TerminateAsync(_otherName);
        var accepted = new HashSet<string>();
        int? reconnectAfter = null;
        while (await bot.ReceiveAsync() is { } frame)
        {
            // A decision that came too late is refused with the same code, and with text for detail.
            reconnectAfter = frame["detail"] is JsonObject goodbye && goodbye["reconnect_after_ms"] is { } wait ? wait.GetValue<int>() : reconnectAfter;
            if (frame["message"]?.GetValue<string>() == "accepted")
            {
                accepted.Add(frame["id"]!.GetValue<string>());
            }
        }

        Assert.That((int)bot.CloseStatus!, Is.EqualTo(1012));
        Assert.That(reconnectAfter, Is.GreaterThan(0));
        await stopping;

        // A node that said goodbye keeps nobody waiting.
        await using var next = await TryAsync(_cluster.Socket, token);
        Assert.That(next, Is.Not.Null);
        await Wait.UntilAsync($"the {accepted.Count} accepted decisions have their orders", async () =>
            accepted.IsSubsetOf((await _cluster.ListAsync("/api/v1/orders?limit=1000")).Select(o => o["decision_id"]!.GetValue<string>())));
    }

    /// <summary>Null when the connection was refused.</summary>
    private static async Task<Bot?> TryAsync(Uri socket, string token)
    {
        var bot = await Bot.ConnectAsync(socket, $"trading_group_token={token}");
        if (await bot.ReceiveAsync(Evicted + TimeSpan.FromSeconds(1)) is not null)
        {
            _ = ReadOnAsync(bot);
            return bot;
        }

        await bot.DisposeAsync();
        return null;
    }

    /// <summary>Reading answers pings, as every living client does, past whatever events come.</summary>
    private static async Task ReadOnAsync(Bot bot)
    {
        try
        {
            while (await bot.ReceiveAsync(TimeSpan.FromMinutes(5)) is not null)
            {
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            // The connection has ended.
        }
    }
}
