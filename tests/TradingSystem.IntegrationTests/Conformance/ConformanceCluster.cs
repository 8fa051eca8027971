using System.Net.Http.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.Client;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Conformance;

/// <summary>The one gateway that all SDKs are driven against.</summary>
[SetUpFixture]
public sealed class ConformanceCluster
{
    /// <summary>So few that a test can push a frame out of the history.</summary>
    public const int HistoryFrames = 150;

    private static int _groups;

    public static TradingCluster Cluster { get; private set; } = null!;

    private static TradingClient Trigger { get; set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        Cluster = await TradingCluster.StartAsync(distributed: false, settings: new Dictionary<string, string> { ["GATEWAY__HISTORYFRAMES"] = $"{HistoryFrames}" });
        Trigger = await ConnectAsync(Cluster, await Cluster.AddTriggerAsync("conformance"));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (Cluster is not null)
        {
            if (TestContext.CurrentContext.Result.FailCount > 0)
            {
                TestContext.Progress.WriteLine(Cluster.Logs());
            }

            await Trigger.DisposeAsync();
            await Cluster.DisposeAsync();
        }
    }

    /// <summary>A group with a name that is given once.</summary>
    internal static async Task<TestGroup> AddGroupAsync(string interval = "15m")
    {
        var name = $"conformance_{Interlocked.Increment(ref _groups)}";
        var (id, token) = await Cluster.AddGroupAsync(name, interval: interval);
        return new(id, name, token);
    }

    /// <summary>What <c>make run</c> would have written of a group, without the login of a person.</summary>
    internal static JsonObject DemoFile(TestGroup group) => new()
    {
        ["url"] = Cluster.Front.ToString().TrimEnd('/'),
        ["ws_url"] = Cluster.Socket.ToString(),
        ["groups"] = new JsonArray(new JsonObject { ["name"] = group.Name, ["token"] = group.Token }),
        ["triggers"] = new JsonArray(),
    };

    /// <summary>A trigger; the SDK answers the gateway's pings while no test needs it.</summary>
    internal static Task<TradingClient> ConnectAsync(TradingCluster cluster, string triggerToken) =>
        TradingClient.ConnectAsync(new() { Url = cluster.Socket, Token = triggerToken, Features = [] });

    /// <summary>Raises an event for one group; it is durable when this returns.</summary>
    internal static Task RaiseAsync(TestGroup group, string title) => RaiseAsync(Trigger, title, group.Name);

    internal static async Task RaiseAsync(TradingClient trigger, string title, string target)
    {
        var frame = Bot.Immediate(title, "what happened", target);
        frame["event_key"] = Guid.NewGuid().ToString();
        var reply = await trigger.RequestAsync(frame, keyed: true);
        Assert.That(reply.Message, Is.EqualTo("accepted"), reply.Raw.ToString());
    }

    internal static async Task PatchAsync(TestGroup group, JsonObject change)
    {
        using var answer = await Cluster.Http.PatchAsJsonAsync(new Uri(Cluster.Front, $"/api/v1/groups/{group.Id}"), change);
        answer.EnsureSuccessStatusCode();
    }
}

internal sealed record TestGroup(string Id, string Name, string Token);
