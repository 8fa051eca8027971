using Microsoft.EntityFrameworkCore;
using Npgsql;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Decisions;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.IntegrationTests.Execution.Decisions;

namespace TradingSystem.IntegrationTests.Execution.Controls;

/// <summary>Two nodes on one database: what a person says at one holds at the other from the same moment on.</summary>
[TestFixture]
public sealed class ControlStorageTests : TwoNodes
{
    [Test]
    public async Task A_halt_holds_on_every_node_from_its_moment_on_although_nothing_told_of_it()
    {
        await One.ProcessAsync(ExecutionNode.Decision(Group));
        await Two.ProcessAsync(ExecutionNode.Decision(Group));
        await One.Controls.SetStateAsync(Order("drill"), TradingState.Halted, CancellationToken.None);
        Assert.Multiple(async () =>
        {
            Assert.That((await Two.ProcessAsync(ExecutionNode.Decision(Group)))[0].ReasonCode, Is.EqualTo("HALTED"));
            Assert.That((await One.ProcessAsync(ExecutionNode.Decision(Group, TradeAction.Close)))[0].ReasonCode, Is.EqualTo("HALTED"));
            Assert.That((await Two.ProcessAsync(ExecutionNode.Decision(Guid.NewGuid())))[0].Status, Is.EqualTo("filled"), "another group trades on");
        });
        await Two.Controls.SetStateAsync(Order("over"), TradingState.Active, CancellationToken.None);
        Assert.That((await One.ProcessAsync(ExecutionNode.Decision(Group, TradeAction.Close)))[0].Status, Is.EqualTo("closed"));
    }

    [Test]
    public async Task No_decision_in_flight_on_any_node_slips_past_a_halt()
    {
        using var stop = new CancellationTokenSource();
        Task Trade(ExecutionNode node) => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await node.ProcessAsync(ExecutionNode.Decision(Group), ExecutionNode.Decision(Group, TradeAction.Close));
                }
                catch (PostgresException e) when (DecisionWriter.IsConflict(e))
                {
                    // The other node was first five times in a row; the bus would deliver it again.
                }
            }
        });
        var trading = new[] { Trade(One), Trade(Two) };
        for (var round = 0; round < 15; round++)
        {
            var before = await FillsAsync();
            await Wait.UntilAsync("somebody trades", async () => await FillsAsync() > before);
            var halted = await Two.Controls.SetStateAsync(Order("drill"), TradingState.Halted, CancellationToken.None);
            var held = await FillsAsync();
            var refused = await RefusedAsync();
            await Wait.UntilAsync("both go on and are refused", async () => await RefusedAsync() > refused + 10);
            Assert.That(await FillsAsync(), Is.EqualTo(held), "nothing left after the halt was saved");
            Assert.That(await One.ReadAsync(db => db.Fills.Where(f => f.GroupId == Group).MaxAsync(f => f.CreatedAt)), Is.LessThanOrEqualTo(halted.ChangedAt));
            await One.Controls.SetStateAsync(Order("over"), TradingState.Active, CancellationToken.None);
        }

        await stop.CancelAsync();
        await Task.WhenAll(trading);
    }

    [Test]
    public async Task A_limit_set_at_one_node_is_kept_at_the_other_and_by_a_later_one()
    {
        await One.ProcessAsync(ExecutionNode.Decision(Group));
        await Two.Controls.SetLimitsAsync(Order(null), new RiskLimits { MaxOrderNotional = 500m }, expected: 0, CancellationToken.None);
        var refused = (await One.ProcessAsync(ExecutionNode.Decision(Group)))[0];
        Assert.That((refused.ReasonCode, refused.ReasonLimit, refused.ReasonNearestAcceptable), Is.EqualTo(("ORDER_NOTIONAL_LIMIT", "500", "50")));
        await using var later = new ExecutionNode(ConnectionString);
        Assert.That((await later.ProcessAsync(ExecutionNode.Decision(Group)))[0].ReasonCode, Is.EqualTo("ORDER_NOTIONAL_LIMIT"));
    }

    [Test]
    public async Task A_change_of_limits_that_rests_on_another_version_changes_nothing()
    {
        await One.ProcessAsync(ExecutionNode.Decision(Group));
        Assert.That(await One.Controls.SetLimitsAsync(Order(null), new RiskLimits { MaxLeverage = 5m }, expected: 0, CancellationToken.None), Is.Not.Null);
        Assert.That(await Two.Controls.SetLimitsAsync(Order(null), new RiskLimits { MaxLeverage = 100m }, expected: 0, CancellationToken.None), Is.Null);
        var row = await One.ReadAsync(db => db.Controls.SingleAsync(c => c.ScopeId == Group));
        var audit = await One.ReadAsync(db => db.ControlAudit.Where(a => a.ScopeId == Group).ToListAsync());
        Assert.Multiple(() =>
        {
            Assert.That((row.Limits, row.LimitsVersion), Is.EqualTo(("""{"max_leverage":5}""", 1)));
            Assert.That(audit.Select(a => (a.Action, a.Actor, a.Before, a.After)), Is.EqualTo(new[] { ("limits", "tester", (string?)null, (string?)"""{"max_leverage":5}""") }));
        });
    }

    [Test]
    public async Task Limits_that_cannot_be_read_refuse_everything()
    {
        await One.ProcessAsync(ExecutionNode.Decision(Group));
        await One.Store.ChangeAsync(
            async (db, _) =>
            {
                db.Controls.Add(new Control { ScopeId = Group, Scope = ControlWords.Group, ChangedBy = "tester", Limits = """{"max_leverage":"high"}""" });
                return await Task.FromResult(true);
            },
            CancellationToken.None);
        Assert.That((await Two.ProcessAsync(ExecutionNode.Decision(Group)))[0].ReasonCode, Is.EqualTo("LIMITS_UNREADABLE"));
    }

    [Test]
    public async Task A_trip_is_saved_with_its_refusal_and_holds_everywhere_until_a_person_ends_it()
    {
        await One.ProcessAsync(ExecutionNode.Decision(Group));
        await One.Controls.SetLimitsAsync(Order(null), new RiskLimits { MaxGroupOrdersPerMinute = 3 }, null, CancellationToken.None);
        // The first one was before the limit and counts all the same; the rest of the message meets the new state.
        var orders = await One.ProcessAsync([.. Enumerable.Range(0, 5).Select(_ => ExecutionNode.Decision(Group))]);
        var elsewhere = (await Two.ProcessAsync(ExecutionNode.Decision(Group)))[0];
        Assert.Multiple(async () =>
        {
            Assert.That(orders.Select(o => o.ReasonCode), Is.EqualTo(new[] { null, null, "GROUP_ORDER_RATE_LIMIT", "REDUCING", "REDUCING" }));
            Assert.That(elsewhere.ReasonCode, Is.EqualTo("REDUCING"));
            Assert.That(await One.ReadAsync(db => db.ControlAudit.CountAsync(a => a.ScopeId == Group && a.Action == "trip" && a.Actor == ControlSet.LimitActor)), Is.EqualTo(1));
        });
        Assert.That((await Two.ProcessAsync(ExecutionNode.Decision(Group, TradeAction.Close)))[0].Status, Is.EqualTo("closed"));
        await One.Controls.SetLimitsAsync(Order(null), RiskLimits.None, null, CancellationToken.None);
        Assert.That((await One.ProcessAsync(ExecutionNode.Decision(Group)))[0].ReasonCode, Is.EqualTo("REDUCING"), "only a person ends it");
        await One.Controls.SetStateAsync(Order("looked at it"), TradingState.Active, CancellationToken.None);
        Assert.That((await Two.ProcessAsync(ExecutionNode.Decision(Group)))[0].Status, Is.EqualTo("filled"));
    }

    [Test]
    public async Task What_a_day_lost_and_how_many_orders_a_minute_had_outlive_the_process()
    {
        await One.ProcessAsync(ExecutionNode.Decision(Group));
        await One.Controls.SetLimitsAsync(Order(null), new RiskLimits { MaxDailyLoss = 0.5m, CooldownAfterLossS = 3600 }, null, CancellationToken.None);
        Assert.That((await One.ProcessAsync(ExecutionNode.Decision(Group, TradeAction.Close)))[0].Status, Is.EqualTo("closed"));
        await using var later = new ExecutionNode(ConnectionString);
        Assert.That((await later.ProcessAsync(ExecutionNode.Decision(Group)))[0].ReasonCode, Is.EqualTo("COOLDOWN"));
        await later.Controls.SetLimitsAsync(Order(null), new RiskLimits { MaxDailyLoss = 0.5m }, null, CancellationToken.None);
        Assert.That((await later.ProcessAsync(ExecutionNode.Decision(Group)))[0].ReasonCode, Is.EqualTo("DAILY_LOSS_LIMIT"));
        await later.Controls.SetLimitsAsync(Order(null), new RiskLimits { MaxOrdersPerMinute = 2 }, null, CancellationToken.None);
        await using var latest = new ExecutionNode(ConnectionString);
        Assert.That((await latest.ProcessAsync(ExecutionNode.Decision(Group)))[0].ReasonCode, Is.EqualTo("ORDER_RATE_LIMIT"));
    }

    [Test]
    public async Task A_position_gets_one_closing_order_a_command_however_often_and_wherever_it_runs()
    {
        await One.ProcessAsync(ExecutionNode.Decision(Group));
        await One.Controls.SetStateAsync(Order("drill"), TradingState.Halted, CancellationToken.None);
        var command = await One.Controls.CloseAllAsync(Order("flat"), CancellationToken.None);
        var groups = await One.ReadAsync(db => db.Bindings.Where(b => b.GroupId == Group).ToListAsync());
        var runs = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(i => (i % 2 == 0 ? One : Two).Flattening.RunAsync(command, groups, new HashSet<Guid>(), CancellationToken.None)));
        var looks = await Task.WhenAll(new[] { One, Two }.Select(n => n.Flattening.LookAsync(command, groups, CancellationToken.None)));
        var closing = await One.ReadAsync(db => db.Orders.Where(o => o.GroupId == Group && o.ClientDecisionId == $"close_all:{command.Id}").ToListAsync());
        Assert.Multiple(async () =>
        {
            Assert.That(closing.Select(o => (o.Status, o.Side)), Is.EqualTo(new[] { ("closed", (string?)"SELL") }));
            Assert.That(runs, Is.All.True, "all of it was told");
            Assert.That(looks.SelectMany(l => l).SelectMany(c => c.Attempts).Select(o => o.Id).Distinct(), Is.EqualTo(new[] { closing[0].Id }));
            Assert.That(looks.SelectMany(l => l).Select(c => c.Step.Doing), Is.All.EqualTo(ClosingDoing.Done));
            Assert.That((await One.ProcessAsync(ExecutionNode.Decision(Group)))[0].ReasonCode, Is.EqualTo("HALTED"), "a command opens nothing");
        });
    }

    [Test]
    public async Task A_kill_fences_what_was_accepted_before_it_also_after_trading_goes_on()
    {
        await One.ProcessAsync(ExecutionNode.Decision(Group));
        var early = ExecutionNode.Decision(Group);
        var kill = await Two.Controls.KillAsync(Order("drill"), flatten: false, CancellationToken.None);
        Assert.That(kill.HeldSince, Is.GreaterThanOrEqualTo(early.CreatedAt));
        await Two.Controls.SetStateAsync(Order("over"), TradingState.Active, CancellationToken.None);
        Assert.That((await One.ProcessAsync(early))[0].ReasonCode, Is.EqualTo("FENCED"));
        Assert.That((await One.ProcessAsync(ExecutionNode.Decision(Group)))[0].Status, Is.EqualTo("filled"));
    }

    [Test]
    public async Task An_accounts_halt_is_its_groups_halt_and_a_freer_group_changes_nothing()
    {
        await One.ProcessAsync(ExecutionNode.Decision(Group));
        var account = await One.ReadAsync(db => db.Bindings.Where(b => b.GroupId == Group).Select(b => b.AccountId).SingleAsync());
        await One.Controls.SetStateAsync(new(new(ControlWords.Account, account), "tester", "drill"), TradingState.Halted, CancellationToken.None);
        await One.Controls.SetStateAsync(Order("not mine to say"), TradingState.Active, CancellationToken.None);
        var refused = (await Two.ProcessAsync(ExecutionNode.Decision(Group)))[0];
        Assert.That((refused.ReasonCode, refused.ReasonLimit), Is.EqualTo(("HALTED", $"account {account}")));
        Assert.That(
            await One.ReadAsync(async db => (await ControlReporter.ReadAsync(db, CancellationToken.None)).Items.Single(i => i.ScopeId == account).Groups),
            Is.EqualTo(new[] { Group }));
    }

    [Test]
    public async Task A_pause_does_not_loosen_a_stop()
    {
        await One.ProcessAsync(ExecutionNode.Decision(Group));
        await One.Controls.StopAsync(Order("drill"), CancellationToken.None);
        await One.Controls.PauseAsync(Order("drill"), CancellationToken.None);
        Assert.That((await One.ProcessAsync(ExecutionNode.Decision(Group)))[0].ReasonCode, Is.EqualTo("STOPPED"));
        await One.Controls.ResumeAsync(Order("over"), CancellationToken.None);
        Assert.That((await One.ProcessAsync(ExecutionNode.Decision(Group)))[0].Status, Is.EqualTo("filled"));
    }

    [Test]
    public async Task A_switch_fires_once_after_its_time_and_not_if_the_bot_came_back()
    {
        await One.ProcessAsync(ExecutionNode.Decision(Group));
        var switched = await One.Store.ChangeAsync(
            (db, now) =>
            {
                var row = new DeadMan { GroupId = Group, Action = DeadManActions.Flatten, AfterS = 3600, Armed = true, SilentSince = now.AddSeconds(-3599), ChangedBy = "tester", ChangedAt = now };
                db.DeadMen.Add(row);
                return Task.FromResult(row);
            },
            CancellationToken.None);
        Assert.That(await One.Controls.FireAsync(switched, CancellationToken.None), Is.Null, "not yet");
        await SilentSinceAsync(null);
        Assert.That(await One.Controls.FireAsync(switched, CancellationToken.None), Is.Null, "it came back");
        await SilentSinceAsync(TimeProvider.System.GetUtcNow().AddHours(-2));
        var fired = await Task.WhenAll(One.Controls.FireAsync(switched, CancellationToken.None), Two.Controls.FireAsync(switched, CancellationToken.None));
        Assert.That(fired.Count(c => c is not null), Is.EqualTo(1), "two nodes, one command");
        var command = fired.Single(c => c is not null)!;
        Assert.Multiple(async () =>
        {
            Assert.That((command.Cancels, command.Flattens, command.Fences), Is.EqualTo((true, true, false)));
            Assert.That((await One.ProcessAsync(ExecutionNode.Decision(Group)))[0].ReasonCode, Is.EqualTo("PAUSED"));
        });
    }

    private static Task<int> Count(ExecutionNode node, Func<IQueryable<Order>, IQueryable<Order>> where) => node.ReadAsync(db => where(db.Orders).CountAsync());

    private Task<int> FillsAsync() => Count(One, orders => orders.Where(o => o.GroupId == Group && (o.Status == "filled" || o.Status == "closed")));

    private Task<int> RefusedAsync() => Count(One, orders => orders.Where(o => o.GroupId == Group && o.ReasonCode == "HALTED"));

    private Task<int> SilentSinceAsync(DateTimeOffset? since) =>
        One.ReadAsync(db => db.DeadMen.Where(d => d.GroupId == Group).ExecuteUpdateAsync(s => s.SetProperty(d => d.SilentSince, since)));

    private ControlOrder Order(string? reason) => new(new(ControlWords.Group, Group), "tester", reason);
}
