using System.Globalization;
using System.Text.Json.Nodes;
using NUnit.Framework;

namespace TradingSystem.IntegrationTests.Conformance;

/// <summary>Candles and prices as each SDK hands them on, from a gateway that tells them as a bad day has it.</summary>
[TestFixture(Sdk.Python, 2)]
[TestFixture(Sdk.Python, 3)]
[TestFixture(Sdk.TypeScript, 2)]
[TestFixture(Sdk.TypeScript, 3)]
[TestFixture(Sdk.CSharp, 2)]
[TestFixture(Sdk.CSharp, 3)]
public sealed class SdkMarketTests(Sdk sdk, int protocol)
{
    private SdkDriver _bot = null!;

    [SetUp]
    public void Start() => _bot = SdkDriver.Start(sdk);

    [TearDown]
    public Task StopAsync() => _bot.DisposeAsync().AsTask();

    [Test]
    public async Task The_history_is_there_before_the_first_bar_and_only_what_closes_is_handed()
    {
        await using var gateway = await ScriptedGateway.StartAsync(async line =>
        {
            await HistoryAsync(line, (0, 10), (1, 11), (2, 12), (3, 13));
            await line.CandleAsync(4, 14);
            await line.CandleAsync(5, 15);
            await line.StayAsync();
        });
        await ConnectAsync(gateway, candles: 3);
        await CandleAsync(5);
        Assert.Multiple(async () =>
        {
            Assert.That(Handed(), Is.EqualTo(new[] { "4", "5" }));
            Assert.That(await BookAsync(), Is.EqualTo(new[] { "3:13", "4:14", "5:15" }), "the last three");
            Assert.That(_bot.Seen("history"), Has.Count.EqualTo(1));
            Assert.That(_bot.Seen("candle_gap"), Is.Empty);
            Assert.That(gateway.Connections[0].Query, Does.Contain("candles=3").And.Match("features=orders,resume,config,market:0(&|$)"));
        });
    }

    [Test]
    public async Task A_corrected_or_late_bar_changes_the_book_and_is_not_handed()
    {
        await using var gateway = await ScriptedGateway.StartAsync(async line =>
        {
            await HistoryAsync(line, (0, 10), (1, 11));
            await line.CandleAsync(2, 12);
            await line.CandleAsync(1, 11.5m);
            await line.CandleAsync(2, 12.5m);
            await line.CandleAsync(4, 14);
            await line.CandleAsync(3, 13);
            await line.CandleAsync(5, 15);
            await line.StayAsync();
        });
        await ConnectAsync(gateway, candles: 10);
        await CandleAsync(5);
        Assert.Multiple(async () =>
        {
            Assert.That(Handed(), Is.EqualTo(new[] { "2", "4", "5" }));
            Assert.That(await BookAsync(), Is.EqualTo(new[] { "0:10", "1:11.5", "2:12.5", "3:13", "4:14", "5:15" }));
            Assert.That(Gaps(), Is.EqualTo(new[] { "2-4: 1" }), "the hole was told when it was there");
        });
    }

    [Test]
    public async Task Bars_that_were_missed_are_handed_in_order_and_once_after_a_reconnect()
    {
        await using var gateway = await ScriptedGateway.StartAsync(
            async line =>
            {
                await HistoryAsync(line, (0, 10), (1, 11));
                await line.CandleAsync(2, 12);
                await line.CloseAsync(1012, "SERVER_SHUTDOWN");
            },
            async line =>
            {
                await HistoryAsync(line, (1, 11), (2, 12.5m), (3, 13), (4, 14));
                await line.CandleAsync(5, 15);
                await line.StayAsync();
            });
        await ConnectAsync(gateway, candles: 4);
        await CandleAsync(5);
        Assert.Multiple(async () =>
        {
            Assert.That(Handed(), Is.EqualTo(new[] { "2", "3 replayed", "4 replayed", "5" }));
            Assert.That(await BookAsync(), Is.EqualTo(new[] { "2:12.5", "3:13", "4:14", "5:15" }));
            Assert.That(Gaps(), Is.Empty);
            Assert.That(_bot.Seen("history"), Has.Count.EqualTo(2));
            Assert.That(gateway.Connections[1].Query, Does.Contain("candles=4"));
        });
    }

    [Test]
    public async Task Without_a_history_at_first_what_was_missed_is_asked_for_after_a_reconnect()
    {
        await using var gateway = await ScriptedGateway.StartAsync(
            async line =>
            {
                await line.AckAsync();
                await line.ResumedAsync(true, null, 1);
                await line.CandleAsync(2, 12);
                await line.CloseAsync(1012, "SERVER_SHUTDOWN");
            },
            async line =>
            {
                await HistoryAsync(line, (1, 11), (2, 12), (3, 13));
                await line.StayAsync();
            });
        await ConnectAsync(gateway, candles: null);
        await CandleAsync(3);
        Assert.Multiple(() =>
        {
            Assert.That(Handed(), Is.EqualTo(new[] { "2", "3 replayed" }));
            Assert.That(gateway.Connections[0].Query, Does.Not.Contain("candles="));
            Assert.That(gateway.Connections[1].Query, Does.Match(@"candles=[3-9](&|$)"));
        });
    }

    [Test]
    public async Task A_hole_in_the_bars_is_told_in_the_history_between_connections_and_live()
    {
        await using var gateway = await ScriptedGateway.StartAsync(
            async line =>
            {
                await HistoryAsync(line, (0, 10), (2, 12));
                await line.CandleAsync(5, 15);
                await line.CloseAsync(1012, "SERVER_SHUTDOWN");
            },
            async line =>
            {
                await HistoryAsync(line, (20, 20), (21, 21));
                await line.CandleAsync(22, 22);
                await line.StayAsync();
            });
        await ConnectAsync(gateway, candles: 2);
        await CandleAsync(22);
        Assert.Multiple(async () =>
        {
            Assert.That(Gaps(), Is.EqualTo(new[] { "0-2: 1", "2-5: 2", "5-20: 14" }));
            Assert.That(Handed(), Is.EqualTo(new[] { "5", "20 replayed", "21 replayed", "22" }));
            Assert.That(await BookAsync(), Is.EqualTo(new[] { "21:21", "22:22" }));
        });
    }

    [Test]
    public async Task Prices_that_a_busy_handler_lets_pass_are_one_and_take_no_events_place()
    {
        await using var gateway = await ScriptedGateway.StartAsync(async line =>
        {
            await line.AckAsync();
            await line.ResumedAsync(true, null, 10);
            await line.EventAsync(11, 10);
            await line.ReceiveAsync();
            for (var price = 1; price <= 200; price++)
            {
                await line.PriceAsync(price);
            }

            await line.EventAsync(12, 11);
            await line.EventAsync(13, 12);
            await line.EventAsync(14, 13);
            await line.PriceAsync(201);
            await line.SendAsync(new() { ["ok"] = true, ["message"] = "logged", ["request_id"] = "told" });
            await line.ReceiveAsync();
            await line.PriceAsync(202);
            await line.StayAsync();
        });
        await ConnectAsync(gateway, candles: null, market: "100ms", queueSize: 3, first: () => _bot.AskAsync("hold"));
        await _bot.SeeAsync("event", e => e["seq"]!.GetValue<long>() == 11);
        await _bot.AskAsync("request", new() { ["frame"] = new JsonObject { [protocol == 3 ? "kind" : "type"] = "system", ["request_id"] = "told" } });
        await _bot.AskAsync("release");
        await _bot.SeeAsync("event", e => e["seq"]!.GetValue<long>() == 14);
        _ = _bot.AskAsync("request", new() { ["frame"] = new JsonObject { [protocol == 3 ? "kind" : "type"] = "system", ["request_id"] = "next" } });
        await _bot.SeeAsync("price", p => Number(p["price"]) == 202);
        Assert.Multiple(() =>
        {
            Assert.That(_bot.Seen("price").Select(p => Number(p["price"])), Is.EqualTo(new[] { 201m, 202m }));
            Assert.That(_bot.Titles("at"), Is.EqualTo(new[] { "at 11", "at 12", "at 13", "at 14" }));
            Assert.That(gateway.Connections, Has.Count.EqualTo(1), "nothing was pushed out of the queue");
            Assert.That(gateway.Connections[0].Query, Does.Match("market:100ms(&|$)"));
        });
    }

    [Test]
    public async Task Another_market_of_the_group_begins_with_its_own_history()
    {
        await using var gateway = await ScriptedGateway.StartAsync(async line =>
        {
            await HistoryAsync(line, (0, 10));
            await line.CandleAsync(1, 11);
            await line.CandleAsync(0, 100, "ETHUSDT");
            await line.CandleAsync(1, 101, "ETHUSDT");
            await line.CandlesEndAsync();
            await line.CandleAsync(2, 102, "ETHUSDT");
            await line.StayAsync();
        });
        await ConnectAsync(gateway, candles: 10);
        await CandleAsync(2);
        Assert.Multiple(async () =>
        {
            Assert.That(Handed(), Is.EqualTo(new[] { "1", "2" }));
            Assert.That(await BookAsync(), Is.EqualTo(new[] { "0:100", "1:101", "2:102" }));
            Assert.That(Gaps(), Is.Empty);
        });
    }

    [Test]
    public async Task A_history_that_comes_late_is_still_one()
    {
        await using var gateway = await ScriptedGateway.StartAsync(async line =>
        {
            await line.AckAsync();
            await line.ResumedAsync(true, null, 1);
            await line.CandlesEndAsync(complete: false);
            await line.CandleAsync(2, 12);
            await line.CandleAsync(0, 10);
            await line.CandleAsync(1, 11);
            await line.CandlesEndAsync();
            await line.CandleAsync(3, 13);
            await line.StayAsync();
        });
        await ConnectAsync(gateway, candles: 10);
        await CandleAsync(3);
        Assert.That(Handed(), Is.EqualTo(new[] { "3" }));
        Assert.That(await BookAsync(), Is.EqualTo(new[] { "0:10", "1:11", "2:12", "3:13" }));
        Assert.That(_bot.Seen("history").Select(h => h["complete"]?.GetValue<bool>() ?? true), Is.EqualTo(new[] { false, true }));
    }

    [Test]
    public async Task A_market_that_went_back_in_time_is_followed_anew()
    {
        await using var gateway = await ScriptedGateway.StartAsync(
            async line =>
            {
                await HistoryAsync(line, (50, 10));
                await line.CandleAsync(51, 11);
                await line.CloseAsync(1012, "SERVER_SHUTDOWN");
            },
            async line =>
            {
                await HistoryAsync(line, (0, 1), (1, 2));
                await line.CandleAsync(2, 3);
                await line.StayAsync();
            });
        await ConnectAsync(gateway, candles: 10);
        await CandleAsync(2);
        Assert.That(Handed(), Is.EqualTo(new[] { "51", "2" }));
        Assert.That(await BookAsync(), Is.EqualTo(new[] { "0:1", "1:2", "2:3" }));
    }

    [Test]
    public async Task Numbers_lose_nothing_on_their_way()
    {
        // A JavaScript number has no more digits than these.
        var precise = sdk == Sdk.TypeScript ? 62500.10m : 12345678901234567.123456789m;
        await using var gateway = await ScriptedGateway.StartAsync(async line =>
        {
            await line.AckAsync();
            await line.ResumedAsync(true, null, 1);
            await line.PriceAsync(precise);
            await line.CandleAsync(1, precise);
            await line.StayAsync();
        });
        await ConnectAsync(gateway, candles: null, market: "1s");
        await CandleAsync(1);
        var (price, candle) = (_bot.Seen("price").Single(), _bot.Seen("candle").Single());
        Assert.Multiple(() =>
        {
            Assert.That(Number(price["price"]), Is.EqualTo(precise));
            Assert.That(Number(price["bid"]), Is.EqualTo(precise - 1));
            Assert.That(price["ask"], Is.Null);
            Assert.That(Number(candle["close"]), Is.EqualTo(precise));
            Assert.That(Number(candle["volume"]), Is.EqualTo(0.00000394m));
        });
    }

    [TestCase("50ms", null, "market")]
    [TestCase("61s", null, "market")]
    [TestCase(null, 0, "candles")]
    [TestCase(null, 1001, "candles")]
    public async Task A_wish_that_the_server_would_refuse_is_refused_by_its_name(string? market, int? candles, string name)
    {
        var result = await _bot.AskAsync("connect", Wish(candles, market, null, "127.0.0.1:9"));
        Assert.That(result["error"]?.GetValue<string>(), Does.Match($"(?i){name} is .*expected"));
    }

    private static async Task HistoryAsync(ScriptedGateway.Line line, params (int Minute, decimal Close)[] bars)
    {
        await line.AckAsync();
        foreach (var (minute, close) in bars)
        {
            await line.CandleAsync(minute, close);
        }

        await line.CandlesEndAsync();
        await line.ResumedAsync(true, null, 1);
    }

    private static decimal Number(JsonNode? value) => decimal.Parse(value!.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture);

    private static int MinuteOf(JsonNode? time)
    {
        var at = DateTimeOffset.Parse(time!.GetValue<string>(), CultureInfo.InvariantCulture);
        return ((at.Hour - 10) * 60) + at.Minute;
    }

    private IEnumerable<string> Handed() => _bot.Seen("candle").Select(c => $"{MinuteOf(c["open_time"])}{((bool?)c["replayed"] == true ? " replayed" : "")}");

    private IEnumerable<string> Gaps() => _bot.Seen("candle_gap").Select(g => $"{MinuteOf(g["after"])}-{MinuteOf(g["before"])}: {g["missing"]}");

    private async Task<IEnumerable<string>> BookAsync() =>
        (await _bot.AskAsync("candles"))["candles"]!.AsArray().Select(c => $"{MinuteOf(c!["open_time"])}:{Number(c["close"]).ToString("0.#####", CultureInfo.InvariantCulture)}");

    private Task<JsonObject> CandleAsync(int minute) => _bot.SeeAsync("candle", c => MinuteOf(c["open_time"]) == minute);

    private JsonObject Wish(int? candles, string? market, int? queueSize, string url)
    {
        var command = new JsonObject { ["url"] = url, ["token"] = "token", ["protocol"] = protocol, ["market"] = market ?? "0" };
        if (candles is not null)
        {
            command["candles"] = candles;
        }

        if (queueSize is not null)
        {
            command["queue_size"] = queueSize;
        }

        return command;
    }

    private async Task ConnectAsync(ScriptedGateway gateway, int? candles, string? market = null, int? queueSize = null, Func<Task>? first = null)
    {
        await (first?.Invoke() ?? Task.CompletedTask);
        var result = await _bot.AskAsync("connect", Wish(candles, market, queueSize, gateway.Socket.ToString()));
        Assert.That(result["error"], Is.Null, result.ToJsonString());
    }
}
