using System.Globalization;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Execution.Controls;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Faults;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.IntegrationTests.Execution.Desk;

/// <summary>Restarts in every state, shared accounts, hedge mode and the stop. One product, killed as it pleases.</summary>
[TestFixture]
public sealed class DeskLifeTests
{
    private VenueCluster _cluster = null!;

    // A decision has to live through a start of the product, which takes longer than its usual thirty seconds on a busy machine.
    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await VenueCluster.StartAsync(more: new Dictionary<string, string> { ["EXECUTION__MAXDECISIONAGE"] = "00:03:00" });

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        TestContext.Out.WriteLine(_cluster.Product.Logs());
        await _cluster.DisposeAsync();
    }

    [TestCase("pending", VenueKind.Binance)]
    [TestCase("sending", VenueKind.Bybit)]
    [TestCase("sending", VenueKind.Okx)]
    [TestCase("unknown", VenueKind.Binance)]
    [TestCase("working", VenueKind.Okx)]
    public async Task A_process_that_dies_in_any_state_of_an_order_finds_its_end_when_it_is_back(string state, VenueKind venue)
    {
        var account = await _cluster.OpenAsync(venue);
        await account.WarmAsync();
        await account.FaultAsync(state switch { "working" => FaultKind.LateFill, "sending" or "unknown" => FaultKind.TimeoutBefore, _ => FaultKind.BusyBefore }, seconds: 6);
        var decision = await account.DecideAsync("LONG");
        await Wait.UntilAsync($"it is {state}", async () =>
            (await _cluster.SqlAsync("select state from execution.desk_orders where decision_id = $1 and (sends > 0 or state = 'sending')", decision)).SingleOrDefault() == state);
        await _cluster.Product.KillAndRestartAsync("standalone", TimeSpan.Zero);
        var order = await account.DoneAsync(decision);
        Assert.That((order["status"]!.GetValue<string>(), await account.CountAsync(decision)), Is.EqualTo(("filled", 1)), order.ToJsonString());
        await account.PositionsAgreeAsync();
    }

    [Test]
    public async Task Opposing_groups_on_one_account_net_at_the_venue_and_keep_their_own_positions([Values] VenueKind venue)
    {
        var account = await _cluster.OpenAsync(venue);
        var (other, token) = await _cluster.Product.AddGroupAsync($"other_{Guid.NewGuid():n}");
        await _cluster.BindAsync(account.Id.ToString(), other);
        var second = new DeskAccount(_cluster, venue, account.Key, account.Id, other, token);
        await account.TradeAsync("LONG", 100m);
        await second.TradeAsync("SHORT", 100m);
        await account.PositionsAgreeAsync();
        var held = await PositionsAsync(account.Id);
        Assert.That((held[account.Group] > 0m, held[other] < 0m), Is.EqualTo((true, true)));
        Assert.That((await account.TradeAsync("CLOSE"))["status"]!.GetValue<string>(), Is.EqualTo("closed"));
        Assert.That(await account.VenueQtyAsync(), Is.EqualTo(held[other]));
        Assert.That((await second.TradeAsync("CLOSE"))["status"]!.GetValue<string>(), Is.EqualTo("closed"));
        Assert.That((await account.VenueQtyAsync(), (await PositionsAsync(account.Id)).Count), Is.EqualTo((0m, 0)));
    }

    [Test]
    public async Task In_hedge_mode_a_position_is_opened_and_closed_in_its_bucket_and_never_turned_by_one_order([Values] VenueKind venue)
    {
        var account = await _cluster.OpenAsync(venue, hedge: true);
        Assert.That((await account.TradeAsync("SHORT", 100m))["status"]!.GetValue<string>(), Is.EqualTo("filled"));
        await account.PositionsAgreeAsync();
        Assert.That((await account.TradeAsync("LONG", 300m))["reason"]!["code"]!.GetValue<string>(), Is.EqualTo("POSITION_WOULD_TURN"));
        Assert.That((await account.TradeAsync("CLOSE"))["status"]!.GetValue<string>(), Is.EqualTo("closed"));
        await account.PositionsAgreeAsync();
    }

    [Test]
    public async Task A_fill_whose_order_the_venue_cannot_name_yet_is_not_taken_for_a_trade_by_hand([Values] VenueKind venue)
    {
        var account = await _cluster.OpenAsync(venue);
        Assert.That((await account.TradeAsync("SHORT"))["status"]!.GetValue<string>(), Is.EqualTo("filled"));
        var held = await account.VenueQtyAsync();
        // Neither answer nor stream tell of it, and for a while the venue knows the order only by its fill.
        await account.FaultAsync(FaultKind.StreamLoss, count: null, on: [Operation.Stream]);
        await account.FaultAsync(FaultKind.QueryLag, count: null, seconds: 20);
        await account.FaultAsync(FaultKind.TimeoutAfter);
        var decision = await account.DecideAsync("LONG");
        await Wait.UntilAsync("the venue has filled it", async () => await account.VenueQtyAsync() != held);
        await _cluster.Product.KillAndRestartAsync("standalone", TimeSpan.Zero);
        Assert.That((await account.DoneAsync(decision))["status"]!.GetValue<string>(), Is.EqualTo("filled"));
        await account.PositionsAgreeAsync();
        Assert.That(
            await _cluster.SqlAsync("select kind from execution.reconciliation_log where account_id = $1", account.Id),
            Does.Not.Contain("manual_close").And.Not.Contain("foreign_fill"));
    }

    [Test]
    public async Task A_kill_cancels_what_is_out_refuses_what_waits_and_lets_nothing_leave([Values] VenueKind venue)
    {
        var account = await _cluster.OpenAsync(venue);
        await account.WarmAsync();
        await account.FaultAsync(FaultKind.LateFill, seconds: 25);
        var working = await account.DecideAsync("LONG");
        await Wait.UntilAsync(
            "the venue has it",
            async () => (await _cluster.SqlAsync("select state from execution.desk_orders where decision_id = $1", working)).SingleOrDefault() == "working");
        var waiting = await account.DecideAsync("LONG");
        await Wait.UntilAsync(
            "it waits",
            async () => (await _cluster.SqlAsync("select state from execution.desk_orders where decision_id = $1", waiting)).SingleOrDefault() == "pending");
        var receipt = await _cluster.Product.KillAsync(account.Group, flatten: false);
        receipt = await _cluster.Product.CompleteAsync(receipt);
        Assert.Multiple(async () =>
        {
            Assert.That((await account.DoneAsync(working))["status"]!.GetValue<string>(), Is.EqualTo("canceled"));
            Assert.That((await account.DoneAsync(waiting))["reason"]!["code"]!.GetValue<string>(), Is.EqualTo("HALTED"));
            Assert.That(await account.CountAsync(waiting), Is.Zero);
            Assert.That(receipt["groups"]!.AsArray().Single(g => g!["group_id"]!.GetValue<string>() == account.Group)!["cancelled"]!.GetValue<int>(), Is.EqualTo(2));
        });
        var took = receipt["steps"]!.AsArray().Single(s => s!["step"]!.GetValue<string>() == "open_orders_cancelled")!["after_ms"]!.GetValue<decimal>();
        TestContext.Out.WriteLine($"open orders cancelled after {took} ms");
    }

    [Test]
    public async Task The_venues_own_countdown_runs_while_an_order_of_a_group_with_a_switch_is_out([Values(VenueKind.Binance, VenueKind.Okx)] VenueKind venue)
    {
        var account = await _cluster.OpenAsync(venue);
        await account.WarmAsync();
        var (status, _) = await _cluster.Product.CallAsync(HttpMethod.Put, $"/api/v1/controls/dead-man/{account.Group}", new() { ["action"] = "cancel", ["after_s"] = 60 });
        Assert.That(status, Is.EqualTo(System.Net.HttpStatusCode.OK));
        await account.FaultAsync(FaultKind.LateFill, seconds: 4);
        Assert.That((await account.TradeAsync("LONG"))["status"]!.GetValue<string>(), Is.EqualTo("filled"));
        await Wait.UntilAsync("it was set and stopped", async () =>
        {
            var set = (await _cluster.Emulator.JournalAsync(venue, account.Key)).OfType<CountdownSet>().ToList();
            return set.Count >= 2 && set[0].Until is not null && set[^1].Until is null;
        });
    }

    [Test]
    public async Task A_person_closes_everything_at_the_venue([Values] VenueKind venue)
    {
        var account = await _cluster.OpenAsync(venue);
        await account.WarmAsync();
        await _cluster.Product.KillAsync(account.Group, flatten: true);
        await Wait.UntilAsync("it is flat", async () => await account.VenueQtyAsync() == 0m && await account.OurQtyAsync() == 0m);
    }

    private async Task<Dictionary<string, decimal>> PositionsAsync(Guid account) =>
        (await _cluster.SqlAsync("select group_id, qty from execution.positions where account_id = $1 and qty <> 0", account))
            .Select(r => r.Split('|')).ToDictionary(r => r[0], r => decimal.Parse(r[1], CultureInfo.InvariantCulture));
}
