using NUnit.Framework;
using TradingSystem.Venues;

namespace TradingSystem.Tests.Venues;

/// <summary>Leverage is set as it was sized with, and modes are compared, never switched by an order.</summary>
[TestFixture]
public sealed class SetupTests
{
    private static readonly SymbolSetup OneWay = new("BTCUSDT", 5m, MarginMode.Cross, PositionMode.OneWay);

    [Test]
    public async Task A_venue_of_whole_numbers_is_not_asked_for_a_leverage_with_decimals()
    {
        await using var test = new TestVenue("binance");
        var reply = await test.Venue.PrepareAsync(OneWay with { Leverage = 2.9m }, default);
        Assert.That(reply.Refusal?.Code, Is.EqualTo("LEVERAGE"));
        Assert.That(test.Handler.Requests.Select(r => r.Path), Has.None.EqualTo("/fapi/v1/leverage"));
    }

    [TestCase("binance", "/fapi/v1/leverage", "leverage", 5, "5")]
    [TestCase("bybit", "/v5/position/set-leverage", "buyLeverage", 2.9, "2.9")]
    [TestCase("okx", "/api/v5/account/set-leverage", "lever", 2.9, "2.9")]
    public async Task Leverage_is_sent_as_it_is(string venue, string path, string name, decimal leverage, string sent)
    {
        await using var test = new TestVenue(venue, r => Mode(r, hedge: false));
        Assert.That((await test.Venue.PrepareAsync(OneWay with { Leverage = leverage }, default)).IsAccepted, Is.True);
        var request = test.Sent(path);
        Assert.That(RequestParameters.Of(request.Query, request.Body)[name], Is.EqualTo(sent));
    }

    [Test]
    public async Task A_venue_that_sets_another_leverage_than_it_was_asked_for_is_not_believed()
    {
        await using var test = new TestVenue("okx", r => r.Path.EndsWith("set-leverage", StringComparison.Ordinal) ? RecordingHandler.Json("""{"code":"0","msg":"","data":[{"lever":"2","mgnMode":"cross"}]}""") : Mode(r, hedge: false));
        Assert.That((await test.Venue.PrepareAsync(OneWay with { Leverage = 2.9m }, default)).Refusal?.Code, Is.EqualTo("LEVERAGE_DIFFERS"));
    }

    [Test]
    public async Task Another_position_mode_is_refused_and_nothing_is_sent_that_changes_it([Values("binance", "bybit", "okx")] string venue, [Values] bool hedgeThere)
    {
        await using var test = new TestVenue(venue, r => Mode(r, hedgeThere));
        var same = OneWay with { PositionMode = hedgeThere ? PositionMode.Hedge : PositionMode.OneWay };
        var other = OneWay with { PositionMode = hedgeThere ? PositionMode.OneWay : PositionMode.Hedge };
        var refused = await test.Venue.PrepareAsync(other, default);
        Assert.That(refused.Refusal?.Code, Is.EqualTo(VenueModes.PositionModeDiffers), refused.ToString());
        Assert.That(refused.Refusal!.Message, Does.Contain($"is {(hedgeThere ? "hedge" : "oneway")} at the exchange and {(hedgeThere ? "oneway" : "hedge")} here"));
        Assert.That(test.Handler.Requests.Select(r => r.Method), Has.None.EqualTo(HttpMethod.Post));

        Assert.That((await test.Venue.PrepareAsync(same, default)).IsAccepted, Is.True);
        Assert.That(test.Handler.Requests.Select(r => r.Path), Has.None.Contains("positionSide/dual").And.None.Contains("switch-mode").And.None.Contains("set-position-mode"));
    }

    [Test]
    public async Task Another_margin_mode_of_the_whole_account_is_refused_and_not_changed()
    {
        await using var test = new TestVenue("bybit", r => r.Path == "/v5/account/info" ? RecordingHandler.Json("""{"retCode":0,"result":{"marginMode":"ISOLATED_MARGIN"}}""") : Mode(r, hedge: false));
        Assert.That((await test.Venue.PrepareAsync(OneWay, default)).Refusal?.Code, Is.EqualTo(VenueModes.MarginModeDiffers));
        Assert.That(test.Handler.Requests.Select(r => r.Method), Has.None.EqualTo(HttpMethod.Post));
    }

    private static HttpResponseMessage? Mode(RecordedRequest request, bool hedge) => request.Path switch
    {
        "/fapi/v1/accountConfig" => RecordingHandler.Json($$"""{"canTrade":true,"dualSidePosition":{{(hedge ? "true" : "false")}}}"""),
        "/v5/position/list" => RecordingHandler.Json($$$"""{"retCode":0,"result":{"list":[{"symbol":"BTCUSDT","positionIdx":{{{(hedge ? 1 : 0)}}},"size":"0","side":""}]}}"""),
        "/api/v5/account/config" => RecordingHandler.Json($$"""{"code":"0","msg":"","data":[{"acctLv":"2","posMode":"{{(hedge ? "long_short_mode" : "net_mode")}}","perm":"trade"}]}"""),
        _ => null,
    };
}
