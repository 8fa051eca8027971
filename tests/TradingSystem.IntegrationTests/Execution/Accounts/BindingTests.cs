using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Equity;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Settings;
using TradingSystem.IntegrationTests.Execution.Decisions;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Execution.Accounts;

/// <summary>A group moves between accounts; no decision is ever made on the wrong one.</summary>
[TestFixture]
public sealed class BindingTests
{
    private readonly FixtureDatabase _database = new();
    private AccountsHost _host = null!;
    private AccountsHost _other = null!;
    private Guid _group;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        await _database.InitialiseAsync();
        var key = AccountsHost.Key();
        _host = await AccountsHost.StartAsync(_database.ConnectionString, ("Execution:Keys:1", key));
        _other = await AccountsHost.StartAsync(_database.ConnectionString, ("Execution:Keys:1", key));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _other.DisposeAsync();
        await _host.DisposeAsync();
        await _database.DisposeAsync();
    }

    [SetUp]
    public async Task NewGroupAsync()
    {
        _group = Guid.NewGuid();
        await _host.AddGroupAsync(_group, $"g-{_group:n}");
    }

    [Test]
    public async Task A_groups_next_decision_is_made_on_its_new_account_on_every_node()
    {
        var first = (await _host.DecideAsync(Decision(TradeAction.NoTrade)))[0].AccountId;
        Assert.That((await _other.DecideAsync(Decision(TradeAction.NoTrade)))[0].AccountId, Is.EqualTo(first));
        var id = await _host.SimulatedAsync("next");
        var (status, account, _) = await _host.BindAsync(id, _group);
        Assert.That((status, (string)account["groups"]![0]!["id"]!), Is.EqualTo((HttpStatusCode.OK, $"{_group}")));
        foreach (var node in new[] { _host, _other })
        {
            var recorded = (await node.DecideAsync(Decision(TradeAction.NoTrade)))[0];
            var filled = (await node.DecideAsync(Decision(TradeAction.Long)))[0];
            var mismatch = (await node.DecideAsync(Decision(TradeAction.Long) with { TradeAccountId = first }))[0];
            Assert.That((recorded.AccountId, filled.AccountId, filled.Status), Is.EqualTo((Guid.Parse(id), Guid.Parse(id), "filled")));
            Assert.That((mismatch.AccountId, mismatch.ReasonCode, mismatch.ReasonLimit), Is.EqualTo((Guid.Parse(id), "ACCOUNT_MISMATCH", id)));
        }
    }

    [Test]
    public async Task A_group_with_an_open_position_stays_where_it_is()
    {
        await _host.DecideAsync(Decision(TradeAction.Long));
        var id = await _host.SimulatedAsync("later");
        var (status, answer, _) = await _host.BindAsync(id, _group);
        Assert.That((status, (string)answer["code"]!, (string)answer["detail"]![0]!["got"]!), Is.EqualTo((HttpStatusCode.Conflict, "GROUP_HAS_POSITION", "BTCUSDT")));
        await _host.DecideAsync(Decision(TradeAction.Close));
        Assert.That((await _host.BindAsync(id, _group)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_group_with_an_unfinished_order_stays_where_it_is([Values("accepted", "submitted", "partially_filled", "unknown")] string status)
    {
        var order = (await _host.DecideAsync(Decision(TradeAction.NoTrade)))[0];
        await _host.WriteAsync(db => db.Orders.Where(o => o.Id == order.Id).ExecuteUpdateAsync(s => s.SetProperty(o => o.Status, status)));
        var id = await _host.SimulatedAsync("unfinished");
        Assert.That((string)(await _host.BindAsync(id, _group)).Body["code"]!, Is.EqualTo("GROUP_HAS_UNFINISHED_ORDER"));
        await _host.WriteAsync(db => db.Orders.Where(o => o.Id == order.Id).ExecuteUpdateAsync(s => s.SetProperty(o => o.Status, "canceled")));
        Assert.That((await _host.BindAsync(id, _group)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Groups_may_share_an_account_and_each_sees_its_own_position()
    {
        var (second, id) = (Guid.NewGuid(), await _host.SimulatedAsync("shared"));
        await _host.AddGroupAsync(second, "second");
        await _host.BindAsync(id, _group);
        Assert.That((await _host.BindAsync(id, second)).Body["groups"]!.AsArray(), Has.Count.EqualTo(2));
        await _host.DecideAsync(Decision(TradeAction.Long));
        var refused = (await _host.DecideAsync(Decision(TradeAction.Close) with { GroupId = second }))[0];
        Assert.That((refused.AccountId, refused.ReasonCode), Is.EqualTo((Guid.Parse(id), "NO_POSITION")));
        var own = await _host.GetAsync($"?group_id={second}");
        Assert.That(own.Body["items"]!.AsArray().Select(a => (string)a!["id"]!), Is.EqualTo(new[] { id }));
        Assert.That((await _host.BindAsync(await _host.SimulatedAsync("away"), second)).Status, Is.EqualTo(HttpStatusCode.OK), "the other group's position holds nobody");
    }

    [Test]
    public async Task The_equity_of_a_shared_account_is_told_to_each_of_its_groups()
    {
        var (second, id) = (Guid.NewGuid(), await _host.SimulatedAsync("told"));
        await _host.AddGroupAsync(second, "told-too");
        await _host.BindAsync(id, _group);
        await _host.BindAsync(id, second);
        await _host.DecideAsync(Decision(TradeAction.Long), Decision(TradeAction.Short) with { GroupId = second, MarginUsd = 200m });
        var account = Guid.Parse(id);
        var due = await _host.ReadAsync(db => _host.Services.GetRequiredService<EquityReader>().ReadDueAsync(db, withOpenPositions: true, CancellationToken.None));
        var snapshots = due.Select(d => d.Snapshot).Where(s => s.AccountId == account).ToDictionary(s => s.GroupId);
        Assert.Multiple(() =>
        {
            Assert.That(snapshots.Keys, Is.EquivalentTo(new[] { _group, second }));
            Assert.That(snapshots[_group].Positions.Single().Qty, Is.EqualTo(0.01m));
            Assert.That(snapshots[second].Positions.Single().Qty, Is.EqualTo(-0.02m));
            Assert.That(snapshots[_group].Equity, Is.EqualTo(snapshots[second].Equity));
        });
        await Wait.UntilAsync("the account's equity is announced as it is now", () => _host.ReadAsync(db =>
            db.Equity.AnyAsync(e => e.AccountId == account && db.Set<Account>().Any(a => a.Id == account && a.Version == e.AccountVersion))));
    }

    [Test]
    public async Task The_same_binding_again_changes_nothing()
    {
        var id = await _host.SimulatedAsync("again");
        await _host.BindAsync(id, _group);
        var before = await VersionAsync(id);
        Assert.That((await _host.BindAsync(id, _group)).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await VersionAsync(id), Is.EqualTo(before));
    }

    [Test]
    public async Task A_group_that_nobody_has_heard_of_is_not_found()
    {
        var (status, answer, _) = await _host.BindAsync(await _host.SimulatedAsync("nobody"), Guid.NewGuid());
        Assert.That((status, (string)answer["detail"]![0]!["path"]!), Is.EqualTo((HttpStatusCode.NotFound, "group_id")));
    }

    [Test]
    public async Task A_group_that_was_moved_gets_no_second_first_account()
    {
        var id = await _host.SimulatedAsync("moved");
        await _host.BindAsync(id, _group);
        var original = SimulatedAccounts.IdFor(_group);
        Assert.That((await _host.SendAsync(HttpMethod.Delete, $"/{original}")).Status, Is.EqualTo(HttpStatusCode.NoContent));
        await _host.WriteAsync(db => SimulatedAccounts.EnsureAsync(db, [(_group, "renamed", 5L)], 1m, FillModels.Instant, TimeProvider.System.GetUtcNow(), CancellationToken.None));
        Assert.Multiple(async () =>
        {
            Assert.That((await _host.GetAsync($"/{original}")).Status, Is.EqualTo(HttpStatusCode.NotFound));
            Assert.That((string)(await _host.GetAsync($"/{id}")).Body["group_name"]!, Is.EqualTo("renamed"));
        });
    }

    [Test]
    public async Task An_inactive_account_refuses_the_next_entry_on_every_node_and_can_still_be_closed()
    {
        var id = await _host.SimulatedAsync("resting");
        await _host.BindAsync(id, _group);
        Assert.That((await _host.DecideAsync(Decision(TradeAction.Long)))[0].Status, Is.EqualTo("filled"));
        Assert.That((await _other.DecideAsync(Decision(TradeAction.Long)))[0].Status, Is.EqualTo("filled"));
        await _host.PostAsync($"/{id}/deactivate");
        foreach (var node in new[] { _host, _other })
        {
            foreach (var action in new[] { TradeAction.Long, TradeAction.Short })
            {
                var refused = (await node.DecideAsync(Decision(action)))[0];
                Assert.That((refused.Status, refused.ReasonCode), Is.EqualTo(("rejected", "ACCOUNT_INACTIVE")));
            }
        }

        Assert.That((await _other.DecideAsync(Decision(TradeAction.Close)))[0].Status, Is.EqualTo("closed"));
        await _host.PostAsync($"/{id}/activate");
        Assert.That((await _other.DecideAsync(Decision(TradeAction.Long)))[0].Status, Is.EqualTo("filled"));
    }

    [Test]
    public async Task What_is_meant_for_an_exchange_is_never_filled_by_the_simulation()
    {
        var id = (string)(
            await _host.CreateAsync(new { name = $"venue-{_group:n}", exchange = "okx", mode = "sandbox", api_key = "venue-key-1", api_secret = "venue-secret", passphrase = "pass" }))["id"]!;
        await _host.BindAsync(id, _group);
        var order = (await _host.DecideAsync(Decision(TradeAction.Long)))[0];
        var account = Guid.Parse(id);
        Assert.Multiple(async () =>
        {
            Assert.That((order.AccountId, order.Mode, order.AvgPrice), Is.EqualTo((account, "sandbox", (decimal?)null)));
            Assert.That(await _host.ReadAsync(db => db.Fills.AnyAsync(f => f.AccountId == account)), Is.False);
            Assert.That(await _host.ReadAsync(db => db.Positions.AnyAsync(p => p.AccountId == account && p.Qty != 0m)), Is.False);
        });
    }

    [Test]
    public async Task An_inactive_account_on_an_exchange_refuses()
    {
        var id = (string)(
            await _host.CreateAsync(new { name = $"off-{_group:n}", exchange = "bybit", mode = "sandbox", api_key = "venue-key-2", api_secret = "venue-secret", active = false }))["id"]!;
        await _host.BindAsync(id, _group);
        var refused = (await _host.DecideAsync(Decision(TradeAction.Long)))[0];
        Assert.That((refused.Status, refused.ReasonCode), Is.EqualTo(("rejected", "ACCOUNT_INACTIVE")));
    }

    [Test]
    public async Task While_decisions_pour_in_a_moving_group_never_has_an_order_on_the_wrong_account()
    {
        var accounts = new List<Guid> { SimulatedAccounts.IdFor(_group) };
        accounts.Add(Guid.Parse(await _host.SimulatedAsync("a")));
        accounts.Add(Guid.Parse(await _host.SimulatedAsync("b")));
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(8));
        var made = new List<Order>[2];
        var nodes = new[] { _host, _other };
        var traders = Enumerable.Range(0, 2).Select(async n =>
        {
            var orders = made[n] = [];
            for (var i = 0; !over.IsCancellationRequested; i++)
            {
                // Each names the account that it has last seen, as a careful bot does; half of them do not.
                var decision = Decision((i % 5) switch { 0 => TradeAction.Long, 1 or 3 => TradeAction.Close, 2 => TradeAction.Short, _ => TradeAction.NoTrade });
                orders.AddRange(await DeliverAsync(nodes[n], decision with { TradeAccountId = i % 2 == 0 ? null : orders.LastOrDefault()?.AccountId }));
            }
        }).ToList();
        var moves = 0;
        var mover = Task.Run(async () =>
        {
            for (var i = 1; !over.IsCancellationRequested; i++)
            {
                var (status, answer, text) = await nodes[i % 2].BindAsync($"{accounts[i % 3]}", _group);
                Assert.That(status, Is.EqualTo(HttpStatusCode.OK).Or.EqualTo(HttpStatusCode.Conflict), text);
                moves += status == HttpStatusCode.OK && answer["groups"]!.AsArray().Any(g => (string)g!["id"]! == $"{_group}") ? 1 : 0;
            }
        });
        await Task.WhenAll([.. traders, mover]);

        var orders = made.SelectMany(o => o).ToList();
        var bound = await _host.ReadAsync(
            db => db.AccountAudit.Where(a => a.Action == "group_bound" && a.Detail!.Contains($"{_group}")).OrderBy(a => a.Seq).Select(a => a.AccountId).ToListAsync());
        var saved = await _host.ReadAsync(db => db.Orders.Where(o => o.GroupId == _group).OrderBy(o => o.Seq).Select(o => o.AccountId).ToListAsync());
        var positions = await _host.ReadAsync(db => db.Positions.Where(p => p.GroupId == _group).ToListAsync());
        var fills = await _host.ReadAsync(db => db.Fills.Where(f => f.GroupId == _group).OrderBy(f => f.Seq).ToListAsync());
        TestContext.Out.WriteLine($"{orders.Count} orders, {fills.Count} fills, {bound.Count} moves, {moves} answers of success");
        Assert.Multiple(() =>
        {
            Assert.That(orders.Select(o => o.DecisionId), Is.Unique);
            Assert.That(bound, Has.Count.GreaterThan(3), "the group must really have moved");
            Assert.That(fills, Has.Count.GreaterThan(10));
            Assert.That(Runs(Within(bound, saved, accounts[0])), Is.EqualTo(Runs(saved)), "orders follow the bindings in their order");
            Assert.That(positions.Count(p => p.Qty != 0m), Is.LessThanOrEqualTo(1), "a position was left behind");
            foreach (var account in accounts)
            {
                var held = positions.Where(p => p.AccountId == account).Sum(p => p.Qty);
                Assert.That(fills.Where(f => f.AccountId == account).Sum(f => f.Side == "BUY" ? f.Qty : -f.Qty), Is.EqualTo(held), $"{account}");
            }
        });
    }

    /// <summary>As the bus does: again, until it is saved.</summary>
    private static async Task<IReadOnlyList<Order>> DeliverAsync(AccountsHost node, TradeDecision decision)
    {
        for (var seenBefore = false; ; seenBefore = true)
        {
            try
            {
                return await node.Services.GetRequiredService<DecisionProcessor>().ProcessAsync([decision], seenBefore, CancellationToken.None);
            }
            catch (PostgresException e) when (DecisionWriter.IsConflict(e))
            {
                // The other node and the moves were faster five times in a row.
            }
        }
    }

    /// <summary>Neighbours that are the same count once.</summary>
    private static List<Guid> Runs(IEnumerable<Guid> ids)
    {
        var runs = new List<Guid>();
        foreach (var id in ids)
        {
            if (runs.Count == 0 || runs[^1] != id)
            {
                runs.Add(id);
            }
        }

        return runs;
    }

    /// <summary>
    /// The bindings during which something was saved: the orders' runs must be found in the bindings in their order, nothing skipped but what saw no
    /// order.
    /// </summary>
    private static List<Guid> Within(List<Guid> bound, List<Guid> saved, Guid first)
    {
        var rest = new Queue<Guid>(Runs(saved));
        var found = new List<Guid>();
        foreach (var account in (Guid[])[first, .. bound])
        {
            if (rest.TryPeek(out var next) && next == account)
            {
                found.Add(rest.Dequeue());
            }
        }

        return found;
    }

    private TradeDecision Decision(TradeAction action) => ExecutionNode.Decision(_group, action);

    private Task<long> VersionAsync(string id)
    {
        var account = Guid.Parse(id);
        return _host.ReadAsync(db => db.Accounts.Where(a => a.Id == account).Select(a => a.Version).SingleAsync());
    }
}
