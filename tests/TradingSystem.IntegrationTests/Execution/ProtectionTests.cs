using Microsoft.EntityFrameworkCore;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Orders;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Execution;

/// <summary>Stop-loss and take-profit of simulated accounts, on a real database and two nodes.</summary>
[TestFixture]
public sealed class ProtectionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"protection-{Guid.NewGuid():n}");
    private IPostgresServer _postgres = null!;
    private ProtectionNode _one = null!;
    private ProtectionNode _two = null!;
    private Guid _group;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _postgres = TestServers.Postgres(_folder);
        await _postgres.InitialiseAsync();
        await using var node = new ProtectionNode(_postgres.ConnectionString);
        await node.MigrateAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _postgres.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [SetUp]
    public async Task OpenNodesAsync()
    {
        _one = new(_postgres.ConnectionString);
        _two = new(_postgres.ConnectionString);
        _group = Guid.NewGuid();
        // What other tests left waiting would be closed by this one's prices.
        await _one.ReadAsync(db => db.ProtectionLegs.ExecuteDeleteAsync());
        await _one.ReadAsync(db => db.ProtectionPlans.ExecuteDeleteAsync());
    }

    [TearDown]
    public async Task CloseNodesAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    [Test]
    public async Task An_entry_and_its_legs_are_saved_together_and_a_redelivery_makes_no_second_ones()
    {
        var entry = ProtectionNode.Entry(_group);
        var order = await _one.ProcessAsync(entry);
        await _two.ProcessAsync(entry);
        var legs = await _one.LegsAsync(_group);
        Assert.Multiple(() =>
        {
            Assert.That(order.Status, Is.EqualTo("protected"));
            Assert.That(legs.Select(l => (l.Kind, l.TriggerPrice, l.Qty, l.Status, l.ClientOrderId[^1])), Is.EqualTo(new[]
            {
                ("stop_loss", 95_000m, 1m, "waiting", 'S'), ("take_profit", 105_000m, 1m, "waiting", 'T'),
            }));
            Assert.That(legs, Is.All.Matches<TradingSystem.Execution.Protection.ProtectionLeg>(l => l.DecisionId == entry.Id));
        });
    }

    [Test]
    public async Task A_reached_stop_closes_the_position_once_although_every_node_saw_the_price()
    {
        var entry = ProtectionNode.Entry(_group);
        await _one.ProcessAsync(entry);
        await _two.Watch.ReadAsync(default);
        _one.Price(94_000m);
        _two.Price(94_000m);
        var orders = (await Task.WhenAll(_one.CloseReachedAsync(), _two.CloseReachedAsync())).SelectMany(o => o).ToList();
        Assert.That(orders.Select(o => (o.Status, o.Qty, o.AvgPrice)), Is.EqualTo(new[] { ("stopped", 1m, (decimal?)93_990.6m) }));
        await BalanceIsTheSumOfTheFillsAsync(0m);
        var legs = await _one.LegsAsync(_group);
        Assert.That(legs.Select(l => (l.Kind, l.Status, l.Reason)), Is.EqualTo(new[] { ("stop_loss", "triggered", null), ("take_profit", "canceled", "OTHER_LEG_FILLED") }));
        await Wait.UntilAsync("the stop is told of under the entry's id", Patience, () => Task.FromResult(_one.Bus.Told.Concat(_two.Bus.Told).Any(u => u is { Status: "stopped" } && u.DecisionId == entry.Id)));
        Assert.That(await _one.CloseReachedAsync(), Is.Empty);
    }

    [Test]
    public async Task A_gap_closes_at_the_price_after_it_and_a_target_is_called_by_its_name()
    {
        await _one.ProcessAsync(ProtectionNode.Entry(_group, action: TradeAction.Short, stop: 105_000m, take: 95_000m));
        _one.Price(80_000m, 100_000m);
        var order = (await _one.CloseReachedAsync()).Single();
        Assert.That((order.Status, order.Side, order.AvgPrice), Is.EqualTo(("took_profit", "BUY", (decimal?)80_008m)), "where it gapped to, not the trigger, nor where it went after");
        await BalanceIsTheSumOfTheFillsAsync(0m);
    }

    [Test]
    public async Task Legs_are_resized_by_orders_of_another_node_and_go_with_a_close()
    {
        await _one.ProcessAsync(ProtectionNode.Entry(_group));
        await _two.ProcessAsync(ProtectionNode.Entry(_group, qty: 0.5m, stop: null, take: null));
        Assert.That((await _one.LegsAsync(_group)).Select(l => l.Qty), Is.EqualTo(new[] { 1.5m, 1.5m }));
        await _one.ProcessAsync(ProtectionNode.Entry(_group, qty: 0.7m, stop: null, take: null, action: TradeAction.Close));
        Assert.That((await _one.LegsAsync(_group)).Select(l => l.Qty), Is.EqualTo(new[] { 0.8m, 0.8m }));
        await _two.ProcessAsync(ProtectionNode.Entry(_group, qty: 0m, stop: null, take: null, action: TradeAction.Close));
        Assert.That((await _one.LegsAsync(_group)).Select(l => (l.Status, l.Reason)), Is.All.EqualTo(("canceled", "POSITION_CLOSED")));
        _one.Price(90_000m);
        Assert.That(await _one.CloseReachedAsync(), Is.Empty);
        await BalanceIsTheSumOfTheFillsAsync(0m);
    }

    [Test]
    public async Task A_restart_keeps_the_legs_and_a_price_that_came_in_between_takes_them()
    {
        await _one.ProcessAsync(ProtectionNode.Entry(_group));
        await using var restarted = new ProtectionNode(_postgres.ConnectionString);
        restarted.Price(93_000m);
        Assert.That(await restarted.CloseReachedAsync(), Is.Empty, "nothing is known yet");
        await restarted.Watch.ReadAsync(default);
        Assert.That((await restarted.CloseReachedAsync()).Single().Status, Is.EqualTo("stopped"));
    }

    [Test]
    public async Task A_stop_that_nobody_was_told_of_is_told_by_the_next_process()
    {
        var entry = ProtectionNode.Entry(_group);
        await _one.ProcessAsync(entry);
        _one.Bus.IsDown = true;
        _one.Price(94_000m);
        Assert.That(await _one.CloseReachedAsync(), Has.Count.EqualTo(1));
        Assert.That(_one.Bus.Told, Is.Empty);
        await _two.Watch.ReadAsync(default);
        await Wait.UntilAsync("the stop is told of", Patience, () => Task.FromResult(_two.Bus.Told.Any(u => u is { Status: "stopped" } && u.DecisionId == entry.Id)));
        await Wait.UntilAsync("it is marked as told", Patience, async () => (await _two.LegsAsync(_group)).Any(l => l.AnnouncedAt is not null));
    }

    [Test]
    public async Task A_close_and_a_stop_that_race_close_the_position_once_and_lose_no_money()
    {
        for (var round = 0; round < 10; round++)
        {
            _one.Price(100_000m);
            _two.Price(100_000m);
            await _one.ProcessAsync(ProtectionNode.Entry(_group));
            await _two.Watch.ReadAsync(default);
            _one.Price(94_000m);
            _two.Price(94_000m);
            var close = _two.ProcessAsync(ProtectionNode.Entry(_group, qty: 0m, stop: null, take: null, action: TradeAction.Close));
            var stops = await Task.WhenAll(_one.CloseReachedAsync(), _two.CloseReachedAsync());
            var closed = await close;
            Assert.That(stops.Sum(s => s.Count) + (closed.Status == "closed" ? 1 : 0), Is.EqualTo(1));
            await BalanceIsTheSumOfTheFillsAsync(0m);
            Assert.That((await _one.LegsAsync(_group)).Select(l => l.Status), Has.None.EqualTo("waiting"));
        }
    }

    [Test]
    public async Task The_watch_closes_by_itself_when_a_price_comes()
    {
        await _one.Watch.StartAsync(default);
        await _one.ProcessAsync(ProtectionNode.Entry(_group));
        _one.Price(105_000m);
        await Wait.UntilAsync("the target closes", Patience, () => Task.FromResult(_one.Bus.Told.Any(u => u is { Status: "took_profit" } && u.GroupId == _group)));
        await _one.Watch.StopAsync(default);
    }

    [Test]
    public async Task A_position_without_the_leg_it_asked_for_is_counted_and_gets_it_back()
    {
        await _one.ProcessAsync(ProtectionNode.Entry(_group));
        Assert.That((await _one.Naked.LookAsync(default)).Any(p => p.GroupId == _group), Is.False);
        await _one.ReadAsync(db => db.ProtectionLegs.Where(l => l.GroupId == _group && l.Kind == "stop_loss").ExecuteDeleteAsync());
        await _one.Naked.LookAsync(default);
        _one.Pass(TimeSpan.FromSeconds(2));
        var counted = (await _one.Naked.LookAsync(default)).Single(p => p.GroupId == _group);
        Assert.That(counted.NakedSeconds, Is.InRange(2m, 60m));
        Assert.That(await _one.LegsAsync(_group), Has.Count.EqualTo(1), "the grace is not over");
        _one.Pass(TimeSpan.FromSeconds(1.5));
        await _one.Naked.LookAsync(default);
        Assert.That((await _one.LegsAsync(_group)).Select(l => (l.Kind, l.Status, l.Qty)), Is.EquivalentTo(new[] { ("stop_loss", "waiting", 1m), ("take_profit", "waiting", 1m) }));
        Assert.That((await _one.Naked.LookAsync(default)).Any(p => p.GroupId == _group), Is.False);
        var plan = await _one.ReadAsync(db => db.ProtectionPlans.AsNoTracking().SingleAsync(p => p.GroupId == _group && p.Kind == "stop_loss"));
        Assert.That((plan.NakedSince, plan.NakedSeconds >= 3.5m), Is.EqualTo(((DateTimeOffset?)null, true)), "the seconds stay");
        _one.Price(94_000m);
        Assert.That((await _one.CloseReachedAsync()).Single().Status, Is.EqualTo("stopped"));
    }

    [Test]
    public async Task A_leg_that_was_canceled_by_hand_is_restored_in_its_row_and_follows_the_position_again()
    {
        await _one.ProcessAsync(ProtectionNode.Entry(_group));
        await _one.ReadAsync(db => db.ProtectionLegs.Where(l => l.GroupId == _group).ExecuteUpdateAsync(s => s.SetProperty(l => l.Status, "canceled")));
        await _one.Naked.LookAsync(default);
        _one.Pass(TimeSpan.FromSeconds(4));
        await _one.Naked.LookAsync(default);
        await _two.ProcessAsync(ProtectionNode.Entry(_group, qty: 1m, stop: null, take: null));
        Assert.That((await _one.LegsAsync(_group)).Select(l => (l.Status, l.Qty)), Is.EqualTo(new[] { ("waiting", 2m), ("waiting", 2m) }));
    }

    [Test]
    public async Task By_the_other_policy_the_position_is_closed_once()
    {
        await using var strict = new ProtectionNode(_postgres.ConnectionString, nakedPolicy: "flatten");
        await strict.ProcessAsync(ProtectionNode.Entry(_group));
        await strict.ReadAsync(db => db.ProtectionLegs.Where(l => l.GroupId == _group).ExecuteDeleteAsync());
        await strict.Naked.LookAsync(default);
        strict.Pass(TimeSpan.FromSeconds(4));
        await strict.Naked.LookAsync(default);
        await strict.Naked.LookAsync(default);
        await BalanceIsTheSumOfTheFillsAsync(0m);
        Assert.That(await strict.ReadAsync(db => db.Orders.CountAsync(o => o.GroupId == _group && o.Status == "closed")), Is.EqualTo(1));
    }

    private async Task BalanceIsTheSumOfTheFillsAsync(decimal held)
    {
        var account = await _one.ReadAsync(db => (from b in db.Bindings where b.GroupId == _group join a in db.Accounts on b.AccountId equals a.Id select a).SingleAsync());
        var fills = await _one.ReadAsync(db => db.Fills.Where(f => f.GroupId == _group).ToListAsync());
        Assert.That(account.Balance, Is.EqualTo(account.InitialBalance + fills.Sum(f => f.RealizedPnl - f.Fee)));
        Assert.That(fills.Sum(f => f.Side == "BUY" ? f.Qty : -f.Qty), Is.EqualTo(held));
        Assert.That(await _one.HeldAsync(_group), Is.EqualTo(held));
    }
}
