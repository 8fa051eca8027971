using Microsoft.EntityFrameworkCore;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Legs;
using TradingSystem.Execution.Orders;

namespace TradingSystem.IntegrationTests.Execution.Protection;

/// <summary>Stop-loss and take-profit of simulated accounts, on a real database and two nodes.</summary>
[TestFixture]
public sealed class ProtectionTests : TwoProtectionNodes
{
    [Test]
    public async Task An_entry_and_its_legs_are_saved_together_and_a_redelivery_makes_no_second_ones()
    {
        var entry = ProtectionNode.Entry(Group);
        var order = await One.ProcessAsync(entry);
        await Two.ProcessAsync(entry);
        var legs = await One.LegsAsync(Group);
        Assert.Multiple(() =>
        {
            Assert.That(order.Status, Is.EqualTo("protected"));
            Assert.That(legs.Select(l => (l.Kind, l.TriggerPrice, l.Qty, l.Status, l.ClientOrderId[^1])), Is.EqualTo(new[]
            {
                ("stop_loss", 95_000m, 1m, "waiting", 'S'), ("take_profit", 105_000m, 1m, "waiting", 'T'),
            }));
            Assert.That(legs, Is.All.Matches<TradingSystem.Execution.Legs.ProtectionLeg>(l => l.DecisionId == entry.Id));
        });
    }

    [Test]
    public async Task A_reached_stop_closes_the_position_once_although_every_node_saw_the_price()
    {
        var entry = ProtectionNode.Entry(Group);
        await One.ProcessAsync(entry);
        await Two.Watch.ReadAsync(default);
        One.Price(94_000m);
        Two.Price(94_000m);
        var orders = (await Task.WhenAll(One.CloseReachedAsync(), Two.CloseReachedAsync())).SelectMany(o => o).ToList();
        Assert.That(orders.Select(o => (o.Status, o.Qty, o.AvgPrice)), Is.EqualTo(new[] { ("stopped", 1m, (decimal?)93_990.6m) }));
        await BalanceIsTheSumOfTheFillsAsync(0m);
        var legs = await One.LegsAsync(Group);
        Assert.That(legs.Select(l => (l.Kind, l.Status, l.Reason)), Is.EqualTo(new[] { ("stop_loss", "triggered", null), ("take_profit", "canceled", "OTHER_LEG_FILLED") }));
        await Wait.UntilAsync(
            "the stop is told of under the entry's id",
            () => Task.FromResult(One.Bus.Told.Concat(Two.Bus.Told).Any(u => u is { Status: "stopped" } && u.DecisionId == entry.Id)));
        Assert.That(await One.CloseReachedAsync(), Is.Empty);
    }

    [Test]
    public async Task A_gap_closes_at_the_price_after_it_and_a_target_is_called_by_its_name()
    {
        await One.ProcessAsync(ProtectionNode.Entry(Group, action: TradeAction.Short, stop: 105_000m, take: 95_000m));
        One.Price(80_000m, 100_000m);
        var order = (await One.CloseReachedAsync()).Single();
        Assert.That(
            (order.Status, order.Side, order.AvgPrice), Is.EqualTo(("took_profit", "BUY", (decimal?)80_008m)),
            "where it gapped to, not the trigger, nor where it went after");
        await BalanceIsTheSumOfTheFillsAsync(0m);
    }

    [Test]
    public async Task Legs_are_resized_by_orders_of_another_node_and_go_with_a_close()
    {
        await One.ProcessAsync(ProtectionNode.Entry(Group));
        await Two.ProcessAsync(ProtectionNode.Entry(Group, qty: 0.5m, stop: null, take: null));
        Assert.That((await One.LegsAsync(Group)).Select(l => l.Qty), Is.EqualTo(new[] { 1.5m, 1.5m }));
        await One.ProcessAsync(ProtectionNode.Entry(Group, qty: 0.7m, stop: null, take: null, action: TradeAction.Close));
        Assert.That((await One.LegsAsync(Group)).Select(l => l.Qty), Is.EqualTo(new[] { 0.8m, 0.8m }));
        await Two.ProcessAsync(ProtectionNode.Entry(Group, qty: 0m, stop: null, take: null, action: TradeAction.Close));
        Assert.That((await One.LegsAsync(Group)).Select(l => (l.Status, l.Reason)), Is.All.EqualTo(("canceled", "POSITION_CLOSED")));
        One.Price(90_000m);
        Assert.That(await One.CloseReachedAsync(), Is.Empty);
        await BalanceIsTheSumOfTheFillsAsync(0m);
    }

    [Test]
    public async Task A_restart_keeps_the_legs_and_a_price_that_came_in_between_takes_them()
    {
        await One.ProcessAsync(ProtectionNode.Entry(Group));
        await using var restarted = new ProtectionNode(ConnectionString);
        restarted.Price(93_000m);
        Assert.That(await restarted.CloseReachedAsync(), Is.Empty, "nothing is known yet");
        await restarted.Watch.ReadAsync(default);
        Assert.That((await restarted.CloseReachedAsync()).Single().Status, Is.EqualTo("stopped"));
    }

    [Test]
    public async Task A_stop_that_nobody_was_told_of_is_told_by_the_next_process()
    {
        var entry = ProtectionNode.Entry(Group);
        await One.ProcessAsync(entry);
        One.Bus.IsDown = true;
        One.Price(94_000m);
        Assert.That(await One.CloseReachedAsync(), Has.Count.EqualTo(1));
        Assert.That(One.Bus.Told, Is.Empty);
        await Two.Watch.ReadAsync(default);
        await Wait.UntilAsync("the stop is told of", () => Task.FromResult(Two.Bus.Told.Any(u => u is { Status: "stopped" } && u.DecisionId == entry.Id)));
        await Wait.UntilAsync("it is marked as told", async () => (await Two.LegsAsync(Group)).Any(l => l.AnnouncedAt is not null));
    }

    [Test]
    public async Task A_close_and_a_stop_that_race_close_the_position_once_and_lose_no_money()
    {
        for (var round = 0; round < 10; round++)
        {
            One.Price(100_000m);
            Two.Price(100_000m);
            await One.ProcessAsync(ProtectionNode.Entry(Group));
            await Two.Watch.ReadAsync(default);
            One.Price(94_000m);
            Two.Price(94_000m);
            var close = Two.ProcessAsync(ProtectionNode.Entry(Group, qty: 0m, stop: null, take: null, action: TradeAction.Close));
            var stops = await Task.WhenAll(One.CloseReachedAsync(), Two.CloseReachedAsync());
            var closed = await close;
            Assert.That(stops.Sum(s => s.Count) + (closed.Status == "closed" ? 1 : 0), Is.EqualTo(1));
            await BalanceIsTheSumOfTheFillsAsync(0m);
            Assert.That((await One.LegsAsync(Group)).Select(l => l.Status), Has.None.EqualTo("waiting"));
        }
    }

    [Test]
    public async Task The_watch_closes_by_itself_when_a_price_comes()
    {
        await One.Watch.StartAsync(default);
        await One.ProcessAsync(ProtectionNode.Entry(Group));
        One.Price(105_000m);
        await Wait.UntilAsync("the target closes", () => Task.FromResult(One.Bus.Told.Any(u => u is { Status: "took_profit" } && u.GroupId == Group)));
        await One.Watch.StopAsync(default);
    }

    [Test]
    public async Task A_position_without_the_leg_it_asked_for_is_counted_and_gets_it_back()
    {
        await One.ProcessAsync(ProtectionNode.Entry(Group));
        Assert.That((await One.Naked.LookAsync(default)).Any(p => p.GroupId == Group), Is.False);
        await One.ReadAsync(db => db.ProtectionLegs.Where(l => l.GroupId == Group && l.Kind == "stop_loss").ExecuteDeleteAsync());
        await One.Naked.LookAsync(default);
        One.Pass(TimeSpan.FromSeconds(2));
        var counted = (await One.Naked.LookAsync(default)).Single(p => p.GroupId == Group);
        Assert.That(counted.NakedSeconds, Is.InRange(2m, 60m));
        Assert.That(await One.LegsAsync(Group), Has.Count.EqualTo(1), "the grace is not over");
        One.Pass(TimeSpan.FromSeconds(1.5));
        await One.Naked.LookAsync(default);
        Assert.That((await One.LegsAsync(Group)).Select(l => (l.Kind, l.Status, l.Qty)), Is.EquivalentTo(new[] { ("stop_loss", "waiting", 1m), ("take_profit", "waiting", 1m) }));
        Assert.That((await One.Naked.LookAsync(default)).Any(p => p.GroupId == Group), Is.False);
        var plan = await One.ReadAsync(db => db.ProtectionPlans.AsNoTracking().SingleAsync(p => p.GroupId == Group && p.Kind == "stop_loss"));
        Assert.That((plan.NakedSince, plan.NakedSeconds >= 3.5m), Is.EqualTo(((DateTimeOffset?)null, true)), "the seconds stay");
        One.Price(94_000m);
        Assert.That((await One.CloseReachedAsync()).Single().Status, Is.EqualTo("stopped"));
    }

    [Test]
    public async Task A_leg_that_was_canceled_by_hand_is_restored_in_its_row_and_follows_the_position_again()
    {
        await One.ProcessAsync(ProtectionNode.Entry(Group));
        await One.ReadAsync(db => db.ProtectionLegs.Where(l => l.GroupId == Group).ExecuteUpdateAsync(s => s.SetProperty(l => l.Status, "canceled")));
        await One.Naked.LookAsync(default);
        One.Pass(TimeSpan.FromSeconds(4));
        await One.Naked.LookAsync(default);
        await Two.ProcessAsync(ProtectionNode.Entry(Group, qty: 1m, stop: null, take: null));
        Assert.That((await One.LegsAsync(Group)).Select(l => (l.Status, l.Qty)), Is.EqualTo(new[] { ("waiting", 2m), ("waiting", 2m) }));
    }

    [Test]
    public async Task By_the_other_policy_the_position_is_closed_once()
    {
        await using var strict = new ProtectionNode(ConnectionString, nakedPolicy: "flatten");
        await strict.ProcessAsync(ProtectionNode.Entry(Group));
        await strict.ReadAsync(db => db.ProtectionLegs.Where(l => l.GroupId == Group).ExecuteDeleteAsync());
        await strict.Naked.LookAsync(default);
        strict.Pass(TimeSpan.FromSeconds(4));
        await strict.Naked.LookAsync(default);
        await strict.Naked.LookAsync(default);
        await BalanceIsTheSumOfTheFillsAsync(0m);
        Assert.That(await strict.ReadAsync(db => db.Orders.CountAsync(o => o.GroupId == Group && o.Status == "closed")), Is.EqualTo(1));
    }

    private async Task BalanceIsTheSumOfTheFillsAsync(decimal held)
    {
        var account = await One.ReadAsync(db => (from b in db.Bindings where b.GroupId == Group join a in db.Accounts on b.AccountId equals a.Id select a).SingleAsync());
        var fills = await One.ReadAsync(db => db.Fills.Where(f => f.GroupId == Group).ToListAsync());
        Assert.That(account.Balance, Is.EqualTo(account.InitialBalance + fills.Sum(f => f.RealizedPnl - f.Fee)));
        Assert.That(fills.Sum(f => f.Side == "BUY" ? f.Qty : -f.Qty), Is.EqualTo(held));
        Assert.That(await One.HeldAsync(Group), Is.EqualTo(held));
    }
}
