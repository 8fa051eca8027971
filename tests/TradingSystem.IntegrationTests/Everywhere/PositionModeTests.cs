using System.Net.Http.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Everywhere;

/// <summary>A group's position mode is that of the account that trades for it, and whoever is connected hears when that changes.</summary>
[TestFixture]
public sealed class PositionModeTests
{
    private TradingCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await TradingCluster.StartAsync(distributed: false);

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        TestContext.Out.WriteLine(_cluster.Logs());
        await _cluster.DisposeAsync();
    }

    [TestCase("", "type")]
    [TestCase("&protocol=3", "kind")]
    public async Task Binding_and_changing_the_account_are_pushed_and_the_next_ack_has_them(string dialect, string word)
    {
        var (group, token) = await _cluster.AddGroupAsync($"mode_{Guid.NewGuid():n}");
        await using var bot = await Bot.ConnectAsync(_cluster.Socket, $"trading_group_token={token}&features=config{dialect}");
        var ack = (await bot.ReceiveAsync())!;
        Assert.That(ack["config"]!["position_mode"]!.GetValue<string>(), Is.EqualTo("oneway"));
        var account = await AddAccountAsync("hedge");
        await BindAsync(account, group);
        Assert.That(await UpdateAsync(bot, word), Is.EqualTo(("account_changed", "hedge")));
        Assert.That(
            (await _cluster.Http.GetFromJsonAsync<JsonObject>(new Uri(_cluster.Front, $"/api/v1/groups/{group}")))!["position_mode"]!.GetValue<string>(),
            Is.EqualTo("hedge"));
        using (var changed = await _cluster.Http.PatchAsJsonAsync(new Uri(_cluster.Front, $"/api/v1/accounts/{account}"), new JsonObject { ["position_mode"] = "oneway" }))
        {
            Assert.That(changed.IsSuccessStatusCode, Is.True, await changed.Content.ReadAsStringAsync());
        }

        Assert.That(await UpdateAsync(bot, word), Is.EqualTo(("account_changed", "oneway")));

        // To another account of the same mode: it is told all the same.
        await BindAsync(await AddAccountAsync("oneway"), group);
        Assert.That(await UpdateAsync(bot, word), Is.EqualTo(("account_changed", "oneway")));
        using (var renamed = await _cluster.Http.PatchAsJsonAsync(new Uri(_cluster.Front, $"/api/v1/groups/{group}"), new JsonObject { ["interval"] = "5m" }))
        {
            Assert.That(renamed.IsSuccessStatusCode, Is.True, await renamed.Content.ReadAsStringAsync());
        }

        Assert.That(await UpdateAsync(bot, word), Is.EqualTo(("group_changed", "oneway")), "what was changed on the group is not the account's");
        using var refused = await _cluster.Http.PatchAsJsonAsync(new Uri(_cluster.Front, $"/api/v1/groups/{group}"), new JsonObject { ["position_mode"] = "hedge" });
        Assert.That((int)refused.StatusCode, Is.EqualTo(400));
        Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("position_mode").And.Contain("account"));
    }

    [Test]
    public async Task A_hedge_account_is_in_the_ack_after_the_gateway_was_killed()
    {
        var (group, token) = await _cluster.AddGroupAsync($"mode_{Guid.NewGuid():n}");
        await BindAsync(await AddAccountAsync("hedge"), group);
        await Wait.UntilAsync("the gateway knows", async () =>
            (await _cluster.Http.GetFromJsonAsync<JsonObject>(new Uri(_cluster.Front, $"/api/v1/groups/{group}")))!["position_mode"]!.GetValue<string>() == "hedge");
        await _cluster.KillAndRestartAsync(_cluster.Killable.Contains("gateway") ? "gateway" : "standalone", TimeSpan.Zero);
        await Wait.UntilAsync("the bot is in", async () =>
        {
            await using var bot = await Bot.GroupAsync(_cluster, token);
            return (await bot.ReceiveAsync())?["config"]?["position_mode"]?.GetValue<string>() == "hedge";
        });
    }

    private static async Task<(string Reason, string Mode)> UpdateAsync(Bot bot, string word)
    {
        while (await bot.ReceiveAsync(TimeSpan.FromSeconds(40)) is { } frame)
        {
            if (frame[word]?.GetValue<string>() == "config_update")
            {
                return (frame["reason"]!.GetValue<string>(), frame["config"]!["position_mode"]!.GetValue<string>());
            }
        }

        throw new InvalidOperationException($"the connection ended: {bot.CloseReason}");
    }

    private async Task<string> AddAccountAsync(string mode)
    {
        using var made = await _cluster.Http.PostAsJsonAsync(new Uri(_cluster.Front, "/api/v1/accounts"), new JsonObject
        {
            ["name"] = $"mode-{Guid.NewGuid():n}",
            ["exchange"] = "simulated",
            ["fill_model"] = "exchange",
            ["position_mode"] = mode,
            ["active"] = true,
        });
        var text = await made.Content.ReadAsStringAsync();
        return made.IsSuccessStatusCode ? JsonNode.Parse(text)!["id"]!.GetValue<string>() : throw new InvalidOperationException(text);
    }

    private Task BindAsync(string account, string group) => Wait.UntilAsync("the group is bound", async () =>
    {
        using var bound = await _cluster.Http.PutAsync(new Uri(_cluster.Front, $"/api/v1/accounts/{account}/groups/{group}"), null);
        return bound.IsSuccessStatusCode ? true : throw new InvalidOperationException(await bound.Content.ReadAsStringAsync());
    });
}
