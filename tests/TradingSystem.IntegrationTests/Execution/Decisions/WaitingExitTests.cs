using Microsoft.EntityFrameworkCore;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Exits;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Execution.Decisions;

/// <summary>Nodes without a price on one database: an exit waits in the table, whoever accepted it, and becomes one order's end.</summary>
[TestFixture]
public sealed class WaitingExitTests
{
    private readonly FixtureDatabase _database = new();
    private ExecutionNode _priced = null!;
    private ExecutionNode _blind = null!;
    private Guid _group;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        await _database.InitialiseAsync();
        _priced = new(_database.ConnectionString);
        await _priced.MigrateAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _priced.DisposeAsync();
        await _database.DisposeAsync();
    }

    [SetUp]
    public async Task OpenAsync()
    {
        _group = Guid.NewGuid();
        _blind = new(_database.ConnectionString, priced: false);
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
        await using var other = new ExecutionNode(_database.ConnectionString);
        await Task.WhenAll(_priced.Exits.LookAsync(CancellationToken.None), other.Exits.LookAsync(CancellationToken.None));
        var late = (await other.Processor.ProcessAsync([exit], seenBefore: true, CancellationToken.None))[0];
        var fills = await _priced.ReadAsync(db => db.Fills.Where(f => f.DecisionId == exit.Id).ToListAsync());
        Assert.Multiple(() =>
        {
            Assert.That((late.Id, late.Status, late.Side, late.ReasonCode), Is.EqualTo((accepted.Id, "closed", "SELL", (string?)null)));
            Assert.That(fills.Select(f => (f.Qty, f.Price)), Is.EqualTo(new[] { (late.Qty, late.AvgPrice!.Value) }));
        });
        Assert.That(await HeldAsync(), Is.Zero);
        await Wait.UntilAsync("its end was told", () => _priced.ReadAsync(db => db.WaitingExits.AnyAsync(e => e.DecisionId == exit.Id && e.AnnouncedAt != null)));
        await BalancesAreTheSumOfTheFillsAsync();
    }

    [Test]
    public async Task Who_only_asks_is_told_that_it_would_wait_and_no_price()
    {
        var exit = ExecutionNode.Decision(_group, TradeAction.Close);
        var would = (await _blind.PreviewAsync(exit))!;
        var known = (await _priced.PreviewAsync(exit))!;
        Assert.Multiple(() =>
        {
            Assert.That((would.Action, would.Price, would.Fee, would.Reason?.Code.Word), Is.EqualTo(("order", (decimal?)null, (decimal?)null, "WAITING_FOR_PRICE")));
            Assert.That((known.Action, known.Side, known.Price > 0m, known.Reason), Is.EqualTo(("order", "SELL", true, (RejectionReason?)null)));
        });
        Assert.That(await HeldAsync(), Is.Not.Zero);
        Assert.That(await _priced.ReadAsync(db => db.Orders.AnyAsync(o => o.DecisionId == exit.Id)), Is.False, "it only asked");
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
        Assert.That((waits.Step.Doing, waits.Step.Code?.Word), Is.EqualTo((ClosingDoing.Waits, "WAITING_FOR_PRICE")));
        await _blind.Flattening.RunAsync(command, groups, new HashSet<Guid>(), CancellationToken.None);
        await _priced.Exits.LookAsync(CancellationToken.None);
        var done = (await _blind.Flattening.LookAsync(command, groups, CancellationToken.None)).Single();
        Assert.That((done.Step.Doing, done.Attempts.Select(o => o.Status).Single(), await HeldAsync()), Is.EqualTo((ClosingDoing.Done, "closed", 0m)));
        await BalancesAreTheSumOfTheFillsAsync();
    }

    [Test]
    public async Task A_kill_that_still_runs_closes_nothing_that_was_opened_after_a_person_let_trading_go_on()
    {
        var scope = new ControlScope(ControlWords.Group, _group);
        var command = await _priced.Controls.KillAsync(new(scope, "tester", "stop"), flatten: true, CancellationToken.None);
        var groups = await _priced.ReadAsync(db => db.Bindings.Where(b => b.GroupId == _group).ToListAsync());
        // It has begun, with another position that it waits for.
        await _priced.ReadAsync(db => db.ControlCommands.Where(c => c.Id == command.Id).ExecuteUpdateAsync(s => s.SetProperty(c => c.Groups, "[{}]")));
        var begun = await _priced.ReadAsync(db => db.ControlCommands.AsNoTracking().SingleAsync(c => c.Id == command.Id));
        Assert.That((await _priced.Flattening.LookAsync(begun, groups, CancellationToken.None)).Single().Step.Doing, Is.EqualTo(ClosingDoing.Due), "while it holds");
        await _priced.Controls.SetStateAsync(new(scope, "tester", "go on"), TradingState.Active, CancellationToken.None);
        Assert.That(await _priced.Flattening.LookAsync(begun, groups, CancellationToken.None), Is.Empty);
    }

    [Test]
    public async Task One_that_is_taken_back_is_canceled_and_told_once_and_nothing_is_traded_when_a_price_comes([Values] bool all)
    {
        var exit = Exit("x-1");
        await _blind.ProcessAsync(exit);
        var cancel = Cancel(all ? null : "x-1");
        foreach (var node in new[] { _priced, _blind })
        {
            // A group's "all" is what rests; its way out goes only by its own id.
            var applied = await ApplyAsync(node, cancel, byPerson: all);
            Assert.That((applied.Outcome, applied.Orders), Is.EqualTo((CancelOutcomes.Requested, 1)));
        }

        _blind.Price(100_000m);
        // This one has it in memory as waiting; the other one reads the table.
        await _blind.Processor.SettleAsync([WaitingExitOf(exit)], afresh: false, CancellationToken.None);
        await _priced.Exits.LookAsync(CancellationToken.None);
        await Wait.UntilAsync(
            "its end was told",
            () => _priced.ReadAsync(db => db.WaitingExits.AnyAsync(e => e.DecisionId == exit.Id && e.SettledAt != null && e.AnnouncedAt != null)));
        await _priced.Exits.LookAsync(CancellationToken.None);

        var ownId = OrderIds.Order(cancel.Id);
        var update = OrderAnnouncements.Of(await _priced.ReadAsync(db => db.Orders.SingleAsync(o => o.DecisionId == exit.Id)));
        Assert.Multiple(async () =>
        {
            Assert.That((update.Status, update.Reason?.Code.Word, update.Terminal, update.Before), Is.EqualTo(("canceled", "CANCELED", true, (IReadOnlyList<OrderStep>?)null)));
            Assert.That(_priced.Told.Concat(_blind.Told).Where(u => u.DecisionId == exit.Id).Select(u => u.Status), Is.EqualTo(new[] { "canceled" }));
            Assert.That(await _priced.ReadAsync(db => db.OrderSteps.AnyAsync(s => s.OrderId == ownId)), Is.False, "the order tells of itself");
            Assert.That(await _priced.ReadAsync(db => db.Fills.AnyAsync(f => f.DecisionId == exit.Id)), Is.False);
            Assert.That(await HeldAsync(), Is.EqualTo(0.01m));
        });
        Assert.That((await ApplyAsync(_blind, Cancel("x-1"), byPerson: false)).Outcome, Is.EqualTo(CancelOutcomes.Nothing), "it has ended");
        Assert.That((await _blind.ProcessAsync(Exit("x-2")))[0].Status, Is.EqualTo("closed"), "what comes after it does not wait for it");
        await BalancesAreTheSumOfTheFillsAsync();
    }

    [Test]
    public async Task Whether_the_price_or_the_cancel_is_faster_an_exit_has_one_end()
    {
        for (var round = 0; round < 20; round++)
        {
            var key = $"race-{round}";
            var exit = Exit(key);
            await using var blind = new ExecutionNode(_database.ConnectionString, priced: false);
            await blind.ProcessAsync(exit);
            var cancelling = ApplyAsync(blind, Cancel(key), byPerson: false);
            await Task.WhenAll(cancelling, _priced.Exits.LookAsync(CancellationToken.None));
            await _priced.Exits.LookAsync(CancellationToken.None);
            var order = await _priced.ReadAsync(db => db.Orders.SingleAsync(o => o.DecisionId == exit.Id));
            var fills = await _priced.ReadAsync(db => db.Fills.CountAsync(f => f.DecisionId == exit.Id));
            var outcome = (await cancelling).Outcome;
            Assert.That((order.Status, fills, outcome), Is.EqualTo(("canceled", 0, CancelOutcomes.Requested)).Or.EqualTo(("closed", 1, CancelOutcomes.Nothing)), $"round {round}");
            if (order.Status == "closed")
            {
                await _priced.ProcessAsync(ExecutionNode.Decision(_group));
            }
        }

        await BalancesAreTheSumOfTheFillsAsync();
    }

    [Test]
    public async Task A_groups_cancel_does_not_stop_what_a_person_closes_and_a_persons_own_does()
    {
        var command = await _blind.Controls.CloseAllAsync(new(new(ControlWords.Group, _group), "tester", "flat"), CancellationToken.None);
        var groups = await _priced.ReadAsync(db => db.Bindings.Where(b => b.GroupId == _group).ToListAsync());
        await _blind.Flattening.RunAsync(command, groups, new HashSet<Guid>(), CancellationToken.None);
        var closing = await _priced.ReadAsync(db => db.WaitingExits.SingleAsync(e => e.GroupId == _group));
        foreach (var key in new[] { null, closing.DecisionId.ToString() })
        {
            Assert.That((await ApplyAsync(_priced, Cancel(key), byPerson: false)).Outcome, Is.EqualTo(CancelOutcomes.Nothing));
        }

        Assert.That((await ApplyAsync(_priced, Cancel(null), byPerson: true)).Outcome, Is.EqualTo(CancelOutcomes.Requested));
        var order = await _priced.ReadAsync(db => db.Orders.SingleAsync(o => o.DecisionId == closing.DecisionId));
        Assert.That((order.Status, order.ReasonCode, await HeldAsync()), Is.EqualTo(("canceled", "CANCELED", 0.01m)));
    }

    [Test]
    public async Task A_groups_cancel_that_is_remembered_for_a_persons_closing_order_does_not_hold_it_up()
    {
        var closing = Exit("close");
        Assert.That((await ApplyAsync(_priced, Cancel("close"), byPerson: false)).Outcome, Is.EqualTo(CancelOutcomes.Remembered));
        var order = (await _priced.Processor.CommandAsync([closing], CancellationToken.None))[0];
        Assert.That((order.Status, await HeldAsync()), Is.EqualTo(("closed", 0m)));
    }

    private TradeDecision Exit(string key) => ExecutionNode.Decision(_group, TradeAction.Close) with { Id = NameBasedGuid.Create(_group, key), DecisionId = key };

    private static WaitingExit WaitingExitOf(TradeDecision exit) => WaitingExit.Of(exit, Guid.Empty, byCommand: false, exit.CreatedAt);

    private GroupSteering Cancel(string? key)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new(Guid.CreateVersion7(), _group, "demo", "demo", new CancelOrders(key), null, "r-1", null, now, null);
    }

    private static Task<OrderCancel> ApplyAsync(ExecutionNode node, GroupSteering steering, bool byPerson) =>
        new OrderCancels(node.Databases, _ => { }, () => { }, node.Options, TimeProvider.System).ApplyAsync(steering, byPerson, CancellationToken.None);

    private Task<decimal> HeldAsync() => _priced.ReadAsync(db => db.Positions.Where(p => p.GroupId == _group).SumAsync(p => p.Qty));

    private async Task BalancesAreTheSumOfTheFillsAsync()
    {
        var account = await _priced.ReadAsync(db => (from b in db.Bindings where b.GroupId == _group join a in db.Accounts on b.AccountId equals a.Id select a).SingleAsync());
        var fills = await _priced.ReadAsync(db => db.Fills.Where(f => f.GroupId == _group).ToListAsync());
        Assert.That(account.Balance, Is.EqualTo(account.InitialBalance + fills.Sum(f => f.RealizedPnl - f.Fee)));
    }
}
