using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Execution.Controls;
using TradingSystem.VenueEmulator.Faults;

namespace TradingSystem.IntegrationTests.Everywhere;

/// <summary>
/// Nothing of ours refuses an exit, and no receipt says more than is so, on every kind of account. The market falls silent and processes die in between.
/// </summary>
[TestFixture]
public sealed class ExitsAndReceiptsTests
{
    private Stage _stage = null!;
    private TradingAccount _watcher = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _stage = await Stage.StartAsync(settings: new Dictionary<string, string> { ["EXECUTION__MAXPRICEAGE"] = "00:00:03", ["EXECUTION__PRICEWAIT"] = "00:00:00.500" });
        _watcher = await _stage.OpenAsync(AccountKind.Instant);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_stage is not null)
        {
            TestContext.Out.WriteLine(_stage.Product.Logs());
            await _stage.DisposeAsync();
        }
    }

    [SetUp]
    public Task PriceAsync() => _stage.PriceAsync(Stage.Price);

    [Test]
    public async Task A_bots_exit_goes_out_without_a_price_where_the_venue_has_one_and_waits_for_it_over_a_kill_where_we_fill([Values] AccountKind kind)
    {
        var account = await OpenedAsync(kind);
        await SilenceAsync();
        var exit = await account.DecideAsync("CLOSE");
        if (kind.Emulated() is null)
        {
            await Wait.UntilAsync("it is told that it waits", async () => Text((await account.OrderAsync(exit))?["reason"], "code") == "WAITING_FOR_PRICE");
            // That it was accepted at all was told before, and what is told takes its time to the diary.
            await Wait.UntilAsync("an update says that it waits", async () =>
                (await account.UpdateAsync(exit, "accepted")).ToJsonString().Contains("WAITING_FOR_PRICE", StringComparison.Ordinal));
            await KillInSilenceAsync();
            Assert.That((await account.OrderAsync(exit))!["status"]!.GetValue<string>(), Is.AnyOf("accepted", "submitted"));
            Assert.That(await account.OurQtyAsync(), Is.EqualTo(0.005m));
            _stage.Resume();
        }

        var order = await account.DoneAsync(exit);
        Assert.That((Text(order, "status"), order["reason"]), Is.EqualTo(("closed", (JsonNode?)null)), order.ToJsonString());
        await account.UpdateAsync(exit, "closed");
        await IsFlatAsync(account);
        Assert.That(await account.FillsAsync(), Has.Count.EqualTo(2), "one in, one out");
    }

    [Test]
    public async Task Close_all_without_a_price_runs_until_the_position_is_flat_and_says_what_it_waits_for([Values] AccountKind kind)
    {
        var account = await OpenedAsync(kind);
        await SilenceAsync();
        var receipt = await _stage.Product.ControlAsync("close-all", account.Group);
        if (kind.Emulated() is null)
        {
            await Wait.UntilAsync("the receipt says why it is still open", async () =>
            {
                var (status, running) = await ReceiptAsync(receipt);
                var group = running["groups"]!.AsArray().SingleOrDefault();
                return status == HttpStatusCode.Accepted && Text(running, "status") == "running" && StillOpen(group) is ["BTCUSDT"] && Unfinished(group) is ["WAITING_FOR_PRICE"];
            });
            await KillInSilenceAsync();
            Assert.That((await ReceiptAsync(receipt)).Status, Is.EqualTo(HttpStatusCode.Accepted), "nothing was closed yet");
            _stage.Resume();
        }

        var complete = await _stage.Product.CompleteAsync(receipt);
        ClosedOnce(complete);
        await IsFlatAsync(account);
        Assert.That(await account.FillsAsync(), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_kill_that_dies_before_its_first_round_is_carried_on_until_the_position_is_flat([Values] AccountKind kind)
    {
        var account = await OpenedAsync(kind);
        await using (var source = NpgsqlDataSource.Create(_stage.Product.ConnectionString))
        await using (var connection = await source.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var hold = new NpgsqlCommand("lock table execution.positions in access exclusive mode", connection, transaction);
            await hold.ExecuteNonQueryAsync();
            var asking = _stage.Product.KillAsync(account.Group, flatten: true);
            await Wait.UntilAsync("the command is saved", async () => await CommandsAsync(account) is [_]);
            await _stage.Product.KillAsync(_stage.Execution);
            await ((Task)asking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _stage.Product.Restart(_stage.Execution);
        await _stage.Product.ReadyAsync();
        ClosedOnce(await _stage.Product.CompleteAsync(new JsonObject { ["id"] = (await CommandsAsync(account))[0] }));
        await IsFlatAsync(account);
    }

    [Test]
    public async Task A_kill_that_dies_between_its_closing_order_and_the_fill_says_so_and_sends_no_second_one(
        [Values(AccountKind.Binance, AccountKind.Bybit, AccountKind.Okx)] AccountKind kind)
    {
        var account = await OpenedAsync(kind);
        await account.AtExchange!.FaultAsync(FaultKind.LateFill, seconds: 12);
        var receipt = await _stage.Product.KillAsync(account.Group, flatten: true);
        Assert.That(Text(receipt, "status"), Is.EqualTo("running"), receipt.ToJsonString());
        var group = receipt["groups"]![0]!;
        Assert.Multiple(() =>
        {
            Assert.That(group["closed"]!.AsArray().Select(o => (Text(o, "status"), o!["filled"]!.GetValue<decimal>())), Is.EqualTo(new[] { ("submitted", 0m) }));
            Assert.That((StillOpen(group), Unfinished(group)), Is.EqualTo((new[] { "BTCUSDT" }, new[] { "CLOSING" })));
            Assert.That(Step(receipt, "flattened"), Is.Null, "it is not");
        });
        await _stage.KillAsync();
        ClosedOnce(await _stage.Product.CompleteAsync(receipt));
        await IsFlatAsync(account);
        Assert.That(
            (await _stage.Cluster.Emulator.CountsAsync(account.AtExchange!.Venue, account.AtExchange.Key)).Values.Sum(), Is.EqualTo(2),
            "one order in and one out, for ever");
    }

    [Test]
    public async Task A_closing_order_that_the_venue_rejects_after_all_is_followed_by_another([Values(AccountKind.Binance, AccountKind.Bybit, AccountKind.Okx)] AccountKind kind)
    {
        var account = await OpenedAsync(kind);
        await account.AtExchange!.FaultAsync(FaultKind.RejectLater);
        var complete = await _stage.Product.CompleteAsync(await _stage.Product.ControlAsync("close-all", account.Group));
        var closed = complete["groups"]![0]!["closed"]!.AsArray();
        Assert.That(
            closed.Select(o => (o!["attempt"]!.GetValue<int>(), Text(o, "status"))),
            Is.EqualTo(new[] { (1, Text(closed[0], "status")), (2, "closed") }), complete.ToJsonString());
        Assert.That(Text(closed[0], "status"), Is.AnyOf("rejected", "canceled"));
        await IsFlatAsync(account);
    }

    [Test]
    public async Task A_switched_off_account_opens_nothing_and_is_closed_by_bot_and_person([Values] AccountKind kind, [Values] bool byPerson)
    {
        var account = await OpenedAsync(kind);
        await DeactivateAsync(account);
        Assert.That(Text((await account.TradeAsync("LONG"))["reason"], "code"), Is.EqualTo("ACCOUNT_INACTIVE"));
        if (byPerson)
        {
            ClosedOnce(await _stage.Product.CompleteAsync(await _stage.Product.KillAsync(account.Group, flatten: true)));
        }
        else
        {
            Assert.That(Text(await account.TradeAsync("CLOSE"), "status"), Is.EqualTo("closed"));
        }

        await IsFlatAsync(account);
    }

    [Test]
    public async Task A_position_that_cannot_be_closed_ends_the_command_incomplete_with_the_reason(
        [Values(AccountKind.Binance, AccountKind.Bybit, AccountKind.Okx)] AccountKind kind)
    {
        var account = await OpenedAsync(kind);
        await _stage.SqlAsync("delete from execution.account_secrets where account_id = $1 returning account_id", account.Id);
        await DeactivateAsync(account);
        // Nobody has the key in memory any more.
        await _stage.KillAsync();
        var receipt = await _stage.Product.ControlAsync("close-all", account.Group);
        var ended = await Wait.ForAsync("it has ended", async () => await ReceiptAsync(receipt) is (HttpStatusCode.OK, var told) ? told : null);
        var group = ended["groups"]![0]!;
        Assert.Multiple(() =>
        {
            Assert.That((Text(ended, "status"), Step(ended, "flattened")), Is.EqualTo(("incomplete", (JsonNode?)null)));
            Assert.That((StillOpen(group), Unfinished(group)), Is.EqualTo((new[] { "BTCUSDT" }, new[] { "ACCOUNT_UNUSABLE" })));
            Assert.That(group["unfinished"]![0]!["qty"]!.GetValue<decimal>(), Is.EqualTo(0.005m));
            Assert.That(group["closed"]!.AsArray().Select(o => Text(o, "reason_code")), Is.EqualTo(Enumerable.Repeat("ACCOUNT_UNUSABLE", 3)));
        });
    }

    private async Task<TradingAccount> OpenedAsync(AccountKind kind)
    {
        var account = await _stage.OpenAsync(kind);
        var opened = await account.TradeAsync("LONG");
        Assert.That(Text(opened, "status"), Is.EqualTo("filled"), opened.ToJsonString());
        return account;
    }

    /// <summary>Ends when an entry is refused for want of a price.</summary>
    private async Task SilenceAsync()
    {
        _stage.Silence();
        await Wait.UntilAsync("prices are stale", async () => Text((await _watcher.TradeAsync("LONG"))["reason"], "code") is "PRICE_STALE" or "PRICE_MISSING");
    }

    /// <summary>SIGKILL, and a new process that answers; it is not ready while its market is silent.</summary>
    private async Task KillInSilenceAsync()
    {
        await _stage.Product.KillAsync(_stage.Execution);
        _stage.Product.Restart(_stage.Execution);
        await Wait.UntilAsync("the new process answers", async () => (await _stage.Product.CallAsync(HttpMethod.Get, "/api/v1/controls")).Status == HttpStatusCode.OK);
    }

    private async Task DeactivateAsync(TradingAccount account) =>
        Assert.That((await _stage.Product.CallAsync(HttpMethod.Post, $"/api/v1/accounts/{account.Id}/deactivate")).Status, Is.EqualTo(HttpStatusCode.OK));

    private Task<List<string>> CommandsAsync(TradingAccount account) =>
        _stage.SqlAsync("select id::text from execution.control_commands where scope_id = $1", Guid.Parse(account.Group));

    private Task<(HttpStatusCode Status, JsonObject Body)> ReceiptAsync(JsonObject receipt) =>
        _stage.Product.CallAsync(HttpMethod.Get, $"/api/v1/controls/commands/{Text(receipt, "id")}");

    private static Task IsFlatAsync(TradingAccount account) =>
        Wait.UntilAsync("it is flat on both sides", async () => (await account.HeldThereAsync(), await account.OurQtyAsync()) == (0m, 0m));

    /// <summary>The receipt tells what became of its one closing order, and leaves nothing open.</summary>
    private static void ClosedOnce(JsonObject complete)
    {
        var group = complete["groups"]![0]!;
        Assert.Multiple(() =>
        {
            Assert.That(
                group["closed"]!.AsArray().Select(o => (Text(o, "status"), o!["qty"]!.GetValue<decimal>(), o["filled"]!.GetValue<decimal>())),
                Is.EqualTo(new[] { ("closed", 0.005m, 0.005m) }), complete.ToJsonString());
            Assert.That((StillOpen(group), Unfinished(group)), Is.EqualTo((Array.Empty<string>(), Array.Empty<string>())));
            Assert.That(Step(complete, "flattened"), Is.Not.Null);
        });
    }

    private static string[] StillOpen(JsonNode? group) => group is null ? [] : [.. group["still_open"]!.AsArray().Select(s => s!.GetValue<string>())];

    private static string[] Unfinished(JsonNode? group) => group is null ? [] : [.. group["unfinished"]!.AsArray().Select(u => Text(u, "code")!)];

    private static JsonNode? Step(JsonObject receipt, string step) => receipt["steps"]!.AsArray().Single(s => Text(s, "step") == step)!["at"];

    private static string? Text(JsonNode? node, string name) => node?[name]?.GetValue<string>();
}
