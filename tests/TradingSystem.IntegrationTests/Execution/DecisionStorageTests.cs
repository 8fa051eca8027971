using Microsoft.EntityFrameworkCore;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Orders;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Execution;

/// <summary>Two nodes on one database: what each keeps in memory must never win over what the tables say.</summary>
[TestFixture]
public sealed class DecisionStorageTests
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"execution-{Guid.NewGuid():n}");
    private IPostgresServer _postgres = null!;
    private ExecutionNode _one = null!;
    private ExecutionNode _two = null!;
    private Guid _group;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _postgres = TestServers.Postgres(_folder);
        await _postgres.InitialiseAsync();
        _one = new(_postgres.ConnectionString);
        _two = new(_postgres.ConnectionString);
        await _one.MigrateAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        await _postgres.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [SetUp]
    public void NewGroup() => _group = Guid.NewGuid();

    [Test]
    public async Task A_decision_that_is_delivered_again_finds_its_order_whatever_it_says_now()
    {
        var decision = ExecutionNode.Decision(_group);
        var first = (await _one.ProcessAsync(decision))[0];
        var reused = decision with { Action = TradeAction.Short, MarginUsd = 5_000m, TokenId = Guid.NewGuid(), Epoch = 3 };
        var again = (await _one.ProcessAsync(reused))[0];
        var elsewhere = (await _two.ProcessAsync(reused, ExecutionNode.Decision(_group)))[0];
        Assert.Multiple(async () =>
        {
            Assert.That(OrderAnnouncements.Of(again) with { Before = null }, Is.EqualTo(OrderAnnouncements.Of(first) with { Before = null }));
            Assert.That(elsewhere.Id, Is.EqualTo(first.Id));
            Assert.That(await _one.ReadAsync(db => db.Orders.CountAsync(o => o.DecisionId == decision.Id)), Is.EqualTo(1));
            Assert.That(await _one.ReadAsync(db => db.Fills.CountAsync(f => f.DecisionId == decision.Id)), Is.EqualTo(1));
        });
    }

    [Test]
    public async Task A_change_by_another_node_is_seen_although_nothing_told_of_it()
    {
        await _one.ProcessAsync(ExecutionNode.Decision(_group));
        await _two.ProcessAsync(ExecutionNode.Decision(_group));
        var closed = (await _one.ProcessAsync(ExecutionNode.Decision(_group, TradeAction.Close)))[0];
        var refused = (await _two.ProcessAsync(ExecutionNode.Decision(_group, TradeAction.Close)))[0];
        Assert.Multiple(() =>
        {
            Assert.That((closed.Status, closed.Qty), Is.EqualTo(("closed", 0.02m)));
            Assert.That((refused.Status, refused.ReasonCode), Is.EqualTo(("rejected", "NO_POSITION")));
        });
        await BalancesAreTheSumOfTheFillsAsync();
    }

    [Test]
    public async Task A_refusal_rests_on_the_tables_and_not_on_what_the_node_remembers()
    {
        await _one.ProcessAsync(ExecutionNode.Decision(_group), ExecutionNode.Decision(_group, TradeAction.Close));
        await _two.ProcessAsync(ExecutionNode.Decision(_group));
        Assert.That((await _one.ProcessAsync(ExecutionNode.Decision(_group, TradeAction.Close)))[0].Status, Is.EqualTo("closed"));
    }

    [Test]
    public async Task A_fence_that_another_node_raised_holds_here()
    {
        var token = Guid.NewGuid();
        TradeDecision From(long epoch, TradeAction action = TradeAction.NoTrade) => ExecutionNode.Decision(_group, action) with { TokenId = token, Epoch = epoch };
        Assert.That((await _one.ProcessAsync(From(1)))[0].Status, Is.EqualTo("recorded"));
        Assert.That((await _two.ProcessAsync(From(3)))[0].Status, Is.EqualTo("recorded"));
        var stale = (await _one.ProcessAsync(From(2, TradeAction.Long)))[0];
        Assert.Multiple(async () =>
        {
            Assert.That((stale.Status, stale.ReasonCode, stale.ReasonLimit, stale.ReasonValue), Is.EqualTo(("rejected", "STALE_SESSION", "3", "2")));
            Assert.That(await _one.ReadAsync(db => db.Fences.Where(f => f.TokenId == token).Select(f => f.Epoch).SingleAsync()), Is.EqualTo(3));
        });
    }

    [Test]
    public async Task A_fence_is_raised_with_its_orders_or_not_at_all()
    {
        var token = Guid.NewGuid();
        var poison = ExecutionNode.Decision(_group) with { TokenId = token, Epoch = 9, CorrelationId = "\ud800" };
        Assert.CatchAsync(() => _one.ProcessAsync(poison));
        Assert.That(await _one.ReadAsync(db => db.Fences.AnyAsync(f => f.TokenId == token)), Is.False);
        Assert.That((await _one.ProcessAsync(ExecutionNode.Decision(_group) with { TokenId = token, Epoch = 1 }))[0].Status, Is.EqualTo("filled"));
        await BalancesAreTheSumOfTheFillsAsync();
    }

    [Test]
    public async Task Nodes_that_race_make_one_order_a_decision_and_lose_no_money()
    {
        for (var round = 0; round < 10; round++)
        {
            var decisions = Enumerable.Range(0, 20).Select(i => ExecutionNode.Decision(_group, i % 3 == 2 ? TradeAction.Close : TradeAction.Long)).ToArray();
            var results = await Task.WhenAll(_one.ProcessAsync(decisions), _two.ProcessAsync([.. decisions.Reverse()]));
            var byDecision = results.SelectMany(r => r).GroupBy(o => o.DecisionId).ToList();
            Assert.That(byDecision, Has.Count.EqualTo(20));
            Assert.That(byDecision, Has.All.Matches<IGrouping<Guid, Order>>(g => g.Select(o => (o.Status, o.Qty + 0m, o.AvgPrice)).Distinct().Count() == 1));
        }

        await BalancesAreTheSumOfTheFillsAsync();
    }

    private async Task BalancesAreTheSumOfTheFillsAsync()
    {
        var account = await _one.ReadAsync(db => (from b in db.Bindings where b.GroupId == _group join a in db.Accounts on b.AccountId equals a.Id select a).SingleAsync());
        var fills = await _one.ReadAsync(db => db.Fills.Where(f => f.GroupId == _group).ToListAsync());
        var held = await _one.ReadAsync(db => db.Positions.Where(p => p.GroupId == _group).SumAsync(p => p.Qty));
        Assert.Multiple(() =>
        {
            Assert.That(account.Balance, Is.EqualTo(account.InitialBalance + fills.Sum(f => f.RealizedPnl - f.Fee)));
            Assert.That(held, Is.EqualTo(fills.Sum(f => f.Side == "BUY" ? f.Qty : -f.Qty)));
        });
    }
}
