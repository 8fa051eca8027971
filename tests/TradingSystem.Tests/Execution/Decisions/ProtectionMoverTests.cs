using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Settings;
using TradingSystem.Tests.Time;
using static TradingSystem.Tests.Execution.TestDecisions;

namespace TradingSystem.Tests.Execution.Decisions;

[TestFixture]
public sealed class ProtectionMoverTests
{
    private static readonly MovePast Nothing = new(false, null);

    private ManualTime _time = null!;
    private PriceBook _prices = null!;
    private Decider _decider = null!;
    private Ledger _ledger = null!;
    private TradeDecision _entry = null!;

    [SetUp]
    public void OpenAProtectedPosition()
    {
        _time = new ManualTime(Now);
        _prices = new PriceBook(Instruments, Options, _time);
        _prices.Update([Tick()]);
        _decider = new Decider(new DecisionCheck(Instruments, Options, NoFeed), _prices, _time);
        _ledger = Open(FillModels.Instant);
        _entry = Long() with { Id = Guid.NewGuid(), Qty = 1m, StopLoss = 95_000m, TakeProfit = 105_000m };
        Assert.That(_decider.Decide(_entry, _ledger, new Fences(), SetOf()).Order.Status, Is.EqualTo("protected"));
        _ledger.Protection.Saved();
        _ledger.Saved();
    }

    [Test]
    public void A_moved_leg_stands_at_its_new_price_and_the_other_where_it_was()
    {
        var move = Move(stop: new(97_000m));
        Assert.Multiple(() =>
        {
            Assert.That((move.State, Status(move)), Is.EqualTo((MoveStates.Done, "protected")));
            Assert.That(Legs(), Is.EqualTo(new[] { ("stop_loss", 97_000m, 1m, "SELL"), ("take_profit", 105_000m, 1m, "SELL") }));
            Assert.That(_ledger.Protection.Changed.Select(l => (l.Kind, l.TriggerPrice, l.Status, l.Reason)), Is.EqualTo(new[] { ("stop_loss", 95_000m, "canceled", "REPLACED") }));
            Assert.That(_ledger.IsChanged, "whoever else has this ledger in memory must read it again");
        });
    }

    [Test]
    public void The_end_of_a_moved_leg_is_told_under_the_entrys_decision()
    {
        Move(stop: new(97_000m));
        Move(stop: new(98_000m));
        var leg = _ledger.Protection.New.Single(l => l is { Waits: true });
        var order = _decider.Trigger(leg, Tick(97_900m), _ledger, SetOf())!.Value.Outcome.Order;
        var update = OrderAnnouncements.Of(order);
        Assert.That((update.Status, update.DecisionId, update.ClientDecisionId, order.ClientOrderId[^1]), Is.EqualTo(("stopped", _entry.Id, "d-1", 'S')));
        Assert.That(_ledger.Held(leg.GroupId, "BTCUSDT"), Is.Zero);
        Assert.That(_ledger.Protection.HasAny(leg.GroupId, "BTCUSDT"), Is.False);
    }

    [Test]
    public void A_leg_that_was_reached_and_moved_before_it_fired_fires_no_more()
    {
        var old = _ledger.Protection.Find(OrderIds.Leg(_entry.Id, 'S'))!;
        Move(stop: new(90_000m));
        Assert.That(_ledger.Protection.Find(old.Id), Is.Null);
    }

    [Test]
    public void A_removed_leg_leaves_the_other_and_removing_both_is_told_as_that()
    {
        var one = Move(take: new(null));
        Assert.That((Status(one), one.ReasonCode), Is.EqualTo(("protected", (string?)null)));
        Assert.That(Kinds(), Is.EqualTo(new[] { "stop_loss" }));
        var both = Move(new(null), new(null));
        Assert.That((both.State, Status(both), both.ReasonCode), Is.EqualTo((MoveStates.Done, "canceled", "PROTECTION_REMOVED")));
        Assert.That(Kinds(), Is.Empty);
        Assert.That(_ledger.Protection.Changed.Select(l => l.Reason), Is.All.EqualTo("PROTECTION_REMOVED"));
    }

    [Test]
    public void A_position_without_legs_gets_them_under_the_decision_that_it_rests_on()
    {
        Move(new(null), new(null));
        _ledger.Protection.Saved();
        var origin = new LegOrigin(_entry.Id, "d-1", null, "c-1");
        var move = Move(new(96_000m), new(104_000m), past: new(false, origin));
        Assert.That(Status(move), Is.EqualTo("protected"));
        Assert.That(Legs(), Is.EqualTo(new[] { ("stop_loss", 96_000m, 1m, "SELL"), ("take_profit", 104_000m, 1m, "SELL") }));
        Assert.That(_ledger.Protection.New.Where(l => l.Waits).Select(l => (l.Protects, l.ClientDecisionId)), Is.All.EqualTo((_entry.Id, "d-1")));
    }

    [TestCase(100_000, null, "STOP_LOSS_WRONG_SIDE", "99999.9")]
    [TestCase(101_000, null, "STOP_LOSS_WRONG_SIDE", "99999.9")]
    [TestCase(null, 100_000, "TAKE_PROFIT_WRONG_SIDE", "100000.1")]
    [TestCase(150_000, null, "STOP_LOSS_WRONG_SIDE", "99999.9")]
    [TestCase(96_000, 99_000, "TAKE_PROFIT_WRONG_SIDE", "100000.1")]
    public void A_leg_that_the_price_has_reached_is_refused_and_nothing_changes(int? stop, int? take, string code, string nearest)
    {
        var move = Move(stop is { } s ? new(s) : null, take is { } t ? new(t) : null);
        var told = Told(move);
        Assert.That((move.State, told.Status, told.Reason?.Code.Word, told.Reason?.NearestAcceptable), Is.EqualTo((MoveStates.Refused, "rejected", code, nearest)));
        Assert.That(_ledger.Protection.IsChanged || _ledger.IsChanged, Is.False);
    }

    [Test]
    public void A_short_positions_stop_is_above_the_price()
    {
        var entry = Long() with { Id = Guid.NewGuid(), Action = TradeAction.Short, Qty = 3m };
        _decider.Decide(entry, _ledger, new Fences(), SetOf());
        Assert.That(Move(stop: new(97_000m)).ReasonCode, Is.EqualTo("STOP_LOSS_WRONG_SIDE"));
        Assert.That(Status(Move(stop: new(103_000m), past: new(false, new(entry.Id, null, null, null)))), Is.EqualTo("protected"));
        Assert.That(Legs(), Is.EqualTo(new[] { ("stop_loss", 103_000m, 2m, "BUY") }));
    }

    [Test]
    public void A_price_between_two_ticks_is_put_on_the_grid_before_it_is_checked() =>
        Assert.That(Move(stop: new(97_000.02m)).State == MoveStates.Done ? Legs()[0].Trigger : 0m, Is.EqualTo(97_000m));

    [Test]
    public void Without_a_position_there_is_nothing_to_protect()
    {
        _decider.Decide(Long() with { Id = Guid.NewGuid(), Action = TradeAction.Close }, _ledger, new Fences(), SetOf());
        Assert.That(Move(stop: new(97_000m)).ReasonCode, Is.EqualTo("NO_POSITION"));
        Assert.That(Move(stop: new(null)).ReasonCode, Is.EqualTo("NO_POSITION"));
    }

    [Test]
    public void No_state_and_no_mode_holds_a_move_back([Values] TradingState state, [Values] TradingMode mode) =>
        Assert.That(Move(stop: new(97_000m), controls: SetOf(Control(state, mode))).State, Is.EqualTo(MoveStates.Done));

    [Test]
    public void What_was_accepted_before_a_kill_is_not_done_after_it_and_what_came_after_is()
    {
        var killed = SetOf(Control(TradingState.Halted, fence: Now));
        Assert.That(Move(stop: new(97_000m), controls: killed).ReasonCode, Is.EqualTo("FENCED"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(Move(stop: new(97_000m), controls: killed).State, Is.EqualTo(MoveStates.Done));
    }

    [Test]
    public void A_superseded_session_moves_nothing()
    {
        var (token, fences) = (Guid.NewGuid(), new Fences());
        fences.Read(token, 5);
        Assert.That(
            _decider.Move(Steering(new(97_000m), null) with { TokenId = token, Epoch = 4 }, _ledger, fences, SetOf(), Nothing, false)!.ReasonCode,
            Is.EqualTo("STALE_SESSION"));
        Assert.That(_decider.Move(Steering(new(97_000m), null) with { TokenId = token, Epoch = 5 }, _ledger, fences, SetOf(), Nothing, false)!.State, Is.EqualTo(MoveStates.Done));
    }

    [Test]
    public void One_that_a_newer_one_overtook_changes_nothing() => Assert.That(Move(stop: new(97_000m), past: new(true, null)).ReasonCode, Is.EqualTo("SUPERSEDED"));

    [Test]
    public void One_that_is_as_old_as_no_decision_may_be_changes_nothing()
    {
        var steering = Steering(new(97_000m), null);
        _time.Advance(Options.MaxDecisionAge + TimeSpan.FromSeconds(1));
        _prices.Update([Tick(observedAt: _time.GetUtcNow())]);
        Assert.That(_decider.Move(steering, _ledger, new Fences(), SetOf(), Nothing, false)!.ReasonCode, Is.EqualTo("DECISION_EXPIRED"));
    }

    [Test]
    public void Without_a_fresh_price_a_move_waits_and_a_removal_does_not()
    {
        _time.Advance(TimeSpan.FromSeconds(20));
        var steering = Steering(new(97_000m), null);
        Assert.That(_decider.Move(steering, _ledger, new Fences(), SetOf(), Nothing, mayWait: true), Is.Null);
        Assert.That(_decider.Move(steering, _ledger, new Fences(), SetOf(), Nothing, mayWait: false)!.ReasonCode, Is.EqualTo("PRICE_STALE"));
        Assert.That(_decider.Move(Steering(new(null), null), _ledger, new Fences(), SetOf(), Nothing, mayWait: true)!.State, Is.EqualTo(MoveStates.Done));
    }

    [Test]
    public void Naming_no_leg_and_numbers_that_cannot_be_kept_are_refused()
    {
        Assert.That(Move().ReasonCode, Is.EqualTo("NOTHING_TO_MOVE"));
        Assert.That(Move(stop: new(1e20m)).ReasonCode, Is.EqualTo("NUMBER_OUT_OF_RANGE"));
        Assert.That(Kinds(), Is.EqualTo(new[] { "stop_loss", "take_profit" }));
    }

    [Test]
    public void For_an_account_at_a_venue_it_waits_for_the_desk()
    {
        var move = _decider.Move(Steering(new(97_000m), null), Open(FillModels.Exchange), new Fences(), SetOf(), Nothing, mayWait: false)!;
        Assert.That((move.State, move.Told, move.StopLoss, move.MovesTake), Is.EqualTo((MoveStates.Waiting, (string?)null, (decimal?)97_000m, false)));
    }

    [Test]
    public void Its_update_is_found_by_the_id_that_was_answered()
    {
        var move = Move(stop: new(97_000m));
        var told = Told(move);
        Assert.That((told.DecisionId, told.CorrelationId, told.Side, told.Qty, told.Terminal), Is.EqualTo((move.Id, "r-1", "SELL", 1m, true)));
        Assert.That(told.OrderId, Is.EqualTo(OrderIds.Order(move.Id)).And.Not.EqualTo(OrderIds.Order(_entry.Id)));
    }

    private static Ledger Open(string model) =>
        new(new Account { Id = Guid.NewGuid(), Name = "demo", Exchange = "simulated", Mode = "simulated", FillModel = model, Balance = 1_000_000m }, []);

    private static OrderUpdate Told(ProtectionMove move) => System.Text.Json.JsonSerializer.Deserialize<OrderUpdate>(move.Told!)!;

    private static string Status(ProtectionMove move) => Told(move).Status;

    private GroupSteering Steering(LegMove? stop, LegMove? take) =>
        new(Guid.NewGuid(), Long().GroupId, "demo", "demo", null, new("BTCUSDT", stop, take), "r-1", null, _time.GetUtcNow(), null);

    private ProtectionMove Move(LegMove? stop = null, LegMove? take = null, MovePast? past = null, ControlSet? controls = null) =>
        _decider.Move(Steering(stop, take), _ledger, new Fences(), controls ?? SetOf(), past ?? Nothing, mayWait: false)!;

    private (string Kind, decimal Trigger, decimal Qty, string Side)[] Legs() =>
        [.. Waiting().Select(l => (l.Kind, l.TriggerPrice, l.Qty, l.Side))];

    private string[] Kinds() => [.. Waiting().Select(l => l.Kind)];

    private IEnumerable<ProtectionLeg> Waiting()
    {
        var known = new[] { OrderIds.Leg(_entry.Id, 'S'), OrderIds.Leg(_entry.Id, 'T') }.Select(_ledger.Protection.Find).OfType<ProtectionLeg>();
        return known.Concat(_ledger.Protection.New).Where(l => l.Waits).DistinctBy(l => l.Id).OrderBy(l => l.Kind);
    }
}
