using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Trigger.Hooks;

/// <summary>What is kept of hooks and of what came to them, and shown, and what never is.</summary>
[TestFixture]
public sealed class HookRecordsTests
{
    private const string InPath = """{"kind":"path"}""";

    private TradingCluster _cluster = null!;
    private HookClient _hooks = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        // What an operator may switch on, and what must have no secret even then.
        _cluster = await TradingCluster.StartAsync(distributed: false, settings: new Dictionary<string, string>(HookClient.Patient)
        {
            ["Logging__LogLevel__Microsoft.AspNetCore.Hosting.Diagnostics"] = "Information",
            ["Logging__LogLevel__Microsoft.AspNetCore.Routing"] = "Debug",
            ["Logging__Console__FormatterOptions__IncludeScopes"] = "true",
            ["Logging__Console__FormatterName"] = "simple",
        });
        _hooks = new HookClient(_cluster);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0)
        {
            TestContext.Progress.WriteLine(_cluster.Logs());
        }

        _hooks.Dispose();
        await _cluster.DisposeAsync();
    }

    [Test]
    public async Task What_became_no_event_is_no_alert_that_was_taken()
    {
        var (id, secret) = await _hooks.MakeAsync("withdrawn", InPath);
        Assert.That((await _hooks.PostAsync($"/hooks/withdrawn/{secret}", "Buy")).Status, Is.EqualTo(HttpStatusCode.Accepted));
        await Wait.UntilAsync("it is said to be durable", async () => (await _hooks.DeliveriesAsync(id)).Single()["outcome"]!.GetValue<string>() == "published");
        Assert.That((await _hooks.AskAsync(HttpMethod.Get, $"/api/v1/hooks/{id}")).Body["last_alert_at"], Is.Not.Null);
        foreach (var outcome in new[] { "withdrawn", "given_up" })
        {
            await SqlAsync($"update trigger.hook_deliveries set outcome = '{outcome}' where hook_id = '{id}'");
            Assert.That((await _hooks.AskAsync(HttpMethod.Get, $"/api/v1/hooks/{id}")).Body["last_alert_at"], Is.Null, outcome);
        }
    }

    [TestCase("later", """document || '{"of_a_later_version": true}'""")]
    [TestCase("less", "document - 'targets'")]
    [TestCase("none", "'[]'")]
    [TestCase("named", """document || '{"name": "another"}'""")]
    [TestCase("liquid", """document || '{"title": "{% of_a_later_version %}"}'""")]
    public async Task A_hook_that_cannot_be_read_takes_nothing_and_no_other_hook_with_it(string name, string document)
    {
        var (id, secret) = await _hooks.MakeAsync(name, InPath);
        var (other, othersSecret) = await _hooks.MakeAsync($"beside_{name}", InPath);
        var (_, first) = await _hooks.AskAsync(HttpMethod.Get, $"/api/v1/hooks/{id}");
        Assert.That((await _hooks.PostAsync($"/hooks/{name}/{secret}", "Buy")).Status, Is.EqualTo(HttpStatusCode.Accepted));
        await SqlAsync($"update trigger.hook_deliveries set outcome = 'refused', reason = '[1]' where hook_id = '{id}'");
        await SqlAsync($"update trigger.hooks set version = 2, document = {document} where id = '{id}'");
        await Wait.UntilAsync(
            "it says that it is not the sender's fault", async () => (await _hooks.PostAsync($"/hooks/{name}/{secret}", "Buy")).Status == HttpStatusCode.ServiceUnavailable);

        Assert.That((await _hooks.PostAsync($"/hooks/beside_{name}/{othersSecret}", "Buy")).Status, Is.EqualTo(HttpStatusCode.Accepted));
        var listed = await _cluster.ListAllAsync("/api/v1/hooks");
        var view = listed.Single(h => h["id"]!.GetValue<string>() == id);
        Assert.That(
            (view["usable"]!.GetValue<bool>(), view["hook"] is null, view["address"]!.GetValue<string>(), view["error"]!.GetValue<string>()),
            Is.EqualTo((false, true, $"/hooks/{name}", "this version of the service cannot read what it is; write it anew")));
        var beside = listed.Single(h => h["id"]!.GetValue<string>() == other);
        Assert.That((beside["usable"]!.GetValue<bool>(), beside["error"]), Is.EqualTo((true, (JsonNode?)null)));
        Assert.That((await _hooks.AskAsync(HttpMethod.Get, $"/api/v1/hooks/{id}")).Body["usable"]!.GetValue<bool>(), Is.False);
        Assert.That((await _hooks.DeliveriesAsync(id))[^1]["faults"]![0]!["rule"]!.GetValue<string>(), Is.EqualTo("a reason that this version of the service can read"));
        Assert.That((await _hooks.AskAsync(HttpMethod.Post, $"/api/v1/hooks/{id}/rotate")).Status, Is.EqualTo(HttpStatusCode.Conflict));

        var (status, anew) = await _hooks.AskAsync(HttpMethod.Put, $"/api/v1/hooks/{id}?version=2", first["hook"]!.DeepClone());
        Assert.That((status, anew["usable"]?.GetValue<bool>()), Is.EqualTo((HttpStatusCode.OK, true)), anew.ToJsonString());
        Assert.That((await _hooks.PostAsync($"/hooks/{name}/{secret}", "Sell")).Status, Is.EqualTo(HttpStatusCode.Accepted));
    }

    [Test]
    public async Task A_rotated_secret_replaces_the_old_one_at_once_and_a_hook_that_was_taken_away_takes_nothing()
    {
        var (id, secret) = await _hooks.MakeAsync("rotated", InPath);
        var (status, rotated) = await _hooks.AskAsync(HttpMethod.Post, $"/api/v1/hooks/{id}/rotate");
        var next = rotated["secret"]!.GetValue<string>();
        Assert.That((status, next), Is.Not.EqualTo((HttpStatusCode.OK, secret)));
        Assert.That((await _hooks.PostAsync($"/hooks/rotated/{secret}", "x")).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await _hooks.PostAsync($"/hooks/rotated/{next}", "x")).Status, Is.EqualTo(HttpStatusCode.Accepted));
        Assert.That((await _hooks.AskAsync(HttpMethod.Delete, $"/api/v1/hooks/{id}")).Status, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((await _hooks.PostAsync($"/hooks/rotated/{next}", "x")).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task No_secret_is_in_a_log_nor_in_the_database()
    {
        var (rotated, before) = await _hooks.MakeAsync("redacted_path", InPath);
        Assert.That((await _hooks.PostAsync($"/hooks/redacted_path/{before}", "Buy")).Status, Is.EqualTo(HttpStatusCode.Accepted));
        var inPath = (await _hooks.AskAsync(HttpMethod.Post, $"/api/v1/hooks/{rotated}/rotate")).Body["secret"]!.GetValue<string>();
        Assert.That((await _hooks.PostAsync($"/hooks/redacted_path/{inPath}", $"with it: {inPath}")).Status, Is.EqualTo(HttpStatusCode.Accepted));
        Assert.That((await _hooks.PostAsync($"/HOOKS/redacted_path/{inPath}", "Sell")).Status, Is.EqualTo(HttpStatusCode.Accepted));
        foreach (var path in new[] { $"/hooks/redacted_path/{inPath}x", $"/hooks/{inPath}", $"/api/v1/{inPath}", $"/{inPath}" })
        {
            await _hooks.PostAsync(path, "wrong");
        }

        var (_, inBody) = await _hooks.MakeAsync("redacted_body", """{"kind":"body","field":"secret"}""", ""","numbers":["price"]""");
        Assert.That((await _hooks.PostAsync("/hooks/redacted_body", $$"""{"secret":"{{inBody}}","price":1,"note":"{{inBody}}"}""")).Status, Is.EqualTo(HttpStatusCode.Accepted));
        Assert.That((await _hooks.PostAsync("/hooks/redacted_body", $$"""{"secret":"{{inBody}}","price":"{{inBody}}"}""")).Status, Is.EqualTo(HttpStatusCode.BadRequest));
        var (_, signing) = await _hooks.MakeAsync("redacted_hmac", """{"kind":"hmac","header":"X-Signature"}""");
        await _hooks.PostAsync("/hooks/redacted_hmac", "x", headers: ("X-Signature", "00"));
        await Wait.UntilAsync("the events", async () => (await _hooks.EventsAsync("redacted_path")).Count == 3 && (await _hooks.EventsAsync("redacted_body")).Count == 1);
        await Wait.UntilAsync("the log", async () => (await _hooks.LogsAsync("WEBHOOK_REFUSED", "redacted_body")).Count == 1);

        var log = _cluster.WholeLog("standalone");
        Assert.That(log, Does.Contain("/hooks/redacted_path/redacted"), "paths are written down here");
        foreach (var s in new[] { before, inPath, inBody, signing })
        {
            Assert.That(log, Does.Not.Contain(s));
            Assert.That(
                await CountAsync($"""
                    select (select count(*) from trigger.hooks h where h::text like '%{s}%') + (select count(*) from bus.log l where l::text like '%{s}%')
                      + (select count(*) from trigger.hook_deliveries d where position(convert_to('{s}', 'UTF8') in d.body) > 0 or d.event like '%{s}%' or d.reason like '%{s}%')
                    """),
                Is.Zero);
        }
    }

    private async Task SqlAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_cluster.ConnectionString);
        await using var command = source.CreateCommand(sql);
        Assert.That(await command.ExecuteNonQueryAsync(), Is.EqualTo(1));
    }

    private async Task<long> CountAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_cluster.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
