using Microsoft.EntityFrameworkCore;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Desk;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Simulation;
using TradingSystem.IntegrationTests.Execution.Decisions;

namespace TradingSystem.IntegrationTests.Execution.Desk;

/// <summary>What a decision for a venue leaves in the tables, before anything is sent. Two nodes on one database.</summary>
[TestFixture]
public sealed class DeskHandOverTests : TwoNodes
{
    private Guid _account;

    [SetUp]
    public async Task NewAccountAsync()
    {
        _account = Guid.NewGuid();
        var now = TimeProvider.System.GetUtcNow();
        await One.ReadAsync(async db =>
        {
            db.Accounts.Add(new Account { Id = _account, Name = $"venue {_account}", Exchange = "binance", Mode = "sandbox", CreatedAt = now, UpdatedAt = now });
            db.Bindings.Add(new Binding { GroupId = Group, AccountId = _account, GroupName = "demo", CreatedAt = now, BoundAt = now });
            return await db.SaveChangesAsync();
        });
    }

    [Test]
    public async Task A_decision_that_is_delivered_up_to_five_times_anywhere_is_one_intent_and_one_first_update([Range(1, 5)] int times)
    {
        var decision = ExecutionNode.Decision(Group);
        for (var i = 0; i < times; i++)
        {
            var order = (await (i % 2 == 0 ? One : Two).ProcessAsync(decision))[0];
            Assert.That((order.Status, order.IsAtVenue), Is.EqualTo(("accepted", true)));
        }

        await Task.WhenAll(One.ProcessAsync(decision), Two.ProcessAsync(decision));
        var intents = await One.ReadAsync(db => db.DeskOrders.Where(o => o.DecisionId == decision.Id).ToListAsync());
        var steps = await One.ReadAsync(db => db.OrderSteps.Where(s => s.OrderId == OrderIds.Order(decision.Id)).ToListAsync());
        Assert.Multiple(() =>
        {
            Assert.That(intents.Select(o => (o.ClientId, o.State, o.Leg)), Is.EqualTo(new[] { (OrderIds.ClientOrder(decision.Id), DeskStates.Pending, DeskLegs.Entry) }));
            Assert.That(steps.Select(s => s.Id), Is.EqualTo(new[] { OrderIds.Update(OrderIds.Order(decision.Id), "accepted") }));
        });
    }

    [Test]
    public async Task What_the_venues_account_earns_meanwhile_holds_up_no_decision()
    {
        await One.ProcessAsync(ExecutionNode.Decision(Group));
        await One.ReadAsync(
            db => db.Accounts.Where(a => a.Id == _account).ExecuteUpdateAsync(s => s.SetProperty(a => a.Version, a => a.Version + 7).SetProperty(a => a.Balance, 5m)));
        Assert.That((await One.ProcessAsync(ExecutionNode.Decision(Group)))[0].Status, Is.EqualTo("accepted"));
    }

    [Test]
    public async Task A_decision_that_is_refused_at_once_or_asks_for_nothing_leaves_no_intent()
    {
        var late = ExecutionNode.Decision(Group) with { CreatedAt = TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(2) };
        var refused = (await One.ProcessAsync(late))[0];
        var recorded = (await One.ProcessAsync(ExecutionNode.Decision(Group, TradeAction.NoTrade)))[0];
        Assert.Multiple(async () =>
        {
            Assert.That((refused.Status, refused.ReasonCode, refused.IsAtVenue), Is.EqualTo(("rejected", "DECISION_EXPIRED", false)));
            Assert.That((recorded.Status, recorded.IsAtVenue), Is.EqualTo(("recorded", false)));
            Assert.That(await One.ReadAsync(db => db.DeskOrders.CountAsync(o => o.GroupId == Group)), Is.Zero);
        });
    }

    [Test]
    public async Task Only_the_last_owner_of_an_account_may_save()
    {
        var databases = One.Databases;
        var now = TimeProvider.System.GetUtcNow();
        var first = new DeskStore(databases, () => { }, One.Options, TimeProvider.System, _account, await DeskStore.OwnAsync(databases, _account, now, default));
        Assert.That(await first.RunAsync(_ => Task.FromResult(true), default), Is.True);
        var second = new DeskStore(databases, () => { }, One.Options, TimeProvider.System, _account, await DeskStore.OwnAsync(databases, _account, now, default));
        Assert.That(await second.RunAsync(_ => Task.FromResult(true), default), Is.True);
        Assert.ThrowsAsync<DeskLostException>(() => first.RunAsync(_ => Task.FromResult(true), default));
    }
}
