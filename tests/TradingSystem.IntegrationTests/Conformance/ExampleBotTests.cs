using NUnit.Framework;
using static TradingSystem.IntegrationTests.Conformance.ConformanceCluster;

namespace TradingSystem.IntegrationTests.Conformance;

/// <summary>The example bots as an author starts them, on the simulated account. Settings make them decide within seconds.</summary>
[TestFixture(Sdk.Python)]
[TestFixture(Sdk.TypeScript)]
[TestFixture(Sdk.CSharp)]
public sealed class ExampleBotTests(Sdk sdk)
{
    private string _log = "";

    [SetUp]
    public void Prepare() => _log = Path.Combine(Path.GetTempPath(), $"bot-{Guid.NewGuid():n}.log");

    [TearDown]
    public void Forget() => File.Delete(_log);

    [TestCase("rsi")]
    [TestCase("macd")]
    [TestCase("grid")]
    public async Task A_bot_trades_with_its_token_and_nothing_else(string name)
    {
        var group = await AddGroupAsync("1s");
        using (Start(name, group.Token))
        {
            try
            {
                await Wait.UntilAsync($"an order of {name}", async () =>
                    (await Cluster.ListAsync($"/api/v1/orders?group_id={group.Id}&status=filled")).Count > 0);
            }
            catch (TimeoutException)
            {
                Assert.Fail($"{name} placed no order:\n{OwnProcess.Tail(_log)}");
            }
        }

        Assert.That(await File.ReadAllTextAsync(_log), Does.Not.Contain(group.Token));
    }

    [Test]
    public async Task A_bot_that_starts_again_knows_what_it_holds()
    {
        var group = await AddGroupAsync("1s");
        // Whatever the RSI is, it is below 101: the bot is long with its first look, and buys once.
        var always = new Dictionary<string, string> { ["RSI_OVERSOLD"] = "101", ["RSI_OVERBOUGHT"] = "102" };
        using (Start("rsi", group.Token, always))
        {
            await PrintedAsync("LONG");
            await PrintedAsync("filled");
        }

        File.Delete(_log);
        using (Start("rsi", group.Token, always))
        {
            await PrintedAsync("connected as");
            await PrintedAsync("\nRSI ");
        }

        Assert.That(await Cluster.ListAsync($"/api/v1/orders?group_id={group.Id}"), Has.Count.EqualTo(1), await File.ReadAllTextAsync(_log));
    }

    [Test]
    public async Task A_listener_prints_what_is_pushed()
    {
        var group = await AddGroupAsync("1s");
        using (Start("listener", group.Token))
        {
            await PrintedAsync("connected");
            await RaiseAsync(group, "worth printing");
            await PrintedAsync("worth printing");
            await PrintedAsync("\"open_time\"");
        }

        Assert.That(await File.ReadAllTextAsync(_log), Does.Not.Contain(group.Token));
    }

    [Test]
    public async Task Address_and_token_are_found_in_the_demo_file_of_a_folder_above()
    {
        var group = await AddGroupAsync();
        var folder = Directory.CreateTempSubdirectory("demo-");
        try
        {
            Directory.CreateDirectory(Path.Combine(folder.FullName, ".data"));
            var below = Directory.CreateDirectory(Path.Combine(folder.FullName, "a", "b")).FullName;
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, ".data", "demo.json"), DemoFile(group).ToJsonString());
            using (Start("listener", "", new Dictionary<string, string> { ["DEMO_FILE"] = "", ["WS_URL"] = "" }, below))
            {
                await PrintedAsync(group.Name);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [TestCase("", null, null, "there is no token: set TRADING_GROUP_TOKEN")]
    [TestCase("", null, "/nonexistent", "/nonexistent is no demo.json")]
    [TestCase("token", "", null, "there is no address: set WS_URL")]
    [TestCase("token", "127.0.0.1:9", null, "is the product running?")]
    [TestCase("token", "ws://127.0.0.1:9/?token=x", null, "has a query")]
    [TestCase("token", "nowhere at all", null, "expected HOST:PORT")]
    [TestCase("no-such-token", null, null, "refused: 1008 INVALID_TOKEN")]
    public async Task Who_lacks_something_is_told_what_and_the_bot_ends(string token, string? url, string? demo, string said)
    {
        foreach (var name in new[] { "rsi", "grid", "listener" })
        {
            var settings = new Dictionary<string, string> { ["DEADLINE_S"] = "2", ["DEMO_FILE"] = demo ?? "" };
            if (url is not null)
            {
                settings["WS_URL"] = url;
            }

            await EndsAsync(name, token, settings, said);
        }
    }

    [TestCase("rsi")]
    [TestCase("grid")]
    public async Task A_bot_whose_group_is_switched_off_says_so_and_ends(string name)
    {
        var group = await AddGroupAsync();
        await PatchAsync(group, new() { ["active"] = false });
        await EndsAsync(name, group.Token, [], $"the group {group.Name} is switched off");
    }

    private async Task EndsAsync(string name, string token, Dictionary<string, string> settings, string said)
    {
        using var bot = Start(name, token, settings, Path.GetTempPath());
        await Wait.UntilAsync($"the end of {name}", () => Task.FromResult(bot.HasExited));
        var printed = await File.ReadAllTextAsync(_log);
        Assert.That(bot.ExitCode, Is.EqualTo(1), printed);
        Assert.That(printed, Does.Contain("error: ").And.Contain(said).And.Not.Contain("Traceback").And.Not.Contain("   at "), name);
        File.Delete(_log);
    }

    private Task PrintedAsync(string text) =>
        Wait.UntilAsync($"'{text}' in {_log}", async () => File.Exists(_log) && (await File.ReadAllTextAsync(_log)).Contains(text, StringComparison.Ordinal));

    private OwnProcess Start(string name, string token, IReadOnlyDictionary<string, string>? more = null, string? folder = null)
    {
        var (file, arguments) = ClientFiles.Example(sdk, name);
        var environment = new Dictionary<string, string>
        {
            ["TRADING_GROUP_TOKEN"] = token,
            ["WS_URL"] = Cluster.Socket.Authority,
            ["DEMO_FILE"] = "",
            ["RSI_PERIOD"] = "3",
            ["RSI_OVERSOLD"] = "60",
            ["MACD_FAST"] = "2",
            ["MACD_SLOW"] = "4",
            ["MACD_SIGNAL"] = "2",
            ["GRID_STEP_PCT"] = "0.002",
            ["GRID_PACE_S"] = "0.25",
        };
        foreach (var (setting, value) in more ?? new Dictionary<string, string>())
        {
            environment[setting] = value;
        }

        return OwnProcess.Start("/bin/sh", ["-c", "cd \"$0\" && exec \"$@\"", folder ?? Path.GetTempPath(), file, .. arguments], _log, environment);
    }
}
