using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Desk;
using TradingSystem.Execution.Orders;
using TradingSystem.Venues;

using static TradingSystem.Tests.Execution.Desk.DeskRows;

namespace TradingSystem.Tests.Execution.Desk;

[TestFixture]
public sealed class OpenOrdersTests
{
    [Test]
    public void Of_the_table_only_what_nobody_began_with_is_taken_over_and_a_wish_reaches_the_order_that_is_known()
    {
        var open = Open(Row("known", DeskStates.Working));
        Assert.That(open.Adopt(Row("new"))!.ClientId, Is.EqualTo("new"));
        Assert.That(open.Adopt(Row("strange", DeskStates.Working)), Is.Null);
        var wished = Row("known", DeskStates.Working);
        wished.CancelRequestedAt = Now.AddSeconds(1);
        Assert.That(open.Adopt(wished), Is.Null);
        Assert.That(open.Get("known")!.Wish, Is.EqualTo(new CancelWish(Now.AddSeconds(1), null)));
        Assert.That(open.All.Select(o => o.ClientId), Is.EquivalentTo(new[] { "known", "new" }));
    }

    [Test]
    public void What_the_desk_keeps_of_an_order_lives_through_a_saving_and_its_rows_are_never_changed()
    {
        var row = Row("A", DeskStates.Working);
        var open = Open(row);
        var order = open.Get("A")!;
        order.Cancel(Now, ReasonCodes.Expired);
        order.Cancel(Now.AddSeconds(5));
        order.CancelAgainAt = Now.AddSeconds(1);
        order.LookAt(Now.AddSeconds(9));
        var saved = Row("A", DeskStates.Unknown);
        saved.CheckAt = Now.AddSeconds(2);
        open.Take(saved, Now);
        var after = open.Get("A")!;
        Assert.That((after.State, after.CheckAt, after.Wish, after.CancelAgainAt),
            Is.EqualTo((DeskStates.Unknown, Now.AddSeconds(2), (CancelWish?)new CancelWish(Now, ReasonCodes.Expired.Word), Now.AddSeconds(1))));
        Assert.That((row.CheckAt, row.CancelRequestedAt, saved.CancelRequestedAt), Is.EqualTo((Now, (DateTimeOffset?)null, (DateTimeOffset?)null)));
    }

    [Test]
    public void A_wish_that_only_the_desk_knows_of_is_told_to_the_row_of_a_transaction_and_one_that_is_there_stays()
    {
        var order = new OpenOrder(Row("A", DeskStates.Working));
        order.Cancel(Now, ReasonCodes.RiskReducing);
        var (row, wished) = (Row("A"), Row("A"));
        wished.CancelRequestedAt = Now.AddSeconds(-3);
        order.TellWish(row);
        order.TellWish(wished);
        Assert.That((row.CancelRequestedAt, row.CancelReason), Is.EqualTo(((DateTimeOffset?)Now, ReasonCodes.RiskReducing.Word)));
        Assert.That((wished.CancelRequestedAt, wished.CancelReason), Is.EqualTo(((DateTimeOffset?)Now.AddSeconds(-3), (string?)null)));
    }

    [Test]
    public void A_decision_is_read_once_for_as_long_as_its_text_is_the_same()
    {
        var open = Open(Row("A"));
        var read = open.Get("A")!.Decision!;
        for (var i = 0; i < 3; i++)
        {
            open.Take(Row("A", DeskStates.Working), Now);
        }

        Assert.That(open.Get("A")!.Decision, Is.SameAs(read));
        Assert.That(open.DecisionOf(Row("A")), Is.SameAs(read));
        var moved = Decision() with { StopLoss = 90m };
        open.Take(Row("A", DeskStates.Working, decision: moved), Now, moved);
        Assert.That(open.Get("A")!.Decision, Is.SameAs(moved));
        Assert.That(open.IsProtected(open.Get("A")!.Row), Is.True);
    }

    [Test]
    public void What_waited_for_the_symbol_of_an_order_that_is_done_is_due()
    {
        var open = Open(Row("A", DeskStates.Working), Row("B", seq: 2), Row("C", seq: 3, symbol: "ETHUSDT"));
        open.Get("B")!.LookAt(Now.AddSeconds(9));
        open.Get("C")!.LookAt(Now.AddSeconds(9));
        open.Take(Row("A", DeskStates.Filled), Now.AddSeconds(1));
        Assert.That(open.Get("A"), Is.Null);
        Assert.That(open.Due(Now.AddSeconds(1)).Select(o => o.ClientId), Is.EqualTo(new[] { "B" }));
    }

    [Test]
    public void Nothing_is_done_with_an_order_while_a_request_of_it_is_under_way()
    {
        var open = Open(Row("B", seq: 2), Row("A"));
        open.Begin("A");
        Assert.That(open.Due(Now).Select(o => o.ClientId), Is.EqualTo(new[] { "B" }));
        open.Answered("A");
        Assert.That(open.Due(Now).Select(o => o.ClientId), Is.EqualTo(new[] { "A", "B" }));
    }

    [TestCase(DeskStates.Sending, DeskTypes.Market, true)]
    [TestCase(DeskStates.Unknown, DeskTypes.Limit, true)]
    [TestCase(DeskStates.Working, DeskTypes.Market, true)]
    [TestCase(DeskStates.Working, DeskTypes.Limit, false)]
    [TestCase(DeskStates.Pending, DeskTypes.Market, false)]
    [TestCase(DeskStates.Held, DeskTypes.Market, true)]
    public void Ahead_is_what_is_about_to_change_the_position_of_the_symbol(string state, string type, bool isAhead)
    {
        var open = Open(Row("first", state, type: type), Row("far", DeskStates.Sending, symbol: "ETHUSDT"), Row("mine", seq: 2));
        Assert.That(open.Ahead(Row("mine", seq: 2)).Exists(o => o.ClientId == "first"), Is.EqualTo(isAhead));
        Assert.That(open.Ahead(Row("mine", seq: 2)).Exists(o => o.ClientId is "far" or "mine"), Is.False);
    }

    [Test]
    public void An_order_that_a_person_must_look_for_holds_up_what_opens_and_nothing_that_closes()
    {
        var open = Open(Row("lost", DeskStates.Held));
        Assert.That(open.Ahead(Row("in", seq: 2)), Has.Count.EqualTo(1));
        Assert.That(open.Ahead(Row("out", seq: 2, closes: true)), Is.Empty);
        Assert.That((open.LostIn("BTCUSDT")?.ClientId, open.LostIn("ETHUSDT")), Is.EqualTo(("lost", (OpenOrder?)null)));
    }

    [Test]
    public void Behind_is_whoever_came_later_in_the_symbol_legs_aside()
    {
        var open = Open(Row("first", seq: 1), Leg("leg", DeskLegs.StopLoss, 90m, DeskStates.Pending, seq: 0));
        Assert.That(open.IsBehind(Row("second", seq: 2)), Is.True);
        Assert.That(open.IsBehind(Row("first", seq: 1)), Is.False);
        Assert.That(open.IsBehind(Row("other", seq: 2, symbol: "ETHUSDT")), Is.False);
    }

    [Test]
    public void Reserved_is_what_is_out_and_not_filled_yet_at_its_own_price_or_at_the_mark()
    {
        var reduces = Row("reduces", DeskStates.Working, qty: 9m);
        reduces.ReduceOnly = true;
        var open = Open(
            Row("market", DeskStates.Unknown, side: "SELL", qty: 3m, filled: 1m), Row("limit", DeskStates.Working, type: DeskTypes.Limit, price: 50m), Row("pending", qty: 9m),
            Leg("leg", DeskLegs.StopLoss, 90m), reduces, Row("mine", DeskStates.Sending, qty: 9m));
        var reserved = open.Reserved("mine", _ => 100m);
        Assert.That(reserved.Select(e => (e.Qty, e.Mark, e.Own)), Is.EquivalentTo(new[] { (-2m, 100m, false), (1m, 50m, false) }));
        Assert.That(open.Reserved("mine", _ => null).Single(e => e.Qty < 0m).Mark, Is.Zero);
    }

    [Test]
    public void A_closing_order_takes_what_no_other_closes_and_nothing_when_nothing_is_left()
    {
        var open = Open(Row("rests", DeskStates.Working, type: DeskTypes.Limit, side: "SELL", qty: 3m, filled: 1m, closes: true, seq: 1));
        var (mine, all) = (Row("mine", closes: true, side: "SELL", seq: 2), Decision(TradeAction.Close));
        Assert.That((open.Closing(mine, before: true), open.Closing(Row("mine", closes: true, seq: 0), before: true)), Is.EqualTo((2m, 0m)));
        Assert.That(open.Remaining(mine, all, 5m)!.Qty, Is.EqualTo(3m));
        Assert.That(open.Remaining(mine, all with { Qty = 1m }, 5m)!.Qty, Is.EqualTo(1m));
        Assert.That(open.Remaining(mine, all, 2m), Is.Null);
        open.Get("rests")!.Cancel(Now);
        Assert.That(open.Remaining(mine, all, 2m)!.Qty, Is.Zero, "what is taken back closes nothing any more");
    }

    [Test]
    public void One_that_a_person_must_look_for_is_not_counted_on_to_close()
    {
        var open = Open(Row("lost", DeskStates.Held, side: "SELL", qty: 2m, closes: true));
        Assert.That(open.Remaining(Row("mine", closes: true, seq: 2), Decision(TradeAction.Close), 2m)!.Qty, Is.Zero);
    }

    [Test]
    public void Closing_decisions_never_add_up_to_more_than_the_position()
    {
        var gen = Gen.Choose(1, 9).ArrayOf(6);
        Prop.ForAll(gen.ToArbitrary(), sizes =>
        {
            const decimal Held = 12m;
            var open = new OpenOrders();
            for (var i = 0; i < sizes.Length; i++)
            {
                var mine = Row($"o{i}", DeskStates.Working, type: DeskTypes.Limit, side: "SELL", closes: true, seq: i);
                if (open.Remaining(mine, Decision(TradeAction.Close, sizes[i]), Held) is { } allowed)
                {
                    mine.Qty = allowed.Qty;
                    open.Add(mine);
                }
            }

            return open.All.Sum(o => o.Left) <= Held;
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void An_order_is_found_by_our_id_and_by_both_ids_of_the_venue()
    {
        var row = Row("A", DeskStates.Working);
        (row.VenueOrderId, row.TriggeredOrderId) = ("v1", "v2");
        var open = Open(row);
        Assert.That(
            (open.Find("A", "x")?.ClientId, open.Find(null, "v1")?.ClientId, open.Find("strange", "v2")?.ClientId, open.Find(null, "v3")),
            Is.EqualTo(("A", "A", "A", (OpenOrder?)null)));
    }

    [Test]
    public void A_look_that_finds_what_was_expected_is_followed_by_a_later_one()
    {
        var machine = new DeskMachine(Terms);
        var order = new OpenOrder(Row("A", DeskStates.Working));
        var pauses = new List<double>();
        for (var i = 0; i < 6; i++)
        {
            order.Seen(machine, Now);
            pauses.Add((order.CheckAt - Now).TotalSeconds);
        }

        Assert.That(pauses, Is.EqualTo(new[] { 0.6, 1.2, 2.4, 4.8, 5, 5 }));
        Assert.That(order.Row.Checks, Is.Zero);
    }

    [Test]
    public void A_fill_may_be_of_an_order_of_its_side_whose_outcome_and_venue_id_nobody_knows()
    {
        var fill = new VenueFill("BTCUSDT", "f", "v9", null, OrderSide.Buy, null, 1m, 100m, 0m, "USDT", Now);
        Assert.That(Open(Row("A", DeskStates.Unknown)).MayHaveMade(fill), Is.True);
        Assert.That(Open(Row("A", DeskStates.Unknown, side: "SELL")).MayHaveMade(fill), Is.False);
        Assert.That(Open(Row("A", DeskStates.Held)).MayHaveMade(fill), Is.False);
        var known = Row("A", DeskStates.Unknown);
        known.VenueOrderId = "v1";
        Assert.That(Open(known).MayHaveMade(fill), Is.False);
    }
}
