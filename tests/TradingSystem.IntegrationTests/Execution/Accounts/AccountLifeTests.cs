using System.Net;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Accounts.Secrets;
using TradingSystem.IntegrationTests.Execution.Decisions;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Execution.Accounts;

/// <summary>From the first save to the deletion, and what a change may not do.</summary>
[TestFixture]
public sealed class AccountLifeTests
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

    [Test]
    public async Task A_simulated_account_is_active_at_once_with_the_balance_it_was_given()
    {
        var account = await _host.CreateAsync(new { name = "rich", exchange = "simulated", initial_balance = 250_000 });
        var resting = await _host.CreateAsync(new { name = "resting", exchange = "simulated", active = false });
        Assert.Multiple(() =>
        {
            Assert.That(((bool)account["active"]!, (decimal)account["balance"]!, (decimal)account["equity"]!), Is.EqualTo((true, 250_000m, 250_000m)));
            Assert.That(((string)account["mode"]!, (string)account["credential_status"]!, (bool)account["has_secret"]!), Is.EqualTo(("simulated", "none", false)));
            Assert.That(((bool)resting["active"]!, (decimal)resting["balance"]!), Is.EqualTo((false, 1_000_000m)));
            Assert.That(account["group_id"], Is.Null);
        });
    }

    [Test]
    public async Task An_account_without_orders_goes_and_leaves_its_history()
    {
        var id = (string)(await _host.CreateAsync(new { name = "goes", exchange = "bybit", mode = "live", api_key = "goes-key-1", api_secret = "goes-secret" }))["id"]!;
        var account = Guid.Parse(id);
        Assert.That((await _host.SendAsync(HttpMethod.Delete, $"/{id}")).Status, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.Multiple(async () =>
        {
            Assert.That((await _host.GetAsync($"/{id}")).Status, Is.EqualTo(HttpStatusCode.NotFound));
            Assert.That(await _host.ReadAsync(db => db.AccountSecrets.AnyAsync(s => s.AccountId == account)), Is.False);
            Assert.That(await _host.ReadAsync(db => db.LiveCodes.AnyAsync(s => s.AccountId == account)), Is.False);
            Assert.That((await _host.AuditAsync(id)).Select(a => (string)a["action"]!), Is.EqualTo(new[] { "created", "live_requested", "deleted" }));
        });
    }

    [Test]
    public async Task An_account_with_an_order_stays_even_when_the_order_was_refused()
    {
        var (group, id) = (Guid.NewGuid(), await _host.SimulatedAsync("kept"));
        await _host.AddGroupAsync(group, "keeper");
        await _host.BindAsync(id, group);
        Assert.That((await _host.DecideAsync(ExecutionNode.Decision(group, TradeAction.Close)))[0].Status, Is.EqualTo("rejected"));
        await _host.BindAsync(await _host.SimulatedAsync("elsewhere"), group);
        var (status, answer, _) = await _host.SendAsync(HttpMethod.Delete, $"/{id}");
        Assert.That((status, (string)answer["code"]!), Is.EqualTo((HttpStatusCode.Conflict, "ACCOUNT_HAS_ORDERS")));
    }

    [Test]
    public async Task An_account_that_a_group_trades_on_stays()
    {
        var (group, id) = (Guid.NewGuid(), await _host.SimulatedAsync("bound"));
        await _host.AddGroupAsync(group, "owner");
        await _host.BindAsync(id, group);
        Assert.That((string)(await _host.SendAsync(HttpMethod.Delete, $"/{id}")).Body["code"]!, Is.EqualTo("ACCOUNT_BOUND"));
    }

    [Test]
    public async Task Modes_do_not_change_under_an_open_position()
    {
        var (group, id) = (Guid.NewGuid(), await _host.SimulatedAsync("steady"));
        await _host.AddGroupAsync(group, "holder");
        await _host.BindAsync(id, group);
        await _host.DecideAsync(ExecutionNode.Decision(group));
        Assert.That((string)(await _host.PatchAsync(id, new { margin_mode = "isolated" })).Body["code"]!, Is.EqualTo("ACCOUNT_IN_USE"));
        Assert.That((string)(await _host.PatchAsync(id, new { name = "steady-2" })).Body["name"]!, Is.EqualTo("steady-2"));
        await _host.DecideAsync(ExecutionNode.Decision(group, TradeAction.Close));
        Assert.That((string)(await _host.PatchAsync(id, new { margin_mode = "isolated" })).Body["margin_mode"]!, Is.EqualTo("isolated"));
    }

    [Test]
    public async Task Changes_at_the_same_time_leave_one_whole_change_each()
    {
        var id = await _host.SimulatedAsync("busy");
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => _host.PatchAsync(id, new { name = $"busy-{i}" })));
        Assert.That(answers.Select(a => a.Status), Is.All.EqualTo(HttpStatusCode.OK).Or.EqualTo(HttpStatusCode.Conflict));
        var won = answers.Count(a => a.Status == HttpStatusCode.OK);
        Assert.That((await _host.AuditAsync(id)).Count(a => (string)a["action"]! == "changed"), Is.EqualTo(won));
        Assert.That(answers.Where(a => a.Status == HttpStatusCode.Conflict).Select(a => (string)a.Body["code"]!), Is.All.EqualTo("CHANGED_MEANWHILE"));
    }

    [Test]
    public async Task Every_change_says_who_made_it_and_when()
    {
        var started = TimeProvider.System.GetUtcNow();
        var id = (string)(await _host.CreateAsync(new { name = "history", exchange = "bybit", mode = "sandbox", api_key = "history-key", api_secret = "history-secret" }))["id"]!;
        await _host.PatchAsync(id, new { name = "history-2", api_key = "history-key-2", api_secret = "history-secret-2" });
        await _host.PostAsync($"/{id}/deactivate");
        await _host.PostAsync($"/{id}/activate");
        var audit = await _host.AuditAsync(id);
        Assert.Multiple(() =>
        {
            Assert.That(audit.Select(a => (string)a["action"]!), Is.EqualTo(new[] { "created", "changed", "credentials_changed", "deactivated", "activated" }));
            Assert.That(audit.Select(a => (string)a["actor"]!), Is.All.EqualTo("alice"));
            Assert.That((string)audit[1]["detail"]!, Is.EqualTo("name history-2, credentials"));
            Assert.That(audit.Select(a => (DateTimeOffset)a["created_at"]!), Is.Ordered.And.All.GreaterThan(started.AddSeconds(-1)));
        });
    }

    [Test]
    public async Task Accounts_are_listed_newest_first_a_page_at_a_time()
    {
        foreach (var i in Enumerable.Range(0, 3))
        {
            await _host.SimulatedAsync($"page-{i}");
        }

        var first = (await _host.GetAsync("?limit=2")).Body;
        var second = (await _host.GetAsync($"?limit=1&cursor={(string)first["next"]!}")).Body;
        Assert.That(first["items"]!.AsArray().Concat(second["items"]!.AsArray()).Select(a => (string)a!["name"]!), Is.EqualTo(new[] { "page-2", "page-1", "page-0" }));
    }
}
