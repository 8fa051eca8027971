using Microsoft.EntityFrameworkCore;
using Npgsql;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.IntegrationTests.Execution.Decisions;

namespace TradingSystem.IntegrationTests.Execution.Controls;

/// <summary>Two nodes on one database: a blackout that one is told of holds entries at both, and no exit.</summary>
[TestFixture]
public sealed class EntryHoldingTests : TwoNodes
{
    private static long _revision = 1_000;

    [TearDown]
    public Task ForgetAsync() => TellAsync();

    [Test]
    public async Task What_one_node_is_told_holds_entries_at_every_node_and_a_later_one_and_lets_exits_through()
    {
        await One.ProcessAsync(ExecutionNode.Decision(Group));
        await Two.ProcessAsync(ExecutionNode.Decision(Group));
        await TellAsync(Hold("cpi"));
        await using var later = new ExecutionNode(ConnectionString);
        foreach (var node in new[] { One, Two, later })
        {
            var refused = (await node.ProcessAsync(ExecutionNode.Decision(Group)))[0];
            Assert.That((refused.ReasonCode, refused.ReasonLimit), Is.EqualTo(("BLACKOUT", "cpi")));
        }

        Assert.That((await Two.ProcessAsync(ExecutionNode.Decision(Group, TradeAction.Close)))[0].Status, Is.EqualTo("closed"));
        await TellAsync();
        Assert.That((await One.ProcessAsync(ExecutionNode.Decision(Group)))[0].Status, Is.EqualTo("filled"));
    }

    [Test]
    public async Task What_comes_late_or_twice_changes_nothing()
    {
        await One.ProcessAsync(ExecutionNode.Decision(Group));
        var (older, newer) = (Next(Hold("older")), Next(Hold("newer")));
        await One.Holding.KeepAsync(newer, CancellationToken.None);
        var generation = await GenerationAsync();
        await Two.Holding.KeepAsync(older, CancellationToken.None);
        await Task.WhenAll(One.Holding.KeepAsync(newer, CancellationToken.None), Two.Holding.KeepAsync(newer, CancellationToken.None));
        Assert.That((await One.ProcessAsync(ExecutionNode.Decision(Group)))[0].ReasonLimit, Is.EqualTo("newer"));
        Assert.That(await GenerationAsync(), Is.EqualTo(generation), "nobody has to look anew");
        var audit = await One.ReadAsync(db => db.ControlAudit.AsNoTracking().Where(a => a.Action == "blackouts").OrderByDescending(a => a.Seq).FirstAsync());
        Assert.That((audit.Actor, audit.After!.Contains("newer", StringComparison.Ordinal)), Is.EqualTo(("maker of newer", true)), "who made it, and not who changed something else last");
    }

    [Test]
    public async Task No_entry_in_flight_slips_past_one_that_is_on()
    {
        using var stop = new CancellationTokenSource();
        Task Trade(ExecutionNode node) => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await node.ProcessAsync(ExecutionNode.Decision(Group));
                }
                catch (PostgresException e) when (DecisionWriter.IsConflict(e))
                {
                    // The other node was first five times in a row; the bus would deliver it again.
                }
            }
        });
        var trading = new[] { Trade(One), Trade(Two) };
        for (var round = 0; round < 5; round++)
        {
            var before = await FillsAsync();
            await Wait.UntilAsync("somebody trades", async () => await FillsAsync() > before);
            await TellAsync(Hold("cpi"));
            var (held, refused) = (await FillsAsync(), await RefusedAsync());
            await Wait.UntilAsync("both go on and are refused", async () => await RefusedAsync() > refused + 10);
            Assert.That(await FillsAsync(), Is.EqualTo(held), "nothing left after it was kept");
            await TellAsync();
        }

        await stop.CancelAsync();
        await Task.WhenAll(trading);
    }

    [Test]
    public async Task What_is_kept_and_cannot_be_read_holds_entries_and_no_exit()
    {
        await One.ProcessAsync(ExecutionNode.Decision(Group));
        await TellAsync(Hold("cpi"));
        await One.Store.ChangeAsync(async (db, _) => await db.EntryHolds.ExecuteUpdateAsync(h => h.SetProperty(r => r.Items, "{}")), CancellationToken.None);
        Assert.That((await Two.ProcessAsync(ExecutionNode.Decision(Group)))[0].ReasonCode, Is.EqualTo("BLACKOUT"));
        Assert.That((await Two.ProcessAsync(ExecutionNode.Decision(Group, TradeAction.Close)))[0].Status, Is.EqualTo("closed"));
    }

    private static EntryHold Hold(string name) => new()
    {
        Id = Guid.NewGuid(),
        Version = 1,
        Name = name,
        Targets = ["*"],
        From = DateTimeOffset.UnixEpoch,
        Until = DateTimeOffset.UnixEpoch.AddYears(500),
        ChangedBy = $"maker of {name}",
        ChangedAt = DateTimeOffset.UnixEpoch,
    };

    private static EntryHolds Next(params EntryHold[] items) => new(Interlocked.Increment(ref _revision), items, "ada", DateTimeOffset.UnixEpoch);

    private Task TellAsync(params EntryHold[] items) => Two.Holding.KeepAsync(Next(items), CancellationToken.None);

    private Task<long> GenerationAsync() => One.ReadAsync(db => db.ControlGeneration.Select(g => g.Value).SingleAsync());

    private Task<int> FillsAsync() => One.ReadAsync(db => db.Fills.CountAsync(f => f.GroupId == Group));

    private Task<int> RefusedAsync() => One.ReadAsync(db => db.Orders.CountAsync(o => o.GroupId == Group && o.Status == "rejected"));
}
