using NUnit.Framework;
using TradingSystem.Venues;

namespace TradingSystem.IntegrationTests.Venues;

/// <summary>Orders: how they fill, end, reduce and are refused.</summary>
[TestFixtureSource(typeof(VenueStage), nameof(VenueStage.All))]
public sealed class VenueOrderConformanceTests(string venue) : VenueConformance(venue)
{
    [TestCase(OrderSide.Buy)]
    [TestCase(OrderSide.Sell)]
    public async Task A_market_order_fills_and_order_position_and_fills_agree(OrderSide side)
    {
        await using var trader = await Stage.OpenAsync();
        var id = Trader.NewId();
        var before = TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(5);
        var order = await trader.TradeAsync(Trader.Market(side, 0.015m, id));
        Assert.Multiple(async () =>
        {
            Assert.That(order.Status, Is.EqualTo(VenueOrderStatus.Filled));
            Assert.That(order.ClientId, Is.EqualTo(id));
            Assert.That(order.Symbol, Is.EqualTo("BTCUSDT"));
            Assert.That(order.Side, Is.EqualTo(side));
            Assert.That(order.Type, Is.EqualTo(VenueOrderType.Market));
            Assert.That(order.Quantity, Is.EqualTo(0.015m));
            Assert.That(order.Filled, Is.EqualTo(0.015m));
            Assert.That(order.AveragePrice, Is.EqualTo(Price));
            Assert.That(order.IsProtection, Is.False);
            Assert.That(await trader.OpenAsync(), Is.Empty);
        });
        var position = (await trader.PositionsAsync()).Single();
        Assert.That(position.Quantity, Is.EqualTo(side == OrderSide.Buy ? 0.015m : -0.015m));
        Assert.That(position.EntryPrice, Is.EqualTo(Price));
        var fills = await trader.FillsAsync(new FillQuery("BTCUSDT", ClientId: id));
        Assert.That(fills.Sum(f => f.Quantity), Is.EqualTo(0.015m));
        Assert.That(
            fills,
            Has.All.Matches<VenueFill>(f => f.VenueOrderId == order.VenueId && f.Side == side && f.Price == Price && f.Fee > 0m && f.FeeAsset == "USDT" && f.At > before));
        Assert.That(await trader.FillsAsync(new FillQuery("BTCUSDT", Since: before)), Is.EquivalentTo(fills));
        Assert.That(await trader.FillsAsync(new FillQuery("BTCUSDT", VenueOrderId: order.VenueId)), Is.EquivalentTo(fills));
    }

    [Test]
    public async Task A_limit_order_waits_and_fills_at_its_price()
    {
        await using var trader = await Stage.OpenAsync();
        var id = Trader.NewId();
        await trader.PlaceAsync(Trader.Limit(OrderSide.Buy, 0.01m, 59_000m, id));
        var waiting = (await trader.OpenAsync()).Single();
        Assert.That(waiting.ClientId, Is.EqualTo(id));
        Assert.That(waiting.Status, Is.EqualTo(VenueOrderStatus.New));
        Assert.That(waiting.Price, Is.EqualTo(59_000m));
        Assert.That(waiting.Type, Is.EqualTo(VenueOrderType.Limit));
        Assert.That((await trader.OpenAsync("ETHUSDT")), Is.Empty);
        Assert.That((await trader.OpenAsync(null)).Single().VenueId, Is.EqualTo(waiting.VenueId));
        await Stage.SetPriceAsync("BTCUSDT", 58_999m);
        var filled = await trader.EndedAsync(id);
        Assert.That(filled.Status, Is.EqualTo(VenueOrderStatus.Filled));
        Assert.That(filled.AveragePrice, Is.EqualTo(59_000m));
    }

    [Test]
    public async Task An_order_is_cancelled_by_client_id_and_by_venue_id()
    {
        await using var trader = await Stage.OpenAsync();
        foreach (var byVenueId in new[] { false, true })
        {
            var id = Trader.NewId();
            var ack = await trader.PlaceAsync(Trader.Limit(OrderSide.Sell, 0.01m, 61_000m, id));
            var reply = await trader.Venue.CancelAsync(byVenueId ? new OrderRef("BTCUSDT", null, ack.VenueId) : new OrderRef("BTCUSDT", id), default);
            Assert.That(reply.IsAccepted, Is.True, reply.ToString());
            var ended = await trader.EndedAsync(id);
            Assert.That(ended.Status, Is.EqualTo(VenueOrderStatus.Cancelled));
            Assert.That(ended.Filled, Is.Zero);
            Assert.That(await trader.OpenAsync(), Is.Empty);
        }
    }

    [Test]
    public async Task What_is_not_there_is_not_found()
    {
        await using var trader = await Stage.OpenAsync();
        foreach (var protection in new[] { false, true })
        {
            var none = new OrderRef("BTCUSDT", Trader.NewId(), IsProtection: protection);
            Assert.That((await trader.Venue.QueryAsync(none, default)).Is(RefusalMeaning.NotFound), Is.True);
            Assert.That((await trader.Venue.CancelAsync(none, default)).Is(RefusalMeaning.NotFound), Is.True);
        }
    }

    [Test]
    public async Task A_cancel_of_what_has_filled_finds_nothing_and_the_query_tells_the_fill()
    {
        await using var trader = await Stage.OpenAsync();
        var id = Trader.NewId();
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.01m, id));
        var reply = await trader.Venue.CancelAsync(new OrderRef("BTCUSDT", id), default);
        Assert.That(reply.Is(RefusalMeaning.NotFound), Is.True, reply.ToString());
        Assert.That((await trader.FoundAsync(id)).Status, Is.EqualTo(VenueOrderStatus.Filled));
    }

    [Test]
    public async Task Reduce_only_closes_and_never_turns_the_position()
    {
        await using var trader = await Stage.OpenAsync();
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.02m));
        await trader.TradeAsync(Trader.Market(OrderSide.Sell, 0.01m) with { ReduceOnly = true });
        Assert.That(await trader.QtyAsync(), Is.EqualTo(0.01m));
        await trader.TradeAsync(Trader.Market(OrderSide.Sell, 0.05m) with { ReduceOnly = true });
        Assert.That(await trader.QtyAsync(), Is.Zero);
    }

    [Test]
    public async Task Reduce_only_without_a_position_says_that_it_is_gone()
    {
        await using var trader = await Stage.OpenAsync();
        var id = Trader.NewId();
        var reply = await trader.Venue.PlaceAsync(Trader.Market(OrderSide.Sell, 0.01m, id) with { ReduceOnly = true }, default);
        Assert.That(reply.Is(RefusalMeaning.PositionGone), Is.True, reply.ToString());
        Assert.That((await trader.QueryAsync(id)).Is(RefusalMeaning.NotFound), Is.True);
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.01m));
        var wrongSide = await trader.Venue.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m) with { ReduceOnly = true }, default);
        Assert.That(wrongSide.Is(RefusalMeaning.PositionGone), Is.True, wrongSide.ToString());
    }

    [Test]
    public async Task Hedged_positions_stand_side_by_side()
    {
        await using var trader = await Stage.OpenAsync(PositionMode.Hedge);
        await trader.PrepareAsync();
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.03m) with { PositionSide = PositionSide.Long });
        await trader.TradeAsync(Trader.Market(OrderSide.Sell, 0.02m) with { PositionSide = PositionSide.Short });
        Assert.That(await trader.QtyAsync(PositionSide.Long), Is.EqualTo(0.03m));
        Assert.That(await trader.QtyAsync(PositionSide.Short), Is.EqualTo(-0.02m));
        await trader.TradeAsync(Trader.Market(OrderSide.Sell, 0.03m) with { PositionSide = PositionSide.Long, ReduceOnly = true });
        Assert.That(await trader.QtyAsync(PositionSide.Long), Is.Zero);
        Assert.That(await trader.QtyAsync(PositionSide.Short), Is.EqualTo(-0.02m));
        var gone = await trader.Venue.PlaceAsync(Trader.Market(OrderSide.Sell, 0.01m) with { PositionSide = PositionSide.Long, ReduceOnly = true }, default);
        Assert.That(gone.Is(RefusalMeaning.PositionGone), Is.True, gone.ToString());
    }

    [Test]
    public async Task A_position_turns_when_an_order_is_larger_than_it()
    {
        await using var trader = await Stage.OpenAsync();
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.02m));
        await Stage.SetPriceAsync("BTCUSDT", 61_000m);
        await trader.TradeAsync(Trader.Market(OrderSide.Sell, 0.05m));
        var position = (await trader.PositionsAsync()).Single();
        Assert.That(position.Quantity, Is.EqualTo(-0.03m));
        Assert.That(position.EntryPrice, Is.EqualTo(61_000m));
    }

    [Test]
    public async Task The_average_entry_is_weighted_by_quantity()
    {
        await using var trader = await Stage.OpenAsync();
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.01m));
        await Stage.SetPriceAsync("BTCUSDT", 60_400m);
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.03m));
        Assert.That((await trader.PositionsAsync()).Single().EntryPrice, Is.EqualTo(60_300m));
    }

    [Test]
    public async Task A_quantity_off_the_step_is_refused_and_not_rounded()
    {
        await using var trader = await Stage.OpenAsync();
        var step = (await trader.InstrumentAsync()).Step;
        var off = await trader.Venue.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m + (step * 1.9m)), default);
        Assert.That(off.Refusal?.Code, Is.EqualTo("OFF_STEP"), off.ToString());
        var order = await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.01m + step));
        Assert.That(order.Filled, Is.EqualTo(0.01m + step));
        var tooSmall = await trader.Venue.PlaceAsync(Trader.Market(OrderSide.Buy, step / 2m), default);
        Assert.That(tooSmall.IsRefused, Is.True, tooSmall.ToString());
        Assert.That(tooSmall.Refusal!.Meaning, Is.AnyOf(RefusalMeaning.Quantity, RefusalMeaning.Precision));
    }

    [Test]
    public async Task A_price_off_the_tick_is_refused_and_one_on_it_is_taken_as_it_is()
    {
        await using var trader = await Stage.OpenAsync();
        var off = await trader.Venue.PlaceAsync(Trader.Limit(OrderSide.Buy, 0.01m, 59_000.1234m), default);
        Assert.That(off.Refusal?.Code, Is.EqualTo("OFF_TICK"), off.ToString());
        var id = Trader.NewId();
        await trader.PlaceAsync(Trader.Limit(OrderSide.Buy, 0.01m, 59_000.1m, id));
        var price = (await trader.FoundAsync(id)).Price!.Value;
        Assert.That(price, Is.EqualTo(59_000.1m));
    }

    [Test]
    public async Task More_than_the_margin_allows_is_refused()
    {
        await using var trader = await Stage.OpenAsync();
        await trader.PrepareAsync(leverage: 2m);
        var id = Trader.NewId();
        var reply = await trader.Venue.PlaceAsync(Trader.Market(OrderSide.Buy, 20m, id), default);
        Assert.That(reply.Is(RefusalMeaning.Margin), Is.True, reply.ToString());
        Assert.That((await trader.QueryAsync(id)).Is(RefusalMeaning.NotFound), Is.True);
    }

    [Test]
    public async Task A_price_far_off_the_market_is_refused()
    {
        await using var trader = await Stage.OpenAsync();
        var reply = await trader.Venue.PlaceAsync(Trader.Limit(OrderSide.Buy, 0.01m, 90_000m), default);
        Assert.That(reply.Is(RefusalMeaning.Price), Is.True, reply.ToString());
    }

    [Test]
    public async Task A_quantity_above_the_most_is_refused()
    {
        await using var trader = await Stage.OpenAsync();
        var most = (await trader.InstrumentAsync()).MaxMarketQuantity;
        var reply = await trader.Venue.PlaceAsync(Trader.Market(OrderSide.Buy, most * 2m), default);
        Assert.That(reply.IsRefused, Is.True, reply.ToString());
        Assert.That(reply.Refusal!.Meaning, Is.AnyOf(RefusalMeaning.Quantity, RefusalMeaning.Parameter, RefusalMeaning.Margin));
    }

    [Test]
    public async Task A_client_id_of_an_open_order_is_a_duplicate()
    {
        await using var trader = await Stage.OpenAsync();
        var id = Trader.NewId();
        await trader.PlaceAsync(Trader.Limit(OrderSide.Buy, 0.01m, 59_000m, id));
        var again = await trader.Venue.PlaceAsync(Trader.Limit(OrderSide.Buy, 0.01m, 59_000m, id), default);
        Assert.That(again.Is(RefusalMeaning.Duplicate), Is.True, again.ToString());
        Assert.That(await trader.OpenAsync(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_client_id_of_a_filled_order_is_taken_again_unless_the_venue_keeps_it_for_ever()
    {
        await using var trader = await Stage.OpenAsync();
        var id = Trader.NewId();
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.01m, id));
        var again = await trader.Venue.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m, id), default);
        Assert.That(again.IsAccepted, Is.EqualTo(!Stage.KeepsClientIds), again.ToString());
        Assert.That(again.IsAccepted || again.Is(RefusalMeaning.Duplicate), Is.True);
    }

    [Test]
    public async Task Fills_come_in_the_order_of_their_time_and_each_once()
    {
        await using var trader = await Stage.OpenAsync();
        for (var i = 0; i < 12; i++)
        {
            await trader.TradeAsync(Trader.Market(i % 2 == 0 ? OrderSide.Buy : OrderSide.Sell, 0.01m));
        }

        var fills = await trader.FillsAsync(new FillQuery("BTCUSDT"));
        Assert.That(fills, Has.Count.EqualTo(12));
        Assert.That(fills.Select(f => f.FillId), Is.Unique);
        Assert.That(fills.Select(f => f.At), Is.Ordered);
        Assert.That(await trader.FillsAsync(new FillQuery("ETHUSDT")), Is.Empty);
    }

    [Test]
    public async Task More_open_orders_than_a_page_holds_are_all_told()
    {
        await using var trader = await Stage.OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => trader.PlaceAsync(Trader.Limit(OrderSide.Buy, 0.002m, 58_000m + i))));
        Assert.That((await trader.OpenAsync()).Select(o => o.ClientId), Is.Unique.And.Exactly(60).Items);
    }
}
