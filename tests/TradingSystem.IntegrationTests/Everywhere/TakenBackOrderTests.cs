using System.Net;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Execution.Controls;
using TradingSystem.IntegrationTests.Servers;
using TradingSystem.VenueEmulator.Faults;

namespace TradingSystem.IntegrationTests.Everywhere;

/// <summary>Orders that are taken back over the wire, on every kind of account, in one process and across services.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class TakenBackOrderTests(bool distributed)
{
    private const decimal Below = Stage.Price * 0.97m;

    private Stage _stage = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _stage = await Stage.StartAsync(distributed);
        await _stage.PriceAsync(Stage.Price);
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

    [Test]
    public async Task What_rests_of_one_decision_or_of_all_is_taken_back_and_protection_stays(
        [Values(AccountKind.Exchange, AccountKind.Binance, AccountKind.Bybit, AccountKind.Okx)] AccountKind kind)
    {
        var account = await _stage.OpenAsync(kind);
        var entry = await account.DecideAsync("LONG", stopLoss: Stage.Price * 0.8m);
        await account.OrderAsync(entry, "protected");
        var key = $"k-{Guid.NewGuid():n}";
        var (keyed, other, exit) = (await RestAsync(account, key), await account.RestAsync("LONG", Below), await account.RestAsync("CLOSE", Stage.Price * 1.1m));

        await account.SendAsync(Cancel(key));
        await EndsAsync(account, keyed, "CANCELED");
        Assert.That(await account.OpenAsync(other, "working"), Is.Not.Null, "only the one that was meant");

        await account.SendAsync(Cancel(null));
        await EndsAsync(account, other, "CANCELED");
        await EndsAsync(account, exit, "CANCELED");
        var open = await _stage.Product.ListAsync($"/api/v1/orders/open?group_id={account.Group}");
        Assert.That(open.Select(o => o["leg"]!.GetValue<string>()), Is.EqualTo(new[] { "stop_loss" }));
        Assert.That((await account.HeldThereAsync(), (await account.OrderAsync(entry))!["status"]!.GetValue<string>()), Is.EqualTo((0.005m, "protected")));
    }

    [Test]
    public async Task A_cancel_that_overtakes_its_decision_ends_it_also_when_the_process_dies_in_between([Values] AccountKind kind, [Values] bool killed)
    {
        var account = await _stage.OpenAsync(kind);
        var key = $"k-{Guid.NewGuid():n}";
        await account.SendAsync(Cancel(key));
        await RememberedAsync(account, key);
        if (killed)
        {
            await _stage.KillAsync();
            await _stage.PriceAsync(Stage.Price);
        }

        var decision = await account.SendAsync(Bot.Decision("LONG", decisionId: key));
        await EndsAsync(account, decision, "CANCELED");
        var update = await account.UpdateAsync(decision, "canceled");
        Assert.That(update.ToJsonString(), Does.Contain("CANCELED"));
        Assert.That(await _stage.SqlAsync("select count(*)::text from diary.order_updates where decision_id = $1", decision), Is.EqualTo(new[] { "1" }), "exactly one update");
        Assert.That(await account.HeldThereAsync(), Is.Zero);
        if (account.AtExchange is { } desk)
        {
            Assert.That(await desk.CountAsync(decision), Is.Zero, "no venue heard of it");
        }

        var again = await account.SendAsync(Bot.Decision("LONG", decisionId: $"k-{Guid.NewGuid():n}"));
        Assert.That((await account.DoneAsync(again))["status"]!.GetValue<string>(), Is.EqualTo("filled"), "the next one is another");
    }

    [Test]
    public async Task A_cancel_that_was_accepted_survives_the_process([Values(AccountKind.Exchange, AccountKind.Binance, AccountKind.Bybit, AccountKind.Okx)] AccountKind kind)
    {
        var account = await _stage.OpenAsync(kind);
        var resting = await account.RestAsync("LONG", Below);
        if (account.AtExchange is { } desk)
        {
            // The wish is saved, and no cancel gets through to the exchange before the process dies.
            await desk.FaultAsync(FaultKind.TimeoutBefore, count: null, on: [Operation.Cancel]);
        }

        await account.SendAsync(Cancel(resting.ToString()));
        await Wait.UntilAsync("the wish is saved", async () =>
            (await _stage.SqlAsync("select 1 from execution.desk_orders where decision_id = $1 and leg = 'E' and cancel_requested_at is not null", resting)).Count == 1);
        await _stage.Product.KillAsync(_stage.Execution);
        if (account.AtExchange is { } there)
        {
            await _stage.Cluster.Emulator.ClearFaultsAsync(there.Key);
        }

        _stage.Product.Restart(_stage.Execution);
        await _stage.Product.ReadyAsync();
        await _stage.PriceAsync(Stage.Price);
        await EndsAsync(account, resting, "CANCELED");
        Assert.That((await account.StepsAsync(resting)).Count(s => s == "canceled"), Is.EqualTo(1));
        Assert.That(await account.HeldThereAsync(), Is.Zero);
    }

    [Test]
    public async Task A_fill_that_is_faster_than_the_cancel_is_told_by_the_order([Values(AccountKind.Binance, AccountKind.Bybit, AccountKind.Okx)] AccountKind kind)
    {
        var account = await _stage.OpenAsync(kind);
        var resting = await account.RestAsync("LONG", Below);
        await account.AtExchange!.FaultAsync(FaultKind.FillOnCancel, on: [Operation.Cancel]);
        await account.SendAsync(Cancel(resting.ToString()));
        Assert.That((await account.DoneAsync(resting))["status"]!.GetValue<string>(), Is.EqualTo("filled"));
        await account.AtExchange.PositionsAgreeAsync();
    }

    [Test]
    public async Task Where_nothing_rests_that_is_told_under_the_requests_id([Values] AccountKind kind)
    {
        var account = await _stage.OpenAsync(kind);
        var filled = await account.DecideAsync("LONG");
        await account.OrderAsync(filled, "filled");
        foreach (var key in new[] { filled.ToString(), null })
        {
            var cancel = await account.SendAsync(Cancel(key));
            var told = await account.UpdateAsync(cancel, "rejected");
            Assert.That(told.ToJsonString(), Does.Contain("NOTHING_TO_CANCEL"));
        }

        Assert.That((await account.OrderAsync(filled))!["status"]!.GetValue<string>(), Is.EqualTo("filled"));
        Assert.That(await account.HeldThereAsync(), Is.EqualTo(0.005m));
    }

    [Test]
    public async Task It_passes_while_the_group_is_paused_reducing_or_halted(
        [Values(AccountKind.Exchange, AccountKind.Binance, AccountKind.Bybit, AccountKind.Okx)] AccountKind kind)
    {
        var account = await _stage.OpenAsync(kind);
        await account.OrderAsync(await account.DecideAsync("LONG"), "filled");
        var (entry, exit) = (await account.RestAsync("LONG", Below), await account.RestAsync("CLOSE", Stage.Price * 1.1m));
        await _stage.Product.ControlAsync("pause", account.Group);
        await account.SendAsync(Cancel(entry.ToString()));
        await EndsAsync(account, entry, "CANCELED");
        await _stage.Product.ControlAsync("resume", account.Group);
        await _stage.Product.StateAsync(account.Group, "REDUCING");
        await account.SendAsync(Cancel(exit.ToString()));
        await EndsAsync(account, exit, "CANCELED");
        await _stage.Product.StateAsync(account.Group, "HALTED");
        var cancel = await account.SendAsync(Cancel(null));
        Assert.That((await account.UpdateAsync(cancel, "rejected")).ToJsonString(), Does.Contain("NOTHING_TO_CANCEL"));
        await Wait.UntilAsync("decisions do not", async () => (await account.ReplyAsync(Bot.Decision("LONG")))["message"]!.GetValue<string>() == "halted");
    }

    [Test]
    public async Task A_person_asks_for_the_same_over_REST_and_it_is_written_down()
    {
        var account = await _stage.OpenAsync(AccountKind.Exchange);
        var key = $"k-{Guid.NewGuid():n}";
        var (keyed, other) = (await RestAsync(account, key), await account.RestAsync("LONG", Below));
        var (status, body) = await CallAsync(new() { ["group_id"] = account.Group, ["decision_id"] = key, ["reason"] = "too late" });
        Assert.That((status, body["outcome"]!.GetValue<string>(), body["orders"]!.GetValue<int>()), Is.EqualTo((HttpStatusCode.Accepted, "requested", 1)), body.ToJsonString());
        await EndsAsync(account, keyed, "CANCELED");
        Assert.That((await CallAsync(new() { ["group_id"] = account.Group, ["all"] = true })).Status, Is.EqualTo(HttpStatusCode.Accepted));
        await EndsAsync(account, other, "CANCELED");
        Assert.Multiple(async () =>
        {
            Assert.That((await CallAsync(new() { ["group_id"] = account.Group, ["all"] = true })).Body["outcome"]!.GetValue<string>(), Is.EqualTo("nothing"));
            Assert.That((await CallAsync(new() { ["group_id"] = account.Group })).Status, Is.EqualTo(HttpStatusCode.BadRequest));
            Assert.That((await CallAsync(new() { ["group_id"] = account.Group, ["decision_id"] = key, ["all"] = true })).Status, Is.EqualTo(HttpStatusCode.BadRequest));
            Assert.That((await CallAsync(new() { ["group_id"] = Guid.NewGuid().ToString(), ["all"] = true })).Status, Is.EqualTo(HttpStatusCode.NotFound));
            Assert.That(
                await _stage.SqlAsync(
                    "select after || ' ' || coalesce(reason, '') from execution.control_audit where action = 'cancel_orders' and scope_id = $1 order by seq limit 2",
                    Guid.Parse(account.Group)),
                Is.EqualTo(new[] { $"{key} too late", "all " }));
        });
    }

    [Test]
    public async Task A_trigger_may_not_and_one_in_the_newer_dialect_may()
    {
        var trigger = await _stage.Product.AddTriggerAsync($"trigger-{Guid.NewGuid():n}");
        await using (var bot = await Bot.TriggerAsync(_stage.Product, trigger))
        {
            await bot.ReceiveAsync();
            Assert.That((await bot.AskAsync(Cancel(null)))["message"]!.GetValue<string>(), Is.EqualTo("forbidden_event"));
            Assert.That((await bot.AskAsync(new JsonObject { ["type"] = "protect", ["symbol"] = "B" }))["message"]!.GetValue<string>(), Is.EqualTo("forbidden_event"));
        }

        var account = await _stage.OpenAsync(AccountKind.Exchange);
        var resting = await account.RestAsync("LONG", Below);
        var reply = await account.ReplyAsync(new() { ["kind"] = "cancel", ["payload"] = new JsonObject { ["decision_id"] = resting.ToString() }, ["request_id"] = "r" });
        Assert.That(
            (reply["kind"]!.GetValue<string>(), reply["message"]!.GetValue<string>(), reply["request_id"]!.GetValue<string>()),
            Is.EqualTo(("ack", "accepted", "r")), reply.ToJsonString());
        await EndsAsync(account, resting, "CANCELED");
    }

    private static JsonObject Cancel(string? decision) => decision is null
        ? new() { ["type"] = "cancel", ["all"] = true }
        : new() { ["type"] = "cancel", ["decision_id"] = decision };

    private static async Task<Guid> RestAsync(TradingAccount account, string key)
    {
        var frame = Bot.Decision("LONG", decisionId: key);
        var payload = JsonNode.Parse(frame["payload"]!.GetValue<string>())!;
        (payload["signal"]!["order_type"], payload["signal"]!["price"]) = ("limit", Below);
        frame["payload"] = payload.ToJsonString();
        var decision = await account.SendAsync(frame);
        await Wait.UntilAsync("it rests", async () => await account.OpenAsync(decision, "working") is not null);
        return decision;
    }

    private static async Task EndsAsync(TradingAccount account, Guid decision, string code)
    {
        var order = await account.OrderAsync(decision, "canceled");
        Assert.That(order["reason"]!["code"]!.GetValue<string>(), Is.EqualTo(code), order.ToJsonString());
    }

    private Task RememberedAsync(TradingAccount account, string key) => Wait.UntilAsync("the cancel is remembered", async () =>
        (await _stage.SqlAsync("select outcome from execution.order_cancels where group_id = $1 and decision_key = $2", Guid.Parse(account.Group), key)).SequenceEqual(["remembered"]));

    private Task<(HttpStatusCode Status, JsonObject Body)> CallAsync(JsonObject body) => _stage.Product.CallAsync(HttpMethod.Post, "/api/v1/orders/cancel", body);
}
