using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Tests.Hosting.Outbound;
using TradingSystem.Venues;
using TradingSystem.Venues.Registry;

namespace TradingSystem.Tests.Venues.Streams;

[TestFixture]
public sealed class StreamTests
{
    private const string BinanceFill = """{"e":"ORDER_TRADE_UPDATE","T":1700000000001,"E":1700000000002,"o":{"s":"BTCUSDT","c":"a1","S":"BUY","o":"MARKET","f":"GTC","q":"0.01","p":"0","ap":"100.5","sp":"0","x":"TRADE","X":"FILLED","i":9,"l":"0.01","z":"0.01","L":"100.5","N":"USDT","n":"0.0005","T":1700000000001,"t":77,"m":false,"R":false,"ot":"MARKET","ps":"BOTH","cp":false,"rp":"0"}}""";
    private const string BybitFill = """{"topic":"execution","id":"1","creationTime":1700000000002,"data":[{"category":"linear","symbol":"BTCUSDT","execFee":"0.0005","execId":"77","execPrice":"100.5","execQty":"0.01","execType":"Trade","orderId":"9","orderLinkId":"a1","side":"Buy","execTime":"1700000000001","isMaker":false}]}""";
    private const string OkxFill = """{"arg":{"channel":"orders","instType":"SWAP"},"data":[{"accFillSz":"1","avgPx":"100.5","clOrdId":"a1","execType":"T","fee":"-0.0005","feeCcy":"USDT","fillFee":"-0.0005","fillFeeCcy":"USDT","fillPx":"100.5","fillSz":"1","fillTime":"1700000000001","instId":"BTC-USDT-SWAP","instType":"SWAP","ordId":"9","ordType":"market","posSide":"net","px":"","reduceOnly":"false","side":"buy","state":"filled","sz":"1","tradeId":"77","uTime":"1700000000002"}]}""";

    [TestCase("binance", BinanceFill)]
    [TestCase("bybit", BybitFill)]
    [TestCase("okx", OkxFill)]
    [CancelAfter(30_000)]
    public async Task A_fill_comes_in_our_terms_and_after_a_cut_there_is_a_gap(string venue, string message, CancellationToken cancellationToken)
    {
        await using var exchange = await StreamServer.StartAsync(Rest);
        using var registry = Registry(venue, exchange);
        await using var adapter = registry.Create(TestVenue.Account(venue));
        await using var events = adapter.StreamAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

        var first = NextAsync(events);
        var connections = await AcceptAsync(venue, exchange, cancellationToken);
        Assert.That(await first, Is.TypeOf<StreamOpened>());

        await connections[0].SendAsync(message);
        var fill = ((FillSeen)await NextAsync(events)).Fill;
        Assert.That(
            (fill.Symbol, fill.FillId, fill.VenueOrderId, fill.ClientId, fill.Side, fill.Quantity, fill.Price, fill.Fee),
            Is.EqualTo(("BTCUSDT", "77", "9", "a1", OrderSide.Buy, 0.01m, 100.5m, (decimal?)0.0005m)));
        if (venue != "bybit")
        {
            Assert.That(await NextAsync(events), Is.TypeOf<OrderChanged>());
        }

        connections[0].Break();
        var next = NextAsync(events);
        await AcceptAsync(venue, exchange, cancellationToken, again: true);
        Assert.That(await next, Is.TypeOf<StreamGap>());
    }

    [TestCase("binance", "silence")]
    [TestCase("bybit", "silence")]
    [TestCase("okx", "silence")]
    [CancelAfter(30_000)]
    public async Task A_silent_stream_is_opened_anew_and_leaves_a_gap(string venue, string reason, CancellationToken cancellationToken)
    {
        await using var exchange = await StreamServer.StartAsync(Rest);
        using var registry = Registry(venue, exchange, quick: true);
        await using var adapter = registry.Create(TestVenue.Account(venue));
        await using var events = adapter.StreamAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        var first = NextAsync(events);
        await AcceptAsync(venue, exchange, cancellationToken);
        Assert.That(await first, Is.TypeOf<StreamOpened>());

        var next = NextAsync(events);
        await AcceptAsync(venue, exchange, cancellationToken, again: true);
        Assert.That(((StreamGap)await next).Reason, Is.EqualTo(reason));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_message_that_cannot_be_read_is_a_gap_and_not_the_end(CancellationToken cancellationToken)
    {
        await using var exchange = await StreamServer.StartAsync(Rest);
        using var registry = Registry("binance", exchange);
        await using var adapter = registry.Create(TestVenue.Account("binance"));
        await using var events = adapter.StreamAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        var first = NextAsync(events);
        var connection = (await AcceptAsync("binance", exchange, cancellationToken))[0];
        await first;
        await connection.SendAsync("""{"e":"ORDER_TRADE_UPDATE","E":1700000000002,"o":{"s":"BTCUSDT"}}""");
        await connection.SendAsync(BinanceFill);
        Assert.That(await NextAsync(events), Is.TypeOf<StreamGap>());
        Assert.That(await NextAsync(events), Is.TypeOf<FillSeen>());
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task An_expired_listen_key_is_replaced(CancellationToken cancellationToken)
    {
        await using var exchange = await StreamServer.StartAsync(Rest);
        using var registry = Registry("binance", exchange);
        await using var adapter = registry.Create(TestVenue.Account("binance"));
        await using var events = adapter.StreamAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        var first = NextAsync(events);
        var connection = (await AcceptAsync("binance", exchange, cancellationToken))[0];
        await first;
        await connection.SendAsync("""{"e":"listenKeyExpired","E":1700000000002,"listenKey":"KEY"}""");
        var next = NextAsync(events);
        await AcceptAsync("binance", exchange, cancellationToken, again: true);
        Assert.That(((StreamGap)await next).Reason, Is.EqualTo("listen key expired"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_stream_ends_with_its_token(CancellationToken cancellationToken)
    {
        await using var exchange = await StreamServer.StartAsync(Rest);
        using var registry = Registry("okx", exchange);
        await using var adapter = registry.Create(TestVenue.Account("okx"));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var opened = new TaskCompletionSource();
        var reading = Task.Run(
            async () =>
            {
                await foreach (var item in adapter.StreamAsync(ending.Token))
                {
                    opened.TrySetResult();
                }
            },
            cancellationToken);
        await AcceptAsync("okx", exchange, cancellationToken);
        await opened.Task.WaitAsync(cancellationToken);
        await ending.CancelAsync();
        Assert.That(async () => await reading.WaitAsync(cancellationToken), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void The_logins_are_signed_as_documented()
    {
        var bybit = TradingSystem.Venues.Bybit.BybitRequests.Login(TestVenue.Credentials, TestVenue.Now);
        var okx = TradingSystem.Venues.Okx.OkxRequests.Login(TestVenue.Credentials, TestVenue.Now);
        Assert.Multiple(() =>
        {
            Assert.That(bybit, Is.EqualTo($$"""{"op":"auth","args":["testKey0123456789",1700000000000,"{{TradingSystem.Venues.Http.Signature.Hex(TestVenue.Credentials.Secret, "GET/realtime1700000000000")}}"]}"""));
            Assert.That(
                JsonDocument.Parse(okx).RootElement.GetProperty("args")[0].GetProperty("sign").GetString(),
                Is.EqualTo(TradingSystem.Venues.Http.Signature.Base64(TestVenue.Credentials.Secret, "1700000000GET/users/self/verify")));
        });
    }

    /// <summary>Plays the exchange until the account's stream is ready; OKX needs two connections at first.</summary>
    private static async Task<List<StreamServer.Connection>> AcceptAsync(string venue, StreamServer exchange, CancellationToken cancellationToken, bool again = false)
    {
        var all = new List<StreamServer.Connection>();
        for (var i = 0; i < (venue == "okx" && !again ? 2 : 1); i++)
        {
            var connection = await exchange.NextAsync(cancellationToken);
            all.Add(connection);
            switch (venue)
            {
                case "binance":
                    Assert.That(connection.Address, Is.EqualTo("/private/ws?listenKey=KEY"));
                    break;
                case "bybit":
                    Assert.That(await connection.ReadAsync(cancellationToken), Does.StartWith("""{"op":"auth","args":["testKey0123456789",1"""));
                    await connection.SendAsync("""{"success":true,"ret_msg":"","op":"auth","conn_id":"c"}""");
                    Assert.That(await connection.ReadAsync(cancellationToken), Does.Contain("subscribe"));
                    await connection.SendAsync("""{"success":true,"ret_msg":"","op":"subscribe","conn_id":"c"}""");
                    break;
                default:
                    Assert.That(await connection.ReadAsync(cancellationToken), Does.Contain("\"passphrase\":\"testPass\""));
                    await connection.SendAsync("""{"event":"login","code":"0","msg":"","connId":"c"}""");
                    using (var asked = JsonDocument.Parse(await connection.ReadAsync(cancellationToken)))
                    {
                        foreach (var channel in asked.RootElement.GetProperty("args").EnumerateArray())
                        {
                            await connection.SendAsync($$"""{"event":"subscribe","arg":{{channel.GetRawText()}},"connId":"c"}""");
                        }
                    }

                    break;
            }
        }

        return [.. all.OrderBy(c => c.Address.Contains("business", StringComparison.Ordinal))];
    }

    private static async Task<VenueEvent> NextAsync(IAsyncEnumerator<VenueEvent> events)
    {
        Assert.That(await events.MoveNextAsync(), Is.True, "the stream has ended");
        return events.Current;
    }

    private static VenueRegistry Registry(string venue, StreamServer exchange, bool quick = false)
    {
        var path = venue switch
        {
            "binance" => "/private/ws",
            "bybit" => "/v5/private",
            _ => "/ws/v5/private",
        };
        var options = new VenueOptions
        {
            ReconnectLeast = TimeSpan.FromMilliseconds(20),
            StreamPing = quick ? TimeSpan.FromMilliseconds(200) : TimeSpan.FromSeconds(20),
            StreamSilence = quick ? TimeSpan.FromMilliseconds(400) : TimeSpan.FromMinutes(3),
        };
        options.Hosts[venue] = new() { ["Live"] = new() { Rest = exchange.Rest, PrivateStream = exchange.Stream(path) } };
        return new(options, TimeProvider.System, NullLoggerFactory.Instance, Loopback.Gate.CreateHandler, Loopback.Gate.CreateHandler);
    }

    private static string Rest(HttpRequest request) => request.Path.Value switch
    {
        "/fapi/v1/listenKey" => """{"listenKey":"KEY"}""",
        "/fapi/v1/time" => """{"serverTime":1700000000000}""",
        "/v5/market/time" => """{"retCode":0,"result":{"timeNano":"1700000000000000000"}}""",
        "/api/v5/public/time" => """{"code":"0","data":[{"ts":"1700000000000"}]}""",
        "/api/v5/public/instruments" => TestVenue.Fixture("okx_instruments_swap.json"),
        _ => "{}",
    };
}
