using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using TradingSystem.Dashboard.Accounts;
using TradingSystem.IntegrationTests.Servers;

namespace TradingSystem.IntegrationTests.Dashboard.Accounts;

[TestFixture]
public sealed class LoginFloodTests
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
    public async Task Four_hundred_wrong_logins_from_one_address_hold_up_nobody_elsewhere()
    {
        using var signedIn = await _host.SignedInAsync(from: "127.0.0.3");
        using var owner = _host.Browser("127.0.0.5");
        var hashed = 0;
        var refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var flood = Enumerable.Range(0, 400).Select(async i =>
        {
            using var one = _host.Browser("127.0.0.4");
            var (status, _) = await one.LoginAsync($"name {i}", "not the right password");
            if (status == HttpStatusCode.Unauthorized)
            {
                Interlocked.Increment(ref hashed);
            }
            else
            {
                Assert.That(status, Is.EqualTo(HttpStatusCode.TooManyRequests));
                Assert.That(one.Headers.RetryAfter!.Delta, Is.GreaterThan(TimeSpan.Zero));
                refused.TrySetResult();
            }
        }).ToList();
        await refused.Task.WaitAsync(Wait.Most);

        var before = Volatile.Read(ref hashed);
        var (status, body) = await owner.LoginAsync(DashboardHost.Admin, DashboardHost.AdminPassword);
        var meanwhile = Volatile.Read(ref hashed) - before;
        var (me, _) = await signedIn.MeAsync();
        await Task.WhenAll(flood);

        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), body.ToJsonString());
        Assert.That(me, Is.EqualTo(HttpStatusCode.OK), "who is signed in is not touched");
        Assert.That(meanwhile, Is.LessThanOrEqualTo(2 * HashQueue.PerLine), "hashes that were done before the owner's");
        Assert.That(hashed, Is.LessThanOrEqualTo(LoginGuard.FreeOfAddress), "hashes that one address got");
    }

    [Test]
    public async Task A_flood_from_more_addresses_than_there_are_places_keeps_nobody_out_who_signed_in_before()
    {
        using (await _host.SignedInAsync(from: "127.0.0.8"))
        {
        }

        var known = _host.Services.GetRequiredService<KnownAddresses>();
        await Wait.UntilAsync("the address is known", () => Task.FromResult(known.Contains("127.0.0.8")));
        var hashed = 0;
        var refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var flood = Enumerable.Range(0, HashQueue.Capacity + 100).Select(i => (Index: i, Browser: _host.Browser($"127.0.1.{1 + (i / HashQueue.PerLine)}"))).ToList();
        var answers = flood.Select(async one =>
        {
            try
            {
                var (status, _) = await one.Browser.LoginAsync($"name {one.Index}", "not the right password");
                if (status == HttpStatusCode.Unauthorized)
                {
                    Interlocked.Increment(ref hashed);
                }
                else
                {
                    Assert.That(status, Is.EqualTo(HttpStatusCode.TooManyRequests));
                    refused.TrySetResult();
                }
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                // It was still waiting when the test went on.
            }
        }).ToList();
        await refused.Task.WaitAsync(Wait.Most);

        using var owner = _host.Browser("127.0.0.8");
        var before = Volatile.Read(ref hashed);
        var (status, body) = await owner.LoginAsync(DashboardHost.Admin, DashboardHost.AdminPassword);
        var meanwhile = Volatile.Read(ref hashed) - before;
        flood.ForEach(one => one.Browser.Dispose());
        await Task.WhenAll(answers);

        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), body.ToJsonString());
        Assert.That(meanwhile, Is.LessThan(HashQueue.Capacity / 4), "hashes that were done before the owner's");
    }

    [Test]
    public async Task Control_characters_in_a_name_are_refused_and_the_right_password_is_good_behind_them()
    {
        using var browser = _host.Browser("127.0.0.6");
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => browser.SendAsync(
            HttpMethod.Post, "/api/v1/auth/login", """{"username":"admin\u0000","password":"the first password of all"}""")));
        Assert.That(answers.Select(a => a.Status).Distinct(), Is.EqualTo(new[] { HttpStatusCode.BadRequest }));
        for (var i = 0; i < 10; i++)
        {
            var (status, body) = await browser.LoginAsync(DashboardHost.Admin, DashboardHost.AdminPassword);
            Assert.That(status, Is.EqualTo(HttpStatusCode.OK), $"sign-in {i}: {body.ToJsonString()}");
        }
    }

    [Test]
    public async Task What_is_no_login_says_what_is_wrong_and_never_repeats_what_was_typed()
    {
        using var browser = _host.Browser("127.0.0.7");
        foreach (var (body, path) in new[] { ("""{"username":"admin","password":["secret in a list"]}""", "password"), ("""{"secret typed here""", "$"), ("""{"username":"admin"}""", "password") })
        {
            var (status, answer) = await browser.SendAsync(HttpMethod.Post, "/api/v1/auth/login", body);
            Assert.That(((int)status, (string)answer["detail"]![0]!["path"]!), Is.EqualTo((StatusCodes.Status400BadRequest, path)));
            Assert.That(answer.ToJsonString(), Does.Not.Contain("secret"));
        }
    }
}
