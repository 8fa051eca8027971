using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Limits;
using static TradingSystem.Tests.Execution.TestDecisions;

namespace TradingSystem.Tests.Execution.Limits;

[TestFixture]
public sealed class GateTests
{
    private static readonly Guid Group = Long().GroupId;
    private static readonly Guid AccountId = Guid.Parse("0197f5d0-0000-7000-8000-00000000000b");

    [Test]
    public void The_strictest_state_of_all_levels_counts()
    {
        foreach (var system in Enum.GetValues<TradingState>())
        {
            foreach (var group in Enum.GetValues<TradingState>())
            {
                var gate = new Gate(AccountId, Options, Control(system), null, Control(group, group: Group));
                Assert.That(gate.State, Is.EqualTo(system > group ? system : group));
            }
        }
    }

    [TestCase(TradingState.Halted, TradingMode.Running, "HALTED")]
    [TestCase(TradingState.Halted, TradingMode.Stopped, "HALTED")]
    [TestCase(TradingState.Active, TradingMode.Stopped, "STOPPED")]
    [TestCase(TradingState.Reducing, TradingMode.Paused, "PAUSED")]
    public void What_is_held_back_is_told_with_where_and_why(TradingState state, TradingMode mode, string code)
    {
        foreach (var action in new[] { TradeAction.Long, TradeAction.Short, TradeAction.Close })
        {
            var reason = Check(Long() with { Action = action }, Holding(1m), gate: new Gate(AccountId, Options, Control(state, mode, group: Group))).Reason!;
            Assert.That((reason.Code.Word, reason.Limit), Is.EqualTo((code, $"group {Group}")));
            Assert.That(reason.Message, Does.Contain("a drill"));
        }
    }

    [Test]
    public void Nothing_to_do_is_recorded_although_nothing_may_be_done() =>
        Assert.That(Check(Long() with { Action = TradeAction.NoTrade }, gate: new Gate(AccountId, Options, Control(TradingState.Halted))), Is.EqualTo(new Verdict.Recorded()));

    [TestCase(-1, "FENCED")]
    [TestCase(0, "FENCED")]
    [TestCase(1, null)]
    public void What_was_accepted_up_to_the_fence_is_refused_also_when_trading_goes_on(int microseconds, string? code)
    {
        var gate = new Gate(AccountId, Options, Control(fence: Now));
        Assert.That(Check(Long() with { CreatedAt = Now.AddMicroseconds(microseconds) }, gate: gate).Reason?.Code.Word, Is.EqualTo(code));
    }

    [TestCase("""{"max_leverage":"?"}""")]
    [TestCase("""{"a_limit_of_a_later_version":1}""")]
    [TestCase("nonsense")]
    public void Limits_that_cannot_be_read_hold_everything_back_but_the_way_out(string limits)
    {
        var level = Control(group: Group);
        level.Limits = limits;
        foreach (var action in new[] { TradeAction.Long, TradeAction.Short })
        {
            Assert.That(Check(Long() with { Action = action }, Holding(1m), gate: new Gate(AccountId, Options, level)).Reason?.Code.Word, Is.EqualTo("LIMITS_UNREADABLE"));
        }

        Assert.That(Check(Long() with { Action = TradeAction.Close }, Holding(1m), gate: new Gate(AccountId, Options, level)).Fill?.Qty, Is.EqualTo(1m));
    }

    [Test]
    public void A_word_that_is_not_known_is_the_strictest()
    {
        var level = Control();
        (level.State, level.Mode) = ("HALTING", "snoozing");
        var gate = new Gate(AccountId, Options, level);
        Assert.That((gate.State, gate.Mode), Is.EqualTo((TradingState.Halted, TradingMode.Stopped)));
    }

    // Held: short 1.
    [TestCase(TradeAction.Long, "0.999", null, null)]
    [TestCase(TradeAction.Long, "1", null, null)]
    [TestCase(TradeAction.Long, "1.001", "REDUCING", "1")]
    [TestCase(TradeAction.Short, "0.001", "REDUCING", null)]
    [TestCase(TradeAction.Close, "0", null, null)]
    public void Reducing_lets_through_what_makes_the_position_smaller_and_turns_nothing(TradeAction action, string qty, string? code, string? nearest)
    {
        var decision = Long() with { Action = action, Qty = decimal.Parse(qty, System.Globalization.CultureInfo.InvariantCulture) };
        var reason = Check(decision, Holding(-1m), gate: new Gate(AccountId, Options, Control(TradingState.Reducing))).Reason;
        Assert.That((reason?.Code.Word, reason?.NearestAcceptable), Is.EqualTo((code, nearest)));
    }

    [Test]
    public void A_gate_is_kept_until_its_account_or_its_state_changes()
    {
        var controls = SetOf(Control(limits: new RiskLimits { MaxLeverage = 3m }));
        var gate = controls.Gate(Group, AccountId);
        Assert.That(controls.Gate(Group, AccountId), Is.SameAs(gate));
        Assert.That(controls.Gate(Group, Guid.NewGuid()), Is.Not.SameAs(gate));
        controls.SetReducing(Group, Rejections.GroupOrderRate(1, 2), Now);
        Assert.That(controls.Gate(Group, AccountId).State, Is.EqualTo(TradingState.Reducing));
        Assert.That(controls.Gate(Guid.NewGuid(), AccountId).State, Is.EqualTo(TradingState.Active));
    }

    [Test]
    public void A_trip_counts_as_one_change_and_halts_are_not_loosened_by_it()
    {
        var controls = SetOf(Control(TradingState.Halted, group: Group));
        controls.SetReducing(Group, Rejections.GroupOrderRate(1, 2), Now);
        Assert.That(controls.Trips, Is.Empty);
        controls.SetReducing(Guid.NewGuid(), Rejections.GroupOrderRate(1, 2), Now);
        controls.Saved();
        Assert.That((controls.Generation, controls.Trips.Count), Is.EqualTo((1, 0)));
    }
}
