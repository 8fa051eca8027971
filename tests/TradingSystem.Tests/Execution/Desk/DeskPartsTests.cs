using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Desk;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Tests.Time;
using TradingSystem.Venues;

using static TradingSystem.Tests.Execution.Desk.DeskRows;

namespace TradingSystem.Tests.Execution.Desk;

/// <summary>What rests, countdowns, shapes, requests, leverages and fees.</summary>
[TestFixture]
public sealed class DeskPartsTests
{
    private static readonly CountdownLimits BySymbol = new(CountdownScope.Symbol, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(300));

    [Test]
    public void What_rests_goes_when_its_time_is_over()
    {
        var row = new DeskOrder { ClientId = "A", Leg = DeskLegs.Entry, Symbol = "BTCUSDT", Type = DeskTypes.Limit, State = DeskStates.Working, ExpiresAt = Now };
        var order = new OpenOrder(row);
        Resting.TakeBackExpired([order], Now.AddMicroseconds(-1));
        Assert.That(order.Wish, Is.Null);
        Resting.TakeBackExpired([order], Now);
        Assert.That(order.Wish?.Reason, Is.EqualTo(ReasonCodes.Expired.Word));
    }

    [Test]
    public void Of_closing_orders_that_rest_the_later_go_when_the_position_is_smaller_than_they_are_together()
    {
        var open = Open(Closing("first", 1, 2m), Closing("second", 2, 2m), Closing("third", 3, 1m));
        Resting.TakeBackIdle(open, Held(3m), _ => In(TradingState.Active), Now);
        Assert.That(open.All.Where(o => o.Wish is not null).Select(o => (o.ClientId, o.Wish!.Value.Reason)), Is.EqualTo(new[] { ("second", ReasonCodes.PositionClosed.Word) }));

        static DeskOrder Closing(string id, long seq, decimal qty) => Row(id, DeskStates.Working, type: DeskTypes.Limit, side: "SELL", qty: qty, closes: true, seq: seq);
    }

    [TestCase(TradingState.Active, 0, false)]
    [TestCase(TradingState.Reducing, 0, true)]
    [TestCase(TradingState.Reducing, -1, false)]
    [TestCase(TradingState.Halted, -1, true)]
    public void What_rests_goes_when_its_group_may_take_no_new_risk(TradingState state, int held, bool goes)
    {
        var open = Open(Row("A", DeskStates.Working, type: DeskTypes.Limit));
        Resting.TakeBackIdle(open, Held(held), _ => In(state), Now);
        Assert.That(open.Get("A")!.Wish?.Reason, Is.EqualTo(goes ? ReasonCodes.RiskReducing.Word : null));
    }

    [TestCase(0, true, "a limit's window")]
    [TestCase(0, false, "a blackout that was told")]
    [TestCase(-1, true, "a way out")]
    [TestCase(-1, false, "a way out")]
    public void What_rests_to_add_risk_goes_when_a_blackout_begins_and_a_way_out_stays(int held, bool byLimits, string why)
    {
        var open = Open(Row("A", DeskStates.Working, type: DeskTypes.Limit));
        var gate = Blackout(Now, Now.AddMinutes(5), byLimits);
        Resting.TakeBackIdle(open, Held(held), _ => gate, Now.AddTicks(-1));
        Assert.That(open.Get("A")!.Wish, Is.Null, why);
        Resting.TakeBackIdle(open, Held(held), _ => gate, Now);
        Assert.That(open.Get("A")!.Wish?.Reason, Is.EqualTo(held == 0 ? ReasonCodes.Blackout.Word : null), why);
    }

    [TestCase(-2, 0, true, null, false, "larger than what is left, and only to reduce")]
    [TestCase(-2, -1, true, null, true, "only to reduce what another group holds as well")]
    [TestCase(-2, 0, false, null, true, "it would turn the position")]
    [TestCase(-2, 0, false, "SHORT", false, "in hedge mode it turns nothing")]
    [TestCase(-2, 1, false, "SHORT", false, "nor where another group holds the other side")]
    [TestCase(-2, -1, false, "SHORT", true, "where another group holds the same side it would take from that")]
    [TestCase(-2, 0, false, "LONG", true, "in hedge mode it opens the other side")]
    [TestCase(-9, 0, false, "LONG", true, "in hedge mode it opens the other side, however small it is")]
    [TestCase(-9, -1, false, "SHORT", false, "smaller than the position")]
    [TestCase(2, 0, false, null, true, "it adds")]
    public void A_way_out_that_rests_and_has_become_larger_than_the_position_stays(int held, int other, bool reduceOnly, string? side, bool goes, string why)
    {
        var row = Row("A", DeskStates.Working, type: DeskTypes.Limit, qty: 3m);
        (row.ReduceOnly, row.PositionSide) = (reduceOnly, side);
        foreach (var (gate, code) in new[] { (In(TradingState.Reducing), ReasonCodes.RiskReducing), (Blackout(Now, Now.AddMinutes(5), byLimits: true), ReasonCodes.Blackout) })
        {
            var open = Open(row);
            Resting.TakeBackIdle(open, Held(held, other), _ => gate, Now);
            Assert.That(open.Get("A")!.Wish?.Reason, Is.EqualTo(goes ? code.Word : null), why);
        }
    }

    [Test]
    public void Ways_out_that_would_turn_the_position_together_go_from_the_last_and_those_that_only_reduce_count_first()
    {
        var open = Open(Out("first", 1, 4m), Out("second", 2, 4m), Out("third", 3, 2m), Out("reduces", 4, 6m));
        open.Get("reduces")!.Row.ReduceOnly = true;
        Resting.TakeBackIdle(open, Held(-12m), _ => Blackout(Now, Now.AddMinutes(5), byLimits: true), Now);
        Assert.That(open.All.Where(o => o.Wish is not null).Select(o => o.ClientId), Is.EqualTo(new[] { "second" }), "4, 2 and 6 are 12");

        static DeskOrder Out(string id, long seq, decimal qty) => Row(id, DeskStates.Working, type: DeskTypes.Limit, qty: qty, seq: seq);
    }

    [Test]
    public void A_countdown_is_told_anew_before_it_runs_out_within_the_bounds_and_stops_when_nobody_wants_it()
    {
        var running = new RunningCountdowns();
        Assert.That(Due(Now, 30), Is.EqualTo(new[] { ("BTCUSDT", TimeSpan.FromSeconds(30)) }));
        Assert.That(Due(Now.AddSeconds(9), 30), Is.Empty);
        Assert.That(Due(Now.AddSeconds(10), 30), Has.Count.EqualTo(1));
        Assert.That(Due(Now.AddSeconds(20), 3), Is.EqualTo(new[] { ("BTCUSDT", TimeSpan.FromSeconds(10)) }));
        Assert.That(running.Due([], new Dictionary<Guid, TimeSpan>(), BySymbol, Now.AddSeconds(20)), Is.EqualTo(new[] { ("BTCUSDT", TimeSpan.Zero) }));
        Assert.That(running.Any, Is.False);

        List<(string, TimeSpan)> Due(DateTimeOffset now, int seconds) =>
            running.Due([(Group, "BTCUSDT")], new Dictionary<Guid, TimeSpan> { [Group] = TimeSpan.FromSeconds(seconds) }, BySymbol, now);
    }

    [Test]
    public void Of_the_groups_switches_the_shortest_counts_and_groups_without_one_want_none()
    {
        (Guid, string)[] working = [(Group, "BTCUSDT"), (Other, "BTCUSDT"), (Guid.Empty, "ETHUSDT")];
        var switches = new Dictionary<Guid, TimeSpan> { [Group] = TimeSpan.FromSeconds(60), [Other] = TimeSpan.FromSeconds(20) };
        Assert.That(new RunningCountdowns().Due(working, switches, BySymbol, Now), Is.EqualTo(new[] { ("BTCUSDT", TimeSpan.FromSeconds(20)) }));
    }

    private static Dictionary<(Guid Group, string Symbol), decimal> Held(decimal own, decimal others = 0m) =>
        new() { [(Group, "BTCUSDT")] = own, [(Other, "BTCUSDT")] = others, [(Other, "ETHUSDT")] = 7m };

    private static Gate Blackout(DateTimeOffset from, DateTimeOffset until, bool byLimits) => byLimits
        ? new(Guid.Empty, new EffectiveLimits { Blackouts = [new() { Start = from, End = until }] })
        : new(Guid.Empty, new EffectiveLimits())
        {
            Holds = HeldEntries.Of(HeldEntries.Write(
                [new() { Id = Guid.Empty, Version = 1, Name = "cpi", Targets = ["symbol:BTCUSDT"], From = from, Until = until, ChangedBy = "ada", ChangedAt = from }])),
        };

    private static Gate In(TradingState state) =>
        new(Guid.Empty, new(), new Control { Scope = ControlWords.System, State = ControlWords.Of(state), ChangedBy = "test" });

    [Test]
    public void An_order_is_marked_to_reduce_exactly_where_it_can_only_reduce()
    {
        var gen = from held in Gen.Choose(-3, 3) from net in Gen.Choose(-5, 5) from qty in Gen.Choose(1, 4) from buy in Gen.Elements(true, false) select (held, net, qty, buy);
        Prop.ForAll(gen.ToArbitrary(), t =>
        {
            var order = Row("A");
            var refused = new OrderShape(t.held, t.net, PositionMode.OneWay, Row("lost", DeskStates.Held)).Give(order, new PlannedFill(t.buy, t.qty, 100m, 0m));
            var signed = t.buy ? t.qty : -t.qty;
            var onlyReduces = t.held * signed < 0 && t.qty <= Math.Abs(t.held) && t.net * t.held > 0 && t.qty <= Math.Abs(t.net);
            return order.ReduceOnly == onlyReduces && (refused is null) == onlyReduces && order.Qty == t.qty && order.IsBuy == t.buy;
        }).QuickCheckThrowOnFailure();
    }

    [TestCase(0, true, "LONG", true)]
    [TestCase(-1, true, "SHORT", true)]
    [TestCase(1, false, "LONG", true)]
    [TestCase(1, true, "LONG", true)]
    [TestCase(-0.5, true, null, false)]
    public void In_hedge_mode_an_order_has_its_bucket_and_never_turns_a_position(double held, bool buy, string? bucket, bool mayLeave)
    {
        var order = Row("A");
        var refused = new OrderShape((decimal)held, 0m, PositionMode.Hedge, null).Give(order, new PlannedFill(buy, 1m, 100m, 0m));
        Assert.That((order.PositionSide, order.ReduceOnly, refused is null), Is.EqualTo((bucket, false, mayLeave)));
    }

    [Test]
    public void What_leaves_is_what_was_saved()
    {
        var order = Row("A", DeskStates.Sending, type: DeskTypes.Limit, side: "SELL", qty: 2m, price: 101m);
        (order.ReduceOnly, order.PositionSide) = (true, "SHORT");
        Assert.That(Requests.OrderOf(order), Is.EqualTo(new NewOrder("BTCUSDT", "A", OrderSide.Sell, 2m)
        {
            Type = VenueOrderType.Limit,
            Price = 101m,
            ReduceOnly = true,
            PositionSide = PositionSide.Short,
        }));
        Assert.That(Requests.LegOf(Leg("T", DeskLegs.TakeProfit, 120m, qty: 3m)), Is.EqualTo(new ProtectionOrder("BTCUSDT", "T", ProtectionKind.TakeProfit, OrderSide.Sell, 120m)
        {
            Quantity = 3m,
            ReduceOnly = false,
        }));
    }

    [Test]
    public void While_a_leverage_is_being_set_none_is_known()
    {
        var set = new SetLeverages();
        set.Set("BTCUSDT", 5m);
        Assert.That((set.Begin("BTCUSDT"), set.Begin("BTCUSDT")), Is.EqualTo((true, false)));
        Assert.That((set.Is("BTCUSDT", 5m), set.IsSetting("BTCUSDT")), Is.EqualTo((false, true)));
        set.End("BTCUSDT");
        Assert.That((set.Is("BTCUSDT", 5m), set.IsSetting("BTCUSDT")), Is.EqualTo((false, false)), "an answer that did not come sets nothing");
    }

    [Test]
    public void An_instrument_whose_rules_became_unreadable_is_not_traded_and_one_that_is_not_named_stays()
    {
        var listing = Listing();
        listing.Take([VenueInstrument.Unreadable("BTCUSDT", "BTCUSDT", "no step")]);
        Assert.That((listing.Find("BTCUSDT"), listing.NotTraded("BTCUSDT").Code), Is.EqualTo(((VenueInstrument?)null, Rejections.InstrumentUnreadable("BTCUSDT", "").Code)));
        listing.Take([Instrument()]);
        listing.Take([]);
        Assert.That(listing.Find("BTCUSDT"), Is.Not.Null);
    }

    [Test]
    public async Task A_fee_in_another_asset_is_valued_at_a_young_price_and_pending_without_one()
    {
        var (time, asked, price) = (new ManualTime(Now), 0, (decimal?)null);
        var untold = new List<string>();
        var fees = new FeePrices(
            (symbol, _) =>
            {
                asked++;
                return Task.FromResult(price is { } p ? VenueReply.Accepted(new VenuePrice(symbol, p, Now)) : VenueReply.Unknown<VenuePrice>("busy"));
            },
            _ => null, time, (asset, _) => untold.Add(asset))
        { MayHavePending = false };
        var fill = new VenueFill("BTCUSDT", "f", "v", null, OrderSide.Buy, null, 1m, 100m, 0.01m, "BNB", Now);
        await fees.AskAsync([fill], default);
        await fees.AskAsync([fill], default);
        Assert.That((fees.FeeOf(fill), fees.MayHavePending, asked, untold.Count), Is.EqualTo((new BookedFee(0m, "BNB", 0.01m, true), true, 1, 1)), "it is not asked again at once");
        price = 600m;
        time.Advance(TimeSpan.FromSeconds(4));
        await fees.AskAsync([fill], default);
        Assert.That(fees.FeeOf(fill), Is.EqualTo(new BookedFee(6m, "BNB", 0.01m, false)));
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.That(fees.FeeOf(fill).Pending, Is.True, "the price is too old");
        Assert.That(fees.FeeOf(fill with { FeeAsset = "USDT", Fee = 0.5m }), Is.EqualTo(new BookedFee(0.5m, null, null, false)));
    }

    [Test]
    public void A_comparison_is_due_no_later_than_it_was_and_one_at_a_time()
    {
        var clock = new SnapshotClock();
        clock.At(Now);
        clock.Soon(Now);
        Assert.That((clock.DueAt, clock.IsDue(Now)), Is.EqualTo((Now, true)));
        clock.Begin();
        Assert.That(clock.IsDue(Now), Is.False);
        clock.End(Now.AddSeconds(30));
        clock.Soon(Now);
        Assert.That((clock.IsDue(Now), clock.IsDue(Now.AddSeconds(1))), Is.EqualTo((false, true)));
    }
}
