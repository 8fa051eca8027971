using System.Text.RegularExpressions;
using NUnit.Framework;

namespace TradingSystem.IntegrationTests.Everywhere;

/// <summary>What ended a position is told as what it was, to the last digit and without padding, wherever the account is.</summary>
[TestFixture]
public sealed partial class ExitTests
{
    // Neither prices nor sizes are round, so that no average is.
    private static readonly string[] Lists =
    [
        "/api/v1/orders", "/api/v1/orders/open", "/api/v1/fills", "/api/v1/positions", "/api/v1/accounts", "/api/v1/protections",
        "/api/v1/reconciliations", "/api/v1/events", "/api/v1/equity",
        "/api/v1/groups", "/api/v1/risk/limits", "/diary?limit=500", "/diary?limit=500&format=jsonl", "/state", "/meta",
        "/api/v1/candles?symbol=BTCUSDT&interval=1m", "/api/v1/prices",
    ];

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
    public async Task A_stop_and_a_target_tell_the_exit_and_not_the_entry([Values] AccountKind kind, [Values] bool stop)
    {
        await _stage.PriceAsync(60_123.4m);
        var account = await _stage.OpenAsync(kind);
        var decision = await account.DecideAsync("LONG", 100m, 57_000.1m, 63_000.7m);
        var entry = await account.OrderAsync(decision, "protected");
        await _stage.PriceAsync(stop ? 56_900.3m : 63_100.9m);
        var exit = await account.ExitAsync(decision, stop ? "stopped" : "took_profit");
        var (qty, price) = (exit["qty"]!.GetValue<decimal>(), exit["avg_price"]!.GetValue<decimal>());
        Assert.Multiple(() =>
        {
            Assert.That((exit["side"]!.GetValue<string>(), qty), Is.EqualTo(("SELL", entry["qty"]!.GetValue<decimal>())));
            Assert.That(price, stop ? Is.LessThanOrEqualTo(57_000.1m) : Is.GreaterThanOrEqualTo(63_000.7m));
            Assert.That(exit["realized_pnl"]!.GetValue<decimal>(), Is.EqualTo(qty * (price - entry["avg_price"]!.GetValue<decimal>())));
            Assert.That(exit["fee"]!.GetValue<decimal>(), Is.Positive.And.Not.EqualTo(entry["fee"]!.GetValue<decimal>()));
        });
        await Wait.UntilAsync("it is flat", async () => (await account.HeldThereAsync(), await account.OurQtyAsync()) == (0m, 0m));
        await AddsUpAsync(account);
    }

    [Test]
    public async Task Partial_exits_at_odd_prices_add_up_to_the_last_digit_and_nothing_is_padded([Values] AccountKind kind)
    {
        await _stage.PriceAsync(60_123.4m);
        var account = await _stage.OpenAsync(kind);
        await account.TradeAsync("LONG", 50m);
        await _stage.PriceAsync(60_777.7m);
        await account.TradeAsync("LONG", 83m);
        await _stage.PriceAsync(60_501.3m);
        var part = await account.DoneAsync(await account.AskAsync("CLOSE", 0m, signal => signal["qty"] = 0.003m));
        Assert.That((part["status"]!.GetValue<string>(), part["side"]!.GetValue<string>(), part["qty"]!.GetValue<decimal>()), Is.EqualTo(("filled", "SELL", 0.003m)));
        await UnpaddedAsync();
        await _stage.PriceAsync(60_333.1m);
        var closing = await account.DecideAsync("CLOSE");
        await account.OrderAsync(closing, "closed");
        var exit = await account.ExitAsync(closing, "closed");
        Assert.That(exit["side"]!.GetValue<string>(), Is.EqualTo("SELL"));
        await AddsUpAsync(account);
        await UnpaddedAsync();
    }

    /// <summary>Flat: what was realised is what was sold less what was bought, in the fills, the position and the account's orders.</summary>
    private static async Task AddsUpAsync(TradingAccount account)
    {
        var fills = await account.FillsAsync();
        var cash = fills.Sum(f => (f["side"]!.GetValue<string>() == "SELL" ? 1m : -1m) * f["qty"]!.GetValue<decimal>() * f["price"]!.GetValue<decimal>());
        var fees = fills.Sum(f => f["fee"]!.GetValue<decimal>());
        var orders = await account.Cluster.Product.ListAsync($"/api/v1/orders?group_id={account.Group}");
        var position = (await account.PositionAsync())!;
        Assert.Multiple(() =>
        {
            Assert.That(fills.Sum(f => f["realized_pnl"]!.GetValue<decimal>()), Is.EqualTo(cash));
            Assert.That(position["realized_pnl"]!.GetValue<decimal>(), Is.EqualTo(cash));
            Assert.That((position["qty"]!.GetValue<decimal>(), position["cost"]!.GetValue<decimal>(), position["avg_price"]!.GetValue<decimal>()), Is.EqualTo((0m, 0m, 0m)));
            Assert.That(orders.Sum(o => o["realized_pnl"]!.GetValue<decimal>()), Is.EqualTo(cash), "each order has its own part");
            Assert.That(orders.Sum(o => o["fee"]!.GetValue<decimal>()), Is.EqualTo(fees));
        });
    }

    private async Task UnpaddedAsync()
    {
        foreach (var list in Lists)
        {
            var text = await _stage.Product.Http.GetStringAsync(new Uri(_stage.Product.Front, list));
            var padded = Padded().Matches(InText().Replace(text, "\"\"")).Select(m => m.Value).Distinct().Take(5).ToList();
            Assert.That(padded, Is.Empty, list);
        }
    }

    [GeneratedRegex(@"-?\d+\.\d*0(?![\dEe])")]
    private static partial Regex Padded();

    /// <summary>What stands in quotes is somebody's text.</summary>
    [GeneratedRegex("\"(?:[^\"\\\\]|\\\\.)*\"")]
    private static partial Regex InText();
}
