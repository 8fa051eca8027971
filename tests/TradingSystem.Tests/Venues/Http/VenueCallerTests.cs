using System.Net;
using NUnit.Framework;
using TradingSystem.Venues;

namespace TradingSystem.Tests.Venues.Http;

[TestFixture]
public sealed class VenueCallerTests
{
    private static readonly NewOrder Entry = new("BTCUSDT", "a1", OrderSide.Buy, 0.01m);

    [TestCase("binance", "/fapi/v1/time", """{"code":-1021,"msg":"Timestamp for this request is outside of the recvWindow."}""", 400, """{"serverTime":1700000060000}""")]
    [TestCase("bybit", "/v5/market/time", """{"retCode":10002,"retMsg":"invalid request","result":{}}""", 200, """{"retCode":0,"result":{"timeNano":"1700000060000000000"}}""")]
    [TestCase("okx", "/api/v5/public/time", """{"code":"50102","msg":"Timestamp request expired","data":[]}""", 401, """{"code":"0","data":[{"ts":"1700000060000"}]}""")]
    public async Task An_order_that_the_clock_refused_is_not_sent_again_but_the_offset_is_measured_anew(string venue, string timePath, string refusal, int status, string later)
    {
        var times = 0;
        await using var test = new TestVenue(venue, r =>
            r.Method == HttpMethod.Post ? RecordingHandler.Json(refusal, (HttpStatusCode)status)
            : r.Path == timePath && ++times > 1 ? RecordingHandler.Json(later)
            : null);
        var reply = await test.Venue.PlaceAsync(Entry, default);
        Assert.Multiple(() =>
        {
            Assert.That(reply.Is(RefusalMeaning.Clock), Is.True);
            Assert.That(test.Handler.Requests.Count(r => r.Method == HttpMethod.Post), Is.EqualTo(1));
            Assert.That(test.Venue.ClockOffset, Is.EqualTo(TimeSpan.FromMinutes(1)));
        });
    }

    [Test]
    public async Task Signed_requests_carry_the_exchanges_time()
    {
        await using var test = new TestVenue("binance", r => r.Path == "/fapi/v1/time" ? RecordingHandler.Json("""{"serverTime":1700000002500}""") : null);
        await test.Venue.BalancesAsync(default);
        var sent = test.Sent("/fapi/v3/balance");
        Assert.That(RequestParameters.Of(sent.Query, "")["timestamp"], Is.EqualTo("1700000002500"));
    }

    [Test]
    public async Task A_read_is_repeated_until_it_succeeds()
    {
        var attempts = 0;
        await using var test = new TestVenue("binance", r => r.Path == "/fapi/v3/balance" && ++attempts < 3 ? RecordingHandler.Json("", HttpStatusCode.BadGateway) : null);
        var reading = test.Venue.BalancesAsync(default);
        while (!reading.IsCompleted)
        {
            test.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.That(((await reading).IsAccepted, attempts), Is.EqualTo((true, 3)));
    }

    [Test]
    public async Task A_read_that_is_refused_is_not_repeated()
    {
        await using var test = new TestVenue("binance", r => r.Path == "/fapi/v1/order" ? RecordingHandler.Json("""{"code":-2013,"msg":"Order does not exist."}""", HttpStatusCode.BadRequest) : null);
        var reply = await test.Venue.QueryAsync(new("BTCUSDT", "a1"), default);
        Assert.That((reply.Is(RefusalMeaning.NotFound), test.Handler.Requests.Count(r => r.Path == "/fapi/v1/order")), Is.EqualTo((true, 1)));
    }

    [TestCase(HttpRequestError.ConnectionError, VenueOutcome.Refused)]
    [TestCase(HttpRequestError.NameResolutionError, VenueOutcome.Refused)]
    [TestCase(HttpRequestError.ResponseEnded, VenueOutcome.Unknown)]
    [TestCase(HttpRequestError.Unknown, VenueOutcome.Unknown)]
    public async Task A_broken_connection_is_only_a_refusal_when_nothing_can_have_been_sent(HttpRequestError error, VenueOutcome outcome)
    {
        await using var test = new TestVenue("binance", r => r.Method == HttpMethod.Post ? throw new HttpRequestException(error) : null);
        var reply = await test.Venue.PlaceAsync(Entry, default);
        Assert.That((reply.Outcome, reply.Refusal?.Meaning), Is.EqualTo((outcome, outcome == VenueOutcome.Refused ? RefusalMeaning.Busy : (RefusalMeaning?)null)));
    }

    [Test]
    public async Task An_order_waits_for_its_turn_only_shortly_and_is_then_refused_unsent()
    {
        await using var test = new TestVenue("bybit");
        for (var i = 0; i < 10; i++)
        {
            await test.Venue.PlaceAsync(Entry with { ClientId = $"a{i}" }, default);
        }

        var reply = await test.Venue.PlaceAsync(Entry with { ClientId = "late" }, default);
        Assert.Multiple(() =>
        {
            Assert.That(
                (reply.Refusal!.Meaning, reply.Refusal.Code, reply.Refusal.RetryAfter),
                Is.EqualTo((RefusalMeaning.RateLimited, "OWN_LIMIT", (TimeSpan?)TimeSpan.FromSeconds(1))));
            Assert.That(test.Handler.Requests.Count(r => r.Path == "/v5/order/create"), Is.EqualTo(10));
        });
        test.Time.Advance(TimeSpan.FromSeconds(1));
        await test.Venue.PlaceAsync(Entry with { ClientId = "late" }, default);
        Assert.That(test.Handler.Requests.Count(r => r.Path == "/v5/order/create"), Is.EqualTo(11));
    }

    [Test]
    public async Task A_cancel_waits_longer_for_its_turn_than_an_order()
    {
        await using var test = new TestVenue("bybit");
        for (var i = 0; i < 10; i++)
        {
            await test.Venue.CancelAsync(new("BTCUSDT", $"a{i}"), default);
        }

        var waiting = test.Venue.CancelAsync(new("BTCUSDT", "last"), default);
        Assert.That(waiting.IsCompleted, Is.False);
        test.Time.Advance(TimeSpan.FromSeconds(1));
        await waiting;
        Assert.That(test.Handler.Requests.Count(r => r.Path == "/v5/order/cancel"), Is.EqualTo(11));
    }

    [Test]
    public async Task What_the_exchange_says_is_spent_counts()
    {
        await using var test = new TestVenue("binance", r =>
        {
            if (r.Path != "/fapi/v1/ticker/24hr")
            {
                return null;
            }

            var response = RecordingHandler.Json("""{"symbol":"BTCUSDT","lastPrice":"1","closeTime":1700000000000}""");
            response.Headers.Add("X-MBX-USED-WEIGHT-1M", "2400");
            return response;
        });
        Assert.That((await test.Venue.LastPriceAsync("BTCUSDT", default)).Value?.Price, Is.EqualTo(1m));
        Assert.That((await test.Venue.CancelAsync(new("BTCUSDT", "a1"), default)).Refusal!.Code, Is.EqualTo("OWN_LIMIT"));
    }

    [Test]
    public async Task After_429_nothing_is_sent_until_the_exchange_allows_it()
    {
        await using var test = new TestVenue("binance", r =>
        {
            if (r.Method != HttpMethod.Post)
            {
                return null;
            }

            var response = RecordingHandler.Json("""{"code":-1003,"msg":"Too many requests."}""", HttpStatusCode.TooManyRequests);
            response.Headers.RetryAfter = new(TimeSpan.FromSeconds(7));
            return response;
        });
        var first = await test.Venue.PlaceAsync(Entry, default);
        var second = await test.Venue.PlaceAsync(Entry, default);
        Assert.That(
            (first.Refusal!.RetryAfter, second.Refusal!.Code, second.Refusal.RetryAfter),
            Is.EqualTo(((TimeSpan?)TimeSpan.FromSeconds(7), "OWN_LIMIT", (TimeSpan?)TimeSpan.FromSeconds(7))));
        Assert.That(test.Handler.Requests.Count(r => r.Method == HttpMethod.Post), Is.EqualTo(1));
    }

    [Test]
    public async Task Reads_leave_a_tenth_of_the_weight_to_orders()
    {
        await using var test = new TestVenue("binance", options: new() { ReadDeadline = TimeSpan.FromMilliseconds(1), ReadAttempt = TimeSpan.FromMilliseconds(1) });
        await test.Venue.SyncClockAsync(default);
        await test.Venue.InstrumentsAsync(default);
        VenueReply<IReadOnlyList<FundingPayment>> read;
        do
        {
            read = await test.Venue.FundingAsync("BTCUSDT", null, default);
        }
        while (read.IsAccepted);
        Assert.Multiple(async () =>
        {
            Assert.That(read.Refusal!.Code, Is.EqualTo("OWN_LIMIT"));
            Assert.That((await test.Venue.PlaceAsync(Entry, default)).Refusal?.Code, Is.Null);
        });
    }

    [Test]
    public async Task Numbers_that_the_exchange_refused_make_the_instruments_be_read_again()
    {
        await using var test = new TestVenue("binance", r => r.Method == HttpMethod.Post ? RecordingHandler.Json("""{"code":-1111,"msg":"Precision"}""", HttpStatusCode.BadRequest) : null);
        await test.Venue.PlaceAsync(Entry, default);
        await test.Venue.PlaceAsync(Entry, default);
        Assert.That(test.Handler.Requests.Count(r => r.Path == "/fapi/v1/exchangeInfo"), Is.EqualTo(2));
    }

    [Test]
    public async Task Fills_are_read_week_by_week_and_page_by_page()
    {
        var since = TestVenue.Now.AddDays(-10);
        string Fill(int id) => $$"""{"symbol":"BTCUSDT","id":{{id}},"orderId":1,"side":"BUY","qty":"0.001","price":"100","commission":"0.1","commissionAsset":"USDT","time":{{since.AddSeconds(id).ToUnixTimeMilliseconds()}}}""";
        var pages = 0;
        await using var test = new TestVenue("binance", r => r.Path != "/fapi/v1/userTrades" ? null : RecordingHandler.Json(++pages switch
        {
            1 => $"[{string.Join(',', Enumerable.Range(0, 1000).Select(Fill))}]",
            2 => $"[{string.Join(',', Enumerable.Range(999, 5).Select(Fill))}]",
            _ => $"[{Fill(700_000)}]",
        }));
        var fills = await test.Venue.FillsAsync(new("BTCUSDT", since), default);
        Assert.That((fills.Value!.Count, pages), Is.EqualTo((1005, 3)), "999 comes on both pages and counts once");
    }

    [Test]
    public async Task An_order_deadline_ends_in_unknown()
    {
        var never = new TaskCompletionSource();
        using var handler = new HangingHandler(never.Task);
        var time = new Time.ManualTime(TestVenue.Now);
        var http = new TradingSystem.Venues.Http.VenueHttp(new HttpMessageInvoker(handler), time);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("http://127.0.0.1/"));
        var sending = http.SendAsync(request, TimeSpan.FromSeconds(10), default);
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.That((await sending).Failure, Is.EqualTo(TradingSystem.Venues.Http.HttpFailure.Lost));
    }

    private sealed class HangingHandler(Task never) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await never.WaitAsync(cancellationToken);
            return new();
        }
    }
}
