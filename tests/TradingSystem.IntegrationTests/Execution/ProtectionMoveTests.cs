using Microsoft.EntityFrameworkCore;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Protection;
using TradingSystem.IntegrationTests.Accounts;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Execution;

/// <summary>Legs of accounts that fill at once, moved on a real database by two nodes.</summary>
[TestFixture]
public sealed class ProtectionMoveTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FixturePostgres _postgres = new();
    private ProtectionNode _one = null!;
    private ProtectionNode _two = null!;
    private Guid _group;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        await _postgres.StartAsync();
        await using var node = new ProtectionNode(_postgres.ConnectionString);
        await node.MigrateAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _postgres.DisposeAsync();

    [SetUp]
    public async Task OpenNodesAsync()
    {
        _one = new(_postgres.ConnectionString);
        _two = new(_postgres.ConnectionString);
        _group = Guid.NewGuid();
        // What other tests left waiting would be closed by this one's prices.
        await _one.ReadAsync(db => db.ProtectionLegs.ExecuteDeleteAsync());
        await _one.ReadAsync(db => db.ProtectionPlans.ExecuteDeleteAsync());
    }

    [TearDown]
    public async Task CloseNodesAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    [Test]
    public async Task A_moved_stop_fires_at_its_new_price_on_every_node_and_is_told_under_the_entrys_id()
    {
        var entry = ProtectionNode.Entry(_group);
        await _one.ProcessAsync(entry);
        await _two.Watch.ReadAsync(default);
        var move = await _one.MoveAsync(_one.Steering(_group, stop: new(97_000m)));
        Assert.That(move.State, Is.EqualTo(MoveStates.Done));
        Assert.That(Told(_one, move.Id).Select(u => u.Status), Is.EqualTo(new[] { "protected" }));
        await _two.Watch.ReadAsync(default);
        _two.Price(96_900m);
        Assert.That((await _two.CloseReachedAsync()).Select(o => (o.Status, o.ProtectsDecisionId)), Is.EqualTo(new[] { ("stopped", (Guid?)entry.Id) }));
        await Wait.UntilAsync("the stop is told of", Patience, () => Task.FromResult(_two.Bus.Told.Any(u => u is { Status: "stopped", ClientDecisionId: "d-1" } && u.DecisionId == entry.Id)));
        Assert.That(await _one.HeldAsync(_group), Is.Zero);
    }

    [Test]
    public async Task A_widened_stop_is_not_fired_by_a_price_that_only_reached_the_old_one()
    {
        await _one.ProcessAsync(ProtectionNode.Entry(_group));
        await _two.Watch.ReadAsync(default);
        // The other node saw the old trigger reached; the move came first.
        _two.Price(94_000m, 100_000m);
        await _one.MoveAsync(_one.Steering(_group, stop: new(90_000m)));
        Assert.That(await _two.CloseReachedAsync(), Is.Empty);
        Assert.That(await _one.HeldAsync(_group), Is.EqualTo(1m));
        Assert.That(await WaitingAsync(), Is.EqualTo(new[] { ("stop_loss", 90_000m), ("take_profit", 105_000m) }));
    }

    [Test]
    public async Task Delivered_again_anywhere_a_move_is_one_and_an_old_one_never_undoes_a_newer_one()
    {
        await _one.ProcessAsync(ProtectionNode.Entry(_group));
        var first = _one.Steering(_group, stop: new(96_000m));
        _one.Pass(TimeSpan.FromMilliseconds(5));
        var late = _one.Steering(_group, stop: new(96_500m));
        _one.Pass(TimeSpan.FromMilliseconds(5));
        var newest = _one.Steering(_group, stop: new(97_000m));
        await _one.MoveAsync(first);
        await _two.MoveAsync(newest);
        await _two.MoveAsync(first);
        await Task.WhenAll(_one.MoveAsync(first), _two.MoveAsync(newest), _one.MoveAsync(newest));
        Assert.That((await _one.MoveAsync(late)).ReasonCode, Is.EqualTo("SUPERSEDED"), "it was accepted before the newest and is delivered for the first time");
        Assert.That(await WaitingAsync(), Is.EqualTo(new[] { ("stop_loss", 97_000m), ("take_profit", 105_000m) }));
        Assert.That((await _one.LegsAsync(_group)).Select(l => (l.Kind, l.TriggerPrice)), Is.EqualTo(new[]
        {
            ("stop_loss", 95_000m), ("take_profit", 105_000m), ("stop_loss", 96_000m), ("stop_loss", 97_000m),
        }));
        Assert.That(Told(_two, first.Id).Concat(Told(_one, first.Id)).Select(u => u.Id).Distinct().Count(), Is.EqualTo(1), "announced again, it is the same update");
    }

    [Test]
    public async Task A_move_that_was_accepted_before_a_decision_never_undoes_the_legs_of_that()
    {
        await _one.ProcessAsync(ProtectionNode.Entry(_group) with { CreatedAt = TimeProvider.System.GetUtcNow().AddSeconds(-20) });
        var (removal, other) = (_one.Steering(_group, stop: new(null)), _one.Steering(_group, take: new(104_000m)));
        _one.Pass(TimeSpan.FromMilliseconds(5));
        await _two.ProcessAsync(ProtectionNode.Entry(_group, stop: 96_000m, take: null) with { CreatedAt = removal.CreatedAt.AddMilliseconds(1) });
        Assert.That((await _one.MoveAsync(removal)).ReasonCode, Is.EqualTo("SUPERSEDED"));
        Assert.That((await _one.MoveAsync(other)).State, Is.EqualTo(MoveStates.Done), "the decision said nothing of that leg");
        Assert.That(await WaitingAsync(), Is.EqualTo(new[] { ("stop_loss", 96_000m), ("take_profit", 104_000m) }));
    }

    [Test]
    public async Task A_move_of_a_newer_session_holds_back_no_decision_of_the_one_before()
    {
        var token = Guid.NewGuid();
        await _one.ProcessAsync(ProtectionNode.Entry(_group));
        await _one.MoveAsync(_one.Steering(_group, stop: new(97_000m)) with { TokenId = token, Epoch = 2 });
        var late = ProtectionNode.Entry(_group) with { Action = TradeAction.Close, StopLoss = null, TakeProfit = null, TokenId = token, Epoch = 1 };
        Assert.That((await _two.ProcessAsync(late)).Status, Is.EqualTo("closed"), "what was accepted before it reconnected still counts");
    }

    [Test]
    public async Task Legs_are_set_where_there_are_none_and_removed_and_outlive_a_restart()
    {
        var entry = ProtectionNode.Entry(_group, stop: null, take: null);
        await _one.ProcessAsync(entry);
        await _one.MoveAsync(_one.Steering(_group, new(95_500m), new(104_000m)));
        Assert.That((await _one.LegsAsync(_group)).Select(l => l.Protects), Is.All.EqualTo(entry.Id));
        await using (var restarted = new ProtectionNode(_postgres.ConnectionString))
        {
            await restarted.MoveAsync(restarted.Steering(_group, take: new(null)));
            Assert.That(await WaitingAsync(), Is.EqualTo(new[] { ("stop_loss", 95_500m) }));
        }

        Assert.That(await _two.Naked.LookAsync(default), Is.Empty, "what was taken away is not missed");
        var last = await _two.MoveAsync(_two.Steering(_group, stop: new(null)));
        Assert.That((Told(_two, last.Id).Single().Status, last.ReasonCode), Is.EqualTo(("canceled", "PROTECTION_REMOVED")));
        _one.Pass(TimeSpan.FromSeconds(10));
        Assert.That(await _one.Naked.LookAsync(default), Is.Empty);
        Assert.That(await WaitingAsync(), Is.Empty);
        Assert.That(await _one.HeldAsync(_group), Is.EqualTo(1m));
    }

    [Test]
    public async Task A_moved_leg_that_is_lost_from_the_table_is_restored_where_it_was_moved_to()
    {
        var entry = ProtectionNode.Entry(_group);
        await _one.ProcessAsync(entry);
        await _one.MoveAsync(_one.Steering(_group, stop: new(97_000m)));
        await _one.ReadAsync(db => db.ProtectionLegs.Where(l => l.GroupId == _group && l.Kind == "stop_loss" && l.Status == "waiting").ExecuteDeleteAsync());
        await _one.Naked.LookAsync(default);
        _one.Pass(TimeSpan.FromSeconds(4));
        await _one.Naked.LookAsync(default);
        var leg = (await _one.LegsAsync(_group)).Single(l => l is { Kind: "stop_loss", Waits: true });
        Assert.That((leg.TriggerPrice, leg.Protects), Is.EqualTo((97_000m, entry.Id)));
    }

    [Test]
    public async Task A_move_that_nobody_was_told_of_is_told_when_it_is_delivered_again()
    {
        await _one.ProcessAsync(ProtectionNode.Entry(_group));
        var steering = _one.Steering(_group, stop: new(97_000m));
        _one.Bus.IsDown = true;
        var dying = _one.MoveAsync(steering);
        await Wait.UntilAsync("it is saved", Patience, async () => (await WaitingAsync()).Contains(("stop_loss", 97_000m)));
        Assert.That(dying.IsCompleted, Is.False, "it is not acknowledged before it is told");
        await _two.MoveAsync(steering);
        Assert.That(Told(_two, steering.Id).Select(u => u.Status), Is.EqualTo(new[] { "protected" }));
        _one.Bus.IsDown = false;
        await dying;
    }

    [Test]
    public async Task A_move_that_died_before_it_was_told_and_is_delivered_by_nobody_is_told_by_another_node_once()
    {
        await _one.ProcessAsync(ProtectionNode.Entry(_group));
        _one.Bus.IsDown = true;
        var steering = _one.Steering(_group, stop: new(97_000m));
        var dying = _one.MoveAsync(steering);
        await Wait.UntilAsync("it is saved", Patience, async () => (await WaitingAsync()).Contains(("stop_loss", 97_000m)));
        Assert.That(await _two.TellUntoldAsync(), Is.Zero, "whoever decided it is at it still");
        _two.Pass(TimeSpan.FromSeconds(11));
        Assert.That(await _two.TellUntoldAsync(), Is.EqualTo(1));
        Assert.That(Told(_two, steering.Id).Select(u => u.Status), Is.EqualTo(new[] { "protected" }));
        Assert.That(await _two.TellUntoldAsync(), Is.Zero);
        _one.Bus.IsDown = false;
        await dying;
    }

    [Test]
    public async Task A_stop_that_fires_and_a_move_of_it_end_in_one_way_and_lose_nothing()
    {
        for (var round = 0; round < 10; round++)
        {
            _one.Price(100_000m);
            _two.Price(100_000m);
            await _one.ProcessAsync(ProtectionNode.Entry(_group));
            await _two.Watch.ReadAsync(default);
            _two.Price(94_000m);
            var moving = _one.MoveAsync(_one.Steering(_group, stop: new(90_000m)));
            await Task.WhenAll(moving, _two.CloseReachedAsync());
            var (held, waiting, move) = (await _one.HeldAsync(_group), await WaitingAsync(), await moving);
            Assert.That(
                (held, move.State, move.ReasonCode, waiting.Length) is (0m, MoveStates.Refused, "NO_POSITION", 0) or (1m, MoveStates.Done, null, 2), Is.True,
                $"held {held}, {move.State} {move.ReasonCode}, {waiting.Length} legs");
            await _one.ProcessAsync(ProtectionNode.Entry(_group, qty: 0m, stop: null, take: null, action: TradeAction.Close));
            Assert.That(await _one.HeldAsync(_group), Is.Zero);
        }
    }

    private static IEnumerable<OrderUpdate> Told(ProtectionNode node, Guid move) => node.Bus.Told.Where(u => u.DecisionId == move);

    private async Task<(string Kind, decimal Trigger)[]> WaitingAsync() =>
        [.. (await _one.LegsAsync(_group)).Where(l => l.Waits).Select(l => (l.Kind, decimal.Round(l.TriggerPrice, 2) + 0m)).Order()];
}
