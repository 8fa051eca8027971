using NUnit.Framework;
using TradingSystem.VenueEmulator.Control;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Faults;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.IntegrationTests.Execution.Desk;

/// <summary>Stop-loss and take-profit that wait at the venue. A product of its own for each test: the prices are everybody's.</summary>
[TestFixture]
public sealed class DeskProtectionTests
{
    private VenueCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await VenueCluster.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        TestContext.Out.WriteLine(_cluster.Product.Logs());
        await _cluster.DisposeAsync();
    }

    [SetUp]
    public Task PriceAsync() => SetAsync(VenueCluster.Price);

    [Test]
    public async Task Both_legs_are_placed_and_when_one_fills_the_other_goes([Values] VenueKind venue, [Values] bool stop)
    {
        var account = await _cluster.OpenAsync(venue);
        var (low, high) = await BoundsAsync();
        var decision = await account.DecideAsync("LONG", 100m, low, high);
        await account.OrderAsync(decision, "protected");
        Assert.That(await WaitingAsync(account), Is.EqualTo(2));
        await SetAsync(stop ? low - 500m : high + 500m);
        var order = await account.DoneAsync(decision);
        Assert.That(order["status"]!.GetValue<string>(), Is.EqualTo(stop ? "stopped" : "took_profit"), order.ToJsonString());
        await account.PositionsAgreeAsync();
        Assert.That(await account.VenueQtyAsync(), Is.Zero);
        await Wait.UntilAsync("no leg is left", async () => await WaitingAsync(account) == 0);
        Assert.That(await account.StepsAsync(decision), Is.EqualTo(new[] { "accepted", "submitted", "filled", "protected", stop ? "stopped" : "took_profit" }));
        var exit = await account.ExitAsync(decision, stop ? "stopped" : "took_profit");
        Assert.Multiple(() =>
        {
            Assert.That((exit["side"]!.GetValue<string>(), exit["qty"]!.GetValue<decimal>()), Is.EqualTo(("SELL", order["qty"]!.GetValue<decimal>())));
            Assert.That(exit["avg_price"]!.GetValue<decimal>(), stop ? Is.LessThanOrEqualTo(low) : Is.GreaterThanOrEqualTo(high));
            Assert.That(
                exit["realized_pnl"]!.GetValue<decimal>(),
                Is.EqualTo(exit["qty"]!.GetValue<decimal>() * (exit["avg_price"]!.GetValue<decimal>() - order["avg_price"]!.GetValue<decimal>())));
            Assert.That(exit["fee"]!.GetValue<decimal>(), Is.Positive);
            Assert.That((order["side"]!.GetValue<string>(), order["realized_pnl"]!.GetValue<decimal>()), Is.EqualTo(("BUY", 0m)), "the entry's row stays the entry's");
        });
    }

    [Test]
    public async Task A_position_that_grows_and_one_that_closes_take_their_legs_along([Values] VenueKind venue)
    {
        var account = await _cluster.OpenAsync(venue);
        var (low, high) = await BoundsAsync();
        var first = await account.DecideAsync("LONG", 100m, low, high);
        await account.OrderAsync(first, "protected");
        await account.TradeAsync("LONG", 100m);
        await Wait.UntilAsync("the legs have the position's size", async () =>
        {
            var held = await account.VenueQtyAsync();
            var sizes = await SizesAsync(account);
            return sizes.Count == 2 && sizes.All(s => s == held);
        });
        var closing = await account.TradeAsync("CLOSE");
        Assert.That((await account.DoneAsync(first))["status"]!.GetValue<string>(), Is.EqualTo("closed"));
        Assert.That(
            (await account.ExitAsync(first, "closed"))["id"]!.GetValue<string>(), Is.EqualTo(closing["id"]!.GetValue<string>()),
            "the entry is told of what ended its position");
        await Wait.UntilAsync("no leg is left", async () => await WaitingAsync(account) == 0);
    }

    [Test]
    public async Task A_position_whose_legs_cannot_be_placed_is_closed_and_the_seconds_are_counted([Values] VenueKind venue)
    {
        var account = await _cluster.OpenAsync(venue);
        await account.WarmAsync();
        await account.TradeAsync("CLOSE");
        await account.FaultAsync(FaultKind.BusyBefore, count: null, on: [Operation.Protect]);
        if (venue == VenueKind.Bybit)
        {
            Assert.Ignore("Bybit places protection by the same request as an order.");
        }

        var (low, high) = await BoundsAsync();
        var decision = await account.DecideAsync("LONG", 100m, low, high);
        var order = await account.OrderAsync(decision, "closed");
        Assert.That((order["status"]!.GetValue<string>(), order["reason"]?["code"]?.GetValue<string>()), Is.EqualTo(("closed", "UNPROTECTED")), order.ToJsonString());
        Assert.That(await account.VenueQtyAsync(), Is.Zero);
        Assert.That((await account.ExitAsync(decision, "closed"))["side"]!.GetValue<string>(), Is.EqualTo("SELL"));
        await Wait.UntilAsync("the seconds are kept", async () =>
            (await _cluster.SqlAsync("select naked_seconds > 1 from execution.desk_protections where account_id = $1 and naked_since is null", account.Id)).SequenceEqual(["True"]));
    }

    private Task SetAsync(decimal price) => _cluster.Emulator.SetPriceAsync(new PriceRequest("BTCUSDT", price));

    /// <summary>Around the feed's price and the venue's, which are not the same.</summary>
    private async Task<(decimal Low, decimal High)> BoundsAsync()
    {
        var feed = await Wait.ForAsync(
            "a price",
            async () => (await _cluster.Product.ListAsync("/api/v1/orders")).Select(o => o["price_at_decision"]?.ToString()).FirstOrDefault(p => p is not null) ?? await FirstPriceAsync());
        var price = decimal.Parse(feed, System.Globalization.CultureInfo.InvariantCulture);
        return (decimal.Floor(Math.Min(price, VenueCluster.Price) * 0.8m), decimal.Floor(Math.Max(price, VenueCluster.Price) * 1.2m));
    }

    private async Task<string?> FirstPriceAsync()
    {
        var any = await _cluster.OpenAsync(VenueKind.Binance);
        return (await any.TradeAsync("LONG"))["price_at_decision"]?.ToString();
    }

    private static async Task<int> WaitingAsync(DeskAccount account) => (await account.AtVenueAsync()).Algos.Count(a => a.State == AlgoState.Waiting);

    private static async Task<List<decimal>> SizesAsync(DeskAccount account) =>
        [.. (await account.AtVenueAsync()).Algos.Where(a => a.State == AlgoState.Waiting).Select(a => a.Qty ?? 0m)];
}
