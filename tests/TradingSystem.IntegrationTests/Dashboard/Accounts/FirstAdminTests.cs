using System.Net;
using NUnit.Framework;
using TradingSystem.Dashboard;
using TradingSystem.Dashboard.Accounts;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Dashboard.Accounts;

[TestFixture]
public sealed class FirstAdminTests
{
    private readonly FixtureDatabase _database = new();

    [OneTimeSetUp]
    public Task StartAsync() => _database.InitialiseAsync();

    [OneTimeTearDown]
    public ValueTask StopAsync() => _database.DisposeAsync();

    [Test]
    public async Task The_settings_make_the_first_administrator_and_leave_the_password_that_a_person_chose()
    {
        const string Chosen = "chosen by a person";
        await using (var host = await DashboardHost.StartAsync(_database.ConnectionString))
        {
            using var admin = await host.SignedInAsync();
            Assert.That((string?)(await admin.MeAsync()).Body["role"], Is.EqualTo("admin"));
        }

        await using (var host = await DashboardHost.StartAsync(_database.ConnectionString, "--Auth:AdminPassword=another one of the settings"))
        {
            using var admin = await host.SignedInAsync(password: "another one of the settings");
            Assert.That(
                (await admin.PostAsync("/api/v1/users/me/password", new { current_password = "another one of the settings", new_password = Chosen })).Status,
                Is.EqualTo(HttpStatusCode.OK), "nobody had chosen one, so the settings' was followed");
        }

        await using (var host = await DashboardHost.StartAsync(_database.ConnectionString))
        {
            using var admin = await host.SignedInAsync(password: Chosen);
            using var settings = host.Browser();
            Assert.That((await settings.LoginAsync(DashboardHost.Admin, DashboardHost.AdminPassword)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));

            // An operator who has the machine resets it beside the running service, which hears of it.
            Assert.That(
                await ResetAdminPassword.RunAsync(
                    DashboardHost.Arguments(_database.ConnectionString, ResetAdminPassword.FromInput), new DashboardModule(),
                    new StringReader("from the operator\n")),
                Is.Zero);
            await Wait.UntilAsync("whoever was signed in is not any more", async () => (await admin.MeAsync()).Status == HttpStatusCode.Unauthorized);
            Assert.That((string?)(await admin.RefreshAsync()).Body["message"], Is.EqualTo("password_changed"));
            using var again = await host.SignedInAsync(password: "from the operator");
            Assert.That(await ResetAdminPassword.RunAsync(DashboardHost.Arguments(_database.ConnectionString, ResetAdminPassword.Switch), new DashboardModule()), Is.Zero);
            using var asSet = await host.SignedInAsync();
            var (_, audit) = await asSet.GetAsync("/api/v1/users/audit?username=operator");
            Assert.That(
                audit["items"]!.AsArray().Select(r => $"{r!["actor"]} {r["action"]} {r["subject"]} {r["address"]}"),
                Is.EqualTo(new[] { "operator password_reset admin console", "operator password_reset admin console" }));
        }
    }

    [Test]
    public async Task A_password_that_is_too_short_resets_nothing() =>
        Assert.That(
            await ResetAdminPassword.RunAsync(
                DashboardHost.Arguments(_database.ConnectionString, ResetAdminPassword.FromInput), new DashboardModule(), new StringReader("too short\n")),
            Is.EqualTo(1));

    [TestCase("elevenchars", "12 to 256 characters")]
    [TestCase("twelve\u0007chars", "no control characters")]
    public void A_password_of_the_settings_that_breaks_a_rule_ends_the_start(string password, string rule) =>
        Assert.That(
            () => DashboardHost.StartAsync(_database.ConnectionString, $"--Auth:AdminPassword={password}"),
            Throws.InstanceOf<InvalidOperationException>().With.Message.Contains(rule));
}
