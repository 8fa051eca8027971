using System.Text.Json;
using NUnit.Framework;
using TradingSystem.Venues;
using TradingSystem.Venues.Simulated;
using static TradingSystem.Tests.Venues.Simulated.TestExchanges;

namespace TradingSystem.Tests.Venues.Simulated;

[TestFixture]
public sealed class SimulatedExchangeTests
{
    [Test]
    public void A_market_order_pays_half_the_spread_slippage_and_the_taker_fee()
    {
        var exchange = Create(new ExchangeTerms { SpreadBps = 20m, SlippageBps = 10m, TakerFeeBps = 5m }, price: 1_000m);
        Accepted(exchange.Place(Market(OrderSide.Buy, 1m), Start));
        // 1,000 × 1.001 = 1,001; × 1.001 = 1,002.001, up to the tick.
        var fill = exchange.TakeEvents().Fills().Single();
        Assert.That((fill.Price, fill.Fee, exchange.State.Balance), Is.EqualTo((1_002.1m, 0.50105m, 9_999.49895m)));
    }

    [Test]
    public void The_events_of_an_order_come_as_a_venue_sends_them()
    {
        var exchange = Create();
        Accepted(exchange.Place(Market(OrderSide.Buy, 1m), Start));
        var events = exchange.TakeEvents();
        Assert.That(
            events.Select(e => e.GetType()),
            Is.EqualTo(new[] { typeof(OrderChanged), typeof(FillSeen), typeof(OrderChanged), typeof(PositionChanged), typeof(BalanceChanged) }));
        Assert.That(events.OfType<OrderChanged>().Select(e => e.Order.Status), Is.EqualTo(new[] { VenueOrderStatus.New, VenueOrderStatus.Filled }));
    }

    [Test]
    public void Volume_limits_a_fill_and_the_rest_follows_at_the_next_prices()
    {
        var exchange = Create(Free with { VolumeShare = 0.1m });
        exchange.Trade(new(Btc, 100m, 20m, Start));
        var ack = Accepted(exchange.Place(Market(OrderSide.Buy, 5m), Start));
        Assert.That((ack.Status, ack.Filled), Is.EqualTo(((VenueOrderStatus?)VenueOrderStatus.PartiallyFilled, (decimal?)2m)));
        exchange.Trade(new(Btc, 101m, 10m, Start));
        exchange.Candle(Candle(102m, 103m, 101m, 102m, volume: 1_000m));
        Assert.That(exchange.TakeEvents().Fills().Select(f => (f.Quantity, f.Price)), Is.EqualTo(new[] { (2m, 100m), (1m, 101m), (2m, 102m) }));
    }

    [Test]
    public void In_a_market_of_small_trades_shares_below_a_step_add_up_until_they_are_one()
    {
        var exchange = Create(Free with { VolumeShare = 0.1m });
        exchange.Trade(new(Btc, 100m, 0m, Start));
        Assert.That(Accepted(exchange.Place(Market(OrderSide.Buy, 1m), Start)).Filled, Is.EqualTo(0m), "nothing was traded");
        var filled = Enumerable.Range(0, 6).Select(_ =>
        {
            exchange.Trade(new(Btc, 100m, 0.004m, Start));
            return exchange.Position().Quantity;
        });
        Assert.That(filled, Is.EqualTo(new[] { 0m, 0m, 0.001m, 0.001m, 0.002m, 0.002m }));
    }

    [TestCase(OrderSide.Buy, true, 0)]
    [TestCase(OrderSide.Buy, false, 2)]
    [TestCase(OrderSide.Sell, true, -2)]
    [TestCase(OrderSide.Sell, false, 0)]
    [TestCase(OrderSide.Buy, null, 2)]
    public void A_limit_order_is_met_by_takers_of_the_other_side_only(OrderSide side, bool? takerBuys, decimal held)
    {
        var exchange = Create();
        var price = side == OrderSide.Buy ? 99m : 101m;
        Accepted(exchange.Place(Limit(side, 2m, price), Start));
        exchange.Trade(new(Btc, price, 5m, Start, takerBuys));
        Assert.That(exchange.Position().Quantity, Is.EqualTo(held));
    }

    [Test]
    public void The_queue_can_be_money_and_is_then_as_long_at_every_price()
    {
        var exchange = Create(symbol: Symbol() with { QueueAheadUsd = 198m });
        Accepted(exchange.Place(Limit(OrderSide.Buy, 2m, 99m), Start));
        exchange.Trade(new(Btc, 99m, 3m, Start, TakerBuys: false));
        Assert.That(exchange.Position().Quantity, Is.EqualTo(1m), "two were before it");
    }

    [Test]
    public void A_limit_order_waits_for_the_queue_before_it_and_then_shares_what_is_traded()
    {
        var exchange = Create(symbol: Symbol() with { QueueAhead = 3m });
        Accepted(exchange.Place(Limit(OrderSide.Buy, 2m, 99m), Start));
        exchange.Trade(new(Btc, 99m, 2m, Start));
        Assert.That(exchange.Position().Quantity, Is.Zero, "two of three before it are gone");
        exchange.Trade(new(Btc, 99m, 2.5m, Start));
        Assert.That(exchange.Position().Quantity, Is.EqualTo(1.5m), "one was before it");
        exchange.Trade(new(Btc, 98.9m, 10m, Start));
        var fills = exchange.TakeEvents().Fills().ToList();
        Assert.That(fills.Select(f => (f.Quantity, f.Price, f.IsMaker)), Is.EqualTo(new[] { (1.5m, 99m, (bool?)true), (0.5m, 99m, true) }));
    }

    [Test]
    public void A_candle_that_only_touches_a_limit_order_fills_nothing_and_one_that_goes_through_fills_at_the_limit()
    {
        var exchange = Create();
        Accepted(exchange.Place(Limit(OrderSide.Buy, 1m, 99m), Start));
        exchange.Candle(Candle(100m, 101m, 99m, 100m));
        Assert.That(exchange.Position().Quantity, Is.Zero);
        exchange.Candle(Candle(100m, 101m, 98.9m, 100m, minute: 2));
        Assert.That(exchange.TakeEvents().Fills().Select(f => f.Price), Is.EqualTo(new[] { 99m }));
    }

    [Test]
    public void Stop_and_target_inside_one_candle_are_the_stop_whichever_way_the_position_is()
    {
        var @long = Protected(OrderSide.Buy, stop: 95m, take: 105m);
        @long.Candle(Candle(100m, 106m, 94m, 104m));
        var @short = Protected(OrderSide.Sell, stop: 105m, take: 95m);
        @short.Candle(Candle(100m, 106m, 94m, 96m));
        Assert.Multiple(() =>
        {
            Assert.That((@long.State.RealizedPnl, @long.State.Orders.Length), Is.EqualTo((-5m, 0)));
            Assert.That((@short.State.RealizedPnl, @short.State.Orders.Length), Is.EqualTo((-5m, 0)));
        });
    }

    [Test]
    public void An_entry_inside_a_candle_takes_its_way_that_leaves_the_account_worse()
    {
        // Low first, the entry at 97 would be sold at 103 on the way to the close; high first, it is still held at 98.
        var exchange = Create();
        Accepted(exchange.Place(Market(OrderSide.Buy, 1m), Start));
        Accepted(exchange.Place(Limit(OrderSide.Buy, 1m, 97m), Start));
        Accepted(exchange.Protect(Take(OrderSide.Sell, 103m), Start));
        exchange.Candle(Candle(100m, 104m, 96m, 98m));
        // High first: the target takes 3 on one; the limit order is filled after it and stands 1 above. Low first would have earned 9.
        Assert.That((exchange.State.RealizedPnl, exchange.Position().Quantity, MarginMath.Equity(exchange.State)), Is.EqualTo((3m, 1m, 10_004m)));
    }

    [Test]
    public void A_price_gap_fills_a_leg_at_the_price_after_it_and_not_at_the_trigger()
    {
        var byTick = Protected(OrderSide.Buy, stop: 95m, take: 105m);
        byTick.Tick(Tick(92m));
        var byCandle = Protected(OrderSide.Buy, stop: 95m, take: 105m);
        byCandle.Candle(Candle(91m, 93m, 90m, 92m));
        var inFavour = Protected(OrderSide.Buy, stop: 95m, take: 105m);
        inFavour.Tick(Tick(107m));
        Assert.That((byTick.State.RealizedPnl, byCandle.State.RealizedPnl, inFavour.State.RealizedPnl), Is.EqualTo((-8m, -9m, 7m)));
    }

    [Test]
    public void When_one_leg_fills_the_other_goes()
    {
        var exchange = Protected(OrderSide.Buy, stop: 95m, take: 105m);
        exchange.TakeEvents();
        exchange.Candle(Candle(100m, 105m, 99m, 104m));
        var orders = exchange.TakeEvents().OfType<OrderChanged>().Select(e => (e.Order.ClientId, e.Order.Status, e.Order.Reason)).ToList();
        Assert.That(orders, Is.EqualTo(new[]
        {
            ("take", VenueOrderStatus.Triggered, (string?)null), ("stop", VenueOrderStatus.Cancelled, "OTHER_LEG_TRIGGERED"), ("take", VenueOrderStatus.Filled, null),
        }));
        Assert.That(exchange.State.Orders, Is.Empty);
    }

    [Test]
    public void A_leg_that_covers_its_position_grows_and_shrinks_with_it_and_one_with_a_size_keeps_it()
    {
        var exchange = Protected(OrderSide.Buy, stop: 95m, take: 105m);
        Accepted(exchange.Protect(Take(OrderSide.Sell, 103m, 0.4m, "part"), Start));
        Accepted(exchange.Place(Market(OrderSide.Buy, 1m, "more"), Start));
        Assert.That(Legs(), Is.EqualTo(new[] { ("part", 0.4m), ("stop", 2m), ("take", 2m) }));
        Accepted(exchange.Place(Market(OrderSide.Sell, 1.7m, "less"), Start));
        Assert.That(Legs(), Is.EqualTo(new[] { ("part", 0.4m), ("stop", 0.3m), ("take", 0.3m) }));
        Accepted(exchange.Place(Market(OrderSide.Sell, 1m, "turn"), Start));
        Assert.That((exchange.Position().Quantity, exchange.State.Orders.Length), Is.EqualTo((-0.7m, 0)), "none outlives its position, although the other side is held now");

        (string, decimal)[] Legs() => [.. exchange.State.Orders.OrderBy(o => o.ClientId).Select(o => (o.ClientId!, o.Quantity))];
    }

    [Test]
    public void What_a_leg_or_an_order_may_not_reduce_any_more_is_cancelled_when_the_rest_of_it_fills()
    {
        var exchange = Create();
        Accepted(exchange.Place(Market(OrderSide.Buy, 2m), Start));
        Accepted(exchange.Protect(Stop(OrderSide.Sell, 95m, 2m), Start));
        Accepted(exchange.Place(Market(OrderSide.Sell, 1.5m, "less"), Start));
        exchange.TakeEvents();
        exchange.Tick(Tick(94m));
        var ended = exchange.TakeEvents().OfType<OrderChanged>().Last().Order;
        Assert.That((ended.ClientId, ended.Status, ended.Quantity, ended.Filled), Is.EqualTo(("stop", VenueOrderStatus.Cancelled, 2m, 0.5m)));
        Assert.That(exchange.State.Positions, Is.Empty);
    }

    [Test]
    public void A_leg_that_need_not_reduce_stands_by_itself_and_turns_the_accounts_sum()
    {
        var exchange = Create();
        Accepted(exchange.Place(Market(OrderSide.Sell, 2m), Start));
        Assert.That(exchange.Protect(Stop(OrderSide.Sell, 95m) with { ReduceOnly = false }, Start).Is(RefusalMeaning.Parameter));
        Accepted(exchange.Protect(Stop(OrderSide.Sell, 95m, 3m) with { ReduceOnly = false }, Start));
        Accepted(exchange.Place(Market(OrderSide.Buy, 2m, "flat"), Start));
        Assert.That(exchange.State.Orders.Select(o => o.ClientId), Is.EqualTo(new[] { "stop" }));
        exchange.Tick(Tick(94m));
        Assert.That((exchange.Position().Quantity, exchange.State.Orders.Length), Is.EqualTo((-3m, 0)));
    }

    [Test]
    public void A_fill_says_whether_it_was_a_liquidation()
    {
        var exchange = Create(balance: 10m);
        Accepted(exchange.Place(Market(OrderSide.Buy, 0.9m), Start));
        exchange.Tick(Tick(80m));
        Assert.That(exchange.TakeEvents().Fills().Select(f => f.IsLiquidation), Is.EqualTo(new[] { false, true }));
    }

    [Test]
    public void In_hedge_mode_both_sides_are_held_and_each_has_its_own_legs()
    {
        var exchange = Create(positions: PositionMode.Hedge);
        Accepted(exchange.Place(Market(OrderSide.Buy, 2m) with { PositionSide = PositionSide.Long }, Start));
        Accepted(exchange.Place(Market(OrderSide.Sell, 1m, "short") with { PositionSide = PositionSide.Short }, Start));
        Accepted(exchange.Protect(Stop(OrderSide.Sell, 95m, id: "longstop") with { PositionSide = PositionSide.Long }, Start));
        Accepted(exchange.Protect(Stop(OrderSide.Buy, 104m, id: "shortstop") with { PositionSide = PositionSide.Short }, Start));
        Assert.That((exchange.Position(PositionSide.Long).Quantity, exchange.Position(PositionSide.Short).Quantity), Is.EqualTo((2m, -1m)));
        exchange.Candle(Candle(100m, 105m, 99m, 104m));
        Assert.That((exchange.Position(PositionSide.Long).Quantity, exchange.Position(PositionSide.Short).Quantity, exchange.State.RealizedPnl), Is.EqualTo((2m, 0m, -4m)));
        Assert.That(exchange.OpenIds(), Is.EqualTo(new[] { "longstop" }));
    }

    [Test]
    public void Isolated_margin_is_all_that_a_position_can_lose()
    {
        var exchange = Create(new ExchangeTerms(), margin: MarginMode.Isolated, leverage: 20m);
        Accepted(exchange.Place(Market(OrderSide.Buy, 10m), Start));
        var (margin, before) = (exchange.Position().Margin, exchange.State.Balance);
        exchange.TakeEvents();
        exchange.Tick(Tick(80m));
        var liquidated = exchange.TakeEvents().OfType<PositionLiquidated>().Single();
        Assert.Multiple(() =>
        {
            Assert.That(exchange.State.Balance, Is.EqualTo(before - margin));
            Assert.That(liquidated.Covered, Is.EqualTo(exchange.State.Insured).And.Positive);
            Assert.That(exchange.State.Positions, Is.Empty);
        });
    }

    [Test]
    public void Cross_margin_stands_for_all_positions_and_all_go_at_once()
    {
        var exchange = Create(balance: 200m, leverage: 10m);
        exchange.Tick(new(Eth, 100m, null, null, Start));
        Accepted(exchange.Prepare(new(Eth, 10m, MarginMode.Cross, PositionMode.OneWay), Start));
        Accepted(exchange.Place(Market(OrderSide.Buy, 10m), Start));
        Accepted(exchange.Place(new NewOrder(Eth, "eth", OrderSide.Buy, 5m), Start));
        Accepted(exchange.Protect(Take(OrderSide.Sell, 140m), Start));
        var at = exchange.ToVenuePosition(exchange.Position()).LiquidationPrice;
        // 200 + 10 (p − 100) = 0.004 (10 p + 500) at p = 802 ÷ 9.96.
        Assert.That(at, Is.EqualTo(802m / 9.96m));
        exchange.Candle(Candle(100m, 101m, 79m, 90m));
        Assert.Multiple(() =>
        {
            Assert.That(exchange.State.Positions, Is.Empty);
            Assert.That(exchange.State.Orders, Is.Empty);
            Assert.That(exchange.TakeEvents().Fills().Select(f => f.Price).TakeLast(2), Is.EqualTo(new[] { 80.5m, 100m }), "the first price on the grid that is under");
            Assert.That(exchange.State.Balance, Is.EqualTo(5m));
        });
    }

    [Test]
    public void A_stop_that_is_nearer_than_the_liquidation_comes_first()
    {
        var exchange = Create(balance: 100m, leverage: 10m);
        Accepted(exchange.Place(Market(OrderSide.Buy, 10m), Start));
        Accepted(exchange.Protect(Stop(OrderSide.Sell, 95m), Start));
        exchange.Candle(Candle(100m, 100m, 85m, 90m));
        Assert.That((exchange.State.Balance, exchange.TakeEvents().Any(e => e is PositionLiquidated)), Is.EqualTo((50m, false)));
    }

    [Test]
    public void Funding_is_paid_by_longs_to_shorts_at_the_mark_that_stood()
    {
        var exchange = Create(symbol: Symbol() with { FundingRate = 0.0001m, FundingInterval = TimeSpan.FromHours(8) });
        Accepted(exchange.Place(Market(OrderSide.Buy, 3m), Start));
        exchange.Tick(Tick(110m, minute: 239));
        exchange.TakeEvents();
        exchange.Tick(Tick(120m, minute: 240));
        var funding = exchange.TakeEvents().OfType<FundingSettled>().Single();
        Assert.That((funding.Payment.Amount, funding.Payment.At, exchange.State.Funding), Is.EqualTo((-0.033m, Start.AddHours(4), -0.033m)));
        exchange.SetFundingRate(Btc, -0.0002m);
        exchange.Tick(Tick(120m, minute: 240 + (16 * 60)));
        Assert.That(exchange.State.Funding, Is.EqualTo(-0.033m + (2 * 3m * 120m * 0.0002m)), "two settlements passed in the silence");
    }

    [Test]
    public void With_a_mark_price_of_its_own_margin_goes_by_it_and_triggers_by_the_last_price()
    {
        var exchange = Create(balance: 100m, leverage: 10m);
        exchange.Mark(Btc, 100m, Start);
        Accepted(exchange.Place(Market(OrderSide.Buy, 5m, "in"), Start));
        exchange.Tick(Tick(70m));
        Assert.That(exchange.Position().Quantity, Is.EqualTo(5m), "the margin is not used up by the last price");
        exchange.Tick(Tick(100m));
        Accepted(exchange.Protect(Stop(OrderSide.Sell, 97m), Start.AddMinutes(5)));
        exchange.Mark(Btc, 95m, Start.AddMinutes(5));
        Assert.That(exchange.Position().Quantity, Is.EqualTo(5m), "the stop does not hear the mark price");
        exchange.Tick(Tick(96m, minute: 6));
        Assert.That((exchange.Position().Quantity, exchange.State.RealizedPnl), Is.EqualTo((0m, -20m)));
    }

    [Test]
    public void A_state_that_was_kept_with_fields_that_are_gone_now_reads_as_what_it_is()
    {
        var exchange = Create();
        Accepted(exchange.Place(Limit(OrderSide.Buy, 1m, 90m), Start));
        var now = Json(exchange.State);
        var then = now.Replace("\"QueueAhead\":", "\"TimeInForce\":\"GoodTillCancel\",\"TriggerBy\":\"Last\",\"QueueAhead\":", StringComparison.Ordinal);
        Assert.That(then, Is.Not.EqualTo(now));
        Assert.That(Json(JsonSerializer.Deserialize(then, SimulationJson.Default.ExchangeState)!), Is.EqualTo(now));
    }

    [TestCase(OrderSide.Buy, 99.9, RefusalMeaning.Duplicate, "entry", TestName = "An_id_of_an_open_order_is_refused")]
    [TestCase(OrderSide.Buy, 0, RefusalMeaning.Parameter, "no-dash", TestName = "An_id_beyond_letters_and_digits_is_refused")]
    public void Ids_are_checked(OrderSide side, double price, RefusalMeaning meaning, string id)
    {
        var exchange = Create();
        Accepted(exchange.Place(Limit(OrderSide.Buy, 1m, 90m, "entry"), Start));
        Assert.That(exchange.Place(price == 0 ? Market(side, 1m, id) : Limit(side, 1m, (decimal)price, id), Start).Refusal!.Meaning, Is.EqualTo(meaning));
    }

    [Test]
    public void What_a_venue_refuses_is_refused_with_its_meaning()
    {
        var exchange = Create(balance: 100m);
        Meaning(exchange.Place(Market(OrderSide.Buy, 10.1m), Start), RefusalMeaning.Margin);
        Meaning(exchange.Place(Market(OrderSide.Buy, 0.01m), Start), RefusalMeaning.Quantity);
        Meaning(exchange.Place(Market(OrderSide.Buy, 500m), Start), RefusalMeaning.Quantity);
        Meaning(exchange.Place(Market(OrderSide.Sell, 1m) with { ReduceOnly = true }, Start), RefusalMeaning.PositionGone);
        Meaning(exchange.Place(Market(OrderSide.Buy, 1m) with { PositionSide = PositionSide.Long }, Start), RefusalMeaning.Configuration);
        Meaning(exchange.Place(new NewOrder("NOPE", "x", OrderSide.Buy, 1m), Start), RefusalMeaning.Parameter);
        Meaning(exchange.Place(new NewOrder(Eth, "x", OrderSide.Buy, 1m), Start), RefusalMeaning.Configuration);
        Meaning(exchange.Protect(Stop(OrderSide.Sell, 95m), Start), RefusalMeaning.PositionGone);
        Accepted(exchange.Place(Market(OrderSide.Buy, 10m), Start));
        Meaning(exchange.Protect(Stop(OrderSide.Sell, 100m), Start), RefusalMeaning.WouldTriggerNow);
        Meaning(exchange.Protect(Take(OrderSide.Sell, 99m), Start), RefusalMeaning.WouldTriggerNow);
        Meaning(exchange.Cancel("nobody", null, Start), RefusalMeaning.NotFound);

        static void Meaning(VenueReply<OrderAck> reply, RefusalMeaning meaning) => Assert.That(reply.Refusal?.Meaning, Is.EqualTo(meaning), reply.ToString());
    }

    [Test]
    public void An_order_that_the_margin_no_longer_allows_is_cancelled_for_the_part_that_it_does_not()
    {
        var exchange = Create(Free with { VolumeShare = 0.5m }, balance: 100m);
        exchange.Trade(new(Btc, 100m, 8m, Start));
        Accepted(exchange.Place(Market(OrderSide.Buy, 9m), Start));
        exchange.Trade(new(Btc, 130m, 100m, Start));
        var last = exchange.TakeEvents().OfType<OrderChanged>().Last().Order;
        Assert.That((last.Status, last.Reason, last.Filled), Is.EqualTo((VenueOrderStatus.Filled, (string?)null, 9m)), "the profit pays for it");
        exchange = Create(Free with { VolumeShare = 0.5m }, balance: 100m);
        exchange.Trade(new(Btc, 100m, 8m, Start));
        Accepted(exchange.Place(Market(OrderSide.Sell, 9m), Start));
        exchange.Trade(new(Btc, 108m, 100m, Start));
        last = exchange.TakeEvents().OfType<OrderChanged>().Last().Order;
        Assert.That((last.Status, last.Reason, last.Filled), Is.EqualTo((VenueOrderStatus.Cancelled, "MARGIN", 6.592m)));
    }

    [Test]
    public void The_state_survives_as_JSON_to_the_last_digit()
    {
        var exchange = Protected(OrderSide.Buy, 95m, 105m);
        Accepted(exchange.Place(Limit(OrderSide.Buy, 1.50m, 97.7m), Start));
        Assert.That(Json(exchange.SavedAndRestored().State), Is.EqualTo(Json(exchange.State)));
    }

    private static SimulatedExchange Protected(OrderSide side, decimal stop, decimal take)
    {
        var exchange = Create();
        Accepted(exchange.Place(Market(side, 1m), Start));
        var exit = side == OrderSide.Buy ? OrderSide.Sell : OrderSide.Buy;
        Accepted(exchange.Protect(Stop(exit, stop), Start));
        Accepted(exchange.Protect(Take(exit, take), Start));
        return exchange;
    }
}
