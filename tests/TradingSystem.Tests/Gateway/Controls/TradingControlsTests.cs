using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Gateway.Controls;

namespace TradingSystem.Tests.Gateway.Controls;

[TestFixture]
public sealed class TradingControlsTests
{
    private static readonly Guid Group = Guid.NewGuid();

    [TestCase("HALTED", "running", "group is HALTED")]
    [TestCase("ACTIVE", "paused", "group is paused")]
    [TestCase("ACTIVE", "stopped", "group is stopped")]
    [TestCase("REDUCING", "running", null)]
    public void A_group_is_held_back_by_what_lets_nothing_through(string state, string mode, string? hold)
    {
        var controls = new TradingControls();
        controls.Put(new(true, 1, [Item("group", [Group], state, mode)]));
        Assert.That(controls.Hold(Group), Is.EqualTo(hold));
        Assert.That(controls.Hold(Guid.NewGuid()), Is.Null);
    }

    [Test]
    public void The_system_holds_back_groups_that_nobody_named()
    {
        var controls = new TradingControls();
        controls.Put(new(true, 1, [Item("system", [], "HALTED", "running")]));
        Assert.That(controls.Hold(Guid.NewGuid()), Is.EqualTo("system is HALTED"));
    }

    [Test]
    public void An_older_word_does_not_undo_a_newer_one_and_the_newest_does()
    {
        var controls = new TradingControls();
        controls.Put(new(true, 5, [Item("group", [Group], "HALTED", "running")]));
        controls.Put(new(true, 4, []));
        Assert.That(controls.Hold(Group), Is.Not.Null);
        controls.Put(new(true, 6, []));
        Assert.That(controls.Hold(Group), Is.Null);
    }

    private static ControlState Item(string scope, Guid[] groups, string state, string mode) =>
        new(scope, Guid.NewGuid(), groups, state, mode, "why", "who", default, 1);
}
