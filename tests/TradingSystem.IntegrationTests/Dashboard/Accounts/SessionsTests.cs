using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Dashboard.Accounts;

[TestFixture]
public sealed class SessionsTests
{
    private readonly FixtureDatabase _database = new();
    private DashboardHost _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        await _database.InitialiseAsync();
        _host = await DashboardHost.StartAsync(_database.ConnectionString);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _host.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task A_sign_in_gives_a_short_token_and_a_cookie_that_only_its_own_interface_sees()
    {
        using var browser = _host.Browser();
        var (_, body) = await browser.LoginAsync(DashboardHost.Admin, DashboardHost.AdminPassword);
        Assert.That((int)body["expires_in"]!, Is.EqualTo(900));
        var cookie = browser.Headers.GetValues("Set-Cookie").Single();
        Assert.That(cookie, Does.Contain("httponly").And.Contain("samesite=strict").And.Contain("path=/api/v1/auth").And.Not.Contain("secure"));
        Assert.That(browser.Headers.CacheControl!.NoStore, Is.True);
    }

    [Test]
    public async Task A_second_tab_is_signed_in_by_the_cookie_alone()
    {
        using var first = await _host.SignedInAsync();
        using var second = _host.Browser();
        second.Cookie = first.Cookie;
        Assert.That((await second.RefreshAsync()).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await second.MeAsync()).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await first.MeAsync()).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Tabs_that_refresh_at_once_with_one_cookie_all_get_a_token()
    {
        using var browser = await _host.SignedInAsync();
        var tabs = Enumerable.Range(0, 8).Select(_ => _host.Browser()).ToList();
        tabs.ForEach(t => t.Cookie = browser.Cookie);
        var answers = await Task.WhenAll(tabs.Select(t => t.RefreshAsync()));
        Assert.That(answers.Select(a => a.Status).Distinct(), Is.EqualTo(new[] { HttpStatusCode.OK }));
        var given = tabs.Select(t => t.Cookie).Where(c => c != browser.Cookie).Distinct().ToList();
        Assert.That(given, Has.Count.EqualTo(1), "one of them was given the next");
        browser.Cookie = given[0];
        Assert.That((await browser.RefreshAsync()).Status, Is.EqualTo(HttpStatusCode.OK));
        tabs.ForEach(t => t.Dispose());
    }

    [Test]
    public async Task A_refresh_token_that_was_replaced_twice_ends_the_session_of_whoever_has_the_newest()
    {
        using var owner = await _host.SignedInAsync();
        using var thief = _host.Browser();
        thief.Cookie = owner.Cookie;
        await owner.RefreshAsync();
        await owner.RefreshAsync();

        Assert.That((string?)(await thief.RefreshAsync()).Body["message"], Is.EqualTo("token_reused"));
        Assert.That((string?)(await owner.RefreshAsync()).Body["message"], Is.EqualTo("token_reused"));
        await Wait.UntilAsync("the owner's token is refused too", async () => (await owner.MeAsync()).Status == HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task A_made_up_refresh_token_ends_nothing()
    {
        using var owner = await _host.SignedInAsync();
        using var stranger = _host.Browser();
        stranger.Cookie = owner.Cookie![..^4] + "AAAA";
        Assert.That((string?)(await stranger.RefreshAsync()).Body["message"], Is.EqualTo("no_session"));
        Assert.That((await owner.RefreshAsync()).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Another_sites_page_neither_refreshes_nor_signs_out()
    {
        using var browser = await _host.SignedInAsync();
        foreach (var path in new[] { "/api/v1/auth/refresh", "/api/v1/auth/logout" })
        {
            Assert.That((await browser.SendAsync(HttpMethod.Post, path, null, ("Sec-Fetch-Site", "same-site"))).Status, Is.EqualTo(HttpStatusCode.Forbidden), path);
        }

        Assert.That((await browser.SendAsync(HttpMethod.Post, "/api/v1/auth/refresh", null, ("Sec-Fetch-Site", "same-origin"))).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_token_is_refused_once_its_session_has_signed_out_and_the_answer_says_so()
    {
        using var browser = await _host.SignedInAsync();
        using var other = await _host.SignedInAsync();
        Assert.That((await browser.PostAsync("/api/v1/auth/logout")).Status, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That(browser.Cookie, Is.Null, "the cookie is taken back");
        JsonObject refusal = [];
        await Wait.UntilAsync("the token is refused", async () =>
        {
            (var status, refusal) = await browser.MeAsync();
            return status == HttpStatusCode.Unauthorized;
        });
        Assert.That(refusal.ToJsonString(), Is.EqualTo("""{"message":"unauthorized","detail":[{"path":"Authorization","rule":"Bearer and the token of POST /api/v1/auth/login","got":"signed_out"}]}"""));
        Assert.That((await other.MeAsync()).Status, Is.EqualTo(HttpStatusCode.OK), "the person's other session goes on");
    }

    [Test]
    public async Task Signing_out_everywhere_ends_every_session_of_the_person()
    {
        using var here = await _host.SignedInAsync();
        using var elsewhere = await _host.SignedInAsync();
        Assert.That((await here.PostAsync("/api/v1/auth/logout-everywhere")).Status, Is.EqualTo(HttpStatusCode.NoContent));
        await Wait.UntilAsync("both tokens are refused", async () =>
            (await here.MeAsync()).Status == HttpStatusCode.Unauthorized && (await elsewhere.MeAsync()).Status == HttpStatusCode.Unauthorized);
        Assert.That((string?)(await elsewhere.RefreshAsync()).Body["message"], Is.EqualTo("signed_out_everywhere"));
        using var again = await _host.SignedInAsync();
        Assert.That((await again.MeAsync()).Status, Is.EqualTo(HttpStatusCode.OK), "who signs in again is in");
    }

    [Test]
    public async Task What_is_for_somebody_alone_is_stored_nowhere_and_refusals_have_headers_and_body_too()
    {
        using var browser = _host.Browser();
        var (status, body) = await browser.MeAsync();
        Assert.That(((int)status, body.ToJsonString()), Is.EqualTo((401, """{"message":"unauthorized","detail":[{"path":"Authorization","rule":"Bearer and the token of POST /api/v1/auth/login","got":"nothing"}]}""")));
        Check();
        Assert.That(browser.Headers.WwwAuthenticate.ToString(), Is.EqualTo("Bearer"));
        browser.Token = "no.good.token";
        Assert.That((string?)(await browser.MeAsync()).Body["detail"]![0]!["got"], Is.EqualTo("no good token"));
        browser.Token = null;
        await browser.LoginAsync(DashboardHost.Admin, DashboardHost.AdminPassword);
        Assert.That((await browser.MeAsync()).Status, Is.EqualTo(HttpStatusCode.OK));
        Check();

        void Check()
        {
            Assert.That(browser.Headers.CacheControl!.NoStore, Is.True);
            Assert.That(browser.Headers.GetValues("X-Content-Type-Options").Single(), Is.EqualTo("nosniff"));
            Assert.That(browser.Headers.GetValues("Content-Security-Policy").Single(), Does.Contain("frame-ancestors 'none'"));
            Assert.That(browser.Headers.GetValues("Referrer-Policy").Single(), Is.EqualTo("no-referrer"));
        }
    }

    [Test]
    public async Task A_ticket_opens_the_hub_once_and_a_token_in_the_address_never()
    {
        using var browser = await _host.SignedInAsync();
        var (status, issued) = await browser.PostAsync("/api/v1/auth/hub-ticket");
        Assert.That((status, (int)issued["expires_in_s"]!), Is.EqualTo((HttpStatusCode.Created, 30)));
        using var hub = await OpenAsync($"ticket={issued["ticket"]}");
        Assert.That(async () => await OpenAsync($"ticket={issued["ticket"]}"), Throws.InstanceOf<WebSocketException>(), "twice");
        Assert.That(async () => await OpenAsync($"access_token={browser.Token}"), Throws.InstanceOf<WebSocketException>());
        Assert.That(async () => await OpenAsync(""), Throws.InstanceOf<WebSocketException>());
    }

    [Test]
    public async Task The_hub_says_why_and_ends_when_its_session_is_signed_out()
    {
        using var browser = await _host.SignedInAsync();
        using var hub = await OpenAsync($"ticket={(await browser.PostAsync("/api/v1/auth/hub-ticket")).Body["ticket"]}");
        await browser.PostAsync("/api/v1/auth/logout");
        Assert.That(await ReadToEndAsync(hub), Does.Contain("session_ended").And.Contain("signed_out"));
    }

    [Test]
    public async Task Token_hub_and_session_end_together_when_the_session_has_come_to_its_end()
    {
        await using var host = await DashboardHost.StartAsync(_database.ConnectionString, "--Auth:SessionLifetime=00:00:06", "--Auth:TokenLifetime=00:15:00");
        using var browser = host.Browser();
        var (_, login) = await browser.LoginAsync(DashboardHost.Admin, DashboardHost.AdminPassword);
        Assert.That((int)login["expires_in"]!, Is.LessThanOrEqualTo(6), "no token outlives its session");
        using var hub = await OpenAsync($"ticket={(await browser.PostAsync("/api/v1/auth/hub-ticket")).Body["ticket"]}", host);
        await ReadToEndAsync(hub);
        await Wait.UntilAsync("the token has ended with the hub", async () => (await browser.MeAsync()).Status == HttpStatusCode.Unauthorized);
        Assert.That((string?)(await browser.MeAsync()).Body["detail"]![0]!["got"], Is.EqualTo("token_expired"));
        Assert.That((string?)(await browser.RefreshAsync()).Body["message"], Is.EqualTo("session_expired"));
    }

    private async Task<ClientWebSocket> OpenAsync(string query, DashboardHost? host = null)
    {
        var socket = new ClientWebSocket();
        try
        {
            await socket.ConnectAsync(new Uri($"ws://{(host ?? _host).Address.Authority}/hubs/live?{query}"), CancellationToken.None);
            await socket.SendAsync(Encoding.UTF8.GetBytes("{\"protocol\":\"json\",\"version\":1}\u001e"), WebSocketMessageType.Text, true, CancellationToken.None);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Everything until the server ends the connection.</summary>
    private static async Task<string> ReadToEndAsync(ClientWebSocket socket)
    {
        using var deadline = new CancellationTokenSource(Wait.Most);
        var text = new StringBuilder();
        var buffer = new byte[16 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, deadline.Token) is { MessageType: not WebSocketMessageType.Close } part)
            {
                text.Append(Encoding.UTF8.GetString(buffer, 0, part.Count));
            }
        }
        catch (WebSocketException)
        {
            // Ended without a goodbye.
        }

        return text.ToString();
    }
}
