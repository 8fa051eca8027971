using System.Net;
using NUnit.Framework;
using TradingSystem.Dashboard.Accounts;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Dashboard.Accounts;

[TestFixture]
public sealed class UsersTests
{
    private const string Password = "a password of twelve";

    private readonly FixtureDatabase _database = new();
    private DashboardHost _host = null!;
    private Browser _admin = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        await _database.InitialiseAsync();
        _host = await DashboardHost.StartAsync(_database.ConnectionString);
        _admin = await _host.SignedInAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _admin?.Dispose();
        await _host.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task A_viewer_sees_oneself_and_no_other_user()
    {
        await CreateAsync("vera", "viewer");
        using var vera = await _host.SignedInAsync("vera", Password);
        var (status, me) = await vera.MeAsync();
        Assert.That((status, (string?)me["username"], (string?)me["role"]), Is.EqualTo((HttpStatusCode.OK, "vera", "viewer")));
        Assert.That(me.Select(p => p.Key), Has.None.Contains("password"));

        foreach (var (method, path) in new[] { (HttpMethod.Get, "/api/v1/users"), (HttpMethod.Post, "/api/v1/users"), (HttpMethod.Get, "/api/v1/users/audit"), (HttpMethod.Delete, $"/api/v1/users/{me["id"]}") })
        {
            var (refused, body) = await vera.SendAsync(method, path, method == HttpMethod.Post ? "{}" : null);
            Assert.That(refused, Is.EqualTo(HttpStatusCode.Forbidden), path);
            Assert.That(body.ToJsonString(), Is.EqualTo("""{"message":"forbidden","detail":[{"path":"role","rule":"admin","got":"viewer"}]}"""), path);
        }
    }

    [Test]
    public async Task The_last_administrator_is_neither_removed_nor_demoted_nor_disabled()
    {
        var me = (string)(await _admin.MeAsync()).Body["id"]!;
        foreach (var change in new object[] { new { role = "viewer" }, new { disabled = true } })
        {
            Assert.That((await _admin.PatchAsync($"/api/v1/users/{me}", change)).Status, Is.EqualTo(HttpStatusCode.Conflict), change.ToString());
        }

        Assert.That((await _admin.SendAsync(HttpMethod.Delete, $"/api/v1/users/{me}")).Status, Is.EqualTo(HttpStatusCode.Conflict));

        // Of two who demote each other at the same moment one stays.
        var first = await CreateAsync("ada", "admin");
        Assert.That((await _admin.PatchAsync($"/api/v1/users/{first}", new { disabled = true })).Status, Is.EqualTo(HttpStatusCode.OK), "there is another");
        Assert.That((await _admin.PatchAsync($"/api/v1/users/{first}", new { disabled = false })).Status, Is.EqualTo(HttpStatusCode.OK));
        using var ada = await _host.SignedInAsync("ada", Password);
        var both = await Task.WhenAll(_admin.PatchAsync($"/api/v1/users/{first}", new { role = "trader" }), ada.PatchAsync($"/api/v1/users/{me}", new { role = "trader" }));
        Assert.That(both.Count(b => b.Status == HttpStatusCode.OK), Is.EqualTo(1), string.Join(' ', both.Select(b => b.Status)));
        var survivor = both[0].Status == HttpStatusCode.OK ? _admin : ada;
        await Wait.UntilAsync("the one who is left makes the other one an administrator again", async () =>
            (await survivor.PatchAsync($"/api/v1/users/{(survivor == _admin ? first : me)}", new { role = "admin" })).Status == HttpStatusCode.OK);
        var (status, _) = await _admin.LoginAsync(DashboardHost.Admin, DashboardHost.AdminPassword);
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("""{"username":"x","password":"eleven char","role":"viewer"}""", "password", "12 to 256 characters")]
    [TestCase("""{"username":"x","password":"twelve chars\u0000","role":"viewer"}""", "password", "no U+0000")]
    [TestCase("""{"username":"x","password":"twelve\u0007chars","role":"viewer"}""", "password", "no control characters")]
    [TestCase("""{"username":" x","password":"twelve chars","role":"viewer"}""", "username", "no blanks at its ends")]
    [TestCase("""{"username":"x","password":"twelve chars","role":"owner"}""", "role", "one of viewer, trader, admin")]
    [TestCase("""{"username":"x","password":"twelve chars"}""", "role", "required")]
    [TestCase("""{"username":"x","password":"twelve chars","role":"viewer","disabled":true}""", "disabled", "unknown field, one of username, password, role")]
    public async Task A_user_that_breaks_a_rule_is_refused_by_field(string body, string path, string rule)
    {
        var (status, answer) = await _admin.SendAsync(HttpMethod.Post, "/api/v1/users", body);
        Assert.That(
            (status, (string?)answer["detail"]?[0]?["path"], (string?)answer["detail"]?[0]?["rule"]),
            Is.EqualTo((HttpStatusCode.BadRequest, path, rule)), answer.ToJsonString());
    }

    [Test]
    public async Task A_name_is_given_once_and_the_list_goes_by_name()
    {
        await CreateAsync("list-b", "viewer");
        await CreateAsync("list-a", "viewer");
        Assert.That((await _admin.PostAsync("/api/v1/users", new { username = "list-a", password = Password, role = "viewer" })).Status, Is.EqualTo(HttpStatusCode.Conflict));

        var names = new List<string>();
        string? cursor = null;
        do
        {
            var (_, page) = await _admin.GetAsync($"/api/v1/users?limit=1{(cursor is null ? "" : $"&cursor={cursor}")}");
            names.AddRange(page["items"]!.AsArray().Select(u => (string)u!["username"]!));
            cursor = (string?)page["next"];
        }
        while (cursor is not null);
        Assert.That(names, Is.SupersetOf(new[] { "admin", "list-a", "list-b" }).And.Unique);
        Assert.That(names.IndexOf("list-a"), Is.LessThan(names.IndexOf("list-b")));
    }

    [Test]
    public async Task A_role_that_changes_counts_at_once_and_the_session_goes_on_with_it()
    {
        var id = await CreateAsync("rolf", "admin");
        using var rolf = await _host.SignedInAsync("rolf", Password);
        Assert.That((await rolf.GetAsync("/api/v1/users?limit=1")).Status, Is.EqualTo(HttpStatusCode.OK));
        await _admin.PatchAsync($"/api/v1/users/{id}", new { role = "viewer" });

        await Wait.UntilAsync("his token is refused", async () => (await rolf.GetAsync("/api/v1/users?limit=1")).Status == HttpStatusCode.Unauthorized);
        Assert.That((await rolf.RefreshAsync()).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await rolf.GetAsync("/api/v1/users?limit=1")).Status, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [TestCase("disabled", "user_disabled")]
    [TestCase("password", "password_changed")]
    [TestCase("deleted", "user_deleted")]
    public async Task Who_is_disabled_removed_or_given_another_password_is_signed_out(string how, string reason)
    {
        var name = $"gone-{how}";
        var id = await CreateAsync(name, "trader");
        using var browser = await _host.SignedInAsync(name, Password);
        var (status, _) = how switch
        {
            "disabled" => await _admin.PatchAsync($"/api/v1/users/{id}", new { disabled = true }),
            "password" => await _admin.PatchAsync($"/api/v1/users/{id}", new { password = "another password" }),
            _ => await _admin.SendAsync(HttpMethod.Delete, $"/api/v1/users/{id}"),
        };
        Assert.That((int)status, Is.InRange(200, 204));

        await Wait.UntilAsync("the token is refused", async () => (await browser.MeAsync()).Status == HttpStatusCode.Unauthorized);
        var (refresh, body) = await browser.RefreshAsync();
        Assert.That((refresh, (string?)body["message"]), Is.EqualTo((HttpStatusCode.Unauthorized, reason)));
        Assert.That((await browser.LoginAsync(name, Password)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task Every_act_stands_in_the_audit_with_who_what_whom_and_where_and_refused_sign_ins_as_a_number()
    {
        var id = await CreateAsync("audited", "viewer");
        using (var browser = await _host.SignedInAsync("audited", Password, from: "127.0.0.8"))
        {
            Assert.That(
                (await browser.PostAsync("/api/v1/users/me/password", new { current_password = Password, new_password = "a newer password" })).Status,
                Is.EqualTo(HttpStatusCode.OK));
            await Wait.UntilAsync("signed in with it", async () => (await browser.LoginAsync("audited", "a newer password")).Status == HttpStatusCode.OK);
            await browser.PostAsync("/api/v1/auth/logout");
            for (var i = 0; i < 3; i++)
            {
                await browser.LoginAsync("audited", "not the right password");
            }
        }

        await _admin.PatchAsync($"/api/v1/users/{id}", new { role = "trader" });
        await _admin.PatchAsync($"/api/v1/users/{id}", new { password = "the newest password" });
        await _admin.PatchAsync($"/api/v1/users/{id}", new { disabled = true });
        await _admin.PatchAsync($"/api/v1/users/{id}", new { disabled = false });
        await _admin.SendAsync(HttpMethod.Delete, $"/api/v1/users/{id}");
        await ((RefusedSignIns)_host.Services.GetService(typeof(RefusedSignIns))!).WriteAsync(CancellationToken.None);

        var (_, page) = await _admin.GetAsync("/api/v1/users/audit?username=audited&limit=100");
        var rows = page["items"]!.AsArray().Reverse().Select(r => $"{r!["actor"]} {r["action"]} {r["subject"]} {r["address"]} {r["detail"]}".TrimEnd()).ToList();
        Assert.That(rows, Is.EqualTo(new[]
        {
            "admin user_created audited 127.0.0.1 viewer",
            "audited signed_in audited 127.0.0.8",
            "audited password_changed audited 127.0.0.8",
            "audited signed_in audited 127.0.0.8",
            "audited signed_out audited 127.0.0.8",
            "admin role_changed audited 127.0.0.1 viewer to trader",
            "admin password_reset audited 127.0.0.1",
            "admin user_disabled audited 127.0.0.1",
            "admin user_enabled audited 127.0.0.1",
            "admin user_deleted audited 127.0.0.1 trader",
        }));
        var (_, all) = await _admin.GetAsync("/api/v1/users/audit?limit=1000");
        var refused = all["items"]!.AsArray().Where(r => (string)r!["action"]! == "sign_ins_refused" && (string)r["address"]! == "127.0.0.8").ToList();
        Assert.That(refused.Sum(r => int.Parse((string)r!["detail"]!, System.Globalization.CultureInfo.InvariantCulture)), Is.EqualTo(3));
        Assert.That(all.ToJsonString(), Does.Not.Contain("not the right"));
    }

    [Test]
    public async Task The_own_password_is_changed_with_the_old_one_alone()
    {
        await CreateAsync("owner", "viewer");
        using var here = await _host.SignedInAsync("owner", Password);
        using var elsewhere = await _host.SignedInAsync("owner", Password);
        var (wrong, body) = await here.PostAsync("/api/v1/users/me/password", new { current_password = "not the right password", new_password = "a newer password" });
        Assert.That((wrong, (string?)body["detail"]?[0]?["path"]), Is.EqualTo((HttpStatusCode.BadRequest, "current_password")));

        var (status, fresh) = await here.PostAsync("/api/v1/users/me/password", new { current_password = Password, new_password = "a newer password" });
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK));
        await Wait.UntilAsync("the old token is refused here too", async () => (await here.MeAsync()).Status == HttpStatusCode.Unauthorized);
        here.Token = (string)fresh["access_token"]!;
        Assert.That((await here.MeAsync()).Status, Is.EqualTo(HttpStatusCode.OK), "the answer's token is good");
        Assert.That((await here.RefreshAsync()).Status, Is.EqualTo(HttpStatusCode.OK), "and so is the session");
        Assert.That((string?)(await elsewhere.RefreshAsync()).Body["message"], Is.EqualTo("password_changed"));
    }

    private async Task<string> CreateAsync(string name, string role)
    {
        var (status, user) = await _admin.PostAsync("/api/v1/users", new { username = name, password = Password, role });
        return status == HttpStatusCode.Created ? (string)user["id"]! : throw new InvalidOperationException($"{status} {user.ToJsonString()}");
    }
}
