using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Everywhere;

/// <summary>What is no number, what is almost none and what is misspelt, on every kind of account: nothing is traded by it.</summary>
[TestFixture]
public sealed class NumberTests
{
    private Stage _stage = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _stage = await Stage.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_stage is not null)
        {
            TestContext.Out.WriteLine(_stage.Product.Logs());
            await _stage.DisposeAsync();
        }
    }

    [Test]
    public async Task A_quantity_below_the_step_is_too_small_and_neither_closes_all_nor_is_sized_by_the_margin([Values] AccountKind kind)
    {
        await _stage.PriceAsync(Stage.Price);
        var account = await _stage.OpenAsync(kind);
        await account.TradeAsync("LONG");
        var held = await account.OurQtyAsync();
        foreach (var (action, signal) in new[]
        {
            ("CLOSE", """{"action":"CLOSE","qty":5.42e-20}"""), ("CLOSE", """{"action":"CLOSE","qty":"0.00009"}"""),
            ("LONG", """{"action":"LONG","qty":1e-30,"margin_usd":50}"""), ("LONG", """{"action":"LONG","margin_usd":1e-30}"""),
        })
        {
            var order = await account.DoneAsync(await account.SendAsync(Frame(action, signal)));
            Assert.That(
                (order["status"]!.GetValue<string>(), order["reason"]?["code"]?.GetValue<string>(), order["reason"]?["limit"]?.GetValue<string>()),
                Is.EqualTo(("rejected", "QTY_TOO_SMALL", kind == AccountKind.Okx ? "0.0001" : "0.001")),
                signal + order.ToJsonString());
        }

        Assert.That((await account.HeldThereAsync(), await account.OurQtyAsync()), Is.EqualTo((held, held)));
        Assert.That(await account.FillsAsync(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task What_is_null_where_it_sizes_or_misspelt_is_refused_on_the_wire_and_the_position_stays([Values] AccountKind kind)
    {
        await _stage.PriceAsync(Stage.Price);
        var account = await _stage.OpenAsync(kind);
        await account.TradeAsync("LONG");
        var held = await account.OurQtyAsync();
        await using var bot = await Bot.GroupAsync(_stage.Product, account.Token);
        await bot.OfTypeAsync("ack");
        foreach (var (action, signal, path) in new[]
        {
            ("CLOSE", """{"action":"CLOSE","qty":null}""", "payload.signal.qty"), ("LONG", """{"action":"LONG","qty":null,"margin_usd":50}""", "payload.signal.qty"),
            ("LONG", """{"action":"LONG","qty":0.005,"margin_usd":null}""", "payload.signal.margin_usd"),
            ("LONG", """{"action":"LONG","margin_usd":50,"stoploss":90000}""", "payload.signal.stoploss"),
        })
        {
            var reply = await bot.AskAsync(Frame(action, signal));
            Assert.That((reply["message"]!.GetValue<string>(), reply["detail"]?[0]?["path"]?.GetValue<string>()), Is.EqualTo(("validation_error", path)), reply.ToJsonString());
        }

        await bot.DisposeAsync();
        Assert.That((await account.HeldThereAsync(), await account.OurQtyAsync()), Is.EqualTo((held, held)));
        Assert.That((await account.TradeAsync("CLOSE"))["status"]!.GetValue<string>(), Is.EqualTo("closed"));
        await Wait.UntilAsync("it is flat on both sides", async () => (await account.HeldThereAsync(), await account.OurQtyAsync()) == (0m, 0m));
    }

    private static JsonObject Frame(string action, string signal)
    {
        var frame = Bot.Decision(action, decisionId: $"n-{Guid.NewGuid():n}");
        frame["payload"] = $$"""{"source_id":"test_bot","symbol":"BTCUSDT","signal":{{signal}} }""";
        return frame;
    }
}
