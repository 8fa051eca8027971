using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Gateway.Connections;

/// <summary>The market on a group's own socket, while two hours of bars a second are played.</summary>
[TestFixture(false, Description = "one process, in-memory bus")]
[TestFixture(true, Description = "two gateways, RabbitMQ")]
public sealed class MarketTests(bool distributed)
{
    private ReplayFile _file = null!;
    private TradingCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _file = new ReplayFile(minutes: 20_000);
        _cluster = await TradingCluster.StartAsync(distributed, $"replay:{_file.Path}@600");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_cluster is not null)
        {
            TestContext.Out.WriteLine(_cluster.Logs());
            await _cluster.DisposeAsync();
        }

        _file?.Dispose();
    }

    [TestCase(2)]
    [TestCase(3)]
    public async Task History_and_live_candles_are_the_files_bars_in_order_each_once(int protocol)
    {
        var (_, token) = await _cluster.AddGroupAsync($"market_history_{protocol}", interval: "1m");
        await Wait.UntilAsync("there is some history", async () => (await _cluster.ListAsync("/api/v1/candles?symbol=BTCUSDT&interval=1m&limit=100")).Count == 100);
        await using var bot = await Bot.ConnectAsync(_cluster.Socket, $"trading_group_token={token}&protocol={protocol}&features=market:100ms,orders&candles=50");
        var ack = await bot.ReceiveAsync();
        Assert.That(ack!["features"]!.AsArray().Select(f => f!.ToString()), Does.Contain("market"));
        var candles = new List<JsonObject>();
        while (await NextAsync(bot, protocol) is ("candle", var candle))
        {
            candles.Add(candle);
        }

        Assert.That(candles, Has.Count.EqualTo(50), "and behind them candles_end, before any price");
        var prices = new List<JsonObject>();
        while (candles.Count < 150 || prices.Count < 20)
        {
            var (type, frame) = await NextAsync(bot, protocol);
            (type == "candle" ? candles : prices).Add(frame);
            Assert.That(type, Is.AnyOf("candle", "price"));
        }

        var first = _file.IndexOf(candles[0]["open_time"]!.GetValue<DateTimeOffset>());
        foreach (var (candle, n) in candles.Select((c, n) => (c, n)))
        {
            var bar = _file.Bars[first + n];
            Assert.That(
                (candle["symbol"]!.ToString(), candle["interval"]!.ToString(), candle["open_time"]!.GetValue<DateTimeOffset>(), Money(candle, "open"), Money(candle, "high"), Money(candle, "low"), Money(candle, "close"), Money(candle, "volume"), candle["closed"]!.GetValue<bool>()),
                Is.EqualTo(("BTCUSDT", "1m", bar.OpenTime, bar.Open, bar.High, bar.Low, bar.Close, bar.Volume, true)));
        }

        Assert.That(prices.Select(p => p["market_time"]!.GetValue<DateTimeOffset>()), Is.Ordered);
        var rest = await _cluster.ListAsync($"/api/v1/candles?symbol=BTCUSDT&interval=1m&limit=500");
        var known = rest.ToDictionary(c => c["open_time"]!.GetValue<DateTimeOffset>());
        foreach (var candle in candles.TakeLast(100))
        {
            var same = known[candle["open_time"]!.GetValue<DateTimeOffset>()];
            Assert.That(Money(candle, "close"), Is.EqualTo(Money(same.AsObject(), "close")), "REST says the same");
        }
    }

    [Test]
    public async Task A_thousand_candles_come_in_one_go_on_any_node()
    {
        var socket = distributed ? (await _cluster.AddGatewayAsync()).Socket : _cluster.Socket;
        var (_, token) = await _cluster.AddGroupAsync("market_thousand", interval: "1m");
        await Wait.UntilAsync("there is as much", async () => (await _cluster.ListAsync("/api/v1/candles?symbol=BTCUSDT&interval=1m&limit=1000")).Count == 1000);
        await using var bot = await Bot.ConnectAsync(socket, $"trading_group_token={token}&features=market:0&candles=1000");
        await bot.ReceiveAsync();
        DateTimeOffset? last = null;
        for (var n = 0; n < 1000; n++)
        {
            var (type, candle) = await NextAsync(bot, 2);
            var opened = candle["open_time"]!.GetValue<DateTimeOffset>();
            Assert.That((type, opened), Is.EqualTo(("candle", last?.AddMinutes(1) ?? opened)));
            last = opened;
        }

        var (end, told) = await NextAsync(bot, 2);
        Assert.That((end, told["count"]!.GetValue<int>(), told["complete"]!.GetValue<bool>()), Is.EqualTo(("candles_end", 1000, true)));
    }

    [Test]
    public async Task A_group_that_gets_another_interval_is_told_its_candles_on_the_same_connection()
    {
        var (id, token) = await _cluster.AddGroupAsync("market_turned", interval: "1m");
        await using var bot = await Bot.ConnectAsync(_cluster.Socket, $"trading_group_token={token}&features=market:0,config&candles=3");
        await bot.OfTypeAsync("candles_end");
        await _cluster.PatchAsync($"/api/v1/groups/{id}", new JsonObject { ["interval"] = "5m" });
        var seen = new List<string>();
        JsonObject end;
        do
        {
            end = (await bot.ReceiveAsync())!;
            seen.Add($"{end["type"]} {end["interval"]}".Trim());
        }
        while (end["type"]!.ToString() != "candles_end");
        Assert.That(seen, Does.Contain("config_update"));
        Assert.That(seen[^1], Is.EqualTo("candles_end 5m"));
        for (var n = 0; n < 3; n++)
        {
            Assert.That((await bot.OfTypeAsync("candle"))["interval"]!.ToString(), Is.EqualTo("5m"));
        }

        await _cluster.PatchAsync($"/api/v1/groups/{id}", new JsonObject { ["interval"] = "3m" });
        Assert.That((await bot.OfTypeAsync("candles_end"))["note"]!.ToString(), Does.StartWith("the market has no 3m of BTCUSDT: it has 1m, 5m"));
    }

    [TestCase("features=market:10ms")]
    [TestCase("features=market&candles=0")]
    [TestCase("features=market&candles=1001")]
    [TestCase("features=market&candles=many")]
    [TestCase("candles=10")]
    [TestCase("features=orders&candles=10")]
    public async Task What_cannot_be_asked_for_is_refused(string query)
    {
        await using var bot = await Bot.ConnectAsync(_cluster.Socket, $"trading_group_token=any&{query}");
        Assert.That(await bot.ReceiveAsync(), Is.Null);
        Assert.That(bot.CloseReason, Is.EqualTo("BAD_PARAMETER"));
    }

    [Test]
    public async Task Who_did_not_ask_for_the_market_hears_nothing_of_it()
    {
        var (_, token) = await _cluster.AddGroupAsync("market_seed", interval: "1m");
        var (_, other) = await _cluster.AddGroupAsync("market_asker", interval: "1m");
        await using var seed = await Bot.GroupAsync(_cluster, token);
        await using var asker = await Bot.ConnectAsync(_cluster.Socket, $"trading_group_token={other}&features=market:100ms");
        for (var n = 0; n < 5; n++)
        {
            await asker.OfTypeAsync("candle");
        }

        await seed.SendAsync(new JsonObject { ["type"] = "ping", ["id"] = "last" });
        var types = new List<string>();
        do
        {
            types.Add((await seed.ReceiveAsync())!["type"]!.ToString());
        }
        while (types[^1] != "pong");
        // The built-in rules' events are for everybody.
        Assert.That(types.Where(t => t != "event"), Is.EqualTo(new[] { "ack", "pong" }));
    }

    private static async Task<(string Type, JsonObject Fields)> NextAsync(Bot bot, int protocol)
    {
        while (true)
        {
            var frame = (await bot.ReceiveAsync())!;
            var type = frame[protocol == 3 ? "kind" : "type"]!.ToString();
            if (type != "event")
            {
                return (type, protocol == 3 ? frame["payload"]!.AsObject() : frame);
            }
        }
    }

    private static decimal Money(JsonObject frame, string name) => frame[name]!.GetValue<decimal>();
}
