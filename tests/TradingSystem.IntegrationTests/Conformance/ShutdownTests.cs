using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Conformance;

/// <summary>An operator stops the gateway and starts it again.</summary>
[TestFixture]
public sealed class ShutdownTests
{
    [Test]
    public async Task Every_sdk_comes_back_after_a_shutdown_and_has_missed_nothing()
    {
        await using var cluster = await TradingCluster.StartAsync(distributed: false);
        await using var trigger = await ConformanceCluster.ConnectAsync(cluster, await cluster.AddTriggerAsync("shutdown"));
        var bots = new List<SdkDriver>();
        try
        {
            foreach (var sdk in Enum.GetValues<Sdk>())
            {
                foreach (var protocol in new[] { 2, 3 })
                {
                    var (_, token) = await cluster.AddGroupAsync($"shutdown_{sdk}_{protocol}");
                    var bot = SdkDriver.Start(sdk);
                    bots.Add(bot);
                    await bot.ConnectAsync(cluster.Socket, token, protocol);
                }
            }

            await ConformanceCluster.RaiseAsync(trigger, "before", "*");
            await Task.WhenAll(bots.Select(b => b.SeeAsync("event", e => e["title"]!.GetValue<string>() == "before")));
            await cluster.TerminateAsync(cluster.Gateway);
            var ends = await Task.WhenAll(bots.Select(b => b.SeeAsync("disconnected", _ => true)));
            cluster.Restart(cluster.Gateway);
            await cluster.ReadyAsync();
            await ConformanceCluster.RaiseAsync(trigger, "after", "*");
            await Task.WhenAll(bots.Select(b => b.SeeAsync("event", e => e["title"]!.GetValue<string>() == "after")));
            Assert.Multiple(() =>
            {
                Assert.That(ends.Select(e => (e["code"]!.GetValue<int>(), e["reason"]!.GetValue<string>())), Is.All.EqualTo((1012, "SERVER_SHUTDOWN")));
                Assert.That(bots.SelectMany(b => b.Seen("gap")), Is.Empty);
                Assert.That(bots.Select(b => string.Join(',', b.Titles("before").Concat(b.Titles("after")))), Is.All.EqualTo("before,after"));
            });
        }
        finally
        {
            foreach (var bot in bots)
            {
                await bot.DisposeAsync();
            }
        }
    }
}
