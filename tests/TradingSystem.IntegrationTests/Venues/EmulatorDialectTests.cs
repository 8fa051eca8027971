using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.VenueEmulator.Control;
using TradingSystem.VenueEmulator.Http;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.IntegrationTests.Venues;

/// <summary>The emulator is as strict as the venues, so that an adapter which passes here would work there.</summary>
public sealed class EmulatorDialectTests
{
    private const string BinanceOrder = "/fapi/v1/order";
    private EmulatorProcess _emulator = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _emulator = await EmulatorProcess.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _emulator.DisposeAsync();

    [SetUp]
    public Task OpenMarketAsync() => _emulator.SetPriceAsync(new PriceRequest("BTCUSDT", 60_000m));

    [Test]
    public void Signatures_are_those_of_the_documentation()
    {
        Assert.That(
            Signing.Hex(
                "2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9",
                "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow=5000&timestamp=1591702613943"),
            Is.EqualTo("3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9"));
        Assert.That(
            Signing.Base64("chNOOS4KvNXR_Xq4k4c9qsfoKWvnDecLATCRlcBwyKDYnWgO", "2020-12-08T09:08:57.715ZGET/api/v5/account/balance"),
            Is.EqualTo("PJ61e1nb2F2Qd7D8SPiaIcx2gjdELc+o0ygzre9z33k="));
    }

    [TestCase(VenueKind.Binance, "/fapi/v3/balance", "", 400, "-1022")]
    [TestCase(VenueKind.Bybit, "/v5/account/info", "", 200, "10004")]
    [TestCase(VenueKind.Okx, "/api/v5/account/config", "", 401, "50113")]
    public async Task A_wrong_signature_is_refused(VenueKind venue, string path, string query, int status, string code)
    {
        using var raw = await OpenAsync(venue);
        raw.Secret = "another";
        Expect(await raw.SendAsync(HttpMethod.Get, path, query), status, code);
    }

    [TestCase(VenueKind.Binance, "/fapi/v3/balance", 401, "-2015")]
    [TestCase(VenueKind.Bybit, "/v5/account/info", 200, "10003")]
    [TestCase(VenueKind.Okx, "/api/v5/account/config", 401, "50111")]
    public async Task An_unknown_key_is_refused(VenueKind venue, string path, int status, string code)
    {
        using var raw = new RawVenue(_emulator, venue);
        Expect(await raw.SendAsync(HttpMethod.Get, path), status, code);
    }

    [TestCase(VenueKind.Binance, "/fapi/v3/balance", -6, 400, "-1021")]
    [TestCase(VenueKind.Binance, "/fapi/v3/balance", 2, 400, "-1021")]
    [TestCase(VenueKind.Bybit, "/v5/account/info", -6, 200, "10002")]
    [TestCase(VenueKind.Bybit, "/v5/account/info", 2, 200, "10002")]
    [TestCase(VenueKind.Okx, "/api/v5/account/config", -31, 401, "50102")]
    public async Task A_time_outside_the_window_is_refused(VenueKind venue, string path, int seconds, int status, string code)
    {
        using var raw = await OpenAsync(venue);
        raw.Ahead = TimeSpan.FromSeconds(seconds);
        Expect(await raw.SendAsync(HttpMethod.Get, path), status, code);
    }

    [TestCase("STOP_MARKET")]
    [TestCase("TAKE_PROFIT_MARKET")]
    [TestCase("STOP")]
    public async Task Binance_takes_stop_orders_only_as_algo_orders(string type)
    {
        using var raw = await OpenAsync(VenueKind.Binance);
        Expect(await raw.SendAsync(HttpMethod.Post, BinanceOrder, $"symbol=BTCUSDT&side=SELL&type={type}&quantity=0.01&stopPrice=50000"), 400, "-4120");
    }

    [TestCase("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.0125", "-1111")]
    [TestCase("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0", "-4003")]
    [TestCase("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=121", "-4005")]
    [TestCase("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.001", "-4164")]
    [TestCase("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=59000.15", "-4014")]
    [TestCase("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=63000.1", "-4016")]
    [TestCase("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=100", "-2019")]
    [TestCase("symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.01&reduceOnly=true", "-2022")]
    [TestCase("symbol=BTCUSDT&side=BUY&positionSide=LONG&type=MARKET&quantity=0.01", "-4061")]
    [TestCase("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&price=60000", "-1106")]
    [TestCase("symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.01&price=59000", "-1102")]
    [TestCase("symbol=NOSUCH&side=BUY&type=MARKET&quantity=0.01", "-1121")]
    [TestCase("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&newClientOrderId=what%20ever", "-4015")]
    public async Task Binance_refuses_with_its_own_code(string order, string code)
    {
        using var raw = await OpenAsync(VenueKind.Binance);
        Expect(await raw.SendAsync(HttpMethod.Post, BinanceOrder, order), 400, code);
    }

    [Test]
    public async Task Binance_leaves_the_other_leg_when_one_has_filled()
    {
        using var raw = await OpenAsync(VenueKind.Binance);
        await raw.SendAsync(HttpMethod.Post, BinanceOrder, "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01");
        foreach (var (type, price) in new[] { ("STOP_MARKET", 58_000), ("TAKE_PROFIT_MARKET", 62_000) })
        {
            Expect(
                await raw.SendAsync(
                    HttpMethod.Post, "/fapi/v1/algoOrder",
                    $"algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type={type}&triggerPrice={price}&closePosition=true"),
                200, null);
        }

        await _emulator.SetPriceAsync(new PriceRequest("BTCUSDT", 62_000m));
        Assert.That((await raw.GetAsync("/fapi/v3/positionRisk")).AsArray(), Is.Empty);
        Assert.That((await raw.GetAsync("/fapi/v1/openAlgoOrders")).AsArray(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Bybit_acknowledges_first_and_fills_afterwards()
    {
        using var raw = await OpenAsync(VenueKind.Bybit);
        var (_, reply) = await CreateAsync(raw, "\"side\":\"Buy\",\"orderType\":\"Market\",\"qty\":\"0.01\",\"orderLinkId\":\"one\"");
        Assert.That(reply["result"]!.AsObject().Select(p => p.Key), Is.EquivalentTo(new[] { "orderId", "orderLinkId" }));
        await Wait.UntilAsync("it has filled", async () => (await OneAsync("one"))?["orderStatus"]?.GetValue<string>() == "Filled");
        Expect(await CreateAsync(raw, "\"side\":\"Buy\",\"orderType\":\"Market\",\"qty\":\"0.01\",\"orderLinkId\":\"one\""), 200, "110072");

        async Task<JsonNode?> OneAsync(string link) =>
            (await raw.GetAsync("/v5/order/realtime", $"category=linear&symbol=BTCUSDT&orderLinkId={link}"))["result"]!["list"]!.AsArray().FirstOrDefault();
    }

    [TestCase("\"side\":\"Buy\",\"orderType\":\"Market\",\"qty\":0.01", "10001")]
    [TestCase("\"side\":\"Buy\",\"orderType\":\"Market\",\"qty\":\"0.0105\"", "10001")]
    [TestCase("\"side\":\"Buy\",\"orderType\":\"Market\",\"qty\":\"0.01\",\"positionIdx\":1", "10001")]
    [TestCase("\"side\":\"Buy\",\"orderType\":\"Market\",\"qty\":\"100\"", "110007")]
    [TestCase("\"side\":\"Sell\",\"orderType\":\"Market\",\"qty\":\"0.01\",\"reduceOnly\":true", "110017")]
    [TestCase("\"side\":\"Sell\",\"orderType\":\"Market\",\"qty\":\"0.01\",\"triggerPrice\":\"59000\",\"triggerDirection\":1", "110092")]
    [TestCase("\"side\":\"Sell\",\"orderType\":\"Market\",\"qty\":\"0.01\",\"triggerPrice\":\"61000\",\"triggerDirection\":2", "110093")]
    public async Task Bybit_refuses_with_its_own_code(string order, string code)
    {
        using var raw = await OpenAsync(VenueKind.Bybit);
        Expect(await CreateAsync(raw, order), 200, code);
    }

    [Test]
    public async Task Bybit_stops_of_a_position_go_with_it()
    {
        using var raw = await OpenAsync(VenueKind.Bybit);
        await CreateAsync(raw, "\"side\":\"Buy\",\"orderType\":\"Market\",\"qty\":\"0.01\"");
        const string stop = """{"category":"linear","symbol":"BTCUSDT","stopLoss":"58000","takeProfit":"62000","positionIdx":0}""";
        await Wait.UntilAsync("the position can be protected", async () => (await raw.PostAsync("/v5/position/trading-stop", stop)).Body["retCode"]!.GetValue<int>() == 0);
        Expect(await raw.PostAsync("/v5/position/trading-stop", stop), 200, "34040");
        Assert.That(await OpenOrdersAsync(), Has.Count.EqualTo(2));
        await _emulator.SetPriceAsync(new PriceRequest("BTCUSDT", 57_900m));
        Assert.That(await OpenOrdersAsync(), Is.Empty);

        async Task<JsonArray> OpenOrdersAsync() => (await raw.GetAsync("/v5/order/realtime", "category=linear&symbol=BTCUSDT"))["result"]!["list"]!.AsArray();
    }

    [Test]
    public async Task Okx_says_no_with_http_200_and_the_reason_within()
    {
        using var raw = await OpenAsync(VenueKind.Okx);
        var (status, body) = await raw.PostAsync("/api/v5/trade/order", """{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"market","sz":"0.001"}""");
        Assert.That((status, body["code"]!.GetValue<string>(), body["data"]![0]!["sCode"]!.GetValue<string>()), Is.EqualTo((200, "1", "51020")));
        var some = (await raw.PostAsync("/api/v5/trade/batch-orders", """[{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"market","sz":"1"},{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"market","sz":"1.005"}]""")).Body;
        Assert.That(some["code"]!.GetValue<string>(), Is.EqualTo("2"));
        Assert.That(some["data"]!.AsArray().Select(d => d!["sCode"]!.GetValue<string>()), Is.EqualTo(new[] { "0", "51121" }));
    }

    [Test]
    public async Task Okx_takes_one_stop_for_a_whole_position()
    {
        using var raw = await OpenAsync(VenueKind.Okx);
        await raw.PostAsync("/api/v5/trade/order", """{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"market","sz":"1"}""");
        Task<(int Status, JsonNode Body)> Whole(string rest) => raw.PostAsync("/api/v5/trade/order-algo", $$"""{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"sell","ordType":"conditional","reduceOnly":true,{{rest}}}""");
        Assert.That(Code(await Whole("\"closeFraction\":\"1\",\"slTriggerPx\":\"58000\",\"slOrdPx\":\"-1\"")), Is.EqualTo("0"));
        Assert.That(Code(await Whole("\"closeFraction\":\"1\",\"tpTriggerPx\":\"62000\",\"tpOrdPx\":\"-1\"")), Is.EqualTo("51088"));
        Assert.That(Code(await Whole("\"closeFraction\":\"1\",\"sz\":\"1\",\"tpTriggerPx\":\"62000\",\"tpOrdPx\":\"-1\"")), Is.EqualTo("50024"));
        Assert.That(Code(await Whole("\"sz\":\"1\",\"slTriggerPx\":\"61000\",\"slOrdPx\":\"-1\"")), Is.EqualTo("51278"));

        static string Code((int, JsonNode Body) answer) => answer.Body["data"]![0]!["sCode"]!.GetValue<string>();
    }

    private static Task<(int Status, JsonNode Body)> CreateAsync(RawVenue raw, string rest) => raw.PostAsync("/v5/order/create", $$"""{"category":"linear","symbol":"BTCUSDT",{{rest}}}""");

    private static void Expect((int Status, JsonNode Body) answer, int status, string? code)
    {
        Assert.That(answer.Status, Is.EqualTo(status), answer.Body.ToJsonString());
        if (code is not null)
        {
            Assert.That((answer.Body["code"] ?? answer.Body["retCode"])!.ToString(), Is.EqualTo(code), answer.Body.ToJsonString());
        }
    }

    private async Task<RawVenue> OpenAsync(VenueKind venue)
    {
        var raw = new RawVenue(_emulator, venue);
        await raw.OpenAsync();
        return raw;
    }
}
