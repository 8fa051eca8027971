using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Trigger.Schedules;

/// <summary>Signals that are raised later, sent over the wire to the running product with its simulated market.</summary>
[TestFixture]
public sealed class ScheduleTests
{
    private TradingCluster _cluster = null!;
    private string _triggerToken = null!;
    private string _groupToken = null!;
    private Bot _trigger = null!;
    private Bot _group = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await TradingCluster.StartAsync(distributed: false);
        _triggerToken = await _cluster.AddTriggerAsync("clockwork");
        (_, _groupToken) = await _cluster.AddGroupAsync("trade_crypto_btcusdt_15m");
    }

    [SetUp]
    public async Task ConnectAsync()
    {
        _trigger = await Bot.TriggerAsync(_cluster, _triggerToken);
        _group = await Bot.GroupAsync(_cluster, _groupToken);
        foreach (var bot in new[] { _trigger, _group })
        {
            Assert.That((string)(await bot.ReceiveAsync())!["message"]!, Is.EqualTo("connected"));
        }
    }

    [TearDown]
    public async Task DisconnectAsync()
    {
        await _trigger.DisposeAsync();
        await _group.DisposeAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0)
        {
            TestContext.Progress.WriteLine(_cluster.Logs());
        }

        await _cluster.DisposeAsync();
    }

    [Test, Order(1)]
    public async Task A_signal_is_raised_at_its_time_once_as_an_event_of_its_trigger()
    {
        var at = TimeProvider.System.GetUtcNow().AddSeconds(5);
        var (id, reply) = await AcceptedAsync(Scheduled("open", new() { ["trigger_at"] = at.ToString("O") }));
        Assert.That((int)reply["dispatched_clients"]!, Is.Zero);

        var pushed = await _group.OfTypeAsync("event");
        Assert.That(
            ((string)pushed["event_type"]!, (string)pushed["title"]!, (string)pushed["payload"]!, (string)pushed["source_id"]!),
            Is.EqualTo(("immediate", "open", "p", "clockwork")));
        Assert.That(pushed["created_at"]!.GetValue<DateTimeOffset>(), Is.GreaterThanOrEqualTo(at));

        var shown = await Wait.ForAsync("it is done", async () => await GetAsync(id) is var s && (string)s["schedule"]!["state"]! == "done" ? s : null);
        Assert.That(((string)shown["schedule"]!["kind"]!, shown["schedule"]!["due_at"], shown["next_times"]!.AsArray().Count), Is.EqualTo(("once", (JsonNode?)null, 0)));
        var occurrence = (await _cluster.ListAsync($"/api/v1/schedules/{id}/occurrences")).Single();
        Assert.That(((string)occurrence["outcome"]!, (string)occurrence["event_id"]!), Is.EqualTo(("raised", (string)pushed["id"]!)));
        Assert.That(occurrence["at"]!.GetValue<DateTimeOffset>(), Is.EqualTo(at).Within(TimeSpan.FromMilliseconds(0.001)));
    }

    [Test, Order(2)]
    public async Task A_calendar_raises_again_and_again_until_it_is_cancelled()
    {
        var (id, _) = await AcceptedAsync(Scheduled("tick", new() { ["schedule"] = new JsonObject { ["cron"] = "* * * * * *", ["zone"] = "Asia/Tokyo" } }));
        for (var i = 0; i < 3; i++)
        {
            Assert.That((string)(await _group.OfTypeAsync("event"))["title"]!, Is.EqualTo("tick"));
        }

        var next = (await GetAsync(id))["next_times"]!.AsArray();
        Assert.That((next.Count, next.Select(t => (string)t!["local"]!).All(t => t.EndsWith("+09:00", StringComparison.Ordinal))), Is.EqualTo((10, true)));
        var reply = await SendAsync(new() { ["type"] = "cancel", ["schedule_id"] = id });
        Assert.That(((bool)reply["ok"]!, (string)reply["id"]!), Is.EqualTo((true, id)));
        await Wait.UntilAsync("it is cancelled", async () => (string)(await GetAsync(id))["schedule"]!["state"]! == "cancelled");
        var ended = (await _cluster.ListAsync($"/api/v1/schedules/{id}/occurrences?limit=1000")).Count;
        await AcceptedAsync(Scheduled("marker", new() { ["trigger_at"] = In(3) }));
        while ((string)(await _group.OfTypeAsync("event"))["title"]! != "marker")
        {
        }

        Assert.That((await _cluster.ListAsync($"/api/v1/schedules/{id}/occurrences?limit=1000")).Count, Is.EqualTo(ended));
    }

    [Test, Order(3)]
    public async Task A_price_that_meets_a_condition_raises_it_once_and_one_that_does_not_leaves_it()
    {
        var (never, _) = await AcceptedAsync(Conditional("crash", "lt", 1m));
        var (now, _) = await AcceptedAsync(Conditional("above", "gt", 1m));
        var pushed = await _group.OfTypeAsync("event");
        Assert.That((string)pushed["title"]!, Is.EqualTo("above"));
        await Wait.UntilAsync("it is done", async () => (string)(await GetAsync(now))["schedule"]!["state"]! == "done");
        var occurrence = (await _cluster.ListAsync($"/api/v1/schedules/{now}/occurrences")).Single();
        Assert.That(((string)occurrence["event_id"]!, occurrence["price"]!.GetValue<decimal>() > 1m), Is.EqualTo(((string)pushed["id"]!, true)));
        Assert.That((string)(await GetAsync(never))["schedule"]!["state"]!, Is.EqualTo("active"));

        using var cancelled = await _cluster.Http.DeleteAsync(new Uri(_cluster.Front, $"/api/v1/schedules/{never}"));
        using var again = await _cluster.Http.DeleteAsync(new Uri(_cluster.Front, $"/api/v1/schedules/{never}"));
        using var nothing = await _cluster.Http.DeleteAsync(new Uri(_cluster.Front, $"/api/v1/schedules/{Guid.NewGuid()}"));
        Assert.That((cancelled.StatusCode, again.StatusCode, nothing.StatusCode), Is.EqualTo((HttpStatusCode.NoContent, HttpStatusCode.Conflict, HttpStatusCode.NotFound)));
    }

    [Test, Order(4)]
    public async Task A_condition_that_no_price_meets_in_time_expires_and_raises_nothing()
    {
        var (id, _) = await AcceptedAsync(Conditional("crash", "lt", 1m, In(5)));
        await Wait.UntilAsync("it expires", async () => (string)(await GetAsync(id))["schedule"]!["state"]! == "expired");
        Assert.That(await _cluster.ListAsync($"/api/v1/schedules/{id}/occurrences"), Is.Empty);
    }

    [Test, Order(5)]
    public async Task The_same_key_is_the_same_schedule_and_another_one_under_it_is_refused()
    {
        var first = Scheduled("keyed", new() { ["schedule"] = new JsonObject { ["cron"] = "0 9 * * *" }, ["event_key"] = "daily" });
        var (id, _) = await AcceptedAsync((JsonObject)first.DeepClone());
        var (same, reply) = await AcceptedAsync((JsonObject)first.DeepClone());
        Assert.That((same, (bool)reply["duplicate"]!), Is.EqualTo((id, true)));
        first["schedule"]!["cron"] = "0 10 * * *";
        Assert.That((string)(await SendAsync(first))["code"]!, Is.EqualTo("DECISION_ID_REUSED"));
        await Wait.UntilAsync("there is one of it", async () => (await _cluster.ListAsync("/api/v1/schedules?kind=cron&state=active&source_id=clockwork")).Count == 1);
    }

    [Test, Order(5)]
    public async Task A_repetition_is_answered_as_the_first_also_when_its_time_has_come_meanwhile()
    {
        var frame = Scheduled("soon", new() { ["trigger_at"] = In(5), ["event_key"] = "soon" });
        var (id, _) = await AcceptedAsync((JsonObject)frame.DeepClone());
        Assert.That((string)(await _group.OfTypeAsync("event"))["title"]!, Is.EqualTo("soon"));
        var (same, reply) = await AcceptedAsync(frame);
        Assert.That((same, (bool)reply["duplicate"]!), Is.EqualTo((id, true)));
        Assert.That(await _cluster.ListAsync($"/api/v1/schedules/{id}/occurrences"), Has.Count.EqualTo(1));
    }

    [Test, Order(5)]
    public async Task An_end_in_the_last_year_of_the_calendar_is_none_and_keeps_nothing_behind_it_from_being_kept()
    {
        var (far, _) = await AcceptedAsync(Conditional("far", "lt", 1m, "9999-12-31T23:59:59Z"));
        await AcceptedAsync(Scheduled("behind", new() { ["trigger_at"] = In(3600) }));
        Assert.That((string)(await GetAsync(far))["schedule"]!["state"]!, Is.EqualTo("active"));
    }

    [Test, Order(6)]
    public async Task What_has_no_time_to_wait_for_is_refused_by_its_path_and_nothing_is_kept()
    {
        var before = (await _cluster.ListAsync("/api/v1/schedules")).Count;
        foreach (var (fields, path) in new (JsonObject, string)[]
        {
            (new() { ["trigger_at"] = "2020-01-01T00:00:00Z" }, "trigger_at"),
            (new() { ["schedule"] = new JsonObject { ["cron"] = "0 25 * * *" } }, "schedule.cron"),
            (new() { ["schedule"] = new JsonObject { ["cron"] = "0 0 30 2 *" } }, "schedule.cron"),
            (new() { ["schedule"] = new JsonObject { ["cron"] = "0 9 * * *", ["zone"] = "New York" } }, "schedule.zone"),
            (new() { ["schedule"] = new JsonObject { ["cron"] = "0 9 * * *", ["until"] = "2020-01-01T00:00:00Z" } }, "schedule.until"),
        })
        {
            Assert.That((string)(await SendAsync(Scheduled("wrong", fields)))["detail"]![0]!["path"]!, Is.EqualTo(path));
        }

        Assert.That((string)(await SendAsync(Conditional("wrong", "lt", 1m, "2020-01-01T00:00:00Z")))["detail"]![0]!["path"]!, Is.EqualTo("valid_until"));
        var checkedOnly = Scheduled("only looked at", new() { ["trigger_at"] = In(60), ["validate_only"] = true });
        Assert.That((string)(await SendAsync(checkedOnly))["message"]!, Is.EqualTo("valid"));
        Assert.That((await _cluster.ListAsync("/api/v1/schedules")).Count, Is.EqualTo(before));
    }

    [Test, Order(7)]
    public async Task Groups_have_no_schedules_and_a_trigger_ends_none_of_another()
    {
        var (id, _) = await AcceptedAsync(Scheduled("mine", new() { ["schedule"] = new JsonObject { ["cron"] = "0 9 * * *" } }));
        await using var other = await Bot.TriggerAsync(_cluster, await _cluster.AddTriggerAsync("stranger"));
        await other.ReceiveAsync();
        await other.SendAsync(new JsonObject { ["type"] = "cancel", ["schedule_id"] = id });
        Assert.That((bool)(await other.ReplyAsync())["ok"]!, Is.True, "whose it is is known where it is kept");
        await other.SendAsync(new JsonObject { ["type"] = "cancel", ["all"] = true });
        Assert.That((string)(await other.ReplyAsync())["message"]!, Is.EqualTo("forbidden_event"), "it has no orders");

        await _group.SendAsync(Scheduled("group", new() { ["trigger_at"] = In(1) }));
        Assert.That((string)(await _group.ReplyAsync())["message"]!, Is.EqualTo("forbidden_event"));
        await _group.SendAsync(new JsonObject { ["type"] = "cancel", ["schedule_id"] = id });
        Assert.That((string)(await _group.ReplyAsync())["message"]!, Is.EqualTo("forbidden_event"));

        // Behind what the stranger sent, so that it has come.
        var (later, _) = await AcceptedAsync(Scheduled("later", new() { ["trigger_at"] = In(60) }));
        await Wait.UntilAsync("it is kept", async () => (await _cluster.Http.GetAsync(new Uri(_cluster.Front, $"/api/v1/schedules/{later}"))).IsSuccessStatusCode);
        Assert.That((string)(await GetAsync(id))["schedule"]!["state"]!, Is.EqualTo("active"));
    }

    [Test, Order(8)]
    public async Task Of_a_trigger_that_is_switched_off_nothing_is_raised()
    {
        var trigger = (await _cluster.ListAsync("/api/v1/triggers")).Single(t => (string)t["name"]! == "clockwork");
        await _cluster.PatchAsync($"/api/v1/triggers/{trigger["id"]}", new() { ["active"] = true });
        var (id, _) = await AcceptedAsync(Scheduled("silenced", new() { ["trigger_at"] = In(15) }));
        await _cluster.PatchAsync($"/api/v1/triggers/{trigger["id"]}", new() { ["active"] = false });
        await Wait.UntilAsync("its time has come", async () => (await _cluster.ListAsync($"/api/v1/schedules/{id}/occurrences")).Count == 1);
        var occurrence = (await _cluster.ListAsync($"/api/v1/schedules/{id}/occurrences")).Single();
        Assert.That(((string)occurrence["outcome"]!, occurrence["event_id"]), Is.EqualTo(("switched_off", (JsonNode?)null)));
        Assert.That((string)(await SendAsync(Scheduled("refused", new() { ["trigger_at"] = In(3) })))["code"]!, Is.EqualTo("TRIGGER_INACTIVE"));
        await _cluster.PatchAsync($"/api/v1/triggers/{trigger["id"]}", new() { ["active"] = true });
    }

    [Test, Order(9)]
    public async Task The_next_times_of_an_expression_are_told_without_keeping_it()
    {
        var times = await _cluster.Http.GetFromJsonAsync<JsonObject>(new Uri(_cluster.Front, "/api/v1/schedules/times?cron=30%202%20*%20*%20*&zone=America/New_York"));
        Assert.That(times!["next_times"]!.AsArray(), Has.Count.EqualTo(10));
        using var wrong = await _cluster.Http.GetAsync(new Uri(_cluster.Front, "/api/v1/schedules/times?cron=nonsense"));
        var refused = await wrong.Content.ReadFromJsonAsync<JsonObject>();
        Assert.That((wrong.StatusCode, (string)refused!["detail"]![0]!["path"]!), Is.EqualTo((HttpStatusCode.BadRequest, "cron")));
    }

    [Test, Order(9)]
    public async Task One_that_this_node_cannot_read_is_left_to_one_that_can_and_keeps_no_other_from_being_raised()
    {
        var (id, _) = await AcceptedAsync(Scheduled("of a later version", new() { ["trigger_at"] = In(600) }));
        await using var source = NpgsqlDataSource.Create(_cluster.ConnectionString);
        await using var spoil = source.CreateCommand($"update trigger.schedules set signal = '[]', due_at = now() - interval '1 second' where id = '{id}'");
        Assert.That(await spoil.ExecuteNonQueryAsync(), Is.EqualTo(1));
        try
        {
            await AcceptedAsync(Scheduled("readable", new() { ["trigger_at"] = In(5) }));
            Assert.That((string)(await _group.OfTypeAsync("event"))["title"]!, Is.EqualTo("readable"));

            var shown = await GetAsync(id);
            Assert.That(
                ((string)shown["schedule"]!["state"]!, shown["schedule"]!["signal"], (string?)shown["schedule"]!["fault"], shown["next_times"]!.AsArray().Count),
                Is.EqualTo(("active", (JsonNode?)null, "it is not one of this version", 0)));
            Assert.That(
                (await _cluster.ListAsync("/api/v1/schedules")).Where(s => s["fault"] is not null).Select(s => (string)s["id"]!), Is.EqualTo(new[] { id }), "it breaks no list");
        }
        finally
        {
            await using var away = source.CreateCommand($"delete from trigger.schedules where id = '{id}'");
            await away.ExecuteNonQueryAsync();
        }
    }

    private async Task<(string Id, JsonObject Reply)> AcceptedAsync(JsonObject frame)
    {
        var reply = await SendAsync(frame);
        Assert.That((bool)reply["ok"]!, Is.True, reply.ToJsonString());
        var id = (string)reply["id"]!;
        await Wait.UntilAsync("it is kept", async () => (await _cluster.Http.GetAsync(new Uri(_cluster.Front, $"/api/v1/schedules/{id}"))).IsSuccessStatusCode);
        return (id, reply);
    }

    private async Task<JsonObject> SendAsync(JsonObject frame)
    {
        await _trigger.SendAsync(frame);
        return await _trigger.ReplyAsync();
    }

    private async Task<JsonObject> GetAsync(string id) => (await _cluster.Http.GetFromJsonAsync<JsonObject>(new Uri(_cluster.Front, $"/api/v1/schedules/{id}")))!;

    private static string In(int seconds) => TimeProvider.System.GetUtcNow().AddSeconds(seconds).ToString("O");

    private static JsonObject Scheduled(string title, JsonObject more) => With(
        new() { ["type"] = "event", ["event_type"] = "scheduled", ["targets"] = new JsonArray("trade_crypto_btcusdt_15m"), ["title"] = title, ["payload"] = "p" }, more);

    private static JsonObject Conditional(string title, string op, decimal value, string? until = null)
    {
        var more = new JsonObject { ["event_type"] = "conditional", ["condition"] = new JsonObject { ["domain"] = "price", ["symbol"] = "BTCUSDT", ["op"] = op, ["value"] = value } };
        if (until is not null)
        {
            more["valid_until"] = until;
        }

        return Scheduled(title, more);
    }

    private static JsonObject With(JsonObject frame, JsonObject more)
    {
        foreach (var (name, value) in more)
        {
            frame[name] = value?.DeepClone();
        }

        return frame;
    }
}
