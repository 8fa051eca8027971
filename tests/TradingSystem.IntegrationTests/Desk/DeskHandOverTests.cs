using Microsoft.EntityFrameworkCore;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Desk;
using TradingSystem.Execution.Orders;
using TradingSystem.IntegrationTests.Execution;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Desk;

/// <summary>What a decision for a venue leaves in the tables, before anything is sent. Two nodes on one database.</summary>
[TestFixture]
public sealed class DeskHandOverTests
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"desk-{Guid.NewGuid():n}");
    private IPostgresServer _postgres = null!;
    private ExecutionNode _one = null!;
    private ExecutionNode _two = null!;
    private Guid _group;
    private Guid _account;

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
    public async Task NewAccountAsync()
    {
        (_group, _account) = (Guid.NewGuid(), Guid.NewGuid());
        var now = TimeProvider.System.GetUtcNow();
        await _one.ReadAsync(async db =>
        {
            db.Accounts.Add(new Account { Id = _account, Name = $"venue {_account}", Exchange = "binance", Mode = "sandbox", CreatedAt = now, UpdatedAt = now });
            db.Bindings.Add(new Binding { GroupId = _group, AccountId = _account, GroupName = "demo", CreatedAt = now, BoundAt = now });
            return await db.SaveChangesAsync();
        });
    }

    [Test]
    public async Task A_decision_that_is_delivered_up_to_five_times_anywhere_is_one_intent_and_one_first_update([Range(1, 5)] int times)
    {
        var decision = ExecutionNode.Decision(_group);
        for (var i = 0; i < times; i++)
        {
            var order = (await (i % 2 == 0 ? _one : _two).ProcessAsync(decision))[0];
            Assert.That((order.Status, order.IsAtVenue), Is.EqualTo(("accepted", true)));
        }

        await Task.WhenAll(_one.ProcessAsync(decision), _two.ProcessAsync(decision));
        var intents = await _one.ReadAsync(db => db.DeskOrders.Where(o => o.DecisionId == decision.Id).ToListAsync());
        var steps = await _one.ReadAsync(db => db.OrderSteps.Where(s => s.OrderId == OrderIds.Order(decision.Id)).ToListAsync());
        Assert.Multiple(() =>
        {
            Assert.That(intents.Select(o => (o.ClientId, o.State, o.Leg)), Is.EqualTo(new[] { (OrderIds.ClientOrder(decision.Id), DeskStates.Pending, DeskLegs.Entry) }));
            Assert.That(steps.Select(s => s.Id), Is.EqualTo(new[] { OrderIds.Update(OrderIds.Order(decision.Id), "accepted") }));
        });
    }

    [Test]
    public async Task What_the_venues_account_earns_meanwhile_holds_up_no_decision()
    {
        await _one.ProcessAsync(ExecutionNode.Decision(_group));
        await _one.ReadAsync(db => db.Accounts.Where(a => a.Id == _account).ExecuteUpdateAsync(s => s.SetProperty(a => a.Version, a => a.Version + 7).SetProperty(a => a.Balance, 5m)));
        Assert.That((await _one.ProcessAsync(ExecutionNode.Decision(_group)))[0].Status, Is.EqualTo("accepted"));
    }

    [Test]
    public async Task A_decision_that_is_refused_at_once_or_asks_for_nothing_leaves_no_intent()
    {
        var late = ExecutionNode.Decision(_group) with { CreatedAt = TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(2) };
        var refused = (await _one.ProcessAsync(late))[0];
        var recorded = (await _one.ProcessAsync(ExecutionNode.Decision(_group, TradeAction.NoTrade)))[0];
        Assert.Multiple(async () =>
        {
            Assert.That((refused.Status, refused.ReasonCode, refused.IsAtVenue), Is.EqualTo(("rejected", "DECISION_EXPIRED", false)));
            Assert.That((recorded.Status, recorded.IsAtVenue), Is.EqualTo(("recorded", false)));
            Assert.That(await _one.ReadAsync(db => db.DeskOrders.CountAsync(o => o.GroupId == _group)), Is.Zero);
        });
    }

    [Test]
    public async Task Only_the_last_owner_of_an_account_may_save()
    {
        var databases = _one.Databases;
        var now = TimeProvider.System.GetUtcNow();
        var first = new DeskStore(databases, () => { }, _one.Options, TimeProvider.System, _account, await DeskStore.OwnAsync(databases, _account, now, default));
        Assert.That(await first.RunAsync(_ => Task.FromResult(true), default), Is.True);
        var second = new DeskStore(databases, () => { }, _one.Options, TimeProvider.System, _account, await DeskStore.OwnAsync(databases, _account, now, default));
        Assert.That(await second.RunAsync(_ => Task.FromResult(true), default), Is.True);
        Assert.ThrowsAsync<DeskLostException>(() => first.RunAsync(_ => Task.FromResult(true), default));
    }
}
