using System.Text.Json.Nodes;
using NUnit.Framework;
using static TradingSystem.IntegrationTests.Conformance.CommandLine;
using static TradingSystem.IntegrationTests.Conformance.ConformanceCluster;

namespace TradingSystem.IntegrationTests.Conformance;

/// <summary><c>tradingsystem bot …</c> against the real gateway.</summary>
[TestFixture]
public sealed class CommandLineTests
{
    [TestCase(2)]
    [TestCase(3)]
    public async Task The_doctor_finds_a_healthy_connection_healthy(int protocol)
    {
        var group = await AddGroupAsync();
        var (code, output, _) = await RunAsync(group.Token, "doctor", "--watch", "0.5", "--protocol", $"{protocol}");
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.Zero, output);
            Assert.That(output, Does.Match($@"ok\s+token\s+accepted: group {group.Name}"));
            Assert.That(output, Does.Match(@"ok\s+clock"));
            Assert.That(output, Does.Match(@"ok\s+round trip\s+median \d"));
            Assert.That(output, Does.Match(@"ok\s+decision"));
            Assert.That(output, Does.Match(@"ok\s+order"));
            Assert.That(output, Does.Match(@"ok\s+limits\s+\d+ frames/s"));
            Assert.That(output, Does.Match(@"ok\s+resume\s+left and came back at seq \d+: recovered"));
            Assert.That(output, Does.Contain("0 errors"));
            Assert.That(output, Does.Not.Contain(group.Token));
        });
    }

    [Test]
    public async Task The_doctor_says_what_is_wrong_with_a_token_and_what_to_do()
    {
        var (code, output, _) = await RunAsync("no-such-token", "doctor");
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.EqualTo(1));
            Assert.That(output, Does.Match(@"error\s+token\s+refused: 1008 INVALID_TOKEN"));
            Assert.That(output, Does.Contain("help: "));
        });
    }

    [Test]
    public async Task The_doctor_says_when_nobody_is_there()
    {
        var (code, output, _) = await RunAsync("token", "doctor", "--url", "ws://127.0.0.1:9/ws/events");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(output, Does.Match(@"error\s+gateway\s+nothing answers at 127\.0\.0\.1:9").And.Contain("help: "));
    }

    [Test]
    public async Task Sent_decisions_are_followed_to_the_end_of_their_order()
    {
        var group = await AddGroupAsync();
        var tried = await RunAsync(group.Token, "send", "LONG", "--margin", "50", "--dry-run");
        Assert.That((tried.Code, (string?)Lines(tried.Output).Single()["message"]), Is.EqualTo((0, "valid")), tried.Output);
        var sent = await RunAsync(group.Token, "send", "LONG", "--margin", "50", "--decision-id", "by-hand");
        var update = Lines(sent.Output)[^1];
        Assert.That((sent.Code, (string?)update["status"], (string?)update["decision_id"]), Is.EqualTo((0, "filled", "by-hand")), sent.Output + sent.Error);
        var wrong = await RunAsync(group.Token, "send", "LONG");
        Assert.That(wrong.Code, Is.EqualTo(1));
        Assert.That(wrong.Error, Does.Contain("--margin or --qty").And.Contain("help: "));
    }

    [TestCase("NaN")]
    [TestCase("1e-400")]
    [TestCase("0.00000000000000000000000000000000001")]
    [TestCase("-1")]
    public async Task A_quantity_that_would_become_zero_or_none_is_not_sent(string qty)
    {
        var group = await AddGroupAsync();
        var (code, output, error) = await RunAsync(group.Token, "send", "CLOSE", $"--qty={qty}");
        Assert.That(code, Is.Not.Zero);
        Assert.That(output + error, Does.Contain("is no amount"));
        Assert.That(await Cluster.ListAsync($"/api/v1/orders?group_id={group.Id}"), Is.Empty);
    }

    [Test]
    public async Task Frames_are_listened_to_from_a_seq_on()
    {
        var group = await AddGroupAsync();
        await RaiseAsync(group, "one");
        await RaiseAsync(group, "two");
        var all = await RunAsync(group.Token, "listen", "--since", "0", "--kind", "event", "--count", "1");
        var first = Lines(all.Output).Single();
        var rest = await RunAsync(group.Token, "listen", "--since", first["seq"]!.ToString(), "--kind", "event", "--count", "1");
        Assert.That(Lines(rest.Output).Single()["prev_seq"]!.GetValue<long>(), Is.EqualTo(first["seq"]!.GetValue<long>()));
    }

    [Test]
    public async Task Recorded_frames_are_sent_again()
    {
        var group = await AddGroupAsync();
        var file = Path.Combine(Path.GetTempPath(), $"replay-{Guid.NewGuid():n}.jsonl");
        var decision = Servers.Bot.Decision("LONG", decisionId: "recorded");
        await File.WriteAllLinesAsync(file,
        [
            new JsonObject { ["at"] = "2026-01-31T12:00:00Z", ["frame"] = decision.DeepClone() }.ToJsonString(),
            new JsonObject { ["at"] = "2026-01-31T12:00:00.2Z", ["frame"] = decision.DeepClone() }.ToJsonString(),
        ]);
        var (code, output, error) = await RunAsync(group.Token, "replay", file);
        File.Delete(file);
        Assert.That(code, Is.Zero, output + error);
        Assert.That(Lines(output).Select(l => (bool?)l["duplicate"] ?? false), Is.EqualTo(new[] { false, true }));
    }
}
