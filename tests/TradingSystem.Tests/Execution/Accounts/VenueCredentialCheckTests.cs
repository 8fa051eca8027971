using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Execution.Accounts;
using TradingSystem.Execution.Accounts.Secrets;
using TradingSystem.Tests.Venues;
using TradingSystem.Venues;
using TradingSystem.Venues.Registry;

namespace TradingSystem.Tests.Execution.Accounts;

/// <summary>What an exchange's answer about a key means for the account.</summary>
[TestFixture]
public sealed class VenueCredentialCheckTests
{
    private const string OkxConfig = """{"code":"0","msg":"","data":[{"acctLv":"2","posMode":"net_mode","perm":"PERM","uid":"1"}]}""";

    [TestCase("binance", """{"canTrade":true,"canWithdraw":false,"dualSidePosition":false}""")]
    [TestCase("okx", """{"code":"0","msg":"","data":[{"acctLv":"2","posMode":"net_mode","perm":"read_only,trade"}]}""")]
    public async Task A_key_that_may_trade_is_verified(string exchange, string answer) =>
        Assert.That(await CheckAsync(exchange, answer), Is.EqualTo(new CredentialVerdict.Verified()));

    [TestCase("binance", false, "position_mode", "hedge", "oneway")]
    [TestCase("okx", false, "position_mode", "hedge", "oneway")]
    [TestCase("bybit", false, "position_mode", "hedge", "oneway")]
    [TestCase("bybit", true, "margin_mode", "cross", "isolated")]
    public async Task An_account_that_is_set_up_otherwise_at_the_venue_is_told_and_nothing_is_switched(string exchange, bool marginOnly, string field, string there, string here)
    {
        var venue = new SetUp(exchange, hedge: !marginOnly, cross: marginOnly);
        Assert.That(await CheckAsync(exchange, venue.Answer), Is.EqualTo(new CredentialVerdict.ModesDiffer(field, there, here)));
        Assert.That(venue.Changes, Is.Empty);
    }

    [TestCase("binance", "/fapi/v1/positionSide/dual")]
    [TestCase("okx", "/api/v5/account/set-position-mode")]
    [TestCase("bybit", "/v5/position/switch-mode")]
    public async Task A_switch_that_a_person_confirmed_is_made_and_said(string exchange, string path)
    {
        var venue = new SetUp(exchange, hedge: true, cross: false);
        var verdict = await CheckAsync(exchange, venue.Answer, switchModes: true);
        Assert.That((verdict as CredentialVerdict.Verified)?.Warning, Does.Contain("position_mode switched from hedge to oneway"));
        Assert.That(venue.Changes, Does.Contain(path));
        Assert.That(await CheckAsync(exchange, venue.Answer), Is.InstanceOf<CredentialVerdict.Verified>(), "and there is nothing to switch any more");
    }

    [TestCase("binance", """{"code":-4068,"msg":"Position side cannot be changed if there exists position."}""", "-4068 Position side cannot be changed")]
    [TestCase("okx", """{"code":"59000","msg":"Setting failed. Close positions first.","data":[]}""", "59000 Setting failed")]
    [TestCase("bybit", """{"retCode":110024,"retMsg":"You have an existing position","result":{}}""", "110024 You have an existing position")]
    public async Task A_switch_that_the_venue_refuses_is_told_in_its_words(string exchange, string refusal, string why)
    {
        var venue = new SetUp(exchange, hedge: true, cross: false) { Refusal = refusal };
        var verdict = await CheckAsync(exchange, venue.Answer, switchModes: true) as CredentialVerdict.ModesDiffer;
        Assert.That((verdict?.There, verdict?.Here), Is.EqualTo(("hedge", "oneway")));
        Assert.That(verdict!.Why, Does.StartWith(why));
    }

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

    private static async Task<CredentialVerdict> CheckAsync(
        string exchange, Func<RecordedRequest, HttpResponseMessage> answer, VenueOptions? options = null, bool switchModes = false)
    {
        using var venues = new VenueRegistry(
            options ?? Options(), TimeProvider.System, NullLoggerFactory.Instance, () => new RecordingHandler(answer), () => new RecordingHandler(answer));
        var check = new VenueCredentialCheck(venues, TimeProvider.System);
        using var credentials = new Credentials(
            Encoding.ASCII.GetBytes("the-api-key-1234"), Encoding.ASCII.GetBytes("the-api-secret-5678"),
            exchange == "okx" ? Encoding.ASCII.GetBytes("the-passphrase") : null);
        return await check.CheckAsync(new(Guid.NewGuid(), exchange, "sandbox", "isolated", "oneway") { SwitchModes = switchModes }, credentials, CancellationToken.None);
    }

    /// <summary>A venue with modes that can be read and switched.</summary>
    private sealed class SetUp(string exchange, bool hedge, bool cross)
    {
        private bool _hedge = hedge;

        public string? Refusal { get; init; }

        public List<string> Changes { get; } = [];

        public HttpResponseMessage Answer(RecordedRequest request)
        {
            if (request.Method == HttpMethod.Post)
            {
                Changes.Add(request.Path);
                var isMode = !request.Path.EndsWith("set-margin-mode", StringComparison.Ordinal);
                if (isMode && Refusal is { } refusal)
                {
                    return RecordingHandler.Json(refusal, exchange == "binance" ? HttpStatusCode.BadRequest : HttpStatusCode.OK);
                }

                _hedge &= !isMode;
                return RecordingHandler.Json(exchange switch
                {
                    "binance" => """{"code":200,"msg":"success"}""",
                    "bybit" => """{"retCode":0,"retMsg":"OK","result":{}}""",
                    _ => """{"code":"0","msg":"","data":[{"posMode":"net_mode"}]}""",
                });
            }

            return request.Path.EndsWith("/time", StringComparison.Ordinal) ? Time(exchange) : RecordingHandler.Json(request.Path switch
            {
                "/v5/account/info" => $$$"""{"retCode":0,"result":{"marginMode":"{{{(cross ? "REGULAR_MARGIN" : "ISOLATED_MARGIN")}}}"}}""",
                "/v5/position/list" => $$$"""{"retCode":0,"result":{"list":[{"symbol":"BTCUSDT","positionIdx":{{{(_hedge ? 1 : 0)}}},"size":"0"}]}}""",
                "/v5/user/query-api" => """{"retCode":0,"result":{"readOnly":0,"permissions":{"ContractTrade":["Order","Position"]}}}""",
                "/fapi/v1/accountConfig" => $$"""{"canTrade":true,"canWithdraw":false,"dualSidePosition":{{(_hedge ? "true" : "false")}}}""",
                _ => $$"""{"code":"0","msg":"","data":[{"acctLv":"2","posMode":"{{(_hedge ? "long_short_mode" : "net_mode")}}","perm":"read_only,trade"}]}""",
            });
        }
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
