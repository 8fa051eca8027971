using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Prices;
using TradingSystem.Tests.Time;
using static TradingSystem.Tests.Execution.TestDecisions;

namespace TradingSystem.Tests.Execution.Protection;

[TestFixture]
public sealed class ProtectedPositionTests
{
    private static readonly TradeDecision Protected = Long() with { Qty = 1m, StopLoss = 95_000m, TakeProfit = 105_000m };

    private ManualTime _time = null!;
    private PriceBook _prices = null!;
    private Decider _decider = null!;
    private Ledger _ledger = null!;

    [SetUp]
    public void OpenTheBooks()
    {
        _time = new ManualTime(Now);
        _prices = new PriceBook(Instruments, Options, _time);
        _prices.Update([Tick()]);
        _decider = new Decider(new DecisionCheck(Instruments, Options, NoFeed), _prices, _time);
        _ledger = new Ledger(new Account { Id = Guid.NewGuid(), Name = "demo", Exchange = "simulated", Mode = "simulated", Balance = 1_000_000m }, []);
    }

    [Test]
    public void An_entry_with_both_prices_is_filled_and_then_protected()
    {
        var order = Decide(Protected);
        var update = OrderAnnouncements.Of(order);
        Assert.Multiple(() =>
        {
            Assert.That(update.Steps().Select(s => s.Status), Is.EqualTo(new[] { "accepted", "submitted", "filled", "protected" }));
            Assert.That(Legs(), Is.EqualTo(new[] { ("stop_loss", 95_000m, 1m, "SELL"), ("take_profit", 105_000m, 1m, "SELL") }));
            Assert.That(_ledger.Protection.New.Select(l => l.ClientOrderId), Is.EqualTo(new[] { order.ClientOrderId[..26] + "S", order.ClientOrderId[..26] + "T" }));
            Assert.That(order.ClientOrderId, Does.EndWith("E"));
        });
    }

    [Test]
    public void An_order_without_protection_leaves_none()
    {
        Decide(Long());
        Assert.That(_ledger.Protection.IsChanged, Is.False);
    }

    [Test]
    public void A_refused_order_leaves_no_legs()
    {
        Assert.That(Decide(Protected with { Qty = 1_000m }).Status, Is.EqualTo("rejected"));
        Assert.That(_ledger.Protection.IsChanged, Is.False);
    }

    [Test]
    public void Legs_follow_a_position_that_is_added_to_and_reduced_and_go_with_it()
    {
        Decide(Protected);
        Decide(Long() with { Qty = 0.5m });
        Assert.That(Legs().Select(l => l.Qty), Is.EqualTo(new[] { 1.5m, 1.5m }));
        Decide(Long() with { Action = TradeAction.Close, Qty = 0.6m });
        Decide(Long() with { Action = TradeAction.Short, Qty = 0.4m });
        Assert.That(Legs().Select(l => l.Qty), Is.EqualTo(new[] { 0.5m, 0.5m }));
        _ledger.Protection.Saved();
        Assert.That(Decide(Long() with { Action = TradeAction.Close }).Status, Is.EqualTo("closed"));
        Assert.That(_ledger.Protection.Changed.Select(l => (l.Status, l.Reason)), Is.All.EqualTo(("canceled", "POSITION_CLOSED")));
    }

    [Test]
    public void A_turned_position_loses_its_legs_and_has_only_those_of_the_order_that_turned_it()
    {
        Decide(Protected);
        Decide(Long() with { Action = TradeAction.Short, Qty = 3m, StopLoss = 103_000m });
        Assert.That(Legs(), Is.EqualTo(new[] { ("stop_loss", 103_000m, 2m, "BUY") }));
    }

    [Test]
    public void A_named_leg_replaces_the_one_of_its_kind_and_the_other_stays()
    {
        Decide(Protected);
        Decide(Long() with { Qty = 1m, StopLoss = 97_000m });
        Assert.That(Legs(), Is.EqualTo(new[] { ("stop_loss", 97_000m, 2m, "SELL"), ("take_profit", 105_000m, 2m, "SELL") }));
    }

    [Test]
    public void Another_groups_position_in_the_symbol_keeps_its_legs()
    {
        Decide(Protected);
        Decide(Protected with { GroupId = Guid.NewGuid(), Qty = 2m });
        Decide(Long() with { Action = TradeAction.Close });
        Assert.That(Legs().Select(l => l.Qty), Is.EqualTo(new[] { 2m, 2m }));
    }

    [TestCase("stop_loss", 94_000, "stopped", 93_990.6)]
    [TestCase("take_profit", 106_000, "took_profit", 105_989.4)]
    public void A_leg_closes_all_at_the_price_that_reached_it_and_the_other_one_goes(string kind, int price, string status, double fill)
    {
        var entry = Decide(Protected);
        Decide(Long() with { Qty = 0.5m });
        _ledger.Protection.Saved();
        var leg = Leg(kind);
        var order = _decider.Trigger(leg, Tick(price), _ledger, SetOf())!.Value.Outcome.Order;
        Assert.Multiple(() =>
        {
            Assert.That((order.Status, order.Side, order.Qty, order.AvgPrice), Is.EqualTo((status, "SELL", 1.5m, (decimal?)(decimal)fill)));
            Assert.That(order.ClientOrderId, Is.EqualTo(leg.ClientOrderId));
            Assert.That(order.DecisionId, Is.EqualTo(leg.Id).And.Not.EqualTo(entry.DecisionId));
            Assert.That(
                (OrderAnnouncements.Of(order).DecisionId, OrderAnnouncements.Of(order).ClientDecisionId), Is.EqualTo((entry.DecisionId, "d-1")),
                "its sender knows it by the entry's");
            Assert.That(_ledger.Held(leg.GroupId, "BTCUSDT"), Is.Zero);
            Assert.That(
                _ledger.Protection.Changed.OrderBy(l => l.Status).Select(l => (l.Status, l.Reason)),
                Is.EqualTo(new[] { ("canceled", (string?)"OTHER_LEG_FILLED"), ("triggered", null) }));
        });
    }

    [Test]
    public void A_leg_goes_past_halts_and_fences_for_it_only_closes()
    {
        Decide(Protected);
        var halted = SetOf(Control(TradingState.Halted, fence: Now));
        Assert.That(_decider.Trigger(Leg("stop_loss"), Tick(94_000m), _ledger, halted)?.Outcome.Order.Status, Is.EqualTo("stopped"));
    }

    [Test]
    public void A_price_that_has_become_stale_is_replaced_by_the_latest_and_without_one_the_leg_waits()
    {
        Decide(Protected);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.That(_decider.Trigger(Leg("stop_loss"), Tick(94_000m), _ledger, SetOf()), Is.Null);
        Assert.That(_ledger.Protection.Find(Leg("stop_loss").Id), Is.Not.Null);
        _prices.Update([Tick(93_000m, observedAt: _time.GetUtcNow())]);
        Assert.That(_decider.Trigger(Leg("stop_loss"), Tick(94_000m), _ledger, SetOf())!.Value.Outcome.Order.PriceAtDecision, Is.EqualTo(93_000m));
    }

    [Test]
    public void What_was_set_and_ended_before_it_was_saved_is_saved_as_ended()
    {
        Decide(Protected);
        Decide(Long() with { Action = TradeAction.Close });
        Assert.That(_ledger.Protection.New.Select(l => l.Status), Is.All.EqualTo("canceled"));
        Assert.That(_ledger.Protection.Changed, Is.Empty);
    }

    private ProtectionLeg Leg(string kind) => _ledger.Protection.Find(OrderIds.Leg(_entry, LegKinds.Letter(kind)))!;

    private Guid _entry;

    private (string Kind, decimal Trigger, decimal Qty, string Side)[] Legs() =>
        [.. _ledger.Protection.New.Where(l => l.Waits).OrderBy(l => l.Kind).Select(l => (l.Kind, l.TriggerPrice, l.Qty, l.Side))];

    private Order Decide(TradeDecision decision)
    {
        decision = decision with { Id = Guid.NewGuid() };
        _entry = decision.StopLoss is not null ? decision.Id : _entry;
        return _decider.Decide(decision, _ledger, new Fences(), SetOf()).Order;
    }
}
