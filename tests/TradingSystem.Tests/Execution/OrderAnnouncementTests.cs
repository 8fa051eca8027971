using System.Text.Json;
using NUnit.Framework;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Risk;
using static TradingSystem.Tests.Execution.Decisions;

namespace TradingSystem.Tests.Execution;

[TestFixture]
public sealed class OrderAnnouncementTests
{
    private static readonly Account Account = new() { Id = Guid.Parse("0197f5d0-0000-7000-8000-000000000003"), Name = "demo", Exchange = "simulated", Mode = "simulated" };

    [Test]
    public void A_fill_is_accepted_submitted_filled_and_only_the_last_is_terminal()
    {
        var updates = OrderAnnouncements.Of(Filled(100_010m)).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(updates.Select(u => u.Status), Is.EqualTo(new[] { "accepted", "submitted", "filled" }));
            Assert.That(updates.Select(u => u.Terminal), Is.EqualTo(new[] { false, false, true }));
            Assert.That(updates.Select(u => u.Id).Distinct().Count(), Is.EqualTo(3));
            Assert.That(updates.Select(u => u.AvgPrice), Is.EqualTo(new decimal?[] { null, null, 100_010m }));
        });
    }

    [Test]
    public void Updates_rebuilt_from_the_table_are_the_same_to_the_letter()
    {
        // numeric(38,18) comes back padded.
        var first = JsonSerializer.Serialize(OrderAnnouncements.Of(Filled(100_010m)));
        var again = JsonSerializer.Serialize(OrderAnnouncements.Of(Filled(100_010.000000000000000000m)));
        Assert.That(again, Is.EqualTo(first));
    }

    [Test]
    public void Client_order_ids_are_26_base32_characters_and_the_leg()
    {
        var ids = Enumerable.Range(0, 1000).Select(i => OrderIds.ClientOrder(new Guid(i, 0, 0, new byte[8]))).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(ids, Has.All.Match("^[A-Z2-7]{26}E$"));
            Assert.That(ids, Is.Unique);
        });
    }

    [Test]
    public void Text_that_the_table_cannot_hold_does_not_reach_it()
    {
        var order = OrderBuilder.Build(Long() with { GroupName = "a\0b" }, Account, new Verdict(null, null), null, 0m, false, Now, null);
        Assert.That(order.GroupName, Is.EqualTo("ab"));
    }

    private static Order Filled(decimal price) =>
        OrderBuilder.Build(Long(), Account, new Verdict(new PlannedFill(true, 0.01m, price, 0.50005m), null, true, 0.01m), 100_000m, 0m, false, Now, null);
}
