using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Tests.Hosting.Outbound;
using TradingSystem.Venues;
using TradingSystem.Venues.Registry;

namespace TradingSystem.Tests.Venues.Registry;

[TestFixture]
public sealed class VenueRegistryTests
{
    private static VenueRegistry Registry(VenueOptions? options = null) =>
        new(options ?? new(), TimeProvider.System, NullLoggerFactory.Instance, Loopback.Gate.CreateHandler, Loopback.Gate.CreateHandler);

    [Test]
    public void Every_exchange_has_a_live_and_a_sandbox_address_and_they_are_not_the_same_account()
    {
        Assert.That(VenueList.All.Select(d => d.Name), Is.SupersetOf(new[] { "binance", "bybit", "okx" }).And.Unique.And.All.Match("^[a-z0-9]+$"));
        foreach (var definition in VenueList.All)
        {
            var (live, sandbox) = (definition.Hosts[VenueEnvironment.Live], definition.Hosts[VenueEnvironment.Sandbox]);
            Assert.That(live.PrivateStream, Is.Not.EqualTo(sandbox.PrivateStream), definition.Name);
        }
    }

    [TestCase("binance", "fapi.binance.com", "demo-fapi.binance.com")]
    [TestCase("bybit", "api.bybit.com", "api-demo.bybit.com")]
    [TestCase("okx", "www.okx.com", "www.okx.com")]
    public async Task A_request_goes_where_the_account_says(string venue, string live, string sandbox)
    {
        foreach (var (environment, host) in new[] { (VenueEnvironment.Live, live), (VenueEnvironment.Sandbox, sandbox) })
        {
            await using var test = new TestVenue(venue, account: TestVenue.Account(venue, environment));
            await test.Venue.SyncClockAsync(default);
            var request = test.Handler.Requests.Single();
            Assert.That((request.Address.Host, request.Headers.ContainsKey("x-simulated-trading")), Is.EqualTo((host, venue == "okx" && environment == VenueEnvironment.Sandbox)));
        }
    }

    [Test]
    public async Task Another_address_is_taken_from_the_options_whatever_their_case()
    {
        var options = new VenueOptions();
        options.Hosts["BINANCE"] = new() { ["SANDBOX"] = new() { Rest = new("http://127.0.0.1:1234") } };
        await using var test = new TestVenue("binance", account: TestVenue.Account("binance", VenueEnvironment.Sandbox), options: options);
        await test.Venue.SyncClockAsync(default);
        Assert.That(test.Handler.Requests.Single().Address.ToString(), Is.EqualTo("http://127.0.0.1:1234/fapi/v1/time"));
    }

    [Test]
    public void Keys_go_nowhere_in_the_clear()
    {
        var options = new VenueOptions();
        options.Hosts["bybit"] = new() { ["Live"] = new() { Rest = new("http://example.org") } };
        using var registry = Registry(options);
        Assert.That(() => registry.Create(TestVenue.Account("bybit")), Throws.ArgumentException);
    }

    [Test]
    public void What_is_not_there_is_said()
    {
        using var registry = Registry();
        Assert.Multiple(() =>
        {
            Assert.That(() => registry.Create(TestVenue.Account("kraken")), Throws.ArgumentException);
            Assert.That(() => registry.Create(TestVenue.Account("okx", VenueEnvironment.Testnet)), Throws.ArgumentException);
            Assert.That(() => registry.Create(TestVenue.Account("okx") with { Credentials = new("k", "s") }), Throws.ArgumentException);
        });
    }

    [TestCase("binanec", "SANDBOX", "Execution:Venues:Hosts:binanec must be one of binance, bybit, okx")]
    [TestCase("okx", "Testnet", "Execution:Venues:Hosts:okx:Testnet must be one of Live, Sandbox")]
    public void An_address_of_what_there_is_not_stops_the_start_instead_of_leaving_the_exchanges_own(string venue, string environment, string error)
    {
        var options = new VenueOptions();
        options.Hosts[venue] = new() { [environment] = new() { Rest = new("http://127.0.0.1:1234") } };
        Assert.That(() => Registry(options), Throws.InvalidOperationException.With.Message.StartsWith(error));
    }

    [TestCase("binance", 0.5, false)]
    [TestCase("binance", 60, true)]
    [TestCase("okx", 5, false)]
    [TestCase("okx", 60, true)]
    [TestCase("okx", 0, true)]
    [TestCase("bybit", 60, false)]
    public async Task A_countdown_is_set_within_what_the_exchange_takes(string venue, double seconds, bool accepted)
    {
        await using var test = new TestVenue(venue);
        Assert.That((await test.Venue.CountdownAsync("BTCUSDT", TimeSpan.FromSeconds(seconds), default)).IsAccepted, Is.EqualTo(accepted));
    }

    [Test]
    public void Options_that_cannot_be_meant_stop_the_start()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => new VenueOptions { RecvWindow = TimeSpan.FromSeconds(60) }.Validated(), Throws.InvalidOperationException);
            Assert.That(() => new VenueOptions { StreamPing = TimeSpan.FromSeconds(30) }.Validated(), Throws.InvalidOperationException);
            Assert.That(() => new VenueOptions { RateLimitFactor = 0 }.Validated(), Throws.InvalidOperationException);
            Assert.That(() => new VenueOptions().Validated(), Throws.Nothing);
        });
    }
}
