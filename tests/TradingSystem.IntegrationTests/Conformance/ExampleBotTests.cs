using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;
using static TradingSystem.IntegrationTests.Conformance.ConformanceCluster;

namespace TradingSystem.IntegrationTests.Conformance;

/// <summary>The example bots as an author starts them, on the simulated account. Settings make them decide within seconds.</summary>
[TestFixture]
public sealed class ExampleBotTests
{
    [TestCase("rsi_bot.py")]
    [TestCase("macd_bot.py")]
    [TestCase("grid_bot.py")]
    [TestCase("grid.js")]
    public async Task A_bot_trades(string name)
    {
        var group = await AddGroupAsync();
        var log = LogFile();
        using (Start(name, group, log))
        {
            try
            {
                await Wait.UntilAsync($"an order of {name}", TimeSpan.FromSeconds(60), async () =>
                    (await Cluster.ListAsync($"/api/v1/orders?group_id={group.Id}&status=filled")).Count > 0);
            }
            catch (TimeoutException)
            {
                Assert.Fail($"{name} placed no order:\n{OwnProcess.Tail(log)}");
            }
        }

        Assert.That(await File.ReadAllTextAsync(log), Does.Not.Contain(group.Token).And.Not.Contain(TradingCluster.Password));
        File.Delete(log);
    }

    [TestCase("listener.py")]
    [TestCase("listener.js")]
    public async Task A_listener_prints_what_is_pushed(string name)
    {
        var group = await AddGroupAsync();
        var log = LogFile();
        using (Start(name, group, log))
        {
            await PrintedAsync(log, "connected");
            await RaiseAsync(group, "worth printing");
            await PrintedAsync(log, "worth printing");
        }

        Assert.That(await File.ReadAllTextAsync(log), Does.Not.Contain(group.Token));
        File.Delete(log);
    }

    private static Task PrintedAsync(string log, string text) =>
        Wait.UntilAsync($"'{text}' in {log}", TimeSpan.FromSeconds(30), async () => (await File.ReadAllTextAsync(log)).Contains(text, StringComparison.Ordinal));

    private static OwnProcess Start(string name, TestGroup group, string log)
    {
        var (file, script) = name.EndsWith(".py", StringComparison.Ordinal)
            ? (ClientFiles.Python, Path.Combine(ClientFiles.Folder, "python", name))
            : ("node", ClientFiles.Compiled(Path.Combine("examples", name)));
        return OwnProcess.Start(file, [script], log, new Dictionary<string, string>
        {
            ["TRADING_GROUP_TOKEN"] = group.Token,
            ["WS_URL"] = Cluster.Socket.ToString(),
            ["API_URL"] = Cluster.Front.ToString().TrimEnd('/'),
            ["API_USERNAME"] = TradingCluster.AdminName,
            ["API_PASSWORD"] = TradingCluster.Password,
            ["DEMO_FILE"] = "/nonexistent",
            ["INTERVAL"] = "1s",
            ["EVERY_S"] = "0.5",
            ["RSI_PERIOD"] = "3",
            ["RSI_OVERSOLD"] = "60",
            ["MACD_FAST"] = "2",
            ["MACD_SLOW"] = "4",
            ["MACD_SIGNAL"] = "2",
            ["GRID_STEP_PCT"] = "0.002",
        });
    }

    private static string LogFile() => Path.Combine(Path.GetTempPath(), $"bot-{Guid.NewGuid():n}.log");
}
