using NUnit.Framework;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Protection;
using static TradingSystem.Tests.Execution.TestDecisions;

namespace TradingSystem.Tests.Execution.Protection;

[TestFixture]
public sealed class ReachedLegsTests
{
    [TestCase("SELL", "stop_loss", 100.1, 100.0)]
    [TestCase("SELL", "take_profit", 99.9, 100.0)]
    [TestCase("BUY", "stop_loss", 99.9, 100.0)]
    [TestCase("BUY", "take_profit", 100.1, 100.0)]
    public void A_leg_is_reached_at_its_price_and_not_a_tick_before(string side, string kind, double before, double at)
    {
        var legs = new ReachedLegs();
        legs.Update([Leg(side, kind)]);
        Assert.That(legs.See([Tick((decimal)before)]), Is.False);
        Assert.That(legs.See([Tick((decimal)at)]), Is.True);
    }

    [Test]
    public void The_first_price_beyond_the_trigger_counts_although_the_next_one_is_back()
    {
        var legs = new ReachedLegs();
        legs.Update([Leg()]);
        Assert.That(legs.See([Tick(101m), Tick(97m), Tick(96m), Tick(102m)]), Is.True);
        Assert.That(legs.See([Tick(95m)]), Is.False, "it is told once");
        Assert.That(legs.Reached(10).Single().ReachedBy.Price, Is.EqualTo(97m));
    }

    [Test]
    public void A_leg_that_ended_is_not_reached_any_more()
    {
        var legs = new ReachedLegs();
        var leg = Leg();
        legs.Update([leg]);
        legs.See([Tick(97m)]);
        leg.Status = LegStatuses.Canceled;
        legs.Update([leg]);
        Assert.That(legs.Reached(10), Is.Empty);
        Assert.That(legs.See([Tick(90m)]), Is.False);
    }

    [Test]
    public void What_is_saved_while_the_table_is_read_is_not_lost()
    {
        var legs = new ReachedLegs();
        var (before, gone, meanwhile) = (Leg(), Leg(), Leg());
        legs.Update([before, gone]);
        legs.BeginRead();
        legs.Update([meanwhile]);
        legs.EndRead([before]);
        legs.See([Tick(90m)]);
        Assert.That(legs.Reached(10).Select(r => r.Leg.Id), Is.EquivalentTo(new[] { before.Id, meanwhile.Id }));
    }

    private static ProtectionLeg Leg(string side = "SELL", string kind = "stop_loss") => new()
    {
        Id = Guid.NewGuid(),
        Kind = kind,
        ClientOrderId = "c",
        GroupName = "g",
        Symbol = "BTCUSDT",
        Side = side,
        TriggerPrice = 100m,
        Status = LegStatuses.Waiting,
    };
}
