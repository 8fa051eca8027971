using System.Net;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.Execution.Accounts;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Execution.Accounts;

/// <summary>Every rule names its field, and no answer repeats a secret.</summary>
[TestFixture]
public sealed class AccountValidationTests
{
    private const string Key = "canary-key-000000001234";
    private const string Secret = "canary-secret-0000000000";
    private const string Pass = "canary-pass-000";

    private readonly FixtureDatabase _database = new();
    private AccountsHost _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        await _database.InitialiseAsync();
        _host = await AccountsHost.StartAsync(_database.ConnectionString, ("Execution:Keys:1", AccountsHost.Key()));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _host.DisposeAsync();
        await _database.DisposeAsync();
    }

    [TestCase("""{"exchange":"simulated"}""", "name", "required")]
    [TestCase("""{"name":"","exchange":"simulated"}""", "name", "1 to 100 characters")]
    [TestCase("""{"name":"a b","exchange":"simulated"}""", "name", "letters, digits and _.- only, beginning with a letter or digit")]
    [TestCase("""{"name":5,"exchange":"simulated"}""", "name", "string")]
    [TestCase("""{"name":"a"}""", "exchange", "required")]
    [TestCase("""{"name":"a","exchange":"kraken"}""", "exchange", "one of EXCHANGES")]
    [TestCase("""{"name":"a","exchange":"simulated","mode":"live"}""", "mode", "simulated, as the exchange")]
    [TestCase("""{"name":"a","exchange":"simulated","mode":"sandbox"}""", "mode", "simulated, as the exchange")]
    [TestCase("""{"name":"a","exchange":"simulated","mode":"real"}""", "mode", "one of simulated, sandbox, live")]
    [TestCase("""{"name":"a","exchange":"simulated","position_mode":"hedge"}""", "position_mode", "oneway: on the simulated exchange only fill_model exchange has hedge")]
    [TestCase("""{"name":"a","exchange":"simulated","fill_model":"instant","position_mode":"hedge"}""", "position_mode", "oneway: on the simulated exchange only fill_model exchange has hedge")]
    [TestCase("""{"name":"a","exchange":"simulated","fill_model":"queue"}""", "fill_model", "one of instant, exchange")]
    [TestCase("""{"name":"a","exchange":"simulated","fill_model":1}""", "fill_model", "string")]
    [TestCase("""{"name":"a","exchange":"binance","mode":"sandbox","fill_model":"exchange","api_key":"KEY","api_secret":"SECRET"}""", "fill_model", "absent: only a simulated account has one")]
    [TestCase("""{"name":"a","exchange":"simulated","position_mode":"both"}""", "position_mode", "one of oneway, hedge")]
    [TestCase("""{"name":"a","exchange":"simulated","margin_mode":"crossed"}""", "margin_mode", "one of isolated, cross")]
    [TestCase("""{"name":"a","exchange":"simulated","initial_balance":0}""", "initial_balance", "greater than 0")]
    [TestCase("""{"name":"a","exchange":"simulated","initial_balance":-1}""", "initial_balance", "decimal 0 to 10000000000")]
    [TestCase("""{"name":"a","exchange":"simulated","active":"yes"}""", "active", "true or false")]
    [TestCase("""{"name":"a","exchange":"simulated","leverage":5}""", "leverage", "unknown field, one of name, exchange, fill_model, mode, margin_mode, position_mode, api_key, api_secret, passphrase, active, initial_balance, switch_modes")]
    [TestCase("""{"name":"a","exchange":"simulated","initial_balanse":5}""", "initial_balanse", "unknown field, did you mean initial_balance")]
    [TestCase("""{"name":"a","exchange":"simulated","Name":"b"}""", "$", "unknown field, did you mean name")]
    [TestCase("""{"name":"a","exchange":"simulated","initial_balance":null}""", "initial_balance", "a value, or left out: null says neither")]
    [TestCase("""{"name":"a","exchange":"simulated","api_key":"KEY"}""", "api_key", "absent: a simulated account has no credentials")]
    [TestCase("""{"name":"a","exchange":"simulated","passphrase":"PASS"}""", "passphrase", "absent: a simulated account has no credentials")]
    [TestCase("""{"name":"a","exchange":"binance","api_key":"KEY","api_secret":"SECRET"}""", "mode", "required")]
    [TestCase("""{"name":"a","exchange":"binance","mode":"simulated","api_key":"KEY","api_secret":"SECRET"}""", "mode", "sandbox or live: only the simulated exchange simulates")]
    [TestCase("""{"name":"a","exchange":"binance","mode":"sandbox"}""", "api_key", "required")]
    [TestCase("""{"name":"a","exchange":"binance","mode":"sandbox","api_key":"KEY"}""", "api_secret", "required: credentials are given together")]
    [TestCase("""{"name":"a","exchange":"binance","mode":"sandbox","api_key":"KEY","api_secret":"SECRET","passphrase":"PASS"}""", "passphrase", "absent: only WITH_PASSPHRASE has one")]
    [TestCase("""{"name":"a","exchange":"bybit","mode":"sandbox","api_key":"KEY","api_secret":"SECRET","passphrase":"PASS"}""", "passphrase", "absent: only WITH_PASSPHRASE has one")]
    [TestCase("""{"name":"a","exchange":"okx","mode":"sandbox","api_key":"KEY","api_secret":"SECRET"}""", "passphrase", "required: credentials are given together")]
    [TestCase("""{"name":"a","exchange":"okx","mode":"sandbox","api_key":"KEY","api_secret":"SECRET","passphrase":""}""", "passphrase", "1 to 64 printable ASCII characters without blanks")]
    [TestCase("""{"name":"a","exchange":"bybit","mode":"sandbox","api_key":"short","api_secret":"SECRET"}""", "api_key", "8 to 128 printable ASCII characters without blanks")]
    [TestCase("""{"name":"a","exchange":"bybit","mode":"sandbox","api_key":"KEY","api_secret":"SECRET with blanks"}""", "api_secret", "8 to 256 printable ASCII characters without blanks")]
    [TestCase("""{"name":"a","exchange":"bybit","mode":"sandbox","api_key":"KEY","api_secret":["SECRET"]}""", "api_secret", "8 to 256 printable ASCII characters without blanks")]
    [TestCase("""{"name":"a","exchange":"bybit","mode":"sandbox","api_key":{"a":"SECRET"},"api_secret":"SECRET"}""", "api_key", "8 to 128 printable ASCII characters without blanks")]
    [TestCase("""{"name":"a","exchange":"bybit","mode":"sandbox","api_key":"KEYé","api_secret":"SECRET"}""", "api_key", "8 to 128 printable ASCII characters without blanks")]
    [TestCase("""{"name":"a","exchange":"binance","mode":"live","active":true,"api_key":"KEY","api_secret":"SECRET"}""", "active", "absent or false: a live account becomes active by its confirmation")]
    [TestCase("""{"name":"a","exchange":"binance","mode":"sandbox","initial_balance":5,"api_key":"KEY","api_secret":"SECRET"}""", "initial_balance", "absent: the venue knows the balance")]
    [TestCase("""{"api_secret":"SECRET","api_secret":"SECRET"}""", "api_secret", "no duplicate key")]
    [TestCase("""{"name":"a","api_secret":"SECRET""", "$", "valid JSON")]
    [TestCase("\"SECRET\"", "$", "JSON object")]
    [TestCase("SECRET", "$", "valid JSON")]
    public async Task A_field_that_breaks_a_rule_is_named_with_it(string body, string path, string rule)
    {
        var filled = body.Replace("KEY", Key, StringComparison.Ordinal).Replace("SECRET", Secret, StringComparison.Ordinal).Replace("PASS", Pass, StringComparison.Ordinal);
        var told = rule.Replace("EXCHANGES", string.Join(", ", Exchanges.All), StringComparison.Ordinal)
            .Replace("WITH_PASSPHRASE", string.Join(", ", Exchanges.WithPassphrase), StringComparison.Ordinal);
        var (status, answer, text) = await _host.PostAsync("", filled);
        Assert.Multiple(() =>
        {
            Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest), text);
            Assert.That(answer["message"]!.GetValue<string>(), Is.EqualTo("validation_error"));
            Assert.That(answer["detail"]!.AsArray().Select(d => ((string)d!["path"]!, (string)d["rule"]!)), Does.Contain((path, told)), text);
            Assert.That(text, Does.Not.Contain("canary"));
        });
    }

    [Test]
    public async Task A_body_that_is_too_large_is_refused_unread()
    {
        var (status, answer, _) = await _host.PostAsync("", $$"""{"name":"{{new string('a', 17_000)}}"}""");
        Assert.That((status, (string)answer["detail"]![0]!["rule"]!), Is.EqualTo((HttpStatusCode.RequestEntityTooLarge, "at most 16384 bytes")));
    }

    [TestCase("""{}""", "$", "at least one field that changes")]
    [TestCase("""{"exchange":"bybit"}""", "exchange", "absent: it never changes")]
    [TestCase("""{"fill_model":"exchange"}""", "fill_model", "absent: it never changes")]
    [TestCase("""{"active":true}""", "active", "absent: use activate or deactivate")]
    [TestCase("""{"initial_balance":5}""", "initial_balance", "absent: it never changes")]
    [TestCase("""{"mode":"simulated"}""", "mode", "sandbox or live: only the simulated exchange simulates")]
    [TestCase("""{"mode":"live"}""", "api_key", "required")]
    [TestCase("""{"api_key":"KEY"}""", "api_secret", "required: credentials are given together")]
    [TestCase("""{"balance":1}""", "balance", "unknown field, one of name, mode, margin_mode, position_mode, api_key, api_secret, passphrase, switch_modes, exchange, fill_model, initial_balance, active")]
    [TestCase("""{"margin_mode":null}""", "margin_mode", "a value, or left out: null says neither")]
    public async Task A_change_that_breaks_a_rule_is_named_with_it(string body, string path, string rule)
    {
        var id = (string)(await _host.CreateAsync(new { name = $"patch-{Guid.NewGuid():n}", exchange = "binance", mode = "sandbox", api_key = Key, api_secret = Secret }))["id"]!;
        var (status, answer, text) = await _host.PatchAsync(id, body.Replace("KEY", Key, StringComparison.Ordinal));
        Assert.Multiple(() =>
        {
            Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest), text);
            Assert.That(answer["detail"]!.AsArray().Select(d => ((string)d!["path"]!, (string)d["rule"]!)), Does.Contain((path, rule)), text);
            Assert.That(text, Does.Not.Contain("canary"));
        });
    }

    [Test]
    public async Task A_simulated_account_says_how_it_is_filled_and_keeps_to_it()
    {
        var usual = await _host.CreateAsync(new { name = "fills-usual", exchange = "simulated" });
        var exchange = await _host.CreateAsync(new { name = "fills-exchange", exchange = "simulated", fill_model = "exchange", position_mode = "hedge" });
        var real = await _host.CreateAsync(new { name = "fills-real", exchange = "binance", mode = "sandbox", api_key = Key, api_secret = Secret });
        var read = (await _host.GetAsync($"/{exchange["id"]}")).Body;
        var (status, answer, text) = await _host.PatchAsync((string)exchange["id"]!, new { fill_model = "instant" });
        Assert.Multiple(() =>
        {
            Assert.That(((string?)usual["fill_model"], (string?)usual["position_mode"]), Is.EqualTo(("instant", "oneway")));
            Assert.That(((string?)read["fill_model"], (string?)read["position_mode"]), Is.EqualTo(("exchange", "hedge")));
            Assert.That((real.ContainsKey("fill_model"), (string?)real["fill_model"]), Is.EqualTo((true, (string?)null)));
            Assert.That((status, (string)answer["detail"]![0]!["path"]!), Is.EqualTo((HttpStatusCode.BadRequest, "fill_model")), text);
        });
    }

    [Test]
    public async Task Escapes_and_quotes_in_a_passphrase_reach_the_venue_as_they_are()
    {
        await _host.CreateAsync("""{"name":"escaped","exchange":"okx","mode":"sandbox","api_key":"abcdefgh","api_secret":"abcdefgh\u0041","passphrase":"a\"b\\c\/d"}""");
        var asked = _host.Venue.Asked.Last();
        Assert.That((asked.ApiKey, asked.Secret, asked.Passphrase), Is.EqualTo(("abcdefgh", "abcdefghA", "a\"b\\c/d")));
    }

    [Test]
    public async Task A_name_is_one_accounts_alone_on_exchanges()
    {
        var account = new { name = "taken", exchange = "bybit", mode = "sandbox", api_key = Key, api_secret = Secret };
        await _host.CreateAsync(account);
        var (status, answer, text) = await _host.PostAsync("", account);
        Assert.Multiple(() =>
        {
            Assert.That((status, (string?)answer["code"]), Is.EqualTo((HttpStatusCode.Conflict, "NAME_TAKEN")));
            Assert.That(text, Does.Not.Contain("canary"));
        });
    }

    [Test]
    public async Task What_was_created_reads_back_without_its_secrets()
    {
        var created = await _host.CreateAsync(
            new { name = "reads", exchange = "okx", mode = "sandbox", margin_mode = "cross", position_mode = "hedge", api_key = Key, api_secret = Secret, passphrase = Pass });
        var (_, read, text) = await _host.GetAsync($"/{(string)created["id"]!}");
        Assert.Multiple(() =>
        {
            Assert.That(JsonNode.DeepEquals(created, read), Is.True, text);
            Assert.That(
                ((string)read["exchange"]!, (string)read["mode"]!, (string)read["margin_mode"]!, (string)read["position_mode"]!),
                Is.EqualTo(("okx", "sandbox", "cross", "hedge")));
            Assert.That(
                ((bool)read["active"]!, (bool)read["has_secret"]!, (string)read["api_key_hint"]!, (string)read["credential_status"]!),
                Is.EqualTo((true, true, "1234", "verified")));
            Assert.That(text, Does.Not.Contain("canary"));
        });
    }

    [Test]
    public async Task Without_a_token_nothing_is_answered()
    {
        using var stranger = new HttpClient { BaseAddress = _host.Http.BaseAddress };
        foreach (var (method, path) in new[] { (HttpMethod.Get, ""), (HttpMethod.Post, ""), (HttpMethod.Post, $"/{Guid.NewGuid()}/activate"), (HttpMethod.Put, $"/{Guid.NewGuid()}/groups/{Guid.NewGuid()}") })
        {
            using var request = new HttpRequestMessage(method, new Uri($"/api/v1/accounts{path}", UriKind.Relative));
            using var answer = await stranger.SendAsync(request);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), path);
        }
    }

    [Test]
    public async Task An_account_that_is_not_there_is_not_found_whatever_is_asked_of_it()
    {
        var id = Guid.NewGuid();
        var group = Guid.NewGuid();
        await _host.AddGroupAsync(group, "lonely");
        var answers = new[]
        {
            await _host.GetAsync($"/{id}"),
            await _host.PatchAsync($"{id}", new { name = "x" }),
            await _host.SendAsync(HttpMethod.Delete, $"/{id}"),
            await _host.PostAsync($"/{id}/activate"),
            await _host.PostAsync($"/{id}/deactivate"),
            await _host.PostAsync($"/{id}/verify"),
            await _host.PostAsync($"/{id}/live-code"),
            await _host.PostAsync($"/{id}/confirm-live", new { name = "x", code = "x" }),
            await _host.BindAsync($"{id}", group),
        };
        Assert.That(answers.Select(a => a.Status), Is.All.EqualTo(HttpStatusCode.NotFound));
    }
}
