using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.EndToEnd;

[TestFixture]
public sealed class HostedGroupTests
{
    [Test]
    public async Task A_replayed_market_leads_from_a_rule_to_a_fill_with_ids_that_chain()
    {
        using var file = new ReplayFile();
        await using var cluster = await TradingCluster.StartAsync(distributed: false, $"replay:{file.Path}@600");
        await cluster.AddGroupAsync("house_crypto_btcusdt", hosted: true, interval: "1m");

        var order = await Wait.ForAsync("a filled order of the hosted group", async () =>
            (await cluster.ListAsync("/api/v1/orders")).FirstOrDefault(o => o["status"]!.GetValue<string>() is "filled" or "closed"));
        var eventId = order["trigger_event_id"]!.GetValue<string>();
        var decisionId = order["decision_id"]!.GetValue<string>();

        await Wait.UntilAsync("diary, fills and equity have the chain", async () =>
            (await cluster.ListAsync("/api/v1/events?limit=1000")).Any(e => Text(e, "id") == eventId)
            && (await cluster.ListAsync("/api/v1/events?limit=1000")).Any(e => Text(e, "id") == decisionId && Text(e, "trigger_event_id") == eventId)
            && (await cluster.ListAsync("/api/v1/discussions")).Any(d => Text(d, "trigger_event_id") == eventId && Text(d, "decision_id") == decisionId)
            && (await cluster.ListAsync("/api/v1/fills")).Any(f => Text(f, "order_id") == Text(order, "id"))
            && (await cluster.ListAsync("/api/v1/equity")).Count > 0);

        // At the time of the price that it was filled at: within that bar's range, give or take what an order slips.
        var fill = (await cluster.ListAsync("/api/v1/fills")).First(f => Text(f, "order_id") == Text(order, "id"));
        var (traded, price) = (fill["market_time"]!.GetValue<DateTimeOffset>(), fill["price"]!.GetValue<decimal>());
        var bar = (await cluster.ListAsync("/api/v1/candles?symbol=BTCUSDT&interval=1m&limit=1000")).Last(c => c["open_time"]!.GetValue<DateTimeOffset>() <= traded);
        Assert.Multiple(() =>
        {
            Assert.That(traded - bar["open_time"]!.GetValue<DateTimeOffset>(), Is.LessThan(TimeSpan.FromMinutes(1)));
            Assert.That(price, Is.InRange(bar["low"]!.GetValue<decimal>() * 0.999m, bar["high"]!.GetValue<decimal>() * 1.001m));
        });
    }

    [Test]
    public async Task A_group_decides_on_candles_of_its_own_interval_or_says_how_many_it_lacks()
    {
        using var file = new ReplayFile();
        await using var cluster = await TradingCluster.StartAsync(distributed: false, $"replay:{file.Path}@600");
        foreach (var interval in new[] { "1m", "5m", "4h" })
        {
            await cluster.AddGroupAsync($"house_{interval}", hosted: true, interval: interval);
        }

        var opinions = new Dictionary<string, string>();
        await Wait.UntilAsync("every group has spoken", async () =>
        {
            foreach (var discussion in await cluster.ListAsync("/api/v1/discussions?limit=1000"))
            {
                opinions[Text(discussion, "trading_group_name") ?? Text(discussion, "group_name") ?? ""] = discussion.ToJsonString();
            }

            return opinions.Count >= 3;
        });
        Assert.Multiple(() =>
        {
            Assert.That(opinions["house_1m"], Does.Contain("BTCUSDT 1m: EMA 8"));
            Assert.That(opinions["house_5m"], Does.Contain("BTCUSDT 5m: EMA 8"));
            Assert.That(opinions["house_4h"], Does.Contain("0 closed 4h candles of BTCUSDT in a row are known, 100 are needed"));
        });
    }

    private static string? Text(JsonNode node, string name) => node[name]?.ToString();
}
