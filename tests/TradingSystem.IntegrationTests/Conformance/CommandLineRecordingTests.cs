using System.Net.WebSockets;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;
using static TradingSystem.IntegrationTests.Conformance.CommandLine;
using static TradingSystem.IntegrationTests.Conformance.ConformanceCluster;

namespace TradingSystem.IntegrationTests.Conformance;

/// <summary><c>listen</c> and <c>replay</c>: what the one writes the other reads, and how both end.</summary>
[TestFixture]
public sealed class CommandLineRecordingTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("recording-").FullName;

    [OneTimeTearDown]
    public void Clean() => Directory.Delete(_folder, recursive: true);

    [TestCase(2)]
    [TestCase(3)]
    public async Task What_listen_wrote_is_raised_again_once_for_each_name_and_the_rest_is_skipped_with_its_reason(int protocol)
    {
        var group = await AddGroupAsync();
        var trigger = await Cluster.AddTriggerAsync($"replayer_{Guid.NewGuid():n}");
        await RaiseAsync(group, "recorded one");
        await RaiseAsync(group, "recorded two");
        var order = await RunAsync(group.Token, "send", "LONG", "--margin", "50");
        Assert.That(order.Code, Is.Zero, $"{order}");
        // The ack, two events, and as many updates as the order has.
        var heard = await RunAsync(group.Token, "listen", "--since", "0", "--count", "4", "--protocol", $"{protocol}");
        var file = Path.Combine(_folder, $"frames-{protocol}.jsonl");
        await File.WriteAllTextAsync(file, heard.Output);
        var demo = new Dictionary<string, string> { ["DEMO_FILE"] = DemoFile(_folder, [(group.Name, group.Token)], [("the_trigger", trigger)]) };

        var first = await RunAsync(demo, "replay", file, "--rate", "100");
        var again = await RunAsync(demo, "replay", file, "--rate", "100");
        var other = await RunAsync(demo, "replay", file, "--rate", "100", "--run", "another");
        Assert.Multiple(() =>
        {
            Assert.That(first.Code, Is.Zero, $"{first}");
            Assert.That(
                first.Error,
                Does.Contain("2 sent, 0 not accepted\n").And.Contain("1 skipped: ack is the server's to say").And.Contain("1 skipped: order_update tells of an order"));
            Assert.That(again.Error, Does.Contain("2 sent, 0 not accepted, 2 sent before and not raised again"));
            Assert.That(other.Frames.Select(f => (bool?)f["duplicate"] ?? false), Is.EqualTo(new[] { false, false }));
        });
        var events = await RunAsync(group.Token, "listen", "--since", "0", "--kind", "event", "--count", "6");
        Assert.That(events.Frames.Select(f => (string?)f["title"]), Is.EqualTo(Enumerable.Repeat(new[] { "recorded one", "recorded two" }, 3).SelectMany(t => t)));
        Assert.That(events.Frames.Select(f => (string?)f["payload"]), Is.All.Contains("what happened"));
    }

    [Test]
    public async Task Events_are_skipped_for_a_groups_token_and_nothing_sent_is_no_success()
    {
        var group = await AddGroupAsync();
        var file = Path.Combine(_folder, "events.jsonl");
        await File.WriteAllLinesAsync(file, [Pushed("e1", group.Name).ToJsonString(), new JsonObject { ["type"] = "gap" }.ToJsonString()]);
        var ended = await RunAsync(group.Token, "replay", file);
        Assert.That(ended.Code, Is.EqualTo(1));
        Assert.That(
            ended.Error,
            Does.Contain("0 sent").And.Contain("1 skipped: event takes a trigger's token").And.Contain("1 skipped: gap").And.Contain("error: nothing in the file can be sent"));
    }

    [Test]
    public async Task Events_go_to_whom_the_user_says()
    {
        var (recorded, other) = (await AddGroupAsync(), await AddGroupAsync());
        var trigger = await Cluster.AddTriggerAsync($"replayer_{Guid.NewGuid():n}");
        var file = Path.Combine(_folder, "to.jsonl");
        await File.WriteAllTextAsync(file, Pushed($"{Guid.NewGuid()}", recorded.Name).ToJsonString());
        var ended = await RunAsync(trigger, "replay", file, "--to", other.Name);
        Assert.That(ended.Code, Is.Zero, $"{ended}");
        var heard = await RunAsync(other.Token, "listen", "--since", "0", "--kind", "event", "--count", "1");
        Assert.That((string?)heard.Frames.Single()["title"], Is.EqualTo("pushed"));
    }

    [Test]
    public async Task Ctrl_C_ends_a_listener_without_an_error_and_its_connection_with_a_close()
    {
        var closed = new TaskCompletionSource<bool>();
        await using var gateway = await ScriptedGateway.StartAsync(async line =>
        {
            await line.AckAsync();
            try
            {
                await line.StayAsync();
            }
            catch (Exception e) when (e is OperationCanceledException or WebSocketException)
            {
                closed.TrySetResult(e is OperationCanceledException);
                throw;
            }
        });
        var ended = await ProgramAsync("dotnet", [ClientFiles.CommandLine, "bot", "listen"], At(gateway), meanwhile: listener => InterruptAsync($"{listener.Id}"));
        Assert.That(ended.Code, Is.Zero, $"{ended}");
        Assert.That(ended.Error, Is.Empty);
        Assert.That(await closed.Task.WaitAsync(Wait.Most), Is.True);
    }

    [Test]
    public async Task A_reader_that_has_left_ends_a_listener_that_hears_nothing_more()
    {
        await using var gateway = await ScriptedGateway.StartAsync(async line =>
        {
            await line.AckAsync();
            await line.StayAsync();
        });
        var ended = await ProgramAsync("bash", ["-c", "set -o pipefail; dotnet \"$0\" bot listen | head -1", ClientFiles.CommandLine], At(gateway));
        Assert.That(ended.Code, Is.Zero, $"{ended}");
        Assert.That((ended.Frames.Count, ended.Error), Is.EqualTo((1, "")));
    }

    private static Dictionary<string, string> At(ScriptedGateway gateway) => new() { ["TRADING_GROUP_TOKEN"] = "token", ["WS_URL"] = gateway.Socket.ToString() };

    private static JsonObject Pushed(string id, string target)
    {
        var frame = Bot.Immediate("pushed", "what happened", target);
        (frame["id"], frame["source_id"], frame["created_at"], frame["seq"], frame["replayed"]) = (id, "somebody", "2026-01-31T12:00:00Z", 7, false);
        return frame;
    }
}
