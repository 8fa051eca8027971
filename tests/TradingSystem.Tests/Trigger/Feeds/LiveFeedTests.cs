using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting.Outbound;
using TradingSystem.Tests.Hosting.Outbound;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;

namespace TradingSystem.Tests.Trigger.Feeds;

/// <summary>The live feed against an exchange on this machine.</summary>
public sealed class LiveFeedTests
{
    private static readonly string[] Symbols = ["BTCUSDT"];
    private static readonly long Opened = TimeProvider.System.GetUtcNow().AddMinutes(-10).ToUnixTimeMilliseconds() / 60_000 * 60_000;

    [Test]
    public async Task Trades_quotes_and_history_arrive_and_a_lost_connection_is_made_again()
    {
        var connections = 0;
        await using var exchange = Exchange();
        exchange.Map("/market/stream", async (HttpContext context) =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var number = Interlocked.Increment(ref connections);
            Assert.That(context.Request.QueryString.Value, Is.EqualTo("?streams=btcusdt@aggTrade/btcusdt@markPrice@1s"));
            await SendAsync(socket, "not json", context.RequestAborted);
            await SendAsync(
                socket, """{"data":{"e":"markPriceUpdate","s":"BTCUSDT","p":"94998.5","r":"-0.00012","T":1700000000000}}""", context.RequestAborted);
            await SendAsync(socket, $$$"""{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","s":"BTCUSDT","p":"95000.{{{number}}}","q":"0.5","T":{{{Opened + 600_000 + number}}}}}""", context.RequestAborted);
            if (number == 1)
            {
                await socket.CloseAsync(WebSocketCloseStatus.EndpointUnavailable, null, context.RequestAborted);
                return;
            }

            // From the second on: a peer that trades and does not tick, which is no life.
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await SendAsync(
                    socket, $$$"""{"data":{"e":"aggTrade","s":"BTCUSDT","p":"95000.{{{number}}}","q":"0.5","T":{{{Opened + 600_000 + number}}}}}""",
                    context.RequestAborted);
                await Task.Delay(TimeSpan.FromMilliseconds(20), context.RequestAborted);
            }
        });
        await exchange.StartAsync();
        var state = new MarketState(TimeProvider.System, []);
        using var stop = new CancellationTokenSource();
        using var http = new OutboundClient(Loopback.Gate, TimeProvider.System);
        var run = Feed(exchange, http).RunAsync(state, stop.Token);
        await Until(() => Volatile.Read(ref connections) >= 3 && state.HistoryVersion >= 4 && state.Prices().SingleOrDefault()?.MarkPrice == 94_998.5m);
        var price = state.Prices().Single();
        Assert.Multiple(() =>
        {
            Assert.That(price.Source, Is.EqualTo(FeedStatus.Live));
            Assert.That(price.Price, Is.GreaterThanOrEqualTo(95_000.1m));
            Assert.That(price.FundingRate, Is.EqualTo(-0.00012m));
            Assert.That(price.NextFundingAt, Is.EqualTo(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000)));
            Assert.That(state.Candles("BTCUSDT", "1m", 10, DateTimeOffset.FromUnixTimeMilliseconds(Opened + 60_000))[0].Close, Is.EqualTo(94_900.5m));
        });
        await stop.CancelAsync();
        Assert.That(async () => await run, Throws.InstanceOf<OperationCanceledException>());
        await exchange.StopAsync();
    }

    [Test]
    public async Task A_minute_that_the_feed_stalled_in_is_told_as_closed_only_as_the_exchange_has_it()
    {
        var (connections, recordOut) = (0, false);
        var minute = DateTimeOffset.FromUnixTimeMilliseconds(Opened);
        await using var exchange = Exchange(request => Volatile.Read(ref recordOut) && request.Query["interval"] == "1m"
            ? $$"""[[{{Opened}},"100","107","99","105","12.5"],[{{Opened + 60_000}},"105","111","104","108","3"],[{{Opened + 120_000}},"108","108","108","108","1"]]"""
            : "[]");
        exchange.Map("/market/stream", async (HttpContext context) =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            (int Second, decimal Price)[] trades = Interlocked.Increment(ref connections) == 1 ? [(10, 100), (57, 101)] : [(95, 110), (121, 112), (185, 113)];
            foreach (var (second, price) in trades)
            {
                await SendAsync(socket, string.Create(CultureInfo.InvariantCulture, $$"""{"e":"aggTrade","s":"BTCUSDT","p":"{{price}}","q":"1","T":{{Opened + (second * 1000)}}}"""), context.RequestAborted);
            }

            if (trades.Length == 2)
            {
                await socket.CloseAsync(WebSocketCloseStatus.EndpointUnavailable, null, context.RequestAborted);
                return;
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        });
        await exchange.StartAsync();
        var state = new MarketState(TimeProvider.System, []);
        using var stop = new CancellationTokenSource();
        using var http = new OutboundClient(Loopback.Gate, TimeProvider.System);
        var run = Feed(exchange, http, TimeSpan.FromMinutes(1)).RunAsync(state, stop.Token);
        var told = new List<Candle>();
        bool Told(int m, decimal close)
        {
            state.CloseQuiet();
            told.AddRange(state.TakeClosed().Where(c => c.Interval == "1m"));
            return told.Any(c => c.OpenTime == minute.AddMinutes(m) && c.Close == close);
        }

        await Until(() => Told(2, 112));
        Assert.That(told.Select(c => c.OpenTime), Has.None.LessThan(minute.AddMinutes(2)), "the first lacks its end, the second its beginning");
        Volatile.Write(ref recordOut, true);
        await Until(() => Told(0, 105) && Told(1, 108));
        await stop.CancelAsync();
        Assert.That(async () => await run, Throws.InstanceOf<OperationCanceledException>());
        await exchange.StopAsync();
        Assert.Multiple(() =>
        {
            Assert.That(told.Where(c => c.OpenTime < minute.AddMinutes(2)).Select(c => c.Close), Is.EquivalentTo(new[] { 105m, 108m }));
            Assert.That(state.Candles("BTCUSDT", "1m", 10, minute.AddMinutes(2)).Select(c => (c.High, c.Volume)), Is.EqualTo(new[] { (107m, 12.5m), (111m, 3m) }));
        });
    }

    [Test]
    public void The_record_calls_a_bar_closed_by_the_exchanges_clock_not_by_ours()
    {
        using var rows = JsonDocument.Parse("""[[0,"1","1","1","1","1"],[60000,"1","1","1","1","1"]]""");
        var bars = LiveMessages.Klines(rows.RootElement, "BTCUSDT", Interval.Minute, DateTimeOffset.UnixEpoch.AddSeconds(119));
        Assert.That(bars.Select(b => b.Closed), Is.EqualTo(new[] { true, false }));
    }

    [Test]
    public void Messages_that_are_not_understood_are_passed_over()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Parse("""{"e":"bookTicker","s":"BTCUSDT","b":"1.5","a":"1.6"}"""), Is.EqualTo(new Quote("BTCUSDT", 1.5m, 1.6m)));
            Assert.That(
                Parse("""{"e":"aggTrade","s":"BTCUSDT","a":5933014,"p":"2","q":"3","T":1000,"m":true}"""),
                Is.EqualTo(new Trade("BTCUSDT", 2m, 3m, DateTimeOffset.FromUnixTimeMilliseconds(1000), TakerBuys: false, Id: 5_933_014)),
                "the buyer's order was in the book");
            Assert.That(
                Parse("""{"stream":"btcusdt@markPrice@1s","data":{"e":"markPriceUpdate","E":1723186800001,"s":"BTCUSDT","p":"62498.37000000","r":"0.0001","T":1723190400000}}"""),
                Is.EqualTo(new Mark(
                    "BTCUSDT", 62498.37m, 0.0001m, DateTimeOffset.FromUnixTimeMilliseconds(1_723_190_400_000), DateTimeOffset.FromUnixTimeMilliseconds(1_723_186_800_001))));
            Assert.That(Parse("""{"e":"markPriceUpdate","s":"BTCUSDT","p":"1","r":"","T":0}"""), Is.EqualTo(new Mark("BTCUSDT", 1m)));
            foreach (var moment in new[] { "1.5", "1e300", "9223372036854775807", "-1", "\"soon\"", "null" })
            {
                Assert.That(Parse($$"""{"e":"markPriceUpdate","s":"BTCUSDT","p":"1","E":{{moment}},"T":{{moment}}}"""), Is.EqualTo(new Mark("BTCUSDT", 1m)), moment);
            }

            Assert.That(Parse("""{"e":"aggTrade","s":"BTCUSDT"}"""), Is.Null);
            Assert.That(Parse("""{"e":"aggTrade","s":"BTCUSDT","p":1,"q":"1","T":1}"""), Is.Null);
            Assert.That(Parse("""{"result":null,"id":1}"""), Is.Null);
            Assert.That(Parse("[1]"), Is.Null);
            Assert.That(Parse("{"), Is.Null);
        });
    }

    private static object? Parse(string text) => LiveMessages.Parse(Encoding.UTF8.GetBytes(text));

    private static WebApplication Exchange(Func<HttpRequest, string>? klines = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.UseWebSockets();
        app.Map("/public/stream", async (HttpContext context) =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await SendAsync(socket, """{"data":{"e":"bookTicker","s":"BTCUSDT","b":"94999.9","a":"95000.1"}}""", context.RequestAborted);
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        });
        app.MapGet("/fapi/v1/klines", (HttpRequest request) => Results.Text(klines?.Invoke(request) ?? $$"""[[{{Opened}},"94900","94901","94899","94900.5","12.5",{{Opened + 59_999}},"1",1,"1","1","0"]]""", "application/json"));
        return app;
    }

    private static LiveFeed Feed(WebApplication exchange, OutboundClient http, TimeSpan? silence = null)
    {
        var address = new Uri(exchange.Urls.Single());
        var options = new LiveOptions
        {
            Rest = address,
            WebSocket = new UriBuilder(address) { Scheme = "ws" }.Uri,
            SilenceDeadline = silence ?? TimeSpan.FromMilliseconds(300),
            DeadAfter = silence ?? TimeSpan.FromMilliseconds(300),
            CompletionGrace = TimeSpan.FromMilliseconds(100),
            LongestBackoff = TimeSpan.FromMilliseconds(50),
        };
        return new LiveFeed(
            Symbols, options, new LiveHistory(http, options, TimeProvider.System, NullLogger<LiveHistory>.Instance), http, TimeProvider.System,
            NullLogger<LiveFeed>.Instance);
    }

    private static async Task SendAsync(WebSocket socket, string text, CancellationToken cancellationToken) =>
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, cancellationToken);

    private static async Task Until(Func<bool> holds)
    {
        for (var i = 0; i < 1_000 && !holds(); i++)
        {
            await Task.Delay(10);
        }

        Assert.That(holds());
    }
}
