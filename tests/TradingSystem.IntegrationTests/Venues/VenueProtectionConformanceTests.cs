using NUnit.Framework;
using TradingSystem.Venues;

namespace TradingSystem.IntegrationTests.Venues;

/// <summary>Stop-loss and take-profit that live at the venue.</summary>
[TestFixtureSource(typeof(VenueStage), nameof(VenueStage.All))]
public sealed class VenueProtectionConformanceTests(string venue) : VenueConformance(venue)
{
    [TestCase(ProtectionKind.StopLoss, OrderSide.Buy, 58_000, 57_900)]
    [TestCase(ProtectionKind.StopLoss, OrderSide.Sell, 62_000, 62_100)]
    [TestCase(ProtectionKind.TakeProfit, OrderSide.Buy, 62_000, 62_100)]
    [TestCase(ProtectionKind.TakeProfit, OrderSide.Sell, 58_000, 57_900)]
    public async Task Protection_waits_then_closes_what_it_protects(ProtectionKind kind, OrderSide entry, int trigger, int market)
    {
        await using var trader = await Stage.OpenAsync();
        await trader.TradeAsync(Trader.Market(entry, 0.01m));
        var id = Trader.NewId('S');
        var side = entry == OrderSide.Buy ? OrderSide.Sell : OrderSide.Buy;
        await trader.ProtectAsync(new ProtectionOrder("BTCUSDT", id, kind, side, trigger) { Quantity = 0.01m });
        var waiting = (await trader.OpenAsync()).Single();
        Assert.Multiple(() =>
        {
            Assert.That(waiting.ClientId, Is.EqualTo(id));
            Assert.That(waiting.Status, Is.EqualTo(VenueOrderStatus.Untriggered));
            Assert.That(waiting.IsProtection, Is.True);
            Assert.That(waiting.TriggerPrice, Is.EqualTo((decimal)trigger));
            Assert.That(waiting.Side, Is.EqualTo(side));
            Assert.That(waiting.Quantity, Is.EqualTo(0.01m));
            Assert.That(waiting.ReduceOnly || waiting.ClosesPosition, Is.True);
            Assert.That(waiting.Kind, Is.Null.Or.EqualTo(kind));
        });
        Assert.That(await trader.QtyAsync(), Is.Not.Zero);
        await Stage.SetPriceAsync("BTCUSDT", market);
        await trader.FlatAsync();
        var ended = await trader.EndedAsync(id, protection: true);
        Assert.That(ended.Status, Is.EqualTo(VenueOrderStatus.Filled));
        Assert.That(ended.Filled, Is.EqualTo(0.01m));
        Assert.That(await trader.OpenAsync(), Is.Empty);
    }

    [Test]
    public async Task Protection_hears_the_last_price_and_not_the_mark_price()
    {
        await using var trader = await Stage.OpenAsync();
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.01m));
        await trader.ProtectAsync(new ProtectionOrder("BTCUSDT", Trader.NewId('S'), ProtectionKind.StopLoss, OrderSide.Sell, 58_000m) { Quantity = 0.01m });
        await Stage.SetPriceAsync("BTCUSDT", 58_500m, mark: 57_000m);
        Assert.That(await trader.QtyAsync(), Is.EqualTo(0.01m));
        await Stage.SetPriceAsync("BTCUSDT", 57_999m, mark: 58_500m);
        await trader.FlatAsync();
    }

    [Test]
    public async Task Protection_of_the_whole_position_closes_what_it_is_by_then()
    {
        await using var trader = await Stage.OpenAsync();
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.01m));
        var id = Trader.NewId('S');
        await trader.ProtectAsync(new ProtectionOrder("BTCUSDT", id, ProtectionKind.StopLoss, OrderSide.Sell, 58_000m));
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.02m));
        await Stage.SetPriceAsync("BTCUSDT", 57_900m);
        await trader.FlatAsync();
        Assert.That((await trader.EndedAsync(id, protection: true)).Status, Is.EqualTo(VenueOrderStatus.Filled));
    }

    [Test]
    public async Task When_one_leg_has_filled_the_other_can_be_taken_away()
    {
        await using var trader = await Stage.OpenAsync();
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.01m));
        var (stop, profit) = (Trader.NewId('S'), Trader.NewId('T'));
        await trader.ProtectAsync(new ProtectionOrder("BTCUSDT", stop, ProtectionKind.StopLoss, OrderSide.Sell, 58_000m) { Quantity = 0.01m });
        await trader.ProtectAsync(new ProtectionOrder("BTCUSDT", profit, ProtectionKind.TakeProfit, OrderSide.Sell, 62_000m) { Quantity = 0.01m });
        Assert.That(await trader.OpenAsync(), Has.Count.EqualTo(2));
        await Stage.SetPriceAsync("BTCUSDT", 62_000m);
        await trader.FlatAsync();
        var reply = await trader.Venue.CancelAsync(new OrderRef("BTCUSDT", stop, IsProtection: true), default);
        Assert.That(reply.IsAccepted || reply.Is(RefusalMeaning.NotFound), Is.True, reply.ToString());
        Assert.That((await trader.EndedAsync(stop, protection: true)).Filled, Is.Zero);
        Assert.That(await trader.OpenAsync(), Is.Empty);
    }

    [Test]
    public async Task A_leg_that_outlived_its_position_opens_nothing()
    {
        await using var trader = await Stage.OpenAsync();
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.01m));
        var stop = Trader.NewId('S');
        await trader.ProtectAsync(new ProtectionOrder("BTCUSDT", stop, ProtectionKind.StopLoss, OrderSide.Sell, 58_000m) { Quantity = 0.01m });
        await trader.TradeAsync(Trader.Market(OrderSide.Sell, 0.01m) with { ReduceOnly = true });
        await Stage.SetPriceAsync("BTCUSDT", 57_000m);
        var ended = await trader.EndedAsync(stop, protection: true);
        Assert.That(ended.Status, Is.AnyOf(VenueOrderStatus.Cancelled, VenueOrderStatus.Rejected, VenueOrderStatus.Expired));
        Assert.That(await trader.PositionsAsync(), Is.Empty);
    }

    [Test]
    public async Task Protection_on_the_wrong_side_of_the_market_would_trigger_now()
    {
        await using var trader = await Stage.OpenAsync();
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.01m));
        var stop = await trader.Venue.PlaceProtectionAsync(
            new ProtectionOrder("BTCUSDT", Trader.NewId('S'), ProtectionKind.StopLoss, OrderSide.Sell, 61_000m) { Quantity = 0.01m }, default);
        var profit = await trader.Venue.PlaceProtectionAsync(
            new ProtectionOrder("BTCUSDT", Trader.NewId('T'), ProtectionKind.TakeProfit, OrderSide.Sell, 59_000m) { Quantity = 0.01m }, default);
        Assert.That(stop.Is(RefusalMeaning.WouldTriggerNow), Is.True, stop.ToString());
        Assert.That(profit.Is(RefusalMeaning.WouldTriggerNow), Is.True, profit.ToString());
        Assert.That(await trader.QtyAsync(), Is.EqualTo(0.01m));
    }

    [Test]
    public async Task Protection_is_cancelled_by_its_client_id()
    {
        await using var trader = await Stage.OpenAsync();
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.01m));
        var id = Trader.NewId('S');
        await trader.ProtectAsync(new ProtectionOrder("BTCUSDT", id, ProtectionKind.StopLoss, OrderSide.Sell, 58_000m) { Quantity = 0.01m });
        var reply = await trader.Venue.CancelAsync(new OrderRef("BTCUSDT", id, IsProtection: true), default);
        Assert.That(reply.IsAccepted, Is.True, reply.ToString());
        Assert.That((await trader.EndedAsync(id, protection: true)).Status, Is.EqualTo(VenueOrderStatus.Cancelled));
        await Stage.SetPriceAsync("BTCUSDT", 57_000m);
        Assert.That(await trader.QtyAsync(), Is.EqualTo(0.01m));
    }

    [Test]
    public async Task A_client_id_of_waiting_protection_is_a_duplicate()
    {
        await using var trader = await Stage.OpenAsync();
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.01m));
        var stop = new ProtectionOrder("BTCUSDT", Trader.NewId('S'), ProtectionKind.StopLoss, OrderSide.Sell, 58_000m) { Quantity = 0.01m };
        await trader.ProtectAsync(stop);
        var again = await trader.Venue.PlaceProtectionAsync(stop, default);
        Assert.That(again.Is(RefusalMeaning.Duplicate), Is.True, again.ToString());
        Assert.That(await trader.OpenAsync(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Protection_of_a_hedged_short_leaves_the_long_alone()
    {
        await using var trader = await Stage.OpenAsync(PositionMode.Hedge);
        await trader.PrepareAsync();
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.03m) with { PositionSide = PositionSide.Long });
        await trader.TradeAsync(Trader.Market(OrderSide.Sell, 0.02m) with { PositionSide = PositionSide.Short });
        await trader.ProtectAsync(
            new ProtectionOrder("BTCUSDT", Trader.NewId('S'), ProtectionKind.StopLoss, OrderSide.Buy, 62_000m) { Quantity = 0.02m, PositionSide = PositionSide.Short });
        await Stage.SetPriceAsync("BTCUSDT", 62_100m);
        await Wait.UntilAsync("the short is closed", async () => await trader.QtyAsync(PositionSide.Short) == 0m);
        Assert.That(await trader.QtyAsync(PositionSide.Long), Is.EqualTo(0.03m));
    }
}
