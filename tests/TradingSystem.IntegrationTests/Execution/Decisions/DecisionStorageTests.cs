using Microsoft.EntityFrameworkCore;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;

namespace TradingSystem.IntegrationTests.Execution.Decisions;

/// <summary>Two nodes on one database: what each keeps in memory must never win over what the tables say.</summary>
[TestFixture]
public sealed class DecisionStorageTests : TwoNodes
{
    [Test]
    public async Task A_decision_that_is_delivered_again_finds_its_order_whatever_it_says_now()
    {
        var decision = ExecutionNode.Decision(Group);
        var first = (await One.ProcessAsync(decision))[0];
        var reused = decision with { Action = TradeAction.Short, MarginUsd = 5_000m, TokenId = Guid.NewGuid(), Epoch = 3 };
        var again = (await One.ProcessAsync(reused))[0];
        var elsewhere = (await Two.ProcessAsync(reused, ExecutionNode.Decision(Group)))[0];
        Assert.Multiple(async () =>
        {
            Assert.That(OrderAnnouncements.Of(again) with { Before = null }, Is.EqualTo(OrderAnnouncements.Of(first) with { Before = null }));
            Assert.That(elsewhere.Id, Is.EqualTo(first.Id));
            Assert.That(await One.ReadAsync(db => db.Orders.CountAsync(o => o.DecisionId == decision.Id)), Is.EqualTo(1));
            Assert.That(await One.ReadAsync(db => db.Fills.CountAsync(f => f.DecisionId == decision.Id)), Is.EqualTo(1));
        });
    }

    [Test]
    public async Task A_change_by_another_node_is_seen_although_nothing_told_of_it()
    {
        await One.ProcessAsync(ExecutionNode.Decision(Group));
        await Two.ProcessAsync(ExecutionNode.Decision(Group));
        var closed = (await One.ProcessAsync(ExecutionNode.Decision(Group, TradeAction.Close)))[0];
        var refused = (await Two.ProcessAsync(ExecutionNode.Decision(Group, TradeAction.Close)))[0];
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
        await One.ProcessAsync(ExecutionNode.Decision(Group), ExecutionNode.Decision(Group, TradeAction.Close));
        await Two.ProcessAsync(ExecutionNode.Decision(Group));
        Assert.That((await One.ProcessAsync(ExecutionNode.Decision(Group, TradeAction.Close)))[0].Status, Is.EqualTo("closed"));
    }

    [Test]
    public async Task A_fence_that_another_node_raised_holds_here()
    {
        var token = Guid.NewGuid();
        TradeDecision From(long epoch, TradeAction action = TradeAction.NoTrade) => ExecutionNode.Decision(Group, action) with { TokenId = token, Epoch = epoch };
        Assert.That((await One.ProcessAsync(From(1)))[0].Status, Is.EqualTo("recorded"));
        Assert.That((await Two.ProcessAsync(From(3)))[0].Status, Is.EqualTo("recorded"));
        var stale = (await One.ProcessAsync(From(2, TradeAction.Long)))[0];
        Assert.Multiple(async () =>
        {
            Assert.That((stale.Status, stale.ReasonCode, stale.ReasonLimit, stale.ReasonValue), Is.EqualTo(("rejected", "STALE_SESSION", "3", "2")));
            Assert.That(await One.ReadAsync(db => db.Fences.Where(f => f.TokenId == token).Select(f => f.Epoch).SingleAsync()), Is.EqualTo(3));
        });
    }

    [Test]
    public async Task A_fence_is_raised_with_its_orders_or_not_at_all()
    {
        var token = Guid.NewGuid();
        var poison = ExecutionNode.Decision(Group) with { TokenId = token, Epoch = 9, CorrelationId = "\ud800" };
        Assert.CatchAsync(() => One.ProcessAsync(poison));
        Assert.That(await One.ReadAsync(db => db.Fences.AnyAsync(f => f.TokenId == token)), Is.False);
        Assert.That((await One.ProcessAsync(ExecutionNode.Decision(Group) with { TokenId = token, Epoch = 1 }))[0].Status, Is.EqualTo("filled"));
        await BalancesAreTheSumOfTheFillsAsync();
    }

    [Test]
    public async Task Nodes_that_race_make_one_order_a_decision_and_lose_no_money()
    {
        for (var round = 0; round < 10; round++)
        {
            var decisions = Enumerable.Range(0, 20).Select(i => ExecutionNode.Decision(Group, i % 3 == 2 ? TradeAction.Close : TradeAction.Long)).ToArray();
            var results = await Task.WhenAll(One.ProcessAsync(decisions), Two.ProcessAsync([.. decisions.Reverse()]));
            var byDecision = results.SelectMany(r => r).GroupBy(o => o.DecisionId).ToList();
            Assert.That(byDecision, Has.Count.EqualTo(20));
            Assert.That(byDecision, Has.All.Matches<IGrouping<Guid, Order>>(g => g.Select(o => (o.Status, o.Qty + 0m, o.AvgPrice)).Distinct().Count() == 1));
        }

        await BalancesAreTheSumOfTheFillsAsync();
    }

    private async Task BalancesAreTheSumOfTheFillsAsync()
    {
        var account = await One.ReadAsync(db => (from b in db.Bindings where b.GroupId == Group join a in db.Accounts on b.AccountId equals a.Id select a).SingleAsync());
        var fills = await One.ReadAsync(db => db.Fills.Where(f => f.GroupId == Group).ToListAsync());
        var held = await One.ReadAsync(db => db.Positions.Where(p => p.GroupId == Group).SumAsync(p => p.Qty));
        Assert.Multiple(() =>
        {
            Assert.That(account.Balance, Is.EqualTo(account.InitialBalance + fills.Sum(f => f.RealizedPnl - f.Fee)));
            Assert.That(held, Is.EqualTo(fills.Sum(f => f.Side == "BUY" ? f.Qty : -f.Qty)));
        });
    }
}
