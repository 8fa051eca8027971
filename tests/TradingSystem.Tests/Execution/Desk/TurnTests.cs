using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Desk;
using TradingSystem.Execution.Orders;

using static TradingSystem.Tests.Execution.Desk.DeskRows;

namespace TradingSystem.Tests.Execution.Desk;

/// <summary>Whose turn it is to leave.</summary>
[TestFixture]
public sealed class TurnTests
{
    private static readonly TimeSpan TooOld = TimeSpan.FromSeconds(31);

    [Test]
    public void An_order_that_nothing_holds_back_leaves_once_its_leverage_is_set()
    {
        var open = Open(Row("A"));
        Assert.That(Next(open, "A"), Is.InstanceOf<Turn.NeedLeverage>());
        Assert.That(Next(open, "A", leverage: 10m), Is.InstanceOf<Turn.Leave>());
        Assert.That(Next(open, "A", leverage: 11m), Is.InstanceOf<Turn.NeedLeverage>());
    }

    [Test]
    public void An_exit_needs_no_leverage() => Assert.That(Next(Open(Row("A", closes: true)), "A"), Is.InstanceOf<Turn.Leave>());

    [Test]
    public void Nothing_leaves_before_the_account_was_compared_with_the_venue()
    {
        Assert.That(Next(Open(Row("A")), "A", isReady: false), Is.InstanceOf<Turn.Hold>());
        Assert.That((Next(Open(Row("A", closes: true)), "A", isReady: false) as Turn.Wait)?.Why.Code, Is.EqualTo(ReasonCodes.WaitingForVenue));
        Assert.That((Next(Open(Row("A")), "A", isReady: false, after: TooOld) as Turn.Refuse)?.Why.Code.Word, Is.EqualTo("VENUE_UNREACHABLE"));
    }

    [TestCase(DeskStates.Unknown)]
    [TestCase(DeskStates.Held)]
    public void What_opens_beside_an_order_that_nobody_knows_the_outcome_of_is_refused(string state)
    {
        var turn = Next(Open(Row("lost", state), Row("A", seq: 2)), "A", leverage: 10m);
        Assert.That(((turn as Turn.Refuse)?.Why.Code.Word, (turn as Turn.Refuse)?.Why.Value), Is.EqualTo(("OUTCOME_UNKNOWN_PENDING", "lost")));
    }

    [Test]
    public void An_exit_waits_for_an_outcome_and_passes_one_that_a_person_must_look_for()
    {
        Assert.That((Next(Open(Row("lost", DeskStates.Unknown), Row("A", closes: true, seq: 2)), "A") as Turn.Wait)?.Why.Code, Is.EqualTo(ReasonCodes.WaitingForOutcome));
        Assert.That(Next(Open(Row("lost", DeskStates.Held), Row("A", closes: true, seq: 2)), "A"), Is.InstanceOf<Turn.Leave>());
    }

    [Test]
    public void Orders_of_a_symbol_leave_one_after_the_other_until_they_are_too_old()
    {
        var open = Open(Row("first", DeskStates.Sending), Row("A", seq: 2));
        Assert.That(Next(open, "A"), Is.InstanceOf<Turn.Hold>());
        Assert.That((Next(open, "A", after: TooOld) as Turn.Refuse)?.Why.Code.Word, Is.EqualTo("SYMBOL_BUSY"));
        Assert.That(Next(Open(Row("first"), Row("A", seq: 2)), "A"), Is.InstanceOf<Turn.Hold>());
        Assert.That(
            Next(Open(Row("first", DeskStates.Working, type: DeskTypes.Limit), Row("A", seq: 2)), "A", leverage: 10m), Is.InstanceOf<Turn.Leave>(),
            "what rests holds up nobody");
    }

    [Test]
    public void A_closing_order_has_no_age_but_the_one_that_its_sender_gave_it()
    {
        Assert.That(Next(Open(Row("A", closes: true)), "A", after: TimeSpan.FromHours(1)), Is.InstanceOf<Turn.Leave>());
        var until = Decision(TradeAction.Close) with { ValidUntil = Now.AddSeconds(5) };
        // The check then says that it is over.
        Assert.That(Next(Open(Row("lost", DeskStates.Unknown), Row("A", closes: true, seq: 2, decision: until)), "A", after: TooOld), Is.InstanceOf<Turn.Refuse>());
    }

    [Test]
    public void Where_we_fill_at_our_own_prices_an_exit_waits_for_one()
    {
        Assert.That((Next(Open(Row("A", closes: true)), "A", isPriced: false) as Turn.Wait)?.Why.Code, Is.EqualTo(ReasonCodes.WaitingForPrice));
        Assert.That(Next(Open(Row("A")), "A", leverage: 10m, isPriced: false), Is.InstanceOf<Turn.Leave>());
    }

    [Test]
    public void What_the_venue_does_not_trade_is_refused() =>
        Assert.That((Next(Open(Row("A", symbol: "XYZUSDT")), "A") as Turn.Refuse)?.Why.Code.Word, Is.EqualTo("UNKNOWN_SYMBOL"));

    [Test]
    public void What_is_wanted_gone_goes_to_the_check_which_says_why_and_never_waits()
    {
        var open = Open(Row("first", DeskStates.Sending), Row("A", seq: 2));
        open.Get("A")!.Cancel(Now);
        Assert.That(Next(open, "A"), Is.InstanceOf<Turn.Leave>());
        var strange = Open(Row("A", symbol: "XYZUSDT"));
        strange.Get("A")!.Cancel(Now);
        Assert.That((Next(strange, "A", isReady: false) as Turn.Refuse)?.Why.Code, Is.EqualTo(ReasonCodes.Canceled));
    }

    [Test]
    public void What_rests_of_the_group_goes_before_its_position_is_closed_but_not_for_long()
    {
        var byCommand = Row("person", DeskStates.Working, type: DeskTypes.Limit, seq: 3, closes: true, byCommand: true);
        var open = Open(
            Row("rests", DeskStates.Working, type: DeskTypes.Limit), Row("others", DeskStates.Working, type: DeskTypes.Limit, group: Other, seq: 2), byCommand, Row("A", closes: true, seq: 4));
        Assert.That((Next(open, "A") as Turn.TakeBack)?.Resting.Select(o => o.ClientId), Is.EqualTo(new[] { "rests" }));
        Assert.That(Next(open, "A", after: TimeSpan.FromSeconds(4)), Is.InstanceOf<Turn.Leave>());
        var part = Open(Row("rests", DeskStates.Working, type: DeskTypes.Limit), Row("A", closes: true, seq: 2, decision: Decision(TradeAction.Close, 1m)));
        Assert.That(Next(part, "A"), Is.InstanceOf<Turn.Leave>(), "a part of it is closed: the rest may go on");
    }

    private static Turn Next(OpenOrders open, string id, bool isReady = true, decimal? leverage = null, bool isPriced = true, TimeSpan after = default)
    {
        var set = new SetLeverages();
        if (leverage is { } known)
        {
            set.Set("BTCUSDT", known);
        }

        var order = open.Get(id)!;
        return new Turns(open, Listing(isReady), set, Terms, _ => isPriced).Next(order, order.Decision!, Now + after);
    }
}
