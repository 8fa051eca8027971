using System.Text.Json;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using static TradingSystem.Tests.Execution.TestDecisions;

namespace TradingSystem.Tests.Execution.Orders;

[TestFixture]
public sealed class OrderAnnouncementTests
{
    private static readonly Account Account = new() { Id = Guid.Parse("0197f5d0-0000-7000-8000-000000000003"), Name = "demo", Exchange = "simulated", Mode = "simulated" };

    [Test]
    public void A_fill_is_accepted_submitted_filled_and_only_the_last_is_terminal()
    {
        var updates = OrderAnnouncements.Of(Filled(100_010m)).Steps().ToList();
        Assert.Multiple(() =>
        {
            Assert.That(updates.Select(u => u.Status), Is.EqualTo(new[] { "accepted", "submitted", "filled" }));
            Assert.That(updates.Select(u => u.Terminal), Is.EqualTo(new[] { false, false, true }));
            Assert.That(updates.Select(u => u.Id).Distinct().Count(), Is.EqualTo(3));
            Assert.That(updates.Select(u => u.AvgPrice), Is.EqualTo(new decimal?[] { null, null, 100_010m }));
            Assert.That(updates.Select(u => u.Fee), Is.EqualTo(new[] { 0m, 0m, 0.50005m }));
            Assert.That(updates.Select(u => u.Before), Is.All.Null);
        });
    }

    [Test]
    public void Each_step_has_the_id_that_it_would_have_alone()
    {
        var order = Filled(100_010m);
        Assert.That(OrderAnnouncements.Of(order).Steps().Select(u => u.Id), Is.EqualTo(new[] { "accepted", "submitted", "filled" }.Select(s => OrderIds.Update(order.Id, s))));
    }

    [Test]
    public void A_close_that_leaves_nothing_is_filled_and_then_closed_at_the_same_price()
    {
        var order = OrderBuilder.Build(Long() with { Action = TradeAction.Close }, Account, Fill(100_010m), Tick, 3m, true, Now, null);
        var updates = OrderAnnouncements.Of(order).Steps().ToList();
        Assert.Multiple(() =>
        {
            Assert.That(updates.Select(u => u.Status), Is.EqualTo(new[] { "accepted", "submitted", "filled", "closed" }));
            Assert.That(updates.Select(u => u.RealizedPnl), Is.EqualTo(new[] { 0m, 0m, 3m, 3m }));
            Assert.That(updates.Select(u => u.Terminal), Is.EqualTo(new[] { false, false, false, true }));
        });
    }

    [Test]
    public void A_fill_and_what_is_told_of_it_have_the_markets_own_time()
    {
        var order = Filled(100_010m);
        var updates = OrderAnnouncements.Of(order).Steps().ToList();
        Assert.Multiple(() =>
        {
            Assert.That((OrderBuilder.Fill(order).MarketTime, OrderBuilder.Fill(order).CreatedAt), Is.EqualTo(((DateTimeOffset?)Tick.MarketTime, Now)));
            Assert.That(updates.Select(u => u.MarketTime), Is.EqualTo(new DateTimeOffset?[] { null, null, Tick.MarketTime }));
            Assert.That(OrderAnnouncements.Of(OrderBuilder.Build(Long(), Account, new Verdict.Recorded(), Tick, 0m, false, Now, null)).MarketTime, Is.Null, "nothing was traded");
        });
    }

    [Test]
    public void A_refusal_is_one_step()
    {
        var refused = OrderBuilder.Build(Long(), Account, DecisionCheck.Refuse(Long(), Rejections.PriceMissing("BTCUSDT")), null, 0m, false, Now, null);
        Assert.That(OrderAnnouncements.Of(refused).Steps().Select(u => (u.Status, u.Terminal, u.Reason!.Code.Word)), Is.EqualTo(new[] { ("rejected", true, "PRICE_MISSING") }));
    }

    [TestCase("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true)]
    [TestCase("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", false)]
    [TestCase(null, false)]
    public void A_trace_goes_along_only_when_somebody_records_it(string? traceParent, bool kept) =>
        Assert.That(ExecutionTelemetry.TraceParent(null, Long() with { TraceParent = traceParent }), Is.EqualTo(kept ? traceParent : null));

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
        var order = OrderBuilder.Build(Long() with { GroupName = "a\0b" }, Account, new Verdict.Recorded(), null, 0m, false, Now, null);
        Assert.That(order.GroupName, Is.EqualTo("ab"));
    }

    // A replay of last year.
    private static readonly PriceTick Tick = new("BTCUSDT", 100_000m, null, null, Now.AddYears(-1), Now, "replay");

    private static Order Filled(decimal price) =>
        OrderBuilder.Build(Long(), Account, Fill(price), Tick, 0m, false, Now, null);

    private static Verdict.Filled Fill(decimal price) => new(new PlannedFill(true, 0.01m, price, 0.50005m)) { Buy = true, Qty = 0.01m };
}
