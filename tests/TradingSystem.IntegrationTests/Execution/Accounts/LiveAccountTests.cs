using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;
using TradingSystem.Execution.Accounts;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Execution.Accounts;

/// <summary>Trading with real money takes two steps, and the venue's word for the key.</summary>
[TestFixture]
public sealed class LiveAccountTests
{
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

    [SetUp]
    public void Reset()
    {
        _host.Venue.Verdict = new CredentialVerdict.Verified();
        _host.Time.Ahead = TimeSpan.Zero;
    }

    [Test]
    public async Task A_live_account_trades_only_after_its_name_and_its_code_came_back()
    {
        var (id, name, code, _) = await LiveAsync();
        var asked = (await _host.GetAsync($"/{id}")).Body;
        Assert.That((State(asked), asked["live_code"]), Is.EqualTo(((false, "pending"), (JsonNode?)null)));
        Assert.That((await _host.PostAsync($"/{id}/activate")).Body["code"]!.ToString(), Is.EqualTo("LIVE_NOT_CONFIRMED"));
        var (status, confirmed, text) = await _host.PostAsync($"/{id}/confirm-live", new { name, code });
        Assert.Multiple(async () =>
        {
            Assert.That(status, Is.EqualTo(HttpStatusCode.OK), text);
            Assert.That(State(confirmed), Is.EqualTo((true, "confirmed")));
            Assert.That((await _host.PostAsync($"/{id}/confirm-live", new { name, code })).Body["code"]!.ToString(), Is.EqualTo("LIVE_NOT_PENDING"), "once only");
            Assert.That((await _host.AuditAsync(id)).Select(a => ((string)a["action"]!, (string)a["actor"]!)),
                Is.EqualTo(new[] { ("created", "alice"), ("live_requested", "alice"), ("live_confirmed", "alice") }));
        });
    }

    [Test]
    public async Task A_wrong_name_or_code_confirms_nothing_and_is_written_down()
    {
        var (id, name, code, _) = await LiveAsync();
        Assert.That(await ConfirmAsync(id, name, "AAAAAAAAAAAAAAAA"), Is.EqualTo("LIVE_CODE_WRONG"));
        Assert.That(await ConfirmAsync(id, name + "x", code), Is.EqualTo("LIVE_NAME_DIFFERS"));
        Assert.That(State((await _host.GetAsync($"/{id}")).Body), Is.EqualTo((false, "pending")));
        Assert.That(await ConfirmAsync(id, name, code), Is.Null);
        Assert.That(
            (await _host.AuditAsync(id)).Select(a => ((string)a["action"]!, (string?)a["detail"])),
            Is.SupersetOf(new[] { ("live_refused", "LIVE_CODE_WRONG"), ("live_refused", "LIVE_NAME_DIFFERS") }));
    }

    [Test]
    public async Task After_five_tries_even_the_right_code_is_over_and_a_new_one_works()
    {
        var (id, name, code, _) = await LiveAsync();
        for (var i = 0; i < 5; i++)
        {
            Assert.That(await ConfirmAsync(id, name, "AAAAAAAAAAAAAAAA"), Is.EqualTo("LIVE_CODE_WRONG"));
        }

        Assert.That(await ConfirmAsync(id, name, code), Is.EqualTo("LIVE_CODE_OVER"));
        var another = (string)(await _host.PostAsync($"/{id}/live-code")).Body["code"]!;
        Assert.That(await ConfirmAsync(id, name, code), Is.EqualTo("LIVE_CODE_WRONG"));
        Assert.That(await ConfirmAsync(id, name, another), Is.Null);
    }

    [Test]
    public async Task A_code_is_good_for_ten_minutes()
    {
        var (id, name, code, _) = await LiveAsync();
        _host.Time.Ahead = TimeSpan.FromMinutes(10);
        Assert.That(await ConfirmAsync(id, name, code), Is.EqualTo("LIVE_CODE_OVER"));
        _host.Time.Ahead = TimeSpan.FromMinutes(9.5);
        Assert.That(await ConfirmAsync(id, name, code), Is.Null);
    }

    [Test]
    public async Task The_database_holds_the_code_only_as_its_hash()
    {
        var (id, _, code, _) = await LiveAsync();
        var account = Guid.Parse(id);
        var row = await _host.ReadAsync(db => db.LiveCodes.AsNoTracking().SingleAsync(c => c.AccountId == account));
        Assert.That((row.Matches(code), row.RequestedBy), Is.EqualTo((true, "alice")));
        Assert.That(_host.Log.Where(l => l.Contains(code, StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task No_group_trades_on_a_live_account_before_it_is_confirmed()
    {
        var group = Guid.NewGuid();
        await _host.AddGroupAsync(group, "impatient");
        var (id, name, code, _) = await LiveAsync();
        Assert.That((await _host.BindAsync(id, group)).Body["code"]!.ToString(), Is.EqualTo("LIVE_NOT_CONFIRMED"));
        Assert.That(await ConfirmAsync(id, name, code), Is.Null);
        Assert.That((await _host.BindAsync(id, group)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_sandbox_account_that_goes_live_stops_until_it_is_confirmed_with_a_key_of_its_own()
    {
        var name = $"switch-{Guid.NewGuid():n}";
        var id = (string)(await _host.CreateAsync(new { name, exchange = "bybit", mode = "sandbox", api_key = "sandbox-key", api_secret = "sandbox-secret" }))["id"]!;
        var (_, live, _) = await _host.PatchAsync(id, new { mode = "live", api_key = "live-key-9876", api_secret = "live-secret" });
        Assert.Multiple(() =>
        {
            Assert.That((State(live), (string)live["mode"]!, (string)live["api_key_hint"]!), Is.EqualTo(((false, "pending"), "live", "9876")));
            Assert.That(_host.Venue.Asked.Last(), Is.EqualTo((new AccountSettings(Guid.Parse(id), "bybit", "live", "isolated", "oneway"), "live-key-9876", "live-secret", "")));
        });
        Assert.That(await ConfirmAsync(id, name, (string)live["live_code"]!["code"]!), Is.Null);
        var (_, back, _) = await _host.PatchAsync(id, new { mode = "sandbox", api_key = "sandbox-key", api_secret = "sandbox-secret" });
        Assert.That((State(back), back["live_code"]), Is.EqualTo(((true, "none"), (JsonNode?)null)));
    }

    [Test]
    public async Task Another_key_on_a_live_account_is_confirmed_again()
    {
        var (id, name, code, _) = await LiveAsync();
        Assert.That(await ConfirmAsync(id, name, code), Is.Null);
        var (_, changed, _) = await _host.PatchAsync(id, new { api_key = "another-key", api_secret = "another-secret" });
        Assert.That(State(changed), Is.EqualTo((false, "pending")));
        Assert.That(await ConfirmAsync(id, name, code), Is.EqualTo("LIVE_CODE_WRONG"));
        Assert.That(await ConfirmAsync(id, name, (string)changed["live_code"]!["code"]!), Is.Null);
    }

    [Test]
    public async Task A_renamed_live_account_stays_confirmed_and_one_that_was_switched_off_comes_back()
    {
        var (id, name, code, _) = await LiveAsync();
        Assert.That(await ConfirmAsync(id, name, code), Is.Null);
        Assert.That(State((await _host.PatchAsync(id, new { name = name + "-2" })).Body), Is.EqualTo((true, "confirmed")));
        Assert.That(State((await _host.PostAsync($"/{id}/deactivate")).Body), Is.EqualTo((false, "confirmed")));
        Assert.That(State((await _host.PostAsync($"/{id}/activate")).Body), Is.EqualTo((true, "confirmed")));
    }

    [Test]
    public async Task Credentials_that_the_venue_refuses_are_not_saved()
    {
        _host.Venue.Verdict = new CredentialVerdict.Refused("permission_or_key", "-2015", "Invalid API-key, IP, or permissions for action.");
        var name = $"refused-{Guid.NewGuid():n}";
        var (status, answer, _) = await _host.PostAsync("", new { name, exchange = "binance", mode = "sandbox", api_key = "refused-key", api_secret = "refused-secret" });
        var detail = answer["detail"]![0]!;
        Assert.Multiple(async () =>
        {
            Assert.That((status, (string)answer["code"]!), Is.EqualTo((HttpStatusCode.UnprocessableEntity, "CREDENTIALS_REFUSED")));
            Assert.That(
                ((string)detail["path"]!, (string)detail["rule"]!, (string)detail["got"]!),
                Is.EqualTo(("api_key", "permission_or_key", "-2015 Invalid API-key, IP, or permissions for action.")));
            Assert.That(await _host.ReadAsync(db => db.Accounts.AnyAsync(a => a.Name == name)), Is.False);
        });
    }

    [Test]
    public async Task While_the_venue_is_away_an_account_is_saved_and_stays_inactive()
    {
        _host.Venue.Verdict = new CredentialVerdict.Unreachable("timeout");
        var account = await _host.CreateAsync(new { name = $"away-{Guid.NewGuid():n}", exchange = "binance", mode = "sandbox", api_key = "away-key-", api_secret = "away-secret" });
        var id = (string)account["id"]!;
        Assert.That(((bool)account["active"]!, (string)account["credential_status"]!), Is.EqualTo((false, "unverified")));
        var (status, refused, _) = await _host.PostAsync($"/{id}/activate");
        Assert.That((status, (string)refused["code"]!), Is.EqualTo((HttpStatusCode.Conflict, "CREDENTIALS_UNVERIFIED")));
        _host.Venue.Verdict = new CredentialVerdict.Verified();
        var active = (await _host.PostAsync($"/{id}/activate")).Body;
        Assert.That(((bool)active["active"]!, (string)active["credential_status"]!), Is.EqualTo((true, "verified")));
        Assert.That(_host.Venue.Asked.Last() is { ApiKey: "away-key-", Secret: "away-secret" }, Is.True, "the saved ones were asked about");
    }

    [Test]
    public async Task A_live_account_is_not_confirmed_while_its_key_is_unverified_and_its_code_stays_good()
    {
        _host.Venue.Verdict = new CredentialVerdict.Unreachable("timeout");
        var (id, name, code, _) = await LiveAsync();
        Assert.That(await ConfirmAsync(id, name, code), Is.EqualTo("CREDENTIALS_UNVERIFIED"));
        _host.Venue.Verdict = new CredentialVerdict.Verified();
        Assert.That(await ConfirmAsync(id, name, code), Is.Null);
    }

    [Test]
    public async Task A_key_that_the_venue_takes_back_switches_its_account_off()
    {
        var id = (string)(
            await _host.CreateAsync(new { name = $"revoked-{Guid.NewGuid():n}", exchange = "okx", mode = "sandbox", api_key = "revoked-key", api_secret = "revoked-secret", passphrase = "p" }))["id"]!;
        _host.Venue.Verdict = new CredentialVerdict.Refused("permission_or_key", "50111", "Invalid OK-ACCESS-KEY");
        Assert.That((await _host.PostAsync($"/{id}/verify")).Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        var account = (await _host.GetAsync($"/{id}")).Body;
        Assert.That(((bool)account["active"]!, (string)account["credential_status"]!), Is.EqualTo((false, "unverified")));
    }

    private static (bool Active, string Confirmation) State(JsonObject account) => ((bool)account["active"]!, (string)account["live_confirmation"]!);

    /// <summary>The code with which a step was refused, null when it was done.</summary>
    private async Task<string?> ConfirmAsync(string id, string name, string code)
    {
        var (status, answer, _) = await _host.PostAsync($"/{id}/confirm-live", new { name, code });
        return status == HttpStatusCode.OK ? null : (string?)answer["code"];
    }

    private async Task<(string Id, string Name, string Code, DateTimeOffset ExpiresAt)> LiveAsync()
    {
        var name = $"live-{Guid.NewGuid():n}";
        var account = await _host.CreateAsync(new { name, exchange = "binance", mode = "live", api_key = "live-key-1234", api_secret = "live-secret" });
        return ((string)account["id"]!, name, (string)account["live_code"]!["code"]!, (DateTimeOffset)account["live_code"]!["expires_at"]!);
    }
}
