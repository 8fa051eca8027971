using System.Net;
using FsCheck;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using TradingSystem.Gateway.Connections;
using TradingSystem.Gateway.Settings;
using TradingSystem.Hosting.Rest;
using TradingSystem.Hosting.Settings;

namespace TradingSystem.Tests.Hosting.Rest;

/// <summary>Whose request it is, behind a proxy and without one, and who is counted together.</summary>
[TestFixture]
public sealed class ClientAddressTests
{
    [FsCheck.NUnit.Property(MaxTest = 500)]
    public bool All_addresses_of_a_64_of_IPv6_are_counted_together_and_those_of_another_are_not(NonNegativeInt seed)
    {
        var random = new Random(seed.Get);
        var (one, two, other) = (new byte[16], new byte[16], new byte[16]);
        random.NextBytes(one);
        one[0] = 0x20;
        random.NextBytes(two);
        one.AsSpan(0, 8).CopyTo(two);
        one.CopyTo(other, 0);
        other[random.Next(1, 8)] ^= 1;
        return ClientAddress.Key(new(one)).Equals(ClientAddress.Key(new(two))) && !ClientAddress.Key(new(one)).Equals(ClientAddress.Key(new(other)));
    }

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public bool An_IPv4_address_stands_for_itself_however_it_is_written(byte a, byte b, byte c, byte d)
    {
        var address = new IPAddress([a, b, c, d]);
        return ClientAddress.Key(address).Equals(address) && ClientAddress.Key(address.MapToIPv6()).Equals(address);
    }

    [TestCase("203.0.113.7", "203.0.113.7")]
    [TestCase("::ffff:203.0.113.7", "203.0.113.7")]
    [TestCase("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [TestCase("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64")]
    public void What_is_counted_together_has_one_name(string address, string counted) =>
        Assert.That(ClientAddress.Of(IPAddress.Parse(address)), Is.EqualTo(counted));

    [Test]
    public void A_zone_makes_no_other_address() =>
        Assert.That(ClientAddress.Key(IPAddress.Parse("fe80::1%2")), Is.EqualTo(ClientAddress.Key(IPAddress.Parse("fe80::9%3"))));

    [Test]
    public void Who_has_a_whole_64_has_one_allowance()
    {
        var gate = new AddressGate(new GatewayOptions { ConnectionBurst = 10, ConnectionsPerSecond = 1 }, new FrozenTime());
        var waits = Enumerable.Range(0, 11).Select(i => gate.Connecting(IPAddress.Parse($"2001:db8:1:2:{i:x}::{i:x}"))).ToList();
        Assert.That((waits.Count(w => w == 0), gate.Connecting(IPAddress.Parse("2001:db8:1:3::1"))), Is.EqualTo((10, 0)));
    }

    [Test]
    public void A_connection_that_proves_its_token_gives_its_place_back()
    {
        var gate = new AddressGate(new GatewayOptions { ConnectionBurst = 2, ConnectionsPerSecond = 1 }, new FrozenTime());
        for (var i = 0; i < 100; i++)
        {
            Assert.That(gate.Connecting(IPAddress.Loopback), Is.Zero);
            gate.Proved(IPAddress.Loopback);
        }

        Assert.That(new[] { gate.Connecting(IPAddress.Loopback), gate.Connecting(IPAddress.Loopback), gate.Connecting(IPAddress.Loopback) }, Is.EqualTo(new[] { 0, 0, 1000 }));
    }

    [TestCase("", "203.0.113.9", "127.0.0.1 http", Description = "nobody is trusted by default")]
    [TestCase("10.0.0.0/8", "203.0.113.9", "127.0.0.1 http", Description = "this proxy is not")]
    [TestCase("127.0.0.1", "203.0.113.9", "203.0.113.9 https")]
    [TestCase("127.0.0.0/8", "198.51.100.1, 203.0.113.9", "203.0.113.9 https", Description = "what the client claimed stands to the left")]
    [TestCase("127.0.0.1, 10.0.0.0/8", "198.51.100.1, 203.0.113.9, 10.1.2.3", "203.0.113.9 https", Description = "through another of our proxies")]
    [TestCase("127.0.0.1", "2001:db8::7", "2001:db8::7 https")]
    [TestCase("127.0.0.1", null, "127.0.0.1 http")]
    public async Task An_address_is_forwarded_by_a_trusted_proxy_only(string trusted, string? forwarded, string seen)
    {
        await using var app = await StartAsync((EdgeOptions.TrustedSetting, trusted));
        using var http = new HttpClient();
        if (forwarded is not null)
        {
            http.DefaultRequestHeaders.Add("X-Forwarded-For", forwarded);
            http.DefaultRequestHeaders.Add("X-Forwarded-Proto", string.Join(", ", forwarded.Split(',').Select(_ => "https")));
        }

        Assert.That(await http.GetStringAsync(new Uri(app.Urls.Single() + "/who")), Is.EqualTo(seen));
    }

    [TestCase("/trading", "/trading/who", HttpStatusCode.OK)]
    [TestCase("/trading/", "/who", HttpStatusCode.OK, Description = "the proxy has taken it off")]
    [TestCase("/trading", "/tradingwho", HttpStatusCode.NotFound)]
    [TestCase("/a/b", "/a/b/who", HttpStatusCode.OK)]
    [TestCase("", "/trading/who", HttpStatusCode.NotFound)]
    public async Task Routes_are_found_below_the_prefix(string basePath, string path, HttpStatusCode status)
    {
        await using var app = await StartAsync((EdgeOptions.BaseSetting, basePath));
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(app.Urls.Single() + path));
        Assert.That(answer.StatusCode, Is.EqualTo(status));
    }

    [Test]
    public async Task Addresses_in_answers_have_the_prefix()
    {
        await using var app = await StartAsync((EdgeOptions.BaseSetting, "/trading"));
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var answer = await http.GetAsync(new Uri(app.Urls.Single() + "/trading/moved"));
        Assert.That(answer.Headers.Location?.OriginalString, Is.EqualTo("/trading/who?x=1"));
    }

    [TestCase(EdgeOptions.BaseSetting, "trading")]
    [TestCase(EdgeOptions.BaseSetting, "/tra ding")]
    [TestCase(EdgeOptions.BaseSetting, "/a//b")]
    [TestCase(EdgeOptions.BaseSetting, "/\"onload")]
    [TestCase(EdgeOptions.TrustedSetting, "proxy.example")]
    [TestCase(EdgeOptions.TrustedSetting, "10.0.0.0/33")]
    public void A_setting_that_breaks_its_rule_is_refused(string key, string value) =>
        Assert.That(() => EdgeOptions.Read(Settings((key, value))), Throws.TypeOf<SettingException>());

    private static IConfiguration Settings(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build();

    private static async Task<WebApplication> StartAsync(params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddConfiguration(Settings(settings));
        builder.AddEdge();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/who", (HttpContext context) => $"{context.Connection.RemoteIpAddress} {context.Request.Scheme}");
        app.MapGet("/moved", () => Results.Redirect("/who?x=1"));
        await app.StartAsync();
        return app;
    }

    private sealed class FrozenTime : TimeProvider
    {
        public override long GetTimestamp() => 1_000;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
    }
}
