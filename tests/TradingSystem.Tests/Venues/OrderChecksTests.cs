using NUnit.Framework;
using TradingSystem.Venues;

namespace TradingSystem.Tests.Venues;

[TestFixture]
public sealed class OrderChecksTests
{
    private static readonly string[] Venues = ["binance", "bybit", "okx"];

    private static readonly NewOrder Good = new("BTCUSDT", "ABCDEFGHIJKLMNOPQRSTUVWXYZ2E", OrderSide.Buy, 0.01m);

    [TestCaseSource(nameof(Venues))]
    public async Task An_order_that_cannot_be_meant_is_refused_before_sending(string venue)
    {
        NewOrder[] wrong =
        [
            Good with { ClientId = "" },
            Good with { ClientId = "with space" },
            Good with { ClientId = new('a', 37) },
            Good with { Quantity = 0m },
            Good with { Type = VenueOrderType.Limit },
            Good with { Type = VenueOrderType.Limit, Price = 0m },
            Good with { PositionSide = PositionSide.Long },
        ];
        foreach (var order in wrong)
        {
            await using var test = new TestVenue(venue);
            var reply = await test.Venue.PlaceAsync(order, default);
            Assert.That(reply.Is(RefusalMeaning.Parameter), Is.True, $"{order}: {reply}");
            Assert.That(test.Handler.Requests, Is.Empty);
        }
    }

    [TestCaseSource(nameof(Venues))]
    public async Task Hedge_mode_needs_a_position_side(string venue)
    {
        await using var test = new TestVenue(venue, account: TestVenue.Account(venue, mode: PositionMode.Hedge));
        Assert.That((await test.Venue.PlaceAsync(Good, default)).Refusal!.Code, Is.EqualTo("POSITION_SIDE"));
    }

    [TestCaseSource(nameof(Venues))]
    public async Task A_symbol_that_is_not_listed_is_refused_before_sending(string venue)
    {
        await using var test = new TestVenue(venue);
        var reply = await test.Venue.PlaceAsync(Good with { Symbol = "NOPEUSDT" }, default);
        Assert.That((reply.Refusal!.Code, test.Handler.Requests.Any(r => r.Method == HttpMethod.Post)), Is.EqualTo(("UNKNOWN_SYMBOL", false)));
    }

    [TestCase("binance", "/fapi/v1/order", "positionSide", "SHORT", "reduceOnly", null)]
    [TestCase("bybit", "/v5/order/create", "positionIdx", "2", "reduceOnly", "true")]
    [TestCase("okx", "/api/v5/trade/order", "posSide", "short", "reduceOnly", null)]
    public async Task A_reducing_order_in_hedge_mode_names_its_side_and_the_flag_only_where_it_is_taken(
        string venue, string path, string side, string value, string flag, string? flagValue)
    {
        await using var test = new TestVenue(venue, account: TestVenue.Account(venue, mode: PositionMode.Hedge));
        await test.Venue.PlaceAsync(Good with { PositionSide = PositionSide.Short, ReduceOnly = true }, default);
        var request = test.Sent(path);
        var sent = RequestParameters.Of(request.Query, request.Body);
        Assert.That((sent.GetValueOrDefault(side), sent.GetValueOrDefault(flag)), Is.EqualTo((value, flagValue)));
    }

    [TestCase("binance", "/fapi/v1/algoOrder", "closePosition=true;type=STOP_MARKET;triggerPrice=25000;clientAlgoId=s1")]
    [TestCase("bybit", "/v5/order/create", "qty=0;reduceOnly=true;closeOnTrigger=true;orderType=Market;triggerPrice=25000;triggerDirection=2;orderLinkId=s1")]
    [TestCase("okx", "/api/v5/trade/order-algo", "closeFraction=1;reduceOnly=true;slTriggerPx=25000;slOrdPx=-1;slTriggerPxType=last;algoClOrdId=s1;ordType=conditional")]
    public async Task Protection_of_a_whole_position_needs_no_quantity(string venue, string path, string expected)
    {
        await using var test = new TestVenue(venue);
        await test.Venue.PlaceProtectionAsync(new("BTCUSDT", "s1", ProtectionKind.StopLoss, OrderSide.Sell, 25000m), default);
        var request = test.Sent(path);
        var sent = RequestParameters.Of(request.Query, request.Body).Select(p => $"{p.Key}={p.Value}").ToList();
        Assert.That(expected.Split(';'), Is.SubsetOf(sent));
        Assert.That(sent, Has.None.StartsWith("sz=").And.None.StartsWith("quantity="));
    }

    [Test]
    public void Credentials_never_show_in_text()
    {
        var text = TestVenue.Account("okx").ToString();
        Assert.That(text, Does.Not.Contain("testKey").And.Not.Contain("testSecret").And.Not.Contain("testPass"));
    }
}
