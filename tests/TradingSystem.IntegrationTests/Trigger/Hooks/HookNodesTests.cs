using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Trigger.Hooks;

/// <summary>Two trigger nodes on one database, and the front before them.</summary>
[TestFixture]
public sealed class HookNodesTests
{
    private TradingCluster _cluster = null!;
    private HookClient _hooks = null!;
    private Uri[] _nodes = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await TradingCluster.StartAsync(distributed: true, settings: new Dictionary<string, string>(HookClient.Patient)
        {
            ["TRIGGER__STORM__PERMINUTE"] = "0",
            ["Logging__LogLevel__Microsoft.AspNetCore.Hosting.Diagnostics"] = "Information",
            // The front's address, which tells its service who asks.
            ["PROXY__TRUSTED"] = "127.0.0.1",
        });
        var second = await _cluster.AddTriggerNodeAsync();
        _nodes = [_cluster.AddressOf("trigger"), _cluster.AddressOf(second)];
        _hooks = new HookClient(_cluster);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0)
        {
            TestContext.Progress.WriteLine(_cluster.Logs());
        }

        _hooks?.Dispose();
        await _cluster.DisposeAsync();
    }

    [TestCase("raced_keyed", ""","key":"{{ body.id }}" """)]
    [TestCase("raced_bare", "")]
    public async Task The_same_alert_at_both_nodes_at_once_is_one_event(string name, string key)
    {
        const int alerts = 50;
        var (_, secret) = await _hooks.MakeAsync(name, """{"kind":"path"}""", key);
        await KnownEverywhereAsync(name, secret);
        for (var alert = 0; alert < alerts; alert++)
        {
            var body = string.Create(CultureInfo.InvariantCulture, $$"""{"id":"{{name}}-{{alert}}","price":1}""");
            var answers = await Task.WhenAll(_nodes.Concat(_nodes).Select(n => _hooks.PostAsync($"/hooks/{name}/{secret}", body, to: n)));
            Assert.That(answers.Select(a => a.Status), Is.All.EqualTo(HttpStatusCode.Accepted).Or.EqualTo(HttpStatusCode.OK));
            Assert.That(answers.Select(a => a.Id).Distinct().Count(), Is.EqualTo(1), body);
            // Who sent it again may be told that it was taken the first time.
            Assert.That(answers.Count(a => !a.IsDuplicate), answers.Any(a => a.IsRepeated) ? Is.AtMost(1) : Is.EqualTo(1), body);
        }

        await Wait.UntilAsync("every event", async () => (await EventsAsync(name)).Count == alerts);
    }

    [Test]
    public async Task Through_the_front_a_secret_or_a_signature_reaches_the_service_and_no_log()
    {
        var (_, inPath) = await _hooks.MakeAsync("fronted_path", """{"kind":"path"}""");
        var (_, signing) = await _hooks.MakeAsync("fronted_hmac", """{"kind":"hmac","header":"X-Sender-Signature","encoding":"base64","timestamp_header":"X-Sender-Time"}""");
        Assert.That((await _hooks.PostAsync($"/hooks/fronted_path/{inPath}", "Buy")).Status, Is.EqualTo(HttpStatusCode.Accepted));
        Assert.That((await _hooks.PostAsync($"/hooks/fronted_path/{inPath}x", "Buy")).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await _hooks.PostAsync("/hooks/fronted_path/gr%C3%BCn", "Buy")).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await _hooks.PostAsync($"/hooks/fronted_path/{inPath}", new string('x', 900_000))).Status, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(signing), Encoding.UTF8.GetBytes($"{now}.Buy")));
        Assert.That(
            (await _hooks.PostAsync("/hooks/fronted_hmac", "Buy", headers: [("X-Sender-Signature", signature), ("X-Sender-Time", now)])).Status, Is.EqualTo(HttpStatusCode.Accepted));
        foreach (var service in new[] { "dashboard", "trigger" })
        {
            var log = _cluster.WholeLog(service);
            Assert.That((log.Contains(inPath, StringComparison.Ordinal), log.Contains(signing, StringComparison.Ordinal)), Is.EqualTo((false, false)), service);
        }
    }

    [Test]
    public async Task Behind_the_front_who_sends_slowly_takes_no_room_from_another_address()
    {
        const string slow = "127.0.0.31";
        var (_, secret) = await _hooks.MakeAsync("slowly", """{"kind":"path"}""");
        var begun = new List<Stream>();
        try
        {
            await Wait.UntilAsync("its share is taken", async () =>
            {
                for (var i = 0; i < 40; i++)
                {
                    begun.Add(await _hooks.BeginAsync(slow, $"/hooks/slowly/{secret}"));
                }

                return (await _hooks.PostFromAsync(slow, $"/hooks/slowly/{secret}", "Buy")).Status == HttpStatusCode.ServiceUnavailable;
            });
            Assert.That((await _hooks.PostFromAsync("127.0.0.32", $"/hooks/slowly/{secret}", "Sell")).Status, Is.EqualTo(HttpStatusCode.Accepted));
        }
        finally
        {
            begun.ForEach(b => b.Dispose());
        }
    }

    [Test]
    public async Task A_silence_is_told_by_one_of_the_nodes()
    {
        var (id, _) = await _hooks.MakeAsync("awaited_by_two", """{"kind":"path"}""", ""","expected_every_minutes":5""");
        await using var source = NpgsqlDataSource.Create(_cluster.ConnectionString);
        await using (var update = source.CreateCommand($"update trigger.hooks set changed_at = now() - interval '6 minutes', version = 2 where id = '{id}'"))
        {
            await update.ExecuteNonQueryAsync();
        }

        await Wait.UntilAsync("it is told", async () => (await _hooks.LogsAsync("WEBHOOK_MISSED", "awaited_by_two")).Count > 0);
        var (next, _) = await _hooks.MakeAsync("awaited_after_it", """{"kind":"path"}""", ""","expected_every_minutes":5""");
        await using (var update = source.CreateCommand($"update trigger.hooks set changed_at = now() - interval '6 minutes', version = 2 where id = '{next}'"))
        {
            await update.ExecuteNonQueryAsync();
        }

        // Another round of both nodes has looked at the first by then.
        await Wait.UntilAsync("the next is told", async () => (await _hooks.LogsAsync("WEBHOOK_MISSED", "awaited_after_it")).Count > 0);
        Assert.That((await _hooks.LogsAsync("WEBHOOK_MISSED", "awaited_by_two")).Count, Is.EqualTo(1));
    }

    /// <summary>A node hears of a hook within two seconds.</summary>
    private async Task KnownEverywhereAsync(string name, string secret)
    {
        foreach (var node in _nodes)
        {
            await Wait.UntilAsync($"{node} knows it", async () => (await _hooks.PostAsync($"/hooks/{name}/{secret}", "{", to: node)).Status == HttpStatusCode.BadRequest);
        }
    }

    private Task<IReadOnlyList<System.Text.Json.Nodes.JsonNode>> EventsAsync(string name) => _hooks.EventsAsync(name);
}
