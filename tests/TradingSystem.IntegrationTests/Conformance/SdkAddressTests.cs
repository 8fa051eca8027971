using System.Text.Json.Nodes;
using NUnit.Framework;

namespace TradingSystem.IntegrationTests.Conformance;

/// <summary>Where each SDK goes for an address as people write it.</summary>
[TestFixture(Sdk.Python)]
[TestFixture(Sdk.TypeScript)]
[TestFixture(Sdk.CSharp)]
public sealed class SdkAddressTests(Sdk sdk)
{
    private static readonly (string Given, string Socket)[] Right =
    [
        ("127.0.0.1:8000", "ws://127.0.0.1:8000/ws/events"),
        ("localhost:8000", "ws://localhost:8000/ws/events"),
        ("host", "ws://host/ws/events"),
        (" host:8000/ ", "ws://host:8000/ws/events"),
        ("host:8000/trading", "ws://host:8000/trading/ws/events"),
        ("[::1]:8000", "ws://[::1]:8000/ws/events"),
        ("http://host:8000", "ws://host:8000/ws/events"),
        ("http://host:8000/", "ws://host:8000/ws/events"),
        ("HTTPS://host", "wss://host/ws/events"),
        ("https://host/trading", "wss://host/trading/ws/events"),
        ("https://host/trading/", "wss://host/trading/ws/events"),
        ("https://host/a/b//", "wss://host/a/b/ws/events"),
        ("ws://host:8000", "ws://host:8000/ws/events"),
        ("ws://host:8000/", "ws://host:8000/ws/events"),
        ("ws://host:8000/ws/events", "ws://host:8000/ws/events"),
        ("ws://host:8000/ws/events/", "ws://host:8000/ws/events"),
        ("http://host:8000/ws/events", "ws://host:8000/ws/events"),
        ("wss://host/trading/ws/events/", "wss://host/trading/ws/events"),
        ("wss://host:8443/trading", "wss://host:8443/trading/ws/events"),
    ];

    private static readonly string[] Wrong =
    [
        "", " ", "ws://", "://host", "/ws/events", "ftp://host", "file:///ws/events", "host:0", "host:65536", "host:port", "host:1:2", "two words", "host/a b",
        "ws://name:secret@host", "http://host/#/orders", "[::1", "host\\path",
    ];

    private SdkDriver _bot = null!;

    [OneTimeSetUp]
    public void Start() => _bot = SdkDriver.Start(sdk);

    [OneTimeTearDown]
    public Task StopAsync() => _bot.DisposeAsync().AsTask();

    [Test]
    public async Task Every_form_of_an_address_reaches_the_socket_below_its_prefix()
    {
        foreach (var (given, socket) in Right)
        {
            var result = await AskAsync(given);
            Assert.That(result["address"]?.GetValue<string>(), Is.EqualTo(socket), $"'{given}': {result.ToJsonString()}");
        }
    }

    [Test]
    public async Task What_is_no_address_is_refused_naming_what_is_expected()
    {
        foreach (var given in Wrong)
        {
            var error = (await AskAsync(given))["error"]?.GetValue<string>();
            Assert.That(error, Does.Contain("expected HOST:PORT, http(s)://HOST/PREFIX or ws(s)://HOST/PREFIX/ws/events").And.Not.Contain("secret"), $"'{given}'");
        }
    }

    [Test]
    public async Task A_query_is_refused_and_not_repeated()
    {
        foreach (var given in new[] { "ws://host:8000/ws/events?trading_group_token=secret", "host?protocol=3", "https://host/?a" })
        {
            var error = (await AskAsync(given))["error"]?.GetValue<string>();
            Assert.That(error, Does.Contain("has a query").And.Contain("expected HOST:PORT").And.Not.Contain("secret"), $"'{given}'");
        }
    }

    [TestCase("{0}:{1}")]
    [TestCase("http://{0}:{1}/")]
    [TestCase("ws://{0}:{1}/ws/events/")]
    public async Task A_bot_connects_with_it(string form)
    {
        await using var gateway = await ScriptedGateway.StartAsync(async line =>
        {
            await line.AckAsync();
            await line.StayAsync();
        });
        await using var bot = SdkDriver.Start(sdk);
        var url = string.Format(System.Globalization.CultureInfo.InvariantCulture, form, gateway.Socket.Host, gateway.Socket.Port);
        var result = await bot.AskAsync("connect", new() { ["url"] = url, ["token"] = "token", ["protocol"] = 2 });
        Assert.That(result["error"], Is.Null, result.ToJsonString());
        Assert.That(gateway.Connections, Has.Count.EqualTo(1));
    }

    private Task<JsonObject> AskAsync(string url) => _bot.AskAsync("address", new() { ["url"] = url });
}
