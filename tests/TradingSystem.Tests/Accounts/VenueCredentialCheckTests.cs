using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Secrets;
using TradingSystem.Execution.Venues;
using TradingSystem.Tests.Venues;

namespace TradingSystem.Tests.Accounts;

/// <summary>What an exchange's answer about a key means for the account.</summary>
[TestFixture]
public sealed class VenueCredentialCheckTests
{
    private const string OkxConfig = """{"code":"0","msg":"","data":[{"acctLv":"2","posMode":"net_mode","perm":"PERM","uid":"1"}]}""";

    [TestCase("binance", """{"canTrade":true,"canWithdraw":false,"dualSidePosition":false}""")]
    [TestCase("okx", """{"code":"0","msg":"","data":[{"acctLv":"2","posMode":"net_mode","perm":"read_only,trade"}]}""")]
    public async Task A_key_that_may_trade_is_verified(string exchange, string answer) =>
        Assert.That(await CheckAsync(exchange, answer), Is.EqualTo(new CredentialVerdict.Verified()));

    [Test]
    public async Task A_key_that_may_also_withdraw_is_taken_with_a_warning()
    {
        var verdict = await CheckAsync("okx", OkxConfig.Replace("PERM", "read_only,trade,withdraw", StringComparison.Ordinal));
        Assert.That((verdict as CredentialVerdict.Verified)?.Warning, Does.Contain("withdrawals"));
    }

    [TestCase("binance", """{"canTrade":false,"dualSidePosition":false}""")]
    [TestCase("okx", """{"code":"0","msg":"","data":[{"acctLv":"2","posMode":"net_mode","perm":"read_only"}]}""")]
    [TestCase("okx", """{"code":"0","msg":"","data":[{"acctLv":"1","posMode":"net_mode","perm":"read_only,trade"}]}""")]
    public async Task A_key_that_may_not_trade_is_refused(string exchange, string answer) =>
        Assert.That((await CheckAsync(exchange, answer) as CredentialVerdict.Refused)?.Meaning, Is.EqualTo("permission_or_key"));

    [TestCase("binance", HttpStatusCode.Unauthorized, """{"code":-2015,"msg":"Invalid API-key the-api-key-1234, IP, or permissions for action."}""", "-2015")]
    [TestCase("bybit", HttpStatusCode.OK, """{"retCode":10003,"retMsg":"API key the-api-key-1234 is invalid.","result":{},"time":1}""", "10003")]
    [TestCase("okx", HttpStatusCode.Unauthorized, """{"code":"50111","msg":"Invalid OK-ACCESS-KEY the-api-key-1234","data":[]}""", "50111")]
    public async Task A_wrong_key_is_refused_in_the_venues_words_but_without_the_key(string exchange, HttpStatusCode status, string answer, string code)
    {
        var refused = (CredentialVerdict.Refused)await CheckAsync(exchange, answer, status);
        Assert.Multiple(() =>
        {
            Assert.That((refused.Meaning, refused.VenueCode), Is.EqualTo(("permission_or_key", code)));
            Assert.That(refused.Message, Does.Contain("***").And.Not.Contain("the-api-key"));
        });
    }

    [Test]
    public async Task A_venue_that_wants_us_to_wait_says_nothing_about_the_key() =>
        Assert.That(await CheckAsync("binance", """{"code":-1003,"msg":"Too many requests."}""", HttpStatusCode.TooManyRequests), Is.InstanceOf<CredentialVerdict.Unreachable>());

    [Test]
    public async Task A_venue_that_is_broken_or_away_is_unreachable([Values("binance", "bybit", "okx")] string exchange)
    {
        Assert.That(await CheckAsync(exchange, "<html>the-api-key-1234</html>", HttpStatusCode.BadGateway), Is.InstanceOf<CredentialVerdict.Unreachable>());
        var away = (CredentialVerdict.Unreachable)await CheckAsync(exchange, _ => throw new HttpRequestException("refused the-api-secret-5678"));
        Assert.That(away.Why, Does.Not.Contain("the-api-secret"));
    }

    [Test]
    public async Task An_exchange_that_nobody_knows_is_unreachable() =>
        Assert.That(await CheckAsync("kraken", ""), Is.EqualTo(new CredentialVerdict.Unreachable("kraken cannot be reached by this version")));

    [Test]
    public async Task Keys_are_not_sent_to_an_address_in_the_clear()
    {
        var options = Options();
        options.Hosts["binance"] = new() { ["Sandbox"] = new() { Rest = new("http://example.org") } };
        var asked = false;
        var verdict = await CheckAsync("binance", _ => { asked = true; return RecordingHandler.Json("{}"); }, options);
        Assert.That((verdict is CredentialVerdict.Unreachable, asked), Is.EqualTo((true, false)));
    }

    private static VenueOptions Options() => new() { ReadDeadline = TimeSpan.FromMilliseconds(300), ReadAttempt = TimeSpan.FromMilliseconds(300) };

    private static Task<CredentialVerdict> CheckAsync(string exchange, string answer, HttpStatusCode status = HttpStatusCode.OK) =>
        CheckAsync(exchange, request => request.Path.EndsWith("/time", StringComparison.Ordinal) ? Time(exchange) : RecordingHandler.Json(answer, status));

    private static async Task<CredentialVerdict> CheckAsync(string exchange, Func<RecordedRequest, HttpResponseMessage> answer, VenueOptions? options = null)
    {
        using var venues = new VenueRegistry(options ?? Options(), TimeProvider.System, NullLoggerFactory.Instance, () => new RecordingHandler(answer));
        var check = new VenueCredentialCheck(venues, TimeProvider.System);
        using var credentials = new Credentials(Encoding.ASCII.GetBytes("the-api-key-1234"), Encoding.ASCII.GetBytes("the-api-secret-5678"), exchange == "okx" ? Encoding.ASCII.GetBytes("the-passphrase") : null);
        return await check.CheckAsync(new(Guid.NewGuid(), exchange, "sandbox", "isolated", "oneway"), credentials, CancellationToken.None);
    }

    private static HttpResponseMessage Time(string exchange)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        return RecordingHandler.Json(exchange switch
        {
            "binance" => $$"""{"serverTime":{{now}}}""",
            "bybit" => $$"""{"retCode":0,"retMsg":"OK","result":{"timeSecond":"{{now / 1000}}","timeNano":"{{now}}000000"},"time":{{now}}}""",
            _ => $$"""{"code":"0","msg":"","data":[{"ts":"{{now}}"}]}""",
        });
    }
}
