using Microsoft.EntityFrameworkCore;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Legs;

namespace TradingSystem.IntegrationTests.Execution.Protection;

/// <summary>Legs of accounts that fill at once, moved on a real database by two nodes.</summary>
[TestFixture]
public sealed class ProtectionMoveTests : TwoProtectionNodes
{
    [Test]
    public async Task A_moved_stop_fires_at_its_new_price_on_every_node_and_is_told_under_the_entrys_id()
    {
        var entry = ProtectionNode.Entry(Group);
        await One.ProcessAsync(entry);
        await Two.Watch.ReadAsync(default);
        var move = await One.MoveAsync(One.Steering(Group, stop: new(97_000m)));
        Assert.That(move.State, Is.EqualTo(MoveStates.Done));
        Assert.That(Told(One, move.Id).Select(u => u.Status), Is.EqualTo(new[] { "protected" }));
        await Two.Watch.ReadAsync(default);
        Two.Price(96_900m);
        Assert.That((await Two.CloseReachedAsync()).Select(o => (o.Status, o.ProtectsDecisionId)), Is.EqualTo(new[] { ("stopped", (Guid?)entry.Id) }));
        await Wait.UntilAsync("the stop is told of", () => Task.FromResult(Two.Bus.Told.Any(u => u is { Status: "stopped", ClientDecisionId: "d-1" } && u.DecisionId == entry.Id)));
        Assert.That(await One.HeldAsync(Group), Is.Zero);
    }

    [Test]
    public async Task A_widened_stop_is_not_fired_by_a_price_that_only_reached_the_old_one()
    {
        await One.ProcessAsync(ProtectionNode.Entry(Group));
        await Two.Watch.ReadAsync(default);
        // The other node saw the old trigger reached; the move came first.
        Two.Price(94_000m, 100_000m);
        await One.MoveAsync(One.Steering(Group, stop: new(90_000m)));
        Assert.That(await Two.CloseReachedAsync(), Is.Empty);
        Assert.That(await One.HeldAsync(Group), Is.EqualTo(1m));
        Assert.That(await WaitingAsync(), Is.EqualTo(new[] { ("stop_loss", 90_000m), ("take_profit", 105_000m) }));
    }

    [Test]
    public async Task Delivered_again_anywhere_a_move_is_one_and_an_old_one_never_undoes_a_newer_one()
    {
        await One.ProcessAsync(ProtectionNode.Entry(Group));
        var first = One.Steering(Group, stop: new(96_000m));
        One.Pass(TimeSpan.FromMilliseconds(5));
        var late = One.Steering(Group, stop: new(96_500m));
        One.Pass(TimeSpan.FromMilliseconds(5));
        var newest = One.Steering(Group, stop: new(97_000m));
        await One.MoveAsync(first);
        await Two.MoveAsync(newest);
        await Two.MoveAsync(first);
        await Task.WhenAll(One.MoveAsync(first), Two.MoveAsync(newest), One.MoveAsync(newest));
        Assert.That((await One.MoveAsync(late)).ReasonCode, Is.EqualTo("SUPERSEDED"), "it was accepted before the newest and is delivered for the first time");
        Assert.That(await WaitingAsync(), Is.EqualTo(new[] { ("stop_loss", 97_000m), ("take_profit", 105_000m) }));
        Assert.That((await One.LegsAsync(Group)).Select(l => (l.Kind, l.TriggerPrice)), Is.EqualTo(new[]
        {
            ("stop_loss", 95_000m), ("take_profit", 105_000m), ("stop_loss", 96_000m), ("stop_loss", 97_000m),
        }));
        Assert.That(Told(Two, first.Id).Concat(Told(One, first.Id)).Select(u => u.Id).Distinct().Count(), Is.EqualTo(1), "announced again, it is the same update");
    }

    [Test]
    public async Task A_move_that_was_accepted_before_a_decision_never_undoes_the_legs_of_that()
    {
        await One.ProcessAsync(ProtectionNode.Entry(Group) with { CreatedAt = TimeProvider.System.GetUtcNow().AddSeconds(-20) });
        var (removal, other) = (One.Steering(Group, stop: new(null)), One.Steering(Group, take: new(104_000m)));
        One.Pass(TimeSpan.FromMilliseconds(5));
        await Two.ProcessAsync(ProtectionNode.Entry(Group, stop: 96_000m, take: null) with { CreatedAt = removal.CreatedAt.AddMilliseconds(1) });
        Assert.That((await One.MoveAsync(removal)).ReasonCode, Is.EqualTo("SUPERSEDED"));
        Assert.That((await One.MoveAsync(other)).State, Is.EqualTo(MoveStates.Done), "the decision said nothing of that leg");
        Assert.That(await WaitingAsync(), Is.EqualTo(new[] { ("stop_loss", 96_000m), ("take_profit", 104_000m) }));
    }

    [Test]
    public async Task A_move_of_a_newer_session_holds_back_no_decision_of_the_one_before()
    {
        var token = Guid.NewGuid();
        await One.ProcessAsync(ProtectionNode.Entry(Group));
        await One.MoveAsync(One.Steering(Group, stop: new(97_000m)) with { TokenId = token, Epoch = 2 });
        var late = ProtectionNode.Entry(Group) with { Action = TradeAction.Close, StopLoss = null, TakeProfit = null, TokenId = token, Epoch = 1 };
        Assert.That((await Two.ProcessAsync(late)).Status, Is.EqualTo("closed"), "what was accepted before it reconnected still counts");
    }

    [Test]
    public async Task Legs_are_set_where_there_are_none_and_removed_and_outlive_a_restart()
    {
        var entry = ProtectionNode.Entry(Group, stop: null, take: null);
        await One.ProcessAsync(entry);
        await One.MoveAsync(One.Steering(Group, new(95_500m), new(104_000m)));
        Assert.That((await One.LegsAsync(Group)).Select(l => l.Protects), Is.All.EqualTo(entry.Id));
        await using (var restarted = new ProtectionNode(ConnectionString))
        {
            await restarted.MoveAsync(restarted.Steering(Group, take: new(null)));
            Assert.That(await WaitingAsync(), Is.EqualTo(new[] { ("stop_loss", 95_500m) }));
        }

        Assert.That(await Two.Naked.LookAsync(default), Is.Empty, "what was taken away is not missed");
        var last = await Two.MoveAsync(Two.Steering(Group, stop: new(null)));
        Assert.That((Told(Two, last.Id).Single().Status, last.ReasonCode), Is.EqualTo(("canceled", "PROTECTION_REMOVED")));
        One.Pass(TimeSpan.FromSeconds(10));
        Assert.That(await One.Naked.LookAsync(default), Is.Empty);
        Assert.That(await WaitingAsync(), Is.Empty);
        Assert.That(await One.HeldAsync(Group), Is.EqualTo(1m));
    }

    [Test]
    public async Task A_moved_leg_that_is_lost_from_the_table_is_restored_where_it_was_moved_to()
    {
        var entry = ProtectionNode.Entry(Group);
        await One.ProcessAsync(entry);
        await One.MoveAsync(One.Steering(Group, stop: new(97_000m)));
        await One.ReadAsync(db => db.ProtectionLegs.Where(l => l.GroupId == Group && l.Kind == "stop_loss" && l.Status == "waiting").ExecuteDeleteAsync());
        await One.Naked.LookAsync(default);
        One.Pass(TimeSpan.FromSeconds(4));
        await One.Naked.LookAsync(default);
        var leg = (await One.LegsAsync(Group)).Single(l => l is { Kind: "stop_loss", Waits: true });
        Assert.That((leg.TriggerPrice, leg.Protects), Is.EqualTo((97_000m, entry.Id)));
    }

    [Test]
    public async Task A_move_that_nobody_was_told_of_is_told_when_it_is_delivered_again()
    {
        await One.ProcessAsync(ProtectionNode.Entry(Group));
        var steering = One.Steering(Group, stop: new(97_000m));
        One.Bus.IsDown = true;
        var dying = One.MoveAsync(steering);
        await Wait.UntilAsync("it is saved", async () => (await WaitingAsync()).Contains(("stop_loss", 97_000m)));
        Assert.That(dying.IsCompleted, Is.False, "it is not acknowledged before it is told");
        await Two.MoveAsync(steering);
        Assert.That(Told(Two, steering.Id).Select(u => u.Status), Is.EqualTo(new[] { "protected" }));
        One.Bus.IsDown = false;
        await dying;
    }

    [Test]
    public async Task A_move_that_died_before_it_was_told_and_is_delivered_by_nobody_is_told_by_another_node_once()
    {
        await One.ProcessAsync(ProtectionNode.Entry(Group));
        One.Bus.IsDown = true;
        var steering = One.Steering(Group, stop: new(97_000m));
        var dying = One.MoveAsync(steering);
        await Wait.UntilAsync("it is saved", async () => (await WaitingAsync()).Contains(("stop_loss", 97_000m)));
        Assert.That(await Two.TellUntoldAsync(), Is.Zero, "whoever decided it is at it still");
        Two.Pass(TimeSpan.FromSeconds(11));
        Assert.That(await Two.TellUntoldAsync(), Is.EqualTo(1));
        Assert.That(Told(Two, steering.Id).Select(u => u.Status), Is.EqualTo(new[] { "protected" }));
        Assert.That(await Two.TellUntoldAsync(), Is.Zero);
        One.Bus.IsDown = false;
        await dying;
    }

    [Test]
    public async Task A_stop_that_fires_and_a_move_of_it_end_in_one_way_and_lose_nothing()
    {
        for (var round = 0; round < 10; round++)
        {
            One.Price(100_000m);
            Two.Price(100_000m);
            await One.ProcessAsync(ProtectionNode.Entry(Group));
            await Two.Watch.ReadAsync(default);
            Two.Price(94_000m);
            var moving = One.MoveAsync(One.Steering(Group, stop: new(90_000m)));
            await Task.WhenAll(moving, Two.CloseReachedAsync());
            var (held, waiting, move) = (await One.HeldAsync(Group), await WaitingAsync(), await moving);
            Assert.That(
                (held, move.State, move.ReasonCode, waiting.Length) is (0m, MoveStates.Refused, "NO_POSITION", 0) or (1m, MoveStates.Done, null, 2), Is.True,
                $"held {held}, {move.State} {move.ReasonCode}, {waiting.Length} legs");
            await One.ProcessAsync(ProtectionNode.Entry(Group, qty: 0m, stop: null, take: null, action: TradeAction.Close));
            Assert.That(await One.HeldAsync(Group), Is.Zero);
        }
    }

    private static IEnumerable<OrderUpdate> Told(ProtectionNode node, Guid move) => node.Bus.Told.Where(u => u.DecisionId == move);

    private async Task<(string Kind, decimal Trigger)[]> WaitingAsync() =>
        [.. (await One.LegsAsync(Group)).Where(l => l.Waits).Select(l => (l.Kind, decimal.Round(l.TriggerPrice, 2) + 0m)).Order()];
}
