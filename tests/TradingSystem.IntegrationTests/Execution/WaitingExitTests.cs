using Microsoft.EntityFrameworkCore;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Orders;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Execution;

/// <summary>Nodes without a price on one database: an exit waits in the table, whoever accepted it, and becomes one order's end.</summary>
[TestFixture]
public sealed class WaitingExitTests
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"exits-{Guid.NewGuid():n}");
    private PrivatePostgres _postgres = null!;
    private ExecutionNode _priced = null!;
    private ExecutionNode _blind = null!;
    private Guid _group;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _postgres = new PrivatePostgres(_folder);
        await _postgres.InitialiseAsync();
        _priced = new(_postgres.ConnectionString);
        await _priced.MigrateAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _priced.DisposeAsync();
        await _postgres.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [SetUp]
    public async Task OpenAsync()
    {
        _group = Guid.NewGuid();
        _blind = new(_postgres.ConnectionString, priced: false);
        Assert.That((await _priced.ProcessAsync(ExecutionNode.Decision(_group)))[0].Status, Is.EqualTo("filled"));
    }

    [TearDown]
    public async Task CloseAsync() => await _blind.DisposeAsync();

    [Test]
    public async Task An_exit_without_a_price_is_accepted_and_closed_once_by_the_first_node_with_one_however_often_it_is_delivered()
    {
        var exit = ExecutionNode.Decision(_group, TradeAction.Close);
        var accepted = (await _blind.ProcessAsync(exit))[0];
        Assert.That((accepted.Status, accepted.ReasonCode), Is.EqualTo(("accepted", "WAITING_FOR_PRICE")));
        var again = (await _blind.Processor.ProcessAsync([exit], seenBefore: true, CancellationToken.None))[0];
        Assert.That((again.Id, again.Status, again.ReasonCode), Is.EqualTo((accepted.Id, "accepted", "WAITING_FOR_PRICE")));

        // The process that accepted it is gone; the others find it in the table, and only one of them wins.
        await _blind.DisposeAsync();
        await using var other = new ExecutionNode(_postgres.ConnectionString);
        await Task.WhenAll(_priced.Exits.LookAsync(CancellationToken.None), other.Exits.LookAsync(CancellationToken.None));
        var late = (await other.Processor.ProcessAsync([exit], seenBefore: true, CancellationToken.None))[0];
        var fills = await _priced.ReadAsync(db => db.Fills.Where(f => f.DecisionId == exit.Id).ToListAsync());
        Assert.Multiple(() =>
        {
            Assert.That((late.Id, late.Status, late.Side, late.ReasonCode), Is.EqualTo((accepted.Id, "closed", "SELL", (string?)null)));
            Assert.That(fills.Select(f => (f.Qty, f.Price)), Is.EqualTo(new[] { (late.Qty, late.AvgPrice!.Value) }));
        });
        Assert.That(await HeldAsync(), Is.Zero);
        await Wait.UntilAsync("its end was told", TimeSpan.FromSeconds(30), () => _priced.ReadAsync(db => db.WaitingExits.AnyAsync(e => e.DecisionId == exit.Id && e.AnnouncedAt != null)));
        await BalancesAreTheSumOfTheFillsAsync();
    }

    [Test]
    public async Task Nothing_of_its_symbol_is_traded_before_it_on_any_node()
    {
        var exit = ExecutionNode.Decision(_group, TradeAction.Close);
        await _blind.ProcessAsync(exit);
        Assert.That((await _blind.ProcessAsync(ExecutionNode.Decision(_group)))[0].ReasonCode, Is.EqualTo("PRICE_MISSING"));
        // This one has a price, had the ledger in memory before, and was told of nothing.
        var entry = ExecutionNode.Decision(_group);
        Assert.That((await _priced.ProcessAsync(entry))[0].Status, Is.EqualTo("filled"));
        var fills = await _priced.ReadAsync(db => db.Fills.Where(f => f.GroupId == _group).OrderBy(f => f.Seq).Select(f => f.DecisionId).ToListAsync());
        Assert.That(fills.Skip(1), Is.EqualTo(new[] { exit.Id, entry.Id }));
        Assert.That(await HeldAsync(), Is.EqualTo(0.01m));
        await BalancesAreTheSumOfTheFillsAsync();
    }

    [Test]
    public async Task A_price_that_comes_within_a_message_changes_nothing_of_the_order()
    {
        var exit = ExecutionNode.Decision(_group, TradeAction.Close);
        var entry = ExecutionNode.Decision(_group);
        await _blind.ProcessAsync(exit);
        _blind.Price(100_000m);
        var orders = await _blind.ProcessAsync(entry, ExecutionNode.Decision(_group, TradeAction.Close));
        Assert.That(orders.Select(o => o.Status), Is.EqualTo(new[] { "filled", "closed" }));
        var fills = await _priced.ReadAsync(db => db.Fills.Where(f => f.GroupId == _group).OrderBy(f => f.Seq).Select(f => f.DecisionId).ToListAsync());
        Assert.That(fills.Skip(1), Is.EqualTo(new[] { exit.Id, entry.Id, orders[1].DecisionId }));
        await BalancesAreTheSumOfTheFillsAsync();
    }

    [Test]
    public async Task What_a_kill_finds_waiting_is_ended_by_it_and_is_not_traded_when_a_price_comes()
    {
        var exit = ExecutionNode.Decision(_group, TradeAction.Close);
        await _blind.ProcessAsync(exit);
        await _priced.Controls.KillAsync(new(new(ControlWords.Group, _group), "tester", "drill"), flatten: false, CancellationToken.None);
        var (ended, left) = await _blind.Exits.EndHeldAsync([_group], CancellationToken.None);
        await _priced.Exits.LookAsync(CancellationToken.None);
        var order = await _priced.ReadAsync(db => db.Orders.SingleAsync(o => o.DecisionId == exit.Id));
        Assert.That((ended[_group], left, order.Status, order.ReasonCode), Is.EqualTo((1, 0, "rejected", "HALTED")));
        Assert.That(await HeldAsync(), Is.EqualTo(0.01m));
    }

    [Test]
    public async Task A_persons_closing_order_waits_and_its_command_with_it_and_is_one_order_on_every_node()
    {
        var command = await _blind.Controls.CloseAllAsync(new(new(ControlWords.Group, _group), "tester", "flat"), CancellationToken.None);
        var groups = await _priced.ReadAsync(db => db.Bindings.Where(b => b.GroupId == _group).ToListAsync());
        await _blind.Flattening.RunAsync(command, groups, new HashSet<Guid>(), CancellationToken.None);
        var waits = (await _priced.Flattening.LookAsync(command, groups, CancellationToken.None)).Single();
        Assert.That((waits.Step.Doing, waits.Step.Code), Is.EqualTo((ClosingDoing.Waits, "WAITING_FOR_PRICE")));
        await _blind.Flattening.RunAsync(command, groups, new HashSet<Guid>(), CancellationToken.None);
        await _priced.Exits.LookAsync(CancellationToken.None);
        var done = (await _blind.Flattening.LookAsync(command, groups, CancellationToken.None)).Single();
        Assert.That((done.Step.Doing, done.Attempts.Select(o => o.Status).Single(), await HeldAsync()), Is.EqualTo((ClosingDoing.Done, "closed", 0m)));
        await BalancesAreTheSumOfTheFillsAsync();
    }

    private Task<decimal> HeldAsync() => _priced.ReadAsync(db => db.Positions.Where(p => p.GroupId == _group).SumAsync(p => p.Qty));

    private async Task BalancesAreTheSumOfTheFillsAsync()
    {
        var account = await _priced.ReadAsync(db => (from b in db.Bindings where b.GroupId == _group join a in db.Accounts on b.AccountId equals a.Id select a).SingleAsync());
        var fills = await _priced.ReadAsync(db => db.Fills.Where(f => f.GroupId == _group).ToListAsync());
        Assert.That(account.Balance, Is.EqualTo(account.InitialBalance + fills.Sum(f => f.RealizedPnl - f.Fee)));
    }
}
