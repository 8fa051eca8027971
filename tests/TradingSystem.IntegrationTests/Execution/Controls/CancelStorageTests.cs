using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Controls;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.IntegrationTests.Execution.Decisions;

namespace TradingSystem.IntegrationTests.Execution.Controls;

/// <summary>
/// Cancels against decisions on two nodes and one database, in every order that two queues can bring them. The accounts are at a venue whose
/// desk does not run, so what is handed to it stays as it was handed.
/// </summary>
[TestFixture]
public sealed class CancelStorageTests() : TwoNodes("exchange")
{
    [SetUp]
    public async Task WarmAsync()
    {
        // Both have the group's books and the controls in memory from here on.
        await One.ProcessAsync(Limit("warm-1") with { Action = TradeAction.NoTrade });
        await Two.ProcessAsync(Limit("warm-2") with { Action = TradeAction.NoTrade });
    }

    [Test]
    public async Task A_cancel_behind_its_decision_leaves_its_wish_with_the_order()
    {
        var decision = Limit("d-1");
        await One.ProcessAsync(decision);
        var cancel = Cancel("d-1");
        var (first, again) = (await ApplyAsync(Two, cancel), await ApplyAsync(One, cancel));
        Assert.Multiple(async () =>
        {
            Assert.That((first.Outcome, first.Orders), Is.EqualTo((CancelOutcomes.Requested, 1)));
            Assert.That((again.Outcome, again.Orders), Is.EqualTo((CancelOutcomes.Requested, 1)), "delivered again");
            Assert.That(await WishesAsync(), Is.EqualTo(new[] { (decision.Id, true) }));
            Assert.That(await ToldAsync(cancel), Is.Empty, "the order tells of itself");
        });
    }

    [Test]
    public async Task A_cancel_that_overtakes_its_decision_ends_it_wherever_and_however_often_it_comes()
    {
        var (decision, cancel) = (Limit("d-1"), Cancel("d-1"));
        Assert.That((await ApplyAsync(One, cancel)).Outcome, Is.EqualTo(CancelOutcomes.Remembered));
        await ApplyAsync(Two, cancel);
        var order = (await Two.ProcessAsync(decision))[0];
        var again = (await One.ProcessAsync(decision))[0];
        var update = OrderAnnouncements.Of(order);
        Assert.Multiple(async () =>
        {
            Assert.That(
                (update.Status, update.Reason?.Code.Word, update.Terminal, update.Before, order.IsAtVenue),
                Is.EqualTo(("canceled", "CANCELED", true, (IReadOnlyList<OrderStep>?)null, false)));
            Assert.That((again.Id, again.Status), Is.EqualTo((order.Id, "canceled")));
            Assert.That(await WishesAsync(), Is.Empty, "nothing was handed to the venue");
            Assert.That((await One.ProcessAsync(Limit("d-2")))[0].Status, Is.EqualTo("accepted"), "another decision is another");
        });
    }

    [Test]
    public async Task One_that_came_with_others_ends_alone()
    {
        await ApplyAsync(One, Cancel("d-2"));
        var orders = await Two.ProcessAsync(Limit("d-1"), Limit("d-2"), Limit("d-3"), Market("d-4"));
        Assert.That(orders.Select(o => o.Status), Is.EqualTo(new[] { "accepted", "canceled", "accepted", "accepted" }));
    }

    [Test]
    public async Task Whoever_is_faster_no_order_is_handed_over_without_the_wish_to_have_it_back([Values] bool all)
    {
        for (var round = 0; round < 40; round++)
        {
            var decision = Limit($"race-{round}");
            var cancel = Cancel(all ? null : decision.DecisionId);
            await Task.WhenAll(ApplyAsync(round % 2 == 0 ? One : Two, cancel), One.ProcessAsync(decision), Two.ProcessAsync(decision));
            var order = await One.ReadAsync(db => db.Orders.SingleAsync(o => o.DecisionId == decision.Id));
            var wishes = (await WishesAsync()).Where(w => w.Decision == decision.Id).ToList();
            Assert.That(
                order.Status == "canceled" ? wishes.Count == 0 : wishes is [(_, true)],
                $"round {round}: {order.Status}, {string.Join(' ', wishes)}");
        }
    }

    [Test]
    public async Task A_cancel_of_all_means_what_was_accepted_before_it_and_would_rest_whichever_came_first()
    {
        var (before, overtaken, market) = (Limit("d-1"), Limit("d-2"), Market("d-3"));
        var cancel = Cancel(null);
        var after = Limit("d-4");
        await One.ProcessAsync(before, after);
        var asked = await ApplyAsync(Two, cancel);
        var late = await One.ProcessAsync(overtaken, market);
        Assert.Multiple(async () =>
        {
            Assert.That((asked.Outcome, asked.Orders), Is.EqualTo((CancelOutcomes.Requested, 1)));
            Assert.That(late.Select(o => o.Status), Is.EqualTo(new[] { "canceled", "accepted" }));
            Assert.That(await WishesAsync(), Is.EquivalentTo(new[] { (before.Id, true), (after.Id, false), (market.Id, false) }));
            Assert.That((await Two.ProcessAsync(Limit("d-5")))[0].Status, Is.EqualTo("accepted"), "later ones are not meant");
        });
    }

    [Test]
    public async Task Protection_is_never_meant()
    {
        var decision = Limit("d-1");
        await One.ProcessAsync(decision);
        await One.ReadAsync(db => db.Database.ExecuteSqlAsync(
            $"""
            insert into execution.desk_orders (client_id, order_id, decision_id, account_id, group_id, leg, symbol, type, leverage, closes, by_command, state, steps, check_at, created_at, updated_at, qty, reduce_only, filled, fee, realized_pnl, sends, checks)
            select client_id || 'S', order_id, decision_id, account_id, group_id, {DeskLegs.StopLoss}, symbol, 'stop_loss', leverage, false, false, 'working', 0, check_at, created_at, updated_at, 1, true, 0, 0, 0, 1, 0
            from execution.desk_orders where decision_id = {decision.Id}
            """));
        await ApplyAsync(One, Cancel("d-1"));
        await ApplyAsync(One, Cancel(null));
        var legs = await One.ReadAsync(
            db => db.DeskOrders.AsNoTracking().Where(o => o.GroupId == Group).OrderBy(o => o.Leg).Select(o => new { o.Leg, Wished = o.CancelRequestedAt != null }).ToListAsync());
        Assert.That(legs.Select(l => (l.Leg, l.Wished)), Is.EqualTo(new[] { (DeskLegs.Entry, true), (DeskLegs.StopLoss, false) }));
    }

    [Test]
    public async Task Where_nothing_rests_that_is_told_once_under_the_cancels_own_id()
    {
        var decision = Limit("d-1");
        await One.ProcessAsync(decision);
        await One.ReadAsync(db => db.DeskOrders.Where(o => o.DecisionId == decision.Id).ExecuteUpdateAsync(s => s.SetProperty(o => o.State, DeskStates.Filled)));
        var (one, all) = (Cancel("d-1"), Cancel(null));
        foreach (var node in new[] { One, Two, One })
        {
            Assert.That((await ApplyAsync(node, one)).Outcome, Is.EqualTo(CancelOutcomes.Nothing));
            Assert.That((await ApplyAsync(node, all)).Outcome, Is.EqualTo(CancelOutcomes.Nothing));
        }

        var (told, toldAll) = ((await ToldAsync(one)).Single(), (await ToldAsync(all)).Single());
        Assert.Multiple(() =>
        {
            Assert.That(
                (told.Status, told.Reason!.Code.Word, told.Reason.Value, told.DecisionId, told.ClientDecisionId, told.Symbol),
                Is.EqualTo(("rejected", "NOTHING_TO_CANCEL", "d-1", one.Id, (string?)null, "BTCUSDT")));
            Assert.That(told.OrderId, Is.Not.EqualTo(OrderIds.Order(decision.Id)), "the decision's own updates stay what they were");
            Assert.That((toldAll.Reason!.Code.Word, toldAll.Reason.Value, toldAll.DecisionId), Is.EqualTo(("NOTHING_TO_CANCEL", (string?)null, all.Id)));
        });
    }

    [Test]
    public async Task A_decision_without_a_key_is_taken_back_by_the_id_it_was_accepted_with_and_by_its_own_group_only()
    {
        var decision = Limit("x") with { Id = Guid.CreateVersion7(), DecisionId = null };
        await One.ProcessAsync(decision);
        var foreign = Cancel(decision.Id.ToString()) with { GroupId = Guid.NewGuid() };
        Assert.That((await ApplyAsync(One, foreign)).Outcome, Is.EqualTo(CancelOutcomes.Remembered), "to another group it is unknown");
        Assert.That(await WishesAsync(), Is.EqualTo(new[] { (decision.Id, false) }));
        Assert.That((await ApplyAsync(One, Cancel(decision.Id.ToString()))).Outcome, Is.EqualTo(CancelOutcomes.Requested));
        Assert.That(await WishesAsync(), Is.EqualTo(new[] { (decision.Id, true) }));
    }

    [Test]
    public async Task A_superseded_session_takes_nothing_back_and_one_before_its_first_decision_does()
    {
        var token = Guid.NewGuid();
        await One.ProcessAsync(Limit("d-1") with { TokenId = token, Epoch = 3 });
        var stale = Cancel("d-1") with { TokenId = token, Epoch = 2 };
        Assert.That((await ApplyAsync(One, stale)).Outcome, Is.EqualTo(CancelOutcomes.Refused));
        Assert.That((await ToldAsync(stale)).Single().Reason!.Code.Word, Is.EqualTo("STALE_SESSION"));
        Assert.That((await WishesAsync()).Single().Wished, Is.False);
        Assert.That((await ApplyAsync(One, Cancel("d-1") with { TokenId = token, Epoch = 4 })).Outcome, Is.EqualTo(CancelOutcomes.Requested));
        Assert.That(
            (await Two.ProcessAsync(Limit("d-2") with { TokenId = token, Epoch = 3 }))[0].Status, Is.EqualTo("accepted"),
            "what was accepted before it reconnected still counts");
    }

    [Test]
    public async Task A_groups_cancel_of_all_leaves_its_way_out_at_the_market_alone_and_one_by_its_id_does_not()
    {
        var (exit, rests) = (Market("d-exit") with { Action = TradeAction.Close, MarginUsd = 0m }, Limit("d-rests"));
        await One.ProcessAsync(exit, rests);
        Assert.That((await ApplyAsync(Two, Cancel(null))).Orders, Is.EqualTo(1));
        Assert.That(await WishesAsync(), Is.EquivalentTo(new[] { (exit.Id, false), (rests.Id, true) }));
        Assert.That((await ApplyAsync(Two, Cancel("d-exit"))).Outcome, Is.EqualTo(CancelOutcomes.Requested));
        Assert.That((await WishesAsync()).Select(w => w.Wished), Is.All.True);
    }

    [Test]
    public async Task It_passes_whatever_is_held_back()
    {
        var decision = Limit("d-1");
        await One.ProcessAsync(decision);
        await One.Controls.SetStateAsync(new(new(ControlWords.Group, Group), "test", "halted"), TradingState.Halted, CancellationToken.None);
        Assert.That((await ApplyAsync(One, Cancel("d-1"))).Outcome, Is.EqualTo(CancelOutcomes.Requested));
        Assert.That((await ApplyAsync(One, Cancel(null))).Outcome, Is.EqualTo(CancelOutcomes.Requested));
    }

    [Test]
    public async Task What_is_remembered_is_forgotten_with_the_decisions_life_and_told_where_none_came()
    {
        var (came, never) = (Cancel("d-1"), Cancel("d-never"));
        await ApplyAsync(One, came);
        await ApplyAsync(One, never);
        await One.ProcessAsync(Limit("d-1"));
        using var memory = new CancelMemory(One.Databases, () => { }, TimeProvider.System, NullLogger<CancelMemory>.Instance);
        await memory.ForgetAsync(CancellationToken.None);
        Assert.That(await RememberedAsync(), Is.EqualTo(2), "both may still be needed");
        using var later = new CancelMemory(One.Databases, () => { }, new Later(One.Options.MaxDecisionAge + TimeSpan.FromMinutes(2)), NullLogger<CancelMemory>.Instance);
        await Task.WhenAll(later.ForgetAsync(CancellationToken.None), later.ForgetAsync(CancellationToken.None));
        Assert.Multiple(async () =>
        {
            Assert.That(await RememberedAsync(), Is.Zero);
            Assert.That(await ToldAsync(came), Is.Empty);
            Assert.That((await ToldAsync(never)).Single().Reason!.Code.Word, Is.EqualTo("NOTHING_TO_CANCEL"));
            Assert.That((await Two.ProcessAsync(Limit("d-never")))[0].Status, Is.EqualTo("accepted"));
        });
    }

    private TradeDecision Limit(string key) => Market(key) with { OrderType = "limit", Price = 90_000m };

    private TradeDecision Market(string key) => ExecutionNode.Decision(Group) with { Id = NameBasedGuid.Create(Group, key), DecisionId = key };

    private GroupSteering Cancel(string? key)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new(Guid.CreateVersion7(), Group, "demo", "demo", new CancelOrders(key), null, "r-1", null, now, null);
    }

    private static Task<OrderCancel> ApplyAsync(ExecutionNode node, GroupSteering steering) =>
        new OrderCancels(node.Databases, _ => { }, () => { }, node.Options, TimeProvider.System).ApplyAsync(steering, CancellationToken.None);

    private async Task<List<(Guid Decision, bool Wished)>> WishesAsync() =>
        [.. (await One.ReadAsync(db => db.DeskOrders.AsNoTracking().Where(o => o.GroupId == Group).Select(o => new { o.DecisionId, Wished = o.CancelRequestedAt != null }).ToListAsync())).Select(o => (o.DecisionId, o.Wished))];

    private Task<int> RememberedAsync() => One.ReadAsync(db => db.RememberedCancels.CountAsync(r => r.GroupId == Group));

    private async Task<List<OrderUpdate>> ToldAsync(GroupSteering cancel)
    {
        var order = OrderIds.Order(cancel.Id);
        return [.. (await One.ReadAsync(db => db.OrderSteps.AsNoTracking().Where(s => s.OrderId == order).Select(s => s.Payload).ToListAsync())).Select(payload => JsonSerializer.Deserialize<OrderUpdate>(payload)!)];
    }

    private sealed class Later(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
