using System.Net;
using NUnit.Framework;
using TradingSystem.Execution.Orders;
using TradingSystem.IntegrationTests.Execution.Controls;
using TradingSystem.IntegrationTests.Servers;
using TradingSystem.VenueEmulator.Control;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.IntegrationTests.Execution.Desk;

/// <summary>Limit orders that rest at the venue. A product of its own: the prices are everybody's.</summary>
[TestFixture]
public sealed class DeskLimitTests
{
    private const decimal Below = VenueCluster.Price * 0.99m;
    private const decimal Above = VenueCluster.Price * 1.01m;

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
    public async Task A_limit_order_waits_for_its_price_and_holds_up_no_other([Values] VenueKind venue)
    {
        var account = await _cluster.OpenAsync(venue);
        var resting = await account.RestAsync("LONG", Below + 0.07m);
        Assert.That((await account.OpenAsync(resting, "working"))!["price"]!.GetValue<decimal>(), Is.EqualTo(Below), "never above what was asked for");
        Assert.That((await account.TradeAsync("LONG"))["status"]!.GetValue<string>(), Is.EqualTo("filled"));
        await SetAsync(Below - 100m);
        var order = await account.DoneAsync(resting);
        Assert.That(
            (order["status"]!.GetValue<string>(), order["avg_price"]!.GetValue<decimal>(), await account.CountAsync(resting)),
            Is.EqualTo(("filled", Below, 1)), order.ToJsonString());
        Assert.That(await account.StepsAsync(resting), Is.EqualTo(new[] { "accepted", "submitted", "filled" }));
        await account.PositionsAgreeAsync();
    }

    [Test]
    public async Task It_goes_when_its_time_is_over([Values] VenueKind venue)
    {
        var account = await _cluster.OpenAsync(venue);
        await account.WarmAsync();
        var resting = await account.RestAsync("LONG", Below, validUntil: TimeProvider.System.GetUtcNow().AddSeconds(8));
        await EndsAsync(account, resting, "EXPIRED");
    }

    [Test]
    public async Task A_closing_decision_takes_back_what_would_open_the_position_again([Values] VenueKind venue)
    {
        var account = await _cluster.OpenAsync(venue);
        await account.WarmAsync();
        var resting = await account.RestAsync("LONG", Below);
        Assert.That((await account.TradeAsync("CLOSE"))["status"]!.GetValue<string>(), Is.EqualTo("closed"));
        await EndsAsync(account, resting, "CLOSED_BY_DECISION");
        Assert.That((await account.AtVenueAsync()).Orders.Count(o => o.State is OrderState.New or OrderState.PartiallyFilled), Is.Zero);
        await account.PositionsAgreeAsync();
    }

    [Test]
    public async Task A_position_is_closed_at_a_limit_once_and_what_is_left_of_it_goes_with_the_position([Values] VenueKind venue)
    {
        var account = await _cluster.OpenAsync(venue);
        await account.WarmAsync();
        var resting = await account.RestAsync("CLOSE", Above);
        var second = await account.DoneAsync(await account.LimitAsync("CLOSE", Above));
        Assert.That(second["reason"]?["code"]?.GetValue<string>(), Is.EqualTo("CLOSE_PENDING"), second.ToJsonString());
        await SetAsync(Above + 100m);
        Assert.That((await account.DoneAsync(resting))["status"]!.GetValue<string>(), Is.EqualTo("closed"));

        await SetAsync(VenueCluster.Price);
        await account.WarmAsync();
        var orphan = await account.RestAsync("CLOSE", Above);
        await _cluster.Emulator.CloseByHandAsync(venue, account.Key, "BTCUSDT");
        await account.OrderAsync(orphan, "canceled");
        await account.PositionsAgreeAsync();
    }

    [Test]
    public async Task What_was_filled_of_a_cancelled_order_stays_protected_and_its_end_is_told([Values(VenueKind.Binance, VenueKind.Okx)] VenueKind venue)
    {
        var account = await _cluster.OpenAsync(venue);
        await account.WarmAsync();
        await account.TradeAsync("CLOSE");
        var resting = await account.RestAsync("LONG", Below, marginUsd: 400m, stopLoss: Below * 0.5m);
        await _cluster.Emulator.FillAsync(venue, account.Key, OrderIds.ClientOrder(resting), 0.01m);
        await account.OrderAsync(resting, "partially_filled");
        var (status, _) = await CancelAsync(resting);
        Assert.That(status, Is.EqualTo(HttpStatusCode.Accepted));
        await account.OrderAsync(resting, "canceled");
        await Wait.UntilAsync("what was filled is protected", async () =>
            (await account.AtVenueAsync()).Algos.Where(a => a.State == AlgoState.Waiting).Select(a => a.Qty).SequenceEqual([0.01m]));
        await SetAsync(Below * 0.5m - 100m);
        await account.OrderAsync(resting, "stopped");
        Assert.That((await account.StepsAsync(resting))[^2..], Is.EqualTo(new[] { "canceled", "stopped" }));
        await account.PositionsAgreeAsync();
    }

    [Test]
    public async Task A_person_cancels_an_order_once()
    {
        var account = await _cluster.OpenAsync(VenueKind.Binance);
        var resting = await account.RestAsync("LONG", Below);
        Assert.That((await CancelAsync(resting)).Status, Is.EqualTo(HttpStatusCode.Accepted));
        await EndsAsync(account, resting, "CANCELED");
        Assert.Multiple(async () =>
        {
            var (again, why) = await CancelAsync(resting);
            Assert.That((again, why["code"]!.GetValue<string>()), Is.EqualTo((HttpStatusCode.Conflict, "ORDER_ENDED")));
            Assert.That((await CancelAsync(Guid.NewGuid())).Status, Is.EqualTo(HttpStatusCode.NotFound));
            Assert.That(
                await _cluster.SqlAsync("select actor || ' ' || after from execution.control_audit where action = 'cancel_orders' and scope_id = $1", Guid.Parse(account.Group)),
                Is.EqualTo(new[] { $"{TradingCluster.AdminName} {resting}" }), "once for what was done, never for what was refused");
        });
    }

    [Test]
    public async Task A_group_that_may_only_reduce_keeps_no_entry_in_the_book([Values] VenueKind venue)
    {
        var account = await _cluster.OpenAsync(venue);
        await account.WarmAsync();
        var (entry, exit) = (await account.RestAsync("LONG", Below), await account.RestAsync("CLOSE", Above));
        await _cluster.Product.StateAsync(account.Group, "REDUCING");
        await EndsAsync(account, entry, "RISK_REDUCING");
        Assert.That(await account.OpenAsync(exit, "working"), Is.Not.Null);
    }

    [Test]
    public async Task A_process_that_dies_while_an_order_rests_finds_what_became_of_it([Values] VenueKind venue)
    {
        var account = await _cluster.OpenAsync(venue);
        var (filled, kept) = (await account.RestAsync("LONG", Below), await account.RestAsync("LONG", Below * 0.99m));
        await _cluster.Product.KillAsync("standalone");
        await SetAsync(Below - 100m);
        _cluster.Product.Restart("standalone");
        await _cluster.Product.ReadyAsync();
        Assert.That((await account.DoneAsync(filled))["status"]!.GetValue<string>(), Is.EqualTo("filled"));
        Assert.That(await account.OpenAsync(kept, "working"), Is.Not.Null);
        Assert.That((await account.CountAsync(filled), await account.CountAsync(kept)), Is.EqualTo((1, 1)));
        await account.PositionsAgreeAsync();
    }

    private async Task EndsAsync(DeskAccount account, Guid decision, string code)
    {
        var order = await account.OrderAsync(decision, "canceled");
        Assert.That(order["reason"]!["code"]!.GetValue<string>(), Is.EqualTo(code), order.ToJsonString());
        Assert.That(await account.CountAsync(decision), Is.EqualTo(1));
    }

    private Task<(HttpStatusCode Status, System.Text.Json.Nodes.JsonObject Body)> CancelAsync(Guid decision) =>
        _cluster.Product.CallAsync(HttpMethod.Post, $"/api/v1/orders/{OrderIds.Order(decision)}/cancel");

    private Task SetAsync(decimal price) => _cluster.Emulator.SetPriceAsync(new PriceRequest("BTCUSDT", price));
}
