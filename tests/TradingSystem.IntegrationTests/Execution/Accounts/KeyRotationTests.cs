using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using TradingSystem.Execution;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Accounts.Secrets;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Execution.Accounts;

/// <summary>Keys come, go and are missing; the service is a process of its own where it must not start.</summary>
[TestFixture]
public sealed class KeyRotationTests
{
    private readonly FixtureDatabase _database = new();
    private readonly string _log = Path.Combine(Path.GetTempPath(), $"keys-{Guid.NewGuid():n}.log");

    [OneTimeSetUp]
    public Task StartAsync() => _database.InitialiseAsync();

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _database.DisposeAsync();
        File.Delete(_log);
    }

    [Test]
    [Order(1)]
    public async Task After_a_rewrap_the_old_key_can_go_and_every_secret_still_opens()
    {
        var (old, fresh) = (AccountsHost.Key(), AccountsHost.Key());
        var ids = new List<string>();
        await using (var before = await AccountsHost.StartAsync(_database.ConnectionString, ("Execution:Keys:1", old)))
        {
            for (var i = 0; i < 3; i++)
            {
                ids.Add(
                    (string)(await before.CreateAsync(new { name = $"rotate-{i}", exchange = "okx", mode = "sandbox", api_key = $"rotate-key-{i}", api_secret = $"rotate-secret-{i}", passphrase = $"rotate-pass-{i}" }))["id"]!);
            }
        }

        await OwnProcess.RunAsync("dotnet", [Assembly(), RewrapCommand.Switch], _log, Environment(("EXECUTION__KEYS__1", old), ("EXECUTION__KEYS__2", fresh)));
        await using var after = await AccountsHost.StartAsync(_database.ConnectionString, ("Execution:Keys:2", fresh));
        for (var i = 0; i < 3; i++)
        {
            using var credentials = await after.Services.GetRequiredService<CredentialVault>().OpenAsync(Guid.Parse(ids[i]), "okx", CancellationToken.None);
            Assert.That(Encoding.UTF8.GetString(credentials!.Secret.Span), Is.EqualTo($"rotate-secret-{i}"));
            Assert.That((await after.AuditAsync(ids[i])).Select(a => ((string)a["action"]!, (string)a["actor"]!)), Does.Contain(("key_rewrapped", "operator")));
        }

        Assert.That(await after.ReadAsync(db => db.AccountSecrets.Where(s => s.AccountId == Guid.Parse(ids[0])).Select(s => s.KeyVersion).SingleAsync()), Is.EqualTo(2));
        Assert.That(await File.ReadAllTextAsync(_log), Does.Contain("3 accounts rewrapped with key version 2, 0 not."));
    }

    [Test]
    [Order(2)]
    public async Task A_row_whose_key_is_gone_is_told_so_and_does_not_become_active()
    {
        string id;
        await using (var before = await AccountsHost.StartAsync(_database.ConnectionString, ("Execution:Keys:8", AccountsHost.Key())))
        {
            before.Venue.Verdict = new CredentialVerdict.Unreachable("timeout");
            id = (string)(await before.CreateAsync(new { name = "orphan", exchange = "bybit", mode = "sandbox", api_key = "orphan-key", api_secret = "orphan-secret" }))["id"]!;
        }

        await using var after = await AccountsHost.StartAsync(_database.ConnectionString, ("Execution:Keys:9", AccountsHost.Key()));
        var (status, answer, text) = await after.PostAsync($"/{id}/activate");
        Assert.That((status, (string)answer["code"]!), Is.EqualTo((HttpStatusCode.Conflict, "CREDENTIALS_UNREADABLE")));
        Assert.That(text, Does.Contain("key version 8 (EXECUTION__KEYS__8) is not here"));
        var failure = Assert.CatchAsync(() => OwnProcess.RunAsync("dotnet", [Assembly(), RewrapCommand.Switch], _log, Environment(("EXECUTION__KEYS__9", AccountsHost.Key()))));
        Assert.That(failure!.Message, Does.Contain($"account {id} cannot be decrypted").And.Not.Contain("orphan-secret"));
    }

    [Test]
    public async Task Without_a_key_simulated_accounts_work_and_others_are_refused_with_the_setting_named()
    {
        await using var host = await AccountsHost.StartAsync(_database.ConnectionString);
        await host.SimulatedAsync("works");
        var (status, answer, text) = await host.PostAsync(
            "", new { name = "refused", exchange = "binance", mode = "sandbox", api_key = "refused-key", api_secret = "refused-secret" });
        Assert.Multiple(() =>
        {
            Assert.That((status, (string)answer["code"]!), Is.EqualTo((HttpStatusCode.Conflict, "KEY_MISSING")));
            Assert.That(text, Does.Contain("EXECUTION__KEYS__1 or EXECUTION__KEYFILE").And.Not.Contain("refused-secret"));
            Assert.That(host.Venue.Asked, Is.Empty, "nothing left for the venue either");
        });
    }

    [TestCase("changeme")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public void The_service_does_not_start_with_a_key_that_is_none(string key)
    {
        var failure = Assert.CatchAsync(() => OwnProcess.RunAsync("dotnet", [Assembly()], _log, Environment(("EXECUTION__KEYS__1", key))));
        var log = File.ReadAllText(_log);
        Assert.Multiple(() =>
        {
            Assert.That(failure, Is.Not.InstanceOf<TimeoutException>());
            Assert.That(log, Does.Contain("EXECUTION__KEYS__1 is not a key"));
            Assert.That(log, Does.Not.Contain(key));
        });
    }

    private static string Assembly() => Path.Combine(AppContext.BaseDirectory, "TradingSystem.Execution.dll");

    private Dictionary<string, string> Environment(params (string Name, string Value)[] settings) => new(settings.Select(s => new KeyValuePair<string, string>(s.Name, s.Value)))
    {
        ["CONNECTIONSTRINGS__POSTGRES"] = _database.ConnectionString,
        ["AUTH__JWTKEY"] = "a-signing-key-for-tests-only-0123456789",
        ["BUS__TRANSPORT"] = "InMemory",
        ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{OwnProcess.FreePort()}",
    };
}
