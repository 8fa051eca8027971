using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Execution.Desk;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Venues;

using static TradingSystem.Tests.Execution.Desk.DeskRows;

namespace TradingSystem.Tests.Execution.Desk;

/// <summary>What is done about a position's protection, and what the end of a leg means.</summary>
[TestFixture]
public sealed class LegPlanTests
{
    [Test]
    public void A_position_gets_both_legs_of_its_size_on_the_side_that_closes_it()
    {
        Assert.That(Stand(Guarded(2m)).Steps, Is.EqualTo(new LegStep[]
        {
            new LegStep.Make(DeskLegs.StopLoss, "SELL", 2m, 80m), new LegStep.Make(DeskLegs.TakeProfit, "SELL", 2m, 120m),
        }));
        Assert.That(Stand(Guarded(-2m)).Steps.OfType<LegStep.Make>().Select(m => m.Side), Is.EqualTo(new[] { "BUY", "BUY" }));
    }

    [Test]
    public void Legs_that_stand_are_left_alone()
    {
        var plan = Stand(Guarded(1m, Leg("S", DeskLegs.StopLoss, 80m), Leg("T", DeskLegs.TakeProfit, 120m)));
        Assert.That((plan.Steps.Count, plan.Leaving.Count, plan.IsWhole, plan.Stands, plan.IsDone), Is.EqualTo((0, 0, true, true, true)));
    }

    [Test]
    public void A_leg_of_another_size_goes_only_when_the_new_one_works()
    {
        var old = Leg("old", DeskLegs.StopLoss, 80m, qty: 1m);
        var take = Leg("T", DeskLegs.TakeProfit, 120m, qty: 2m);
        Assert.That(Stand(Guarded(2m, old, take)).Steps, Has.Count.EqualTo(1));
        var sent = Stand(Guarded(2m, old, take, Leg("new", DeskLegs.StopLoss, 80m, DeskStates.Sending, 2m)));
        Assert.That((sent.Steps.Count, sent.Leaving.Count, sent.IsWaiting, sent.IsWhole), Is.EqualTo((0, 0, true, false)));
        var works = Stand(Guarded(2m, old, take, Leg("new", DeskLegs.StopLoss, 80m, qty: 2m)));
        Assert.That((works.Leaving.Single().ClientId, works.IsWhole), Is.EqualTo(("old", true)));
    }

    [Test]
    public void A_larger_leg_covers_a_smaller_position_until_its_own_is_there()
    {
        Assert.That(Stand(Guarded(1m, Leg("S", DeskLegs.StopLoss, 80m, qty: 2m), Leg("T", DeskLegs.TakeProfit, 120m, qty: 2m))).IsWhole, Is.True);
        Assert.That(Stand(Guarded(3m, Leg("S", DeskLegs.StopLoss, 80m, qty: 2m), Leg("T", DeskLegs.TakeProfit, 120m, qty: 2m))).IsWhole, Is.False);
    }

    [Test]
    public void Without_a_position_the_legs_go_and_it_is_over_when_they_are_gone()
    {
        var gone = (LegPlan.Gone)Plan(Guarded(0m, Leg("S", DeskLegs.StopLoss, 80m)));
        Assert.That((gone.Legs.Count, gone.IsOver), Is.EqualTo((1, false)));
        Assert.That(((LegPlan.Gone)Plan(Guarded(0m))).IsOver, Is.True);
        Assert.That(((LegPlan.Gone)Plan(Guarded(0m) with { IsInFlight = true })).IsOver, Is.False);
    }

    [Test]
    public void While_a_leg_closes_the_position_nothing_is_made()
    {
        var closing = Leg("S", DeskLegs.StopLoss, 80m);
        closing.TriggeredOrderId = "v7";
        Assert.That(Plan(Guarded(1m, closing)), Is.InstanceOf<LegPlan.OnItsWay>());
    }

    [Test]
    public void A_leg_that_was_refused_a_moment_ago_is_not_made_again_at_once()
    {
        var memory = new ProtectionMemory();
        memory.Refused(Group, "BTCUSDT", DeskLegs.StopLoss, Now);
        Assert.That(Stand(Guarded(1m), memory).Steps.OfType<LegStep.Make>().Select(m => m.Leg), Is.EqualTo(new[] { DeskLegs.TakeProfit }));
        Assert.That(Stand(Guarded(1m), memory, Now.AddSeconds(1)).Steps, Has.Count.EqualTo(2));
    }

    [Test]
    public void Where_the_price_is_beyond_a_leg_no_leg_is_made_any_more()
    {
        var memory = new ProtectionMemory();
        memory.Beyond(Group, "BTCUSDT", DeskLegs.StopLoss, 80m);
        Assert.That(Stand(Guarded(1m), memory).Steps, Is.Empty);
        memory.ForgetBeyond(Group, "BTCUSDT");
        Assert.That(Stand(Guarded(1m), memory).Steps, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_moved_leg_goes_when_all_that_is_new_stands()
    {
        var moving = Guarded(1m, Leg("old", DeskLegs.StopLoss, 75m), Leg("T", DeskLegs.TakeProfit, 120m)) with { Move = new(Move(80m, 75m), Now) };
        var begun = Stand(moving);
        Assert.That(begun.Steps.Single(), Is.EqualTo(new LegStep.Make(DeskLegs.StopLoss, "SELL", 1m, 80m)));
        Assert.That((begun.Leaving.Count, begun.RunsClock, begun.IsDone), Is.EqualTo((0, false, false)));
        var stands = Stand(moving with { Legs = [.. moving.Legs, new(Leg("new", DeskLegs.StopLoss, 80m))] });
        Assert.That((stands.Leaving.Single().ClientId, stands.IsDone), Is.EqualTo(("old", false)));
        var done = Stand(Guarded(1m, Leg("new", DeskLegs.StopLoss, 80m), Leg("T", DeskLegs.TakeProfit, 120m)) with { Move = moving.Move });
        Assert.That(done.IsDone, Is.True);
    }

    [Test]
    public void Where_other_groups_hold_the_same_position_the_old_leg_goes_first()
    {
        var shared = Guarded(1m, Leg("old", DeskLegs.StopLoss, 75m), Leg("T", DeskLegs.TakeProfit, 120m)) with { Move = new(Move(80m, 75m), Now), IsAlone = false };
        Assert.That((Stand(shared).Steps.Single() as LegStep.Clear)?.Legs.Single().ClientId, Is.EqualTo("old"));
        var row = Guarded(1m).Row;
        Position[] positions = [Held(Group, 1m), Held(Other, -1m)];
        Assert.That((LegPlan.IsAlone(row, 1m, positions, PositionMode.OneWay), LegPlan.IsAlone(row, 1m, positions, PositionMode.Hedge)), Is.EqualTo((false, true)));
    }

    [Test]
    public void A_leg_that_works_never_goes_before_the_one_that_takes_its_place_and_of_a_kind_one_is_made_at_a_time()
    {
        var leg = from kind in Gen.Elements(DeskLegs.StopLoss, DeskLegs.TakeProfit)
                  from trigger in Gen.Elements(75m, 80m, 120m)
                  from qty in Gen.Elements(1m, 2m)
                  from state in Gen.Elements(DeskStates.Pending, DeskStates.Sending, DeskStates.Working, DeskStates.Unknown)
                  select (kind, trigger, qty, state);
        Prop.ForAll(leg.ArrayOf().ToArbitrary(), Gen.Elements(1m, 2m).ToArbitrary(), (legs, qty) =>
        {
            var plan = Stand(Guarded(qty, [.. legs.Select((l, i) => Leg($"l{i}", l.kind, l.trigger, l.state, l.qty))]));
            var made = plan.Steps.OfType<LegStep.Make>().ToList();
            var (stop, take) = (Good(DeskLegs.StopLoss, 80m), Good(DeskLegs.TakeProfit, 120m));
            return made.Select(m => m.Leg).Distinct().Count() == made.Count && made.TrueForAll(m => m.Qty == qty && m.Side == "SELL")
                && plan.Leaving.All(l => l.Leg == DeskLegs.StopLoss ? stop : take)
                && plan.Stands == (stop && take);

            bool Good(string kind, decimal trigger) => legs.Any(l => l.kind == kind && l.trigger == trigger && l.qty == qty && l.state == DeskStates.Working);
        }).QuickCheckThrowOnFailure();
    }

    [TestCase(3, false, false, false, false)]
    [TestCase(5, false, false, false, true)]
    [TestCase(5, true, false, false, true)]
    [TestCase(5, true, false, true, false)]
    [TestCase(30, true, false, true, true)]
    [TestCase(0, false, true, true, true)]
    public void A_position_stands_naked_for_the_grace_and_longer_only_for_an_answer(int seconds, bool isWaiting, bool isBeyond, bool waits, bool isOver) =>
        Assert.That(new NakedRule(TimeSpan.FromSeconds(5), waits).IsOver(TimeSpan.FromSeconds(seconds), isWaiting, isBeyond), Is.EqualTo(isOver));

    [Test]
    public void The_end_of_a_leg_has_the_position_looked_at_and_a_refusal_says_what_is_wrong()
    {
        var (memory, moves, clock) = (new ProtectionMemory { DueAt = Now.AddHours(1), MayHaveSome = false }, new MovesUnderWay(), new SnapshotClock());
        clock.End(Now.AddHours(1));
        var ends = new LegEnds(memory, moves, clock);
        ends.Ended(Leg("S", DeskLegs.StopLoss, 80m, DeskStates.Filled), Now);
        Assert.That((memory.MayHaveSome, memory.DueAt, memory.WasRefused(Group, "BTCUSDT", DeskLegs.StopLoss, Now)), Is.EqualTo((true, default(DateTimeOffset), false)));
        ends.Ended(Refused(RefusalMeaning.WouldTriggerNow), Now);
        Assert.That((memory.IsBeyond(Group, "BTCUSDT", DeskLegs.StopLoss, 80m), clock.DueAt), Is.EqualTo((true, Now.AddHours(1))));
        ends.Ended(Refused(RefusalMeaning.PositionGone), Now);
        Assert.That(clock.DueAt, Is.EqualTo(Now.AddSeconds(1)));
    }

    [Test]
    public void A_refused_leg_of_a_move_is_the_moves_misfortune_and_not_the_positions()
    {
        var (memory, moves, clock) = (new ProtectionMemory(), new MovesUnderWay(), new SnapshotClock());
        moves.Begin(Move(), Now);
        new LegEnds(memory, moves, clock).Ended(Refused(RefusalMeaning.WouldTriggerNow), Now);
        Assert.That((moves.Of(Group, "BTCUSDT")!.Refused!.Code.Word, memory.IsBeyond(Group, "BTCUSDT", DeskLegs.StopLoss, 80m)), Is.EqualTo(("STOP_LOSS_WRONG_SIDE", false)));
        Assert.That(moves.Refuses(Leg("T", DeskLegs.TakeProfit, 120m, DeskStates.Rejected)), Is.False, "only the stop-loss moves");
        moves.IsDue = false;
        moves.End(moves.Of(Group, "BTCUSDT")!);
        Assert.That((moves.Of(Group, "BTCUSDT"), moves.IsDue), Is.EqualTo(((Moving?)null, true)));
    }

    [Test]
    public void A_leg_is_marked_to_reduce_where_the_venue_holds_at_least_as_much_on_its_side()
    {
        var entry = Row("entry", DeskStates.Filled);
        DeskOrder Made(decimal net, bool isHedge = false) => Legs.Order(
            new(Guarded(1m).Row, DeskLegs.StopLoss, DeskTypes.StopLoss, "SELL", 1m, 80m, 1m), entry, 7, isHedge, net, Now);
        Assert.That((Made(1m).ReduceOnly, Made(0.5m).ReduceOnly, Made(-1m).ReduceOnly, Made(1m, isHedge: true).ReduceOnly), Is.EqualTo((true, false, false, false)));
        Assert.That((Made(1m, isHedge: true).PositionSide, Made(1m).PositionSide, Made(1m).State, Made(1m).Sends), Is.EqualTo(("LONG", (string?)null, DeskStates.Pending, 0)));
        Assert.That(Made(1m).ClientId, Does.EndWith("S7"));
    }

    private static DeskOrder Refused(RefusalMeaning meaning)
    {
        var leg = Leg("S", DeskLegs.StopLoss, 80m, DeskStates.Rejected);
        leg.ReasonCode = Refusals.Code(meaning).Word;
        return leg;
    }

    private static Guarded Guarded(decimal qty, params DeskOrder[] legs) => new(
        new ProtectionRow { GroupId = Group, Symbol = "BTCUSDT", StopLoss = 80m, TakeProfit = 120m }, qty, [.. legs.Select(l => new OpenOrder(l))], null, IsAlone: true, IsInFlight: false, Instrument());

    private static LegPlan Plan(Guarded position) => LegPlan.Of(position, new(), Now);

    private static LegPlan.Stand Stand(Guarded position, ProtectionMemory? memory = null, DateTimeOffset? now = null) =>
        (LegPlan.Stand)LegPlan.Of(position, memory ?? new(), now ?? Now);
}
