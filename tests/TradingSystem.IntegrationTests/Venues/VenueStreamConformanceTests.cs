using NUnit.Framework;
using TradingSystem.Venues;

namespace TradingSystem.IntegrationTests.Venues;

/// <summary>The private stream.</summary>
[TestFixtureSource(typeof(VenueStage), nameof(VenueStage.All))]
public sealed class VenueStreamConformanceTests(string venue) : VenueConformance(venue)
{
    [Test]
    public async Task The_stream_says_when_it_is_open_and_then_tells_order_fill_position_and_balance()
    {
        await using var trader = await Stage.OpenAsync();
        await using var listener = trader.Listen();
        await listener.OpenedAsync();
        var id = Trader.NewId();
        await trader.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m, id));
        var order = await listener.SeenAsync<OrderChanged>(e => e.Order.ClientId == id && e.Order.Status == VenueOrderStatus.Filled);
        var fill = await listener.SeenAsync<FillSeen>(e => e.Fill.ClientId == id);
        var position = await listener.SeenAsync<PositionChanged>(e => e.Position.Symbol == "BTCUSDT" && e.Position.Quantity == 0.01m);
        var balance = await listener.SeenAsync<BalanceChanged>(e => e.Balance.Wallet < VenueStage.Deposit);
        Assert.Multiple(() =>
        {
            Assert.That(order.Order.Filled, Is.EqualTo(0.01m));
            Assert.That(fill.Fill.Price, Is.EqualTo(Price));
            Assert.That(fill.Fill.Quantity, Is.EqualTo(0.01m));
            Assert.That(fill.Fill.VenueOrderId, Is.EqualTo(order.Order.VenueId));
            Assert.That(position.Position.EntryPrice, Is.EqualTo(Price));
            Assert.That(balance.Balance.Asset, Is.EqualTo("USDT"));
            Assert.That(listener.Events.OfType<StreamOpened>(), Has.Exactly(1).Items);
        });
        var read = (await trader.FillsAsync(new FillQuery("BTCUSDT"))).Single();
        Assert.That(fill.Fill.FillId, Is.EqualTo(read.FillId));
    }

    [Test]
    public async Task The_stream_tells_a_cancellation()
    {
        await using var trader = await Stage.OpenAsync();
        await using var listener = trader.Listen();
        await listener.OpenedAsync();
        var id = Trader.NewId();
        await trader.PlaceAsync(Trader.Limit(OrderSide.Buy, 0.01m, 59_000m, id));
        await listener.SeenAsync<OrderChanged>(e => e.Order.ClientId == id && e.Order.Status == VenueOrderStatus.New);
        await trader.Venue.CancelAsync(new OrderRef("BTCUSDT", id), default);
        await listener.SeenAsync<OrderChanged>(e => e.Order.ClientId == id && e.Order.Status == VenueOrderStatus.Cancelled);
    }

    [Test]
    public async Task The_stream_tells_protection_from_waiting_to_the_fill_and_the_flat_position()
    {
        await using var trader = await Stage.OpenAsync();
        await using var listener = trader.Listen();
        await listener.OpenedAsync();
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.01m));
        var id = Trader.NewId('S');
        await trader.ProtectAsync(new ProtectionOrder("BTCUSDT", id, ProtectionKind.StopLoss, OrderSide.Sell, 58_000m) { Quantity = 0.01m });
        await listener.SeenAsync<OrderChanged>(e => e.Order.ClientId == id && e.Order.Status == VenueOrderStatus.Untriggered);
        var before = listener.Events.Count;
        await Stage.SetPriceAsync("BTCUSDT", 57_900m);
        var triggered = await listener.SeenAsync<OrderChanged>(e => e.Order.ClientId == id && e.Order.Status is VenueOrderStatus.Triggered or VenueOrderStatus.Filled, before);
        var fill = await listener.SeenAsync<FillSeen>(e => e.Fill.Side == OrderSide.Sell, before);
        await listener.SeenAsync<PositionChanged>(e => e.Position is { Symbol: "BTCUSDT", Quantity: 0m }, before);
        // By one of the two ids the fill is known to be the protection's.
        Assert.That(
            fill.Fill.ClientId == id
                || listener.Events
                    .OfType<OrderChanged>()
                    .Any(e => e.Order.ClientId == id && (e.Order.TriggeredOrderId == fill.Fill.VenueOrderId || e.Order.VenueId == fill.Fill.VenueOrderId)),
            Is.True, triggered.ToString());
    }

    [Test]
    public async Task The_stream_ends_with_its_token()
    {
        await using var trader = await Stage.OpenAsync();
        var listener = trader.Listen();
        await listener.OpenedAsync();
        Assert.That(async () => await listener.DisposeAsync().AsTask().WaitAsync(Wait.Most), Throws.Nothing);
    }
}
