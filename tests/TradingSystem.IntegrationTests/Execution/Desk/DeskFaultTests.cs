using NUnit.Framework;
using TradingSystem.VenueEmulator.Faults;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.IntegrationTests.Execution.Desk;

/// <summary>Each fault at each venue: one order a decision at most, and the right end.</summary>
[TestFixture]
public sealed class DeskFaultTests
{
    private VenueCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await VenueCluster.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        TestContext.Out.WriteLine(_cluster.Product.Logs());
        await _cluster.DisposeAsync();
    }

    [Test, Parallelizable(ParallelScope.All)]
    public async Task A_long_and_its_close_are_filled_booked_and_told([Values] VenueKind venue)
    {
        var account = await _cluster.OpenAsync(venue);
        var opened = await account.DecideAsync("LONG");
        var filled = await account.DoneAsync(opened);
        Assert.That(filled["status"]!.GetValue<string>(), Is.EqualTo("filled"), filled.ToJsonString());
        await account.PositionsAgreeAsync();
        Assert.That(await account.OurQtyAsync(), Is.GreaterThan(0m));
        var closing = await account.DecideAsync("CLOSE");
        Assert.That((await account.DoneAsync(closing))["status"]!.GetValue<string>(), Is.EqualTo("closed"));
        Assert.That((await account.VenueQtyAsync(), await account.OurQtyAsync()), Is.EqualTo((0m, 0m)));
        Assert.That(await account.StepsAsync(opened), Is.EqualTo(new[] { "accepted", "submitted", "filled" }));
        Assert.That(await account.StepsAsync(closing), Is.EqualTo(new[] { "accepted", "submitted", "closed" }));
        await Wait.UntilAsync("all of it is announced", async () =>
            (await _cluster.SqlAsync("select count(*) from execution.order_steps where account_id = $1 and announced_at is null", account.Id))[0] == "0");
        await Wait.UntilAsync("the diary has every step", async () =>
            (await _cluster.SqlAsync("select status from diary.order_updates where decision_id = $1", opened)).Order().SequenceEqual(["accepted", "filled", "submitted"]));
    }

    [Test, Parallelizable(ParallelScope.All)]
    public async Task An_order_of_unknown_outcome_that_the_venue_took_is_adopted(
        [Values] VenueKind venue, [Values(FaultKind.TimeoutAfter, FaultKind.ResetAfter, FaultKind.ErrorAfter, FaultKind.DuplicateAnswer)] FaultKind fault)
    {
        var account = await _cluster.OpenAsync(venue);
        await account.WarmAsync();
        await account.FaultAsync(fault);
        var decision = await account.DecideAsync("LONG");
        var order = await account.DoneAsync(decision);
        Assert.That((order["status"]!.GetValue<string>(), await account.CountAsync(decision)), Is.EqualTo(("filled", 1)), order.ToJsonString());
        await account.PositionsAgreeAsync();
    }

    [Test, Parallelizable(ParallelScope.All)]
    public async Task An_order_of_unknown_outcome_that_the_venue_never_saw_is_sent_once_more(
        [Values] VenueKind venue, [Values(FaultKind.TimeoutBefore, FaultKind.ResetBefore, FaultKind.ErrorBefore)] FaultKind fault)
    {
        var account = await _cluster.OpenAsync(venue);
        await account.WarmAsync();
        await account.FaultAsync(fault);
        var decision = await account.DecideAsync("LONG");
        var order = await account.DoneAsync(decision);
        Assert.That((order["status"]!.GetValue<string>(), await account.CountAsync(decision)), Is.EqualTo(("filled", 1)), order.ToJsonString());
        await account.PositionsAgreeAsync();
    }

    [Test, Parallelizable(ParallelScope.All)]
    public async Task A_certain_failure_of_the_moment_is_tried_again([Values] VenueKind venue, [Values(FaultKind.BusyBefore, FaultKind.RateLimit)] FaultKind fault)
    {
        var account = await _cluster.OpenAsync(venue);
        await account.WarmAsync();
        await account.FaultAsync(fault);
        var decision = await account.DecideAsync("LONG");
        var order = await account.DoneAsync(decision);
        Assert.That((order["status"]!.GetValue<string>(), await account.CountAsync(decision)), Is.EqualTo(("filled", 1)), order.ToJsonString());
    }

    [Test, Parallelizable(ParallelScope.All)]
    public async Task Late_and_partial_fills_are_booked_as_they_come([Values] VenueKind venue, [Values(FaultKind.LateFill, FaultKind.PartialFill)] FaultKind fault)
    {
        var account = await _cluster.OpenAsync(venue);
        await account.WarmAsync();
        await account.FaultAsync(fault, seconds: 2);
        var decision = await account.DecideAsync("LONG", marginUsd: 100m);
        var order = await account.DoneAsync(decision);
        Assert.That((order["status"]!.GetValue<string>(), await account.CountAsync(decision)), Is.EqualTo(("filled", 1)), order.ToJsonString());
        await account.PositionsAgreeAsync();
        Assert.That((await account.StepsAsync(decision)).Contains("partially_filled"), Is.EqualTo(fault == FaultKind.PartialFill));
    }

    [Test, Parallelizable(ParallelScope.All)]
    public async Task A_stream_that_is_silent_or_loses_a_message_changes_nothing([Values] VenueKind venue, [Values(FaultKind.StreamSilence, FaultKind.StreamLoss)] FaultKind fault)
    {
        var account = await _cluster.OpenAsync(venue);
        await account.WarmAsync();
        await account.FaultAsync(fault, count: fault == FaultKind.StreamLoss ? 10 : 1, seconds: 10, on: [Operation.Stream]);
        var decision = await account.DecideAsync("LONG");
        Assert.That((await account.DoneAsync(decision))["status"]!.GetValue<string>(), Is.EqualTo("filled"));
        await account.PositionsAgreeAsync();
    }

    [Test, Parallelizable(ParallelScope.All)]
    public async Task A_rejection_after_the_acknowledgement_is_told_as_one([Values] VenueKind venue)
    {
        var account = await _cluster.OpenAsync(venue);
        await account.WarmAsync();
        await account.FaultAsync(FaultKind.RejectLater);
        var decision = await account.DecideAsync("LONG");
        var order = await account.DoneAsync(decision);
        Assert.That(order["status"]!.GetValue<string>(), Is.AnyOf("rejected", "canceled"), order.ToJsonString());
        await account.PositionsAgreeAsync();
    }

    [Test, Parallelizable(ParallelScope.All)]
    public async Task A_position_that_is_closed_by_hand_is_found_with_what_it_earned([Values] VenueKind venue)
    {
        var account = await _cluster.OpenAsync(venue);
        await account.WarmAsync();
        await _cluster.Emulator.CloseByHandAsync(venue, account.Key, "BTCUSDT");
        await account.PositionsAgreeAsync();
        Assert.That(await account.OurQtyAsync(), Is.Zero);
        Assert.That(await _cluster.SqlAsync("select kind from execution.reconciliation_log where account_id = $1", account.Id), Does.Contain("manual_close"));
        var refused = await account.TradeAsync("CLOSE");
        Assert.That(refused["reason"]!["code"]!.GetValue<string>(), Is.EqualTo("NO_POSITION"));
    }

    [Test, Parallelizable(ParallelScope.Self)]
    public async Task Decisions_that_meet_an_unknown_outcome_in_their_symbol_are_refused()
    {
        var account = await _cluster.OpenAsync(VenueKind.Binance);
        await account.WarmAsync();
        await account.FaultAsync(FaultKind.TimeoutBefore);
        var unknown = await account.DecideAsync("LONG");
        await Wait.UntilAsync("it is unknown", async () => (await _cluster.SqlAsync("select state from execution.desk_orders where decision_id = $1", unknown))[0] == "unknown");
        var refused = await account.TradeAsync("LONG");
        Assert.That(refused["reason"]!["code"]!.GetValue<string>(), Is.EqualTo("OUTCOME_UNKNOWN_PENDING"));
        Assert.That((await account.DoneAsync(unknown))["status"]!.GetValue<string>(), Is.EqualTo("filled"));
    }
}
