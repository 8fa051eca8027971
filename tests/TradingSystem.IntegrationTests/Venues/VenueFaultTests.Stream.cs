using NUnit.Framework;
using TradingSystem.VenueEmulator.Faults;
using TradingSystem.Venues;

namespace TradingSystem.IntegrationTests.Venues;

/// <summary>Streams that break, go silent or lose something.</summary>
public sealed partial class VenueFaultTests
{
    [Test]
    public async Task A_cut_stream_comes_back_with_a_gap_and_tells_on()
    {
        await using var trader = await _stage.OpenAsync();
        await using var listener = trader.Listen();
        await listener.OpenedAsync();
        var before = TimeProvider.System.GetUtcNow();
        await _stage.Emulator.DropStreamsAsync(_stage.Kind, trader.Key);
        var gap = await listener.SeenAsync<StreamGap>(_ => true);
        Assert.That(gap.Since, Is.LessThanOrEqualTo(gap.At).And.GreaterThan(before - TimeSpan.FromSeconds(10)));
        var id = Trader.NewId();
        var placed = TimeProvider.System.GetUtcNow();
        await trader.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m, id));
        await listener.FillToldAsync(id, placed);
        Assert.That(listener.Events.OfType<StreamOpened>(), Has.Exactly(1).Items);
    }

    [Test]
    public async Task What_happened_while_the_stream_was_away_is_found_by_reading()
    {
        await using var trader = await _stage.OpenAsync();
        await using var listener = trader.Listen();
        await listener.OpenedAsync();
        var waiting = Trader.NewId();
        await trader.PlaceAsync(Trader.Limit(OrderSide.Buy, 0.01m, 59_000m, waiting));
        await listener.SeenAsync<OrderChanged>(e => e.Order.ClientId == waiting);
        await _stage.FaultAsync(trader, FaultKind.StreamLoss, count: null, on: [Operation.Stream]);
        await _stage.SetPriceAsync("BTCUSDT", 58_900m);
        await _stage.Emulator.ClearFaultsAsync(trader.Key);
        await _stage.Emulator.DropStreamsAsync(_stage.Kind, trader.Key);
        await listener.SeenAsync<StreamGap>(_ => true);
        Assert.That(listener.Events.OfType<FillSeen>(), Is.Empty);
        Assert.That((await trader.EndedAsync(waiting)).Status, Is.EqualTo(VenueOrderStatus.Filled));
        Assert.That(await trader.QtyAsync(), Is.EqualTo(0.01m));
        Assert.That(await trader.FillsAsync(new FillQuery("BTCUSDT")), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_stream_that_says_nothing_any_more_is_taken_for_dead()
    {
        await using var trader = await _stage.OpenAsync(change: o => (o.StreamPing, o.StreamSilence) = (TimeSpan.FromMilliseconds(700), TimeSpan.FromMilliseconds(1500)));
        await using var listener = trader.Listen();
        await listener.OpenedAsync();
        await _stage.FaultAsync(trader, FaultKind.StreamSilence, count: null, on: [Operation.Stream]);
        var id = Trader.NewId();
        await trader.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m, id));
        await trader.EndedAsync(id);
        await listener.SeenAsync<StreamGap>(_ => true);
        Assert.That(listener.Events.OfType<FillSeen>(), Is.Empty);
        Assert.That(await trader.QtyAsync(), Is.EqualTo(0.01m));
    }

    [Test]
    public async Task A_venue_that_is_down_takes_no_order_and_is_found_again_with_a_gap()
    {
        var stage = await EmulatedStage.StartAsync(venue, Patience);
        await using (stage)
        {
            await using var trader = await stage.OpenAsync();
            await trader.PrepareAsync();
            await using var listener = trader.Listen();
            await listener.OpenedAsync();
            await stage.Emulator.KillAsync();
            var refused = Trader.NewId();
            var reply = await trader.Venue.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m, refused), default);
            Assert.That(reply.Is(RefusalMeaning.Busy) || reply.IsUnknown, Is.True, reply.ToString());
            await stage.Emulator.KillAndRestartAsync();
            await listener.SeenAsync<StreamGap>(_ => true);
            Assert.That(await stage.CountAsync(trader, refused), Is.Zero);
            var id = Trader.NewId();
            var placed = TimeProvider.System.GetUtcNow();
            await trader.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m, id));
            await listener.FillToldAsync(id, placed);
        }
    }
}
