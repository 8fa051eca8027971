using System.Globalization;
using System.Net.WebSockets;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Gateway.Connections;

/// <summary>Bots that come and go at random moments while events flow. RECONNECTS: how often in all; 200 in CI, 10,000 in make soak.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class ReconnectStormTests(bool distributed)
{
    private const int Groups = 10;

    private static readonly int Reconnects = int.TryParse(Environment.GetEnvironmentVariable("RECONNECTS"), out var n) ? n : 200;

    [Test]
    public async Task Every_frame_comes_exactly_once_and_in_order_however_often_a_bot_reconnects()
    {
        await using var cluster = await TradingCluster.StartAsync(distributed, settings: new Dictionary<string, string> { ["LIMITS"] = "load" });
        var sockets = distributed ? new[] { cluster.Socket, (await cluster.AddGatewayAsync()).Socket } : [cluster.Socket];
        var tokens = new List<string>();
        for (var g = 0; g < Groups; g++)
        {
            tokens.Add((await cluster.AddGroupAsync($"storm_{g}", "XRPUSDT")).Token);
        }

        var triggerToken = await cluster.AddTriggerAsync("storm");
        using var stop = new CancellationTokenSource();
        var left = Reconnects;
        var started = tokens.Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToList();
        var bots = tokens.Select((token, g) => Task.Run(() => ReadAsync(sockets, token, g, started[g], () => Interlocked.Decrement(ref left) < 0, stop.Token))).ToList();

        // What is raised before a bot was ever there is not its own.
        await Task.WhenAll(started.Select(s => s.Task)).WaitAsync(Wait.Most);
        var raised = await RaiseAsync(cluster, triggerToken, () => Volatile.Read(ref left) > 0);
        await stop.CancelAsync();
        var seen = await Task.WhenAll(bots);
        TestContext.Out.WriteLine($"{raised} events to {Groups} groups, {Reconnects} reconnects, {seen.Sum(s => s.Unrecovered)} explicit recovered:false");
        Assert.Multiple(() =>
        {
            foreach (var (numbers, unrecovered) in seen)
            {
                Assert.That(numbers, Is.EqualTo(Enumerable.Range(0, raised)));
                Assert.That(unrecovered, Is.Zero, "the history is long enough here");
            }
        });
    }

    private static async Task<int> RaiseAsync(TradingCluster cluster, string token, Func<bool> goOn)
    {
        await using var trigger = await Bot.TriggerAsync(cluster, token);
        await trigger.ReceiveAsync();
        var n = 0;
        while (goOn() || n == 0)
        {
            var reply = await trigger.AskAsync(Bot.Immediate($"{n}"));
            Assert.That(reply["message"]!.GetValue<string>(), Is.EqualTo("accepted"), reply.ToJsonString());
            n++;
        }

        // The last one tells the readers that they have everything.
        await trigger.AskAsync(Bot.Immediate("end"));
        return n;
    }

    private static async Task<(List<int> Numbers, int Unrecovered)> ReadAsync(
        Uri[] sockets, string token, int seed, TaskCompletionSource started, Func<bool> enough, CancellationToken stop)
    {
        var random = new Random(seed);
        var numbers = new List<int>();
        var unrecovered = 0;
        long? last = null;
        using var deadline = new CancellationTokenSource();
        using var end = stop.Register(() => deadline.CancelAfter(TimeSpan.FromSeconds(60)));
        while (!deadline.IsCancellationRequested)
        {
            try
            {
                var socket = sockets[random.Next(sockets.Length)];
                await using var bot = await Bot.ConnectAsync(socket, $"trading_group_token={token}&features=resume" + (last is null ? "" : $"&resume_from={last}"));
                if (await bot.ReceiveAsync() is null)
                {
                    // The session before it is still being cleared away.
                    continue;
                }

                var leaveAfter = enough() ? int.MaxValue : random.Next(1, 40);
                for (var n = 0; n < leaveAfter; n++)
                {
                    var frame = await bot.ReceiveAsync(TimeSpan.FromSeconds(30));
                    if (frame is null)
                    {
                        break;
                    }

                    if (frame["type"]?.GetValue<string>() == "resumed")
                    {
                        unrecovered += frame["recovered"]!.GetValue<bool>() ? 0 : 1;
                        last ??= frame["last_seq"]!.GetValue<long>();
                        started.TrySetResult();
                        continue;
                    }

                    Assert.That(frame["prev_seq"]!.GetValue<long>(), Is.EqualTo(last), frame.ToJsonString());
                    last = frame["seq"]!.GetValue<long>();
                    var title = frame["title"]!.GetValue<string>();
                    if (title == "end")
                    {
                        return (numbers, unrecovered);
                    }

                    numbers.Add(int.Parse(title, CultureInfo.InvariantCulture));
                }
            }
            catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
            {
                // A connection that fails is one more reconnect.
            }
        }

        return (numbers, unrecovered);
    }
}
