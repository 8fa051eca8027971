using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Trigger.Hooks;

/// <summary>Alerts posted to the running product.</summary>
[TestFixture]
public sealed class HookTests
{
    private const string InBody = """{"kind":"body","field":"secret"}""";
    private const string InPath = """{"kind":"path"}""";

    private TradingCluster _cluster = null!;
    private HookClient _hooks = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await TradingCluster.StartAsync(distributed: false, settings: HookClient.Patient);
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
    public async Task An_alert_with_its_secret_in_the_body_is_an_event_and_its_secret_is_kept_nowhere()
    {
        var (id, secret) = await _hooks.MakeAsync("in_body", InBody, ""","numbers":["price"],"tags":["tv"],"priority":7""");
        var answer = await _hooks.PostAsync("/hooks/in_body", $$"""{"secret":"{{secret}}","ticker":"BTCUSDT","price":60000.50}""");
        Assert.That((answer.Status, answer.IsDuplicate), Is.EqualTo((HttpStatusCode.Accepted, false)), answer.Text);

        var raised = await Wait.ForAsync("the event", async () => (await _hooks.EventsAsync("in_body")) is [var e, ..] ? e : null);
        Assert.That(
            (raised["id"]!.GetValue<string>(), raised["event_type"]!.GetValue<string>(), raised["title"]!.GetValue<string>(), raised["priority"]!.GetValue<int>()),
            Is.EqualTo((answer.Id, "immediate", "BTCUSDT 60000.5", 7)));
        var payload = JsonNode.Parse(raised["payload"]!.GetValue<string>())!;
        Assert.That(payload["fields"]!.ToJsonString(), Is.EqualTo("""{"ticker":"BTCUSDT","price":60000.50}"""));
        Assert.That((payload["hook_id"]!.GetValue<string>(), payload["version"]!.GetValue<int>()), Is.EqualTo((id, 1)));
        var delivery = await Wait.ForAsync("it is said to be durable", async () => (await _hooks.DeliveriesAsync(id)) is [var d] && d["outcome"]!.GetValue<string>() == "published" ? d : null);
        Assert.That(delivery["body"]!.GetValue<string>(), Is.EqualTo("""{"secret":"***","ticker":"BTCUSDT","price":60000.50}"""));
    }

    [Test]
    public async Task An_alert_with_its_secret_in_the_address_is_pairs_or_text_whatever_the_type_says()
    {
        var (_, secret) = await _hooks.MakeAsync("in_path", InPath, ""","payload":{"side":"{{ body.side | upcase }}{{ body.line2 }}"}""");
        Assert.That((await _hooks.PostAsync($"/hooks/in_path/{secret}", "ticker=ETHUSDT\nprice=1\nside=buy", "application/json")).Status, Is.EqualTo(HttpStatusCode.Accepted));
        Assert.That((await _hooks.PostAsync($"/hooks/in_path/{secret}", "Some words\nsecond line", "image/png")).Status, Is.EqualTo(HttpStatusCode.Accepted));
        var sides = await Wait.ForAsync("both events", async () => (await _hooks.EventsAsync("in_path")) is [var second, var first]
            ? new[] { first, second }.Select(e => JsonNode.Parse(e["payload"]!.GetValue<string>())!["side"]!.GetValue<string>()).ToList()
            : null);
        Assert.That(sides, Is.EqualTo(new[] { "BUY", "second line" }));
    }

    [Test]
    public async Task A_signed_alert_is_taken_and_one_that_was_changed_is_not()
    {
        var (_, secret) = await _hooks.MakeAsync("signed", """{"kind":"hmac","header":"X-Hub-Signature-256","prefix":"sha256="}""");
        const string body = """{"ticker":"BTCUSDT","price":1}""";
        var signature = "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body)));
        Assert.That((await _hooks.PostAsync("/hooks/signed", body, headers: ("X-Hub-Signature-256", signature))).Status, Is.EqualTo(HttpStatusCode.Accepted));
        Assert.That((await _hooks.PostAsync("/hooks/signed", body + " ", headers: ("X-Hub-Signature-256", signature))).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task A_wrong_secret_and_a_name_that_is_no_hooks_are_answered_alike()
    {
        var (_, secret) = await _hooks.MakeAsync("shut", InPath);
        var answers = new List<HookClient.Answer>
        {
            await _hooks.PostAsync("/hooks/shut/wrong", "x"),
            await _hooks.PostAsync("/hooks/shut", "x"),
            await _hooks.PostAsync("/hooks/shut", $$"""{"secret":"{{secret}}"}"""),
            await _hooks.PostAsync("/hooks/nobodys/wrong", "x"),
            await _hooks.PostAsync("/hooks/nobodys", "x"),
        };
        Assert.That(answers.Select(a => (a.Status, a.Text)).Distinct().Single().Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(answers[0].Path, Is.EqualTo("secret"));
        await Wait.UntilAsync("people hear of it", async () => (await _hooks.LogsAsync("WEBHOOK_UNAUTHORIZED", "shut")).Count >= 1);
    }

    [Test]
    public async Task What_was_not_filled_in_is_refused_with_the_field_and_people_hear_of_it()
    {
        var (id, secret) = await _hooks.MakeAsync("unfilled", InBody, ""","numbers":["price"],"time":"time" """);
        foreach (var (field, body) in new[]
        {
            ("price", $$$"""{"secret":"{{{secret}}}","price":{{close}} }"""),
            ("ticker", $$$"""{"secret":"{{{secret}}}","ticker":"{{ticker}}","price":1,"time":1}"""),
            ("price", $$"""{"secret":"{{secret}}","price":NaN}"""),
            ("price", $$"""{"secret":"{{secret}}","price":"NaN","time":1}"""),
            ("time", $$"""{"secret":"{{secret}}","price":1,"time":1}"""),
        })
        {
            var answer = await _hooks.PostAsync("/hooks/unfilled", body);
            Assert.That((answer.Status, answer.Path, answer.Text.Contains(secret, StringComparison.Ordinal)), Is.EqualTo((HttpStatusCode.BadRequest, field, false)), answer.Text);
        }

        await Wait.UntilAsync("five logs", async () => (await _hooks.LogsAsync("WEBHOOK_REFUSED", "unfilled")).Count == 5);
        var deliveries = await _hooks.DeliveriesAsync(id);
        Assert.That(deliveries.Select(d => d["outcome"]!.GetValue<string>()), Is.EqualTo(Enumerable.Repeat("refused", 5)));
        Assert.That(deliveries[0]["faults"]![0]!["path"]!.GetValue<string>(), Is.EqualTo("time"));
        Assert.That(await _hooks.EventsAsync("unfilled"), Is.Empty);
    }

    [Test]
    public async Task A_body_has_64_KiB_and_a_hook_its_rate()
    {
        var (id, secret) = await _hooks.MakeAsync("bounded", InPath);
        string Text(int length) => new('x', length);
        Assert.That((await _hooks.PostAsync($"/hooks/bounded/{secret}", Text(64 * 1024))).Status, Is.EqualTo(HttpStatusCode.Accepted));
        Assert.That((await _hooks.PostAsync($"/hooks/bounded/{secret}", Text((64 * 1024) + 1))).Status, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));

        var (_, view) = await _hooks.AskAsync(HttpMethod.Get, $"/api/v1/hooks/{id}");
        var hook = view["hook"]!.DeepClone();
        hook["rate_per_minute"] = 1;
        var (status, _) = await _hooks.AskAsync(HttpMethod.Put, $"/api/v1/hooks/{id}?version=1", hook);
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK));
        // At once: the next is taken within a minute of the first, however slow this machine is.
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(n => _hooks.PostAsync($"/hooks/bounded/{secret}", $"{n}")));
        Assert.That(answers.Count(a => a.Status == HttpStatusCode.TooManyRequests), Is.AtLeast(1));
        Assert.That(answers.Select(a => a.Status), Is.All.EqualTo(HttpStatusCode.Accepted).Or.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(
            answers.Where(a => a.Status == HttpStatusCode.TooManyRequests).Select(a => a.RetryAfter), Is.All.InRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60)));
    }

    [Test]
    public async Task Without_a_key_the_same_body_is_one_event_for_a_while_and_with_one_another_body_is_refused()
    {
        var (id, secret) = await _hooks.MakeAsync("bare", InPath);
        var bare = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _hooks.PostAsync($"/hooks/bare/{secret}", "Buy")));
        Assert.That(bare.Select(a => a.Id).Distinct().Count(), Is.EqualTo(1));
        Assert.That(bare.Count(a => !a.IsDuplicate), Is.EqualTo(1));
        await SqlAsync($"update trigger.hook_deliveries set received_at = received_at - interval '1 hour' where hook_id = '{id}'");
        Assert.That((await _hooks.PostAsync($"/hooks/bare/{secret}", "Buy")).IsDuplicate, Is.False, "behind that it is another");

        (_, secret) = await _hooks.MakeAsync("keyed", InPath, ""","key":"{{ body.id }}" """);
        var first = await _hooks.PostAsync($"/hooks/keyed/{secret}", """{"id":1,"price":1}""");
        var other = await _hooks.PostAsync($"/hooks/keyed/{secret}", """{"id":1,"price":2}""");
        var again = await _hooks.PostAsync($"/hooks/keyed/{secret}", """{"id":1,"price":1}""");
        Assert.That((other.Status, again.Status), Is.EqualTo((HttpStatusCode.Conflict, HttpStatusCode.OK)));
        Assert.That(first.Status, Is.EqualTo(first.IsDuplicate && first.IsRepeated ? HttpStatusCode.OK : HttpStatusCode.Accepted));
        Assert.That((again.Id, again.IsDuplicate), Is.EqualTo((first.Id, true)));
        Assert.That((await _hooks.PostAsync($"/hooks/keyed/{secret}", """{"price":1}""")).Status, Is.EqualTo(HttpStatusCode.BadRequest), "without what the key is made of");
    }

    [Test]
    public async Task A_thousand_alerts_with_a_key_sent_one_to_five_times_by_twenty_clients_are_a_thousand_events()
    {
        const int alerts = 1_000;
        var (id, secret) = await _hooks.MakeAsync("flood", InBody, ""","key":"{{ body.id }}" """);
        var sendings = Enumerable.Range(0, alerts).SelectMany(a => Enumerable.Repeat(a, 1 + (a % 5))).ToArray();
        new Random(7).Shuffle(sendings);
        var queue = new ConcurrentQueue<int>(sendings);
        var answers = new ConcurrentBag<(int Alert, HookClient.Answer Answer)>();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            while (queue.TryDequeue(out var alert))
            {
                answers.Add((alert, await _hooks.PostAsync(
                    "/hooks/flood", string.Create(CultureInfo.InvariantCulture, $$"""{"secret":"{{secret}}","id":"a{{alert}}","price":{{alert}}}"""))));
            }
        }));

        Assert.That(answers.Select(a => a.Answer.Status).Distinct(), Is.SubsetOf(new[] { HttpStatusCode.Accepted, HttpStatusCode.OK }));
        Assert.That(answers.GroupBy(a => a.Alert).Select(g => g.Select(a => a.Answer.Id).Distinct().Count()), Is.All.EqualTo(1));
        Assert.That(answers.Select(a => a.Answer.Id).Distinct().Count(), Is.EqualTo(alerts));
        await Wait.UntilAsync("a thousand events", async () => (await _hooks.EventsAsync("flood")).Count >= alerts);
        Assert.That((await _hooks.EventsAsync("flood")).Select(e => e["id"]!.GetValue<string>()), Is.EquivalentTo(answers.Select(a => a.Answer.Id).Distinct()));
        await Wait.UntilAsync("all are said to be durable", async () => (await _hooks.DeliveriesAsync(id)).All(d => d["outcome"]!.GetValue<string>() == "published"));
    }

    [Test]
    public async Task A_silence_that_is_too_long_is_told_once_and_again_only_behind_another_alert()
    {
        var (id, secret) = await _hooks.MakeAsync("awaited", InPath, ""","expected_every_minutes":5""");
        await SqlAsync($"update trigger.hooks set changed_at = now() - interval '6 minutes' where id = '{id}'");
        await Wait.UntilAsync("it is told", async () => (await _hooks.LogsAsync("WEBHOOK_MISSED", "awaited")).Count == 1);

        Assert.That((await _hooks.PostAsync($"/hooks/awaited/{secret}", "here")).Status, Is.EqualTo(HttpStatusCode.Accepted));
        await SqlAsync($"update trigger.hook_deliveries set received_at = now() - interval '5.5 minutes' where hook_id = '{id}'");
        await Wait.UntilAsync("the next silence is told", async () => (await _hooks.LogsAsync("WEBHOOK_MISSED", "awaited")).Count == 2);
        await Wait.UntilAsync(
            "both are said to be told", async () => await CountAsync($"select count(*) from trigger.hook_silences where hook_id = '{id}' and told_at is not null") == 2);
    }

    [Test]
    public async Task What_was_kept_and_not_sent_when_the_process_died_is_sent_under_its_own_id()
    {
        var (id, secret) = await _hooks.MakeAsync("crashed", InPath, ""","key":"{{ body.id }}" """);
        var sent = await _hooks.PostAsync($"/hooks/crashed/{secret}", """{"id":1}""");
        var lost = Guid.NewGuid();
        // As a process leaves it that dies between the two.
        await SqlAsync($"""
            insert into trigger.hook_deliveries (id, hook_id, version, key, body_hash, body, event, received_at)
            select '{lost}', hook_id, version, 'lost', body_hash, body, replace(event, '{sent.Id}', '{lost}'), now() - interval '20 seconds'
            from trigger.hook_deliveries where id = '{sent.Id}'
            """);
        var old = Guid.NewGuid();
        await SqlAsync($"""
            insert into trigger.hook_deliveries (id, hook_id, version, key, body_hash, body, event, received_at)
            select '{old}', hook_id, version, 'old', body_hash, body, replace(event, '{sent.Id}', '{old}'), now() - interval '6 minutes'
            from trigger.hook_deliveries where id = '{sent.Id}'
            """);
        await Wait.UntilAsync(
            "both are sent", async () => (await _hooks.EventsAsync("crashed")).Select(e => e["id"]!.GetValue<string>()).Intersect([sent.Id, lost.ToString()]).Count() == 2);
        await Wait.UntilAsync("what is too old is given up, and told", async () => (await _hooks.LogsAsync("WEBHOOK_GIVEN_UP", "crashed")).Count == 1);
        await Wait.UntilAsync(
            "and said to be", async () => (await _hooks.DeliveriesAsync(id)).Any(d => d["id"]!.GetValue<string>() == old.ToString() && d["outcome"]!.GetValue<string>() == "given_up"));
        Assert.That((await _hooks.EventsAsync("crashed")).Count, Is.EqualTo(2));
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
