using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.EndToEnd;

/// <summary>The simulated market over a crash: positions are open, and the price goes on.</summary>
[TestFixture(false, Description = "one process, in-memory bus")]
[TestFixture(true, Description = "six processes, RabbitMQ")]
public sealed class MarketRestartTests(bool distributed)
{
    [Test]
    public async Task Prices_and_candles_go_on_after_a_crash_and_every_fill_lies_within_its_minute()
    {
        await using var cluster = await TradingCluster.StartAsync(distributed);
        var (_, token) = await cluster.AddGroupAsync("trade_crypto_btcusdt_15m");
        var killed = distributed ? "trigger" : "standalone";
        var told = new List<(DateTimeOffset At, decimal Price)>();
        await TradeAsync(cluster, token, "LONG", told);
        var closed = await CandlesAsync(cluster, 100);
        for (var i = 0; i < 2; i++)
        {
            var before = await PriceAsync(cluster, told);
            await cluster.KillAndRestartAsync(killed, TimeSpan.Zero);
            var after = await PriceAsync(cluster, told);
            Assert.That(after, Is.EqualTo(before).Within(0.6m).Percent, "what the market does in the seconds of a start, not a leap to its beginning");
            await TradeAsync(cluster, token, i == 0 ? "CLOSE" : "LONG", told);
        }

        var candles = await CandlesAsync(cluster, 300);
        await Wait.UntilAsync("the older history is told again", async () =>
            closed.Keys.All((candles = await CandlesAsync(cluster, 300)).ContainsKey));
        foreach (var (minute, candle) in closed.Where(c => c.Value["closed"]!.GetValue<bool>()))
        {
            Assert.That(candles[minute].ToJsonString(), Is.EqualTo(candle.ToJsonString()), "what was told before the crash is told after it");
        }

        await Wait.UntilAsync("the last minute is closed", async () => (candles = await CandlesAsync(cluster, 300)).Any(c => c.Key > told[^1].At));
        foreach (var (at, price) in told)
        {
            var candle = candles[Minute(at)];
            Assert.That(price, Is.InRange(candle["low"]!.GetValue<decimal>(), candle["high"]!.GetValue<decimal>()), $"told at {at:O}");
        }

        foreach (var fill in await cluster.ListAsync("/api/v1/fills"))
        {
            // A price may be a quarter of a second old when it is filled, and spread and slippage lie on top.
            var at = fill["created_at"]!.GetValue<DateTimeOffset>();
            var around = new[] { at, at.AddSeconds(-1) }.Select(t => candles[Minute(t)]).ToList();
            var price = fill["price"]!.GetValue<decimal>();
            Assert.That(
                price,
                Is.InRange(around.Min(c => c["low"]!.GetValue<decimal>()) * 0.9995m, around.Max(c => c["high"]!.GetValue<decimal>()) * 1.0005m),
                $"filled at {at:O}");
        }
    }

    private static async Task TradeAsync(TradingCluster cluster, string token, string action, List<(DateTimeOffset, decimal)> told)
    {
        await using var bot = await Bot.GroupAsync(cluster, token);
        await bot.ReceiveAsync();
        var accepted = await bot.AskAsync(Bot.Decision(action));
        await Wait.UntilAsync($"{action} is filled", async () =>
            (await cluster.ListAsync("/api/v1/orders")).Any(o => o["decision_id"]?.ToString() == accepted["id"]!.ToString() && o["status"]!.GetValue<string>() is "filled" or "closed"));
        await PriceAsync(cluster, told);
    }

    private static async Task<decimal> PriceAsync(TradingCluster cluster, List<(DateTimeOffset At, decimal Price)> told)
    {
        var tick = await Wait.ForAsync("a price", async () =>
            (await cluster.ListAsync("/api/v1/prices")).FirstOrDefault(p => p["symbol"]!.GetValue<string>() == "BTCUSDT"));
        told.Add((tick["market_time"]!.GetValue<DateTimeOffset>(), tick["price"]!.GetValue<decimal>()));
        return told[^1].Price;
    }

    private static async Task<Dictionary<DateTimeOffset, JsonNode>> CandlesAsync(TradingCluster cluster, int count) =>
        (await cluster.ListAsync($"/api/v1/candles?symbol=BTCUSDT&interval=1m&limit={count}")).ToDictionary(c => c["open_time"]!.GetValue<DateTimeOffset>());

    private static DateTimeOffset Minute(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
}
