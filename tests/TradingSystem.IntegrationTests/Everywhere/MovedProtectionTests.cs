using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Execution.Controls;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Faults;

namespace TradingSystem.IntegrationTests.Everywhere;

/// <summary>Legs of a position that are moved, set and removed, on every kind of account of the whole product.</summary>
[TestFixture]
public sealed class MovedProtectionTests
{
    private const decimal Low = 90_000m;
    private const decimal High = 110_000m;

    private Stage _stage = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _stage = await Stage.StartAsync();

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
    public async Task Legs_are_set_moved_and_removed_and_what_is_told_is_what_stands([Values] AccountKind kind)
    {
        var account = await _stage.OpenAsync(kind);
        Assert.That(await MoveAsync(account, new() { ["stop_loss"] = Low }), Is.EqualTo((409, "NO_POSITION")));
        await account.OrderAsync(await account.DecideAsync("LONG", 100m), "filled");

        Assert.That(await MoveAsync(account, new() { ["stop_loss"] = Low, ["take_profit"] = High }), Is.EqualTo((200, "")));
        await StandsAsync(account, Low, High);
        Assert.That(await MoveAsync(account, new() { ["stop_loss"] = Low + 1_000m }), Is.EqualTo((200, "")), "tightened");
        await StandsAsync(account, Low + 1_000m, High);
        Assert.That(await MoveAsync(account, new() { ["take_profit"] = null }), Is.EqualTo((200, "")));
        await StandsAsync(account, Low + 1_000m, null);
        Assert.That(await MoveAsync(account, new() { ["stop_loss"] = Stage.Price + 1m }), Is.EqualTo((409, "STOP_LOSS_WRONG_SIDE")));
        await StandsAsync(account, Low + 1_000m, null);

        await _stage.Product.StateAsync(account.Group, "HALTED");
        Assert.That(await MoveAsync(account, new() { ["stop_loss"] = Low + 2_000m, ["take_profit"] = High }), Is.EqualTo((200, "")), "a halt holds no protection back");
        await StandsAsync(account, Low + 2_000m, High);
        await _stage.Product.StateAsync(account.Group, "ACTIVE");

        Assert.That(await MoveAsync(account, new() { ["stop_loss"] = null, ["take_profit"] = null }), Is.EqualTo((200, "PROTECTION_REMOVED")));
        await StandsAsync(account, null, null);
        Assert.That(await account.HeldThereAsync(), Is.Positive, "no move has traded anything");
        Assert.That(await ToldAsync(account, 7), Is.EqualTo(new[] { "rejected", "protected", "protected", "protected", "rejected", "protected", "canceled" }));
        Assert.That((await account.TradeAsync("CLOSE"))["status"]!.GetValue<string>(), Is.EqualTo("closed"));
        Assert.That(await account.HeldThereAsync(), Is.Zero);
    }

    [Test]
    public async Task The_price_of_the_old_leg_does_nothing_any_more_and_that_of_the_new_one_ends_the_entry([Values] AccountKind kind)
    {
        var account = await _stage.OpenAsync(kind);
        var decision = await account.DecideAsync("LONG", 100m, Low, High);
        await account.OrderAsync(decision, "protected");
        Assert.That(await MoveAsync(account, new() { ["stop_loss"] = Low - 5_000m }), Is.EqualTo((200, "")));
        await _stage.PriceAsync(Low - 1_000m);
        Assert.That(await MoveAsync(account, new() { ["stop_loss"] = Low - 4_000m }), Is.EqualTo((200, "")), "beyond the first stop it is still there to be moved");
        await _stage.PriceAsync(Low - 4_500m);
        Assert.That((await account.UpdateAsync(decision, "stopped"))["decision_id"]!.GetValue<string>(), Is.EqualTo(decision.ToString()));
        await Wait.UntilAsync("nothing is held and nothing waits", async () => (await account.HeldThereAsync(), await account.OurQtyAsync()) == (0m, 0m));
        await StandsAsync(account, null, null);
        Assert.That(await MoveAsync(account, new() { ["stop_loss"] = Low - 6_000m }), Is.EqualTo((409, "NO_POSITION")));
    }

    [Test]
    public async Task What_the_venue_refuses_leaves_the_legs_and_the_position_as_they_were([Values(AccountKind.Binance, AccountKind.Bybit, AccountKind.Okx)] AccountKind kind)
    {
        var account = await _stage.OpenAsync(kind);
        await account.OrderAsync(await account.DecideAsync("LONG", 100m, Low, High), "protected");
        // The venue's price is below the one that the moves are checked against, and the new stop is between them.
        await _stage.Cluster.Emulator.SetPriceAsync(new("BTCUSDT", 95_000m));
        Assert.That(await MoveAsync(account, new() { ["stop_loss"] = 97_000m, ["take_profit"] = High - 1_000m }), Is.EqualTo((409, "STOP_LOSS_WRONG_SIDE")));
        await StandsAsync(account, Low, High);
        Assert.That(await account.HeldThereAsync(), Is.Positive, "a refused move closes nothing");
        Assert.That(await ToldAsync(account, 1), Is.EqualTo(new[] { "rejected" }));
    }

    [Test]
    public async Task A_group_moves_its_own_legs_over_the_socket_in_both_dialects([Values] AccountKind kind)
    {
        var account = await _stage.OpenAsync(kind);
        await account.OrderAsync(await account.DecideAsync("LONG", 100m), "filled");
        var move = await account.SendAsync(Protect(new() { ["stop_loss"] = Low, ["take_profit"] = High }));
        await StandsAsync(account, Low, High);
        await account.UpdateAsync(move, "protected");

        var reply = await account.ReplyAsync(
            new() { ["kind"] = "protect", ["payload"] = new JsonObject { ["symbol"] = "BTCUSDT", ["stop_loss"] = null, ["take_profit"] = High - 1_000m }, ["request_id"] = "r" });
        Assert.That(
            (reply["kind"]!.GetValue<string>(), reply["message"]!.GetValue<string>(), reply["request_id"]!.GetValue<string>()),
            Is.EqualTo(("ack", "accepted", "r")), reply.ToJsonString());
        await StandsAsync(account, null, High - 1_000m);

        var wrong = await account.SendAsync(Protect(new() { ["stop_loss"] = Stage.Price + 1m }));
        Assert.That((await account.UpdateAsync(wrong, "rejected")).ToJsonString(), Does.Contain("STOP_LOSS_WRONG_SIDE"));
        await StandsAsync(account, null, High - 1_000m);
    }

    [Test]
    public async Task Killed_in_between_exactly_one_leg_of_each_kind_stands_at_the_new_price_or_at_the_old_one([Values] AccountKind kind, [Values] bool overTheSocket)
    {
        var account = await _stage.OpenAsync(kind);
        await account.OrderAsync(await account.DecideAsync("LONG", 100m, Low, High), "protected");
        if (account.AtExchange is { } venue)
        {
            // The venue has the new leg, and nobody lives to hear it.
            await venue.FaultAsync(FaultKind.DelayAnswer, count: 1, seconds: 0.8, on: [Operation.Place, Operation.Protect]);
        }

        var legs = new JsonObject { ["stop_loss"] = Low + 3_000m };
        Task asked = overTheSocket ? account.SendAsync(Protect(legs)) : PutAsync(account, legs);
        await Wait.UntilAsync("it is begun", async () => (await StatesAsync(account)) is ["moving" or "done"]);
        await _stage.KillAsync();
        try
        {
            await asked;
        }
        catch (HttpRequestException)
        {
            // Whoever asked was not answered; the tables know what was begun.
        }

        await Wait.UntilAsync("the move has its end", async () => (await StatesAsync(account)) is ["done" or "refused"]);
        var isDone = await StatesAsync(account) is ["done"];
        await StandsAsync(account, isDone ? Low + 3_000m : Low, High);
        Assert.That(await account.HeldThereAsync(), Is.Positive);
        await _stage.PriceAsync(Low + 1_000m);
        await Wait.UntilAsync(isDone ? "the new stop has fired" : "the old stop waits", Wait.Most, async () => await account.HeldThereAsync() == 0m == isDone);
        await Wait.UntilAsync("both sides hold the same", async () => await account.OurQtyAsync() == await account.HeldThereAsync());
    }

    private static JsonObject Protect(JsonObject legs)
    {
        (legs["type"], legs["symbol"]) = ("protect", "BTCUSDT");
        return legs;
    }

    private Task<List<string>> StatesAsync(TradingAccount account) =>
        _stage.SqlAsync("select state from execution.protection_moves where group_id = $1 order by seq", Guid.Parse(account.Group));

    private async Task<(HttpStatusCode Status, JsonObject Body)> PutAsync(TradingAccount account, JsonObject legs)
    {
        using var answer = await _stage.Product.Http.PutAsJsonAsync(new Uri(_stage.Product.Front, $"/api/v1/protections/{account.Group}/BTCUSDT"), legs);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject());
    }

    /// <summary>Asks as a person and waits for the end, which may come after the answer.</summary>
    private async Task<(int Status, string Reason)> MoveAsync(TradingAccount account, JsonObject legs)
    {
        var (status, body) = await PutAsync(account, legs);
        if (status == HttpStatusCode.Accepted)
        {
            var path = $"/api/v1/protections/moves/{body["id"]!.GetValue<string>()}";
            body = await Wait.ForAsync($"the end of {legs.ToJsonString()}", async () =>
            {
                var (_, seen) = await _stage.Product.CallAsync(HttpMethod.Get, path);
                return seen["status"]!.GetValue<string>() is "done" or "refused" ? seen : null;
            });
            status = body["status"]!.GetValue<string>() == "done" ? HttpStatusCode.OK : HttpStatusCode.Conflict;
        }

        Assert.That(body["status"], Is.Not.Null, body.ToJsonString());
        return ((int)status, body["reason_code"]?.GetValue<string>() ?? "");
    }

    /// <summary>By our own answer, and by the venue's where there is one.</summary>
    private Task StandsAsync(TradingAccount account, decimal? stop, decimal? take) => Wait.UntilAsync($"the legs stand at {stop} and {take}", async () =>
    {
        var (_, body) = await _stage.Product.CallAsync(HttpMethod.Get, $"/api/v1/protections/{account.Group}/BTCUSDT");
        var ours = body["legs"]!
            .AsArray()
            .Select(l => (Kind: l!["kind"]!.GetValue<string>(), Price: l["trigger_price"]!.GetValue<decimal>(), State: l["state"]!.GetValue<string>()))
            .Order().ToList();
        var wanted = new[] { (Kind: "stop_loss", Price: stop), (Kind: "take_profit", Price: take) }
            .Where(l => l.Price is not null).Select(l => (l.Kind, Price: l.Price!.Value, State: "waiting")).ToList();
        var theirs = account.AtExchange is not { } venue
            ? wanted.ConvertAll(l => l.Price)
            : [.. (await venue.AtVenueAsync()).Algos.Where(a => a.State == AlgoState.Waiting).SelectMany(a => a.Legs.Select(l => l.TriggerPrice))];
        return ours.SequenceEqual(wanted) && theirs.Order().SequenceEqual(wanted.Select(l => l.Price).Order())
            ? true
            : throw new InvalidOperationException($"ours {string.Join(' ', ours)}, the venue's {string.Join(' ', theirs)}");
    });

    /// <summary>What the moves were told as, in their order, once all of it has come to the diary.</summary>
    private async Task<List<string>> ToldAsync(TradingAccount account, int count)
    {
        List<string> told = [];
        await Wait.UntilAsync($"{count} moves are told", async () =>
        {
            told = await _stage.SqlAsync(
                "select u.status from execution.protection_moves m join diary.order_updates u on u.decision_id = m.id where m.group_id = $1 order by m.seq", Guid.Parse(account.Group));
            return told.Count == count ? true : throw new InvalidOperationException(string.Join(' ', told));
        });
        return told;
    }
}
