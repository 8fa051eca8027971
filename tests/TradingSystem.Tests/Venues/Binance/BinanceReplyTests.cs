using NUnit.Framework;
using TradingSystem.Venues;
using TradingSystem.Venues.Binance;

namespace TradingSystem.Tests.Venues.Binance;

[TestFixture]
public sealed class BinanceReplyTests
{
    private static readonly OrderRef Ref = new("BTCUSDT", "abc");
    private static readonly OrderRef Algo = new("BTCUSDT", "abc", IsProtection: true);

    [Test]
    public async Task Instruments_come_with_the_filters_and_not_with_the_precisions()
    {
        await using var test = Answering("binance/exchangeInfo.json");
        var all = await test.Venue.InstrumentsAsync(default);
        var btc = all.Value!.Single(i => i.Symbol == "BTCUSDT");
        Assert.Multiple(() =>
        {
            Assert.That(
                (btc.Tick, btc.Step, btc.MinQuantity, btc.MaxMarketQuantity, btc.MaxLimitQuantity, btc.MinNotional),
                Is.EqualTo((0.10m, 0.001m, 0.001m, 120m, 1000m, 100m)));
            Assert.That((btc.ContractSize, btc.IsTrading, btc.PriceBandUp, btc.PriceBandDown), Is.EqualTo((1m, true, 0.05m, 0.05m)));
            Assert.That(all.Value!.Single(i => i.Symbol == "XRPUSDT").Step, Is.EqualTo(0.1m));
        });
    }

    [Test]
    public async Task Time_sets_the_offset()
    {
        await using var test = Answering("binance/time.json");
        Assert.That((await test.Venue.SyncClockAsync(default)).Value!.At.ToUnixTimeMilliseconds(), Is.EqualTo(1620099477465));
        Assert.That(test.Venue.ClockOffset, Is.EqualTo(TimeSpan.FromMilliseconds(1620099477465 - 1_700_000_000_000)));
    }

    [Test]
    public async Task The_last_price_is_read()
    {
        await using var last = Answering("binance/ticker24hr.json");
        Assert.That((await last.Venue.LastPriceAsync("BTCUSDT", default)).Value!.Price, Is.EqualTo(47028.59m));
    }

    [TestCase("binance/order_place.json", "22542179", "testOrder")]
    [TestCase("binance/order_cancel.json", "283194212", "myOrder1")]
    public async Task An_order_that_was_placed_or_cancelled_is_acknowledged_with_both_ids(string file, string venueId, string clientId)
    {
        await using var test = Answering(file);
        var ack = file.Contains("cancel", StringComparison.Ordinal)
            ? await test.Venue.CancelAsync(Ref, default)
            : await test.Venue.PlaceAsync(new("BTCUSDT", clientId, OrderSide.Buy, 1m), default);
        Assert.That((ack.Value!.VenueId, ack.Value.ClientId, ack.Value.Filled, ack.Value.AveragePrice), Is.EqualTo((venueId, clientId, 0m, (decimal?)null)));
    }

    [Test]
    public async Task A_reply_without_average_price_is_as_good_as_one_with_it()
    {
        await using var test = new TestVenue("binance", r => r.Path == "/fapi/v1/order"
            ? RecordingHandler.Json("""{"orderId":7,"clientOrderId":"a1","status":"FILLED","executedQty":"0.010","origQty":"0.010"}""")
            : null);
        var ack = await test.Venue.PlaceAsync(new("BTCUSDT", "a1", OrderSide.Buy, 0.01m), default);
        Assert.That(ack.Value, Is.EqualTo(new OrderAck("7", "a1", VenueOrderStatus.Filled, 0.010m)));
    }

    [Test]
    public async Task A_recorded_order_is_read()
    {
        var body = ReplyFiles.Read("binance/order_place_recorded_testnet.json");
        await using var test = new TestVenue("binance", r => r.Path == "/fapi/v1/openOrders" ? RecordingHandler.Json(body) : null);
        var order = (await test.Venue.OpenOrdersAsync("BTCUSDT", default)).Value!.Single();
        Assert.Multiple(() =>
        {
            Assert.That(
                (order.VenueId, order.ClientId, order.Status, order.Side, order.Type),
                Is.EqualTo(("4087922044", "x-xcKtGhcu04075babaeb34c55af79ba", VenueOrderStatus.New, OrderSide.Sell, VenueOrderType.Limit)));
            Assert.That((order.Price, order.Quantity, order.Filled, order.AveragePrice), Is.EqualTo(((decimal?)110001.00m, 0.200m, 0m, (decimal?)null)));
            Assert.That((order.PositionSide, order.Kind, order.IsOpen), Is.EqualTo(((PositionSide?)null, (ProtectionKind?)null, true)));
        });
    }

    [Test]
    public async Task Open_orders_are_those_of_both_books()
    {
        await using var test = new TestVenue("binance", r => r.Path switch
        {
            "/fapi/v1/openOrders" => RecordingHandler.Json(ReplyFiles.Read("binance/orders_open.json")),
            "/fapi/v1/openAlgoOrders" => RecordingHandler.Json(ReplyFiles.Read("binance/algo_orders_open.json")),
            _ => null,
        });
        var all = (await test.Venue.OpenOrdersAsync(null, default)).Value!;
        Assert.That(all.Select(o => (o.VenueId, o.IsProtection, o.Kind, o.TriggerPrice, o.Status)), Is.EqualTo(new (string, bool, ProtectionKind?, decimal?, VenueOrderStatus)[]
        {
            ("1917641", false, ProtectionKind.StopLoss, 9300m, VenueOrderStatus.New),
            ("2148627", true, ProtectionKind.TakeProfit, 750m, VenueOrderStatus.Untriggered),
        }));
    }

    [Test]
    public async Task An_order_that_is_asked_for_is_read()
    {
        await using var test = Answering("binance/order_get.json");
        var order = (await test.Venue.QueryAsync(Ref, default)).Value!;
        Assert.That(
            (order.ClientId, order.Quantity, order.PositionSide, order.TriggerPrice, order.UpdatedAt!.Value.ToUnixTimeMilliseconds()),
            Is.EqualTo(("abc", 0.40m, (PositionSide?)PositionSide.Short, (decimal?)9300m, 1579276756075)));
    }

    [Test]
    public async Task A_protection_order_that_has_run_through_is_filled()
    {
        await using var test = Answering("binance/algo_order_get.json");
        var order = (await test.Venue.QueryAsync(Algo, default)).Value!;
        Assert.That(
            (order.Status, order.Filled, order.AveragePrice, order.TriggeredOrderId, order.Kind, order.TriggerPrice, order.ReduceOnly),
            Is.EqualTo((VenueOrderStatus.Filled, 0.002m, (decimal?)69067.6m, "974828356187", (ProtectionKind?)ProtectionKind.StopLoss, (decimal?)69080.2m, true)));
    }

    [Test]
    public async Task A_protection_order_that_triggered_tells_what_became_of_its_order()
    {
        await using var test = new TestVenue("binance", r => r.Path switch
        {
            "/fapi/v1/algoOrder" => RecordingHandler.Json("""{"algoId":5,"clientAlgoId":"abc","orderType":"STOP_MARKET","symbol":"BTCUSDT","side":"SELL","positionSide":"BOTH","quantity":"0.5","algoStatus":"TRIGGERED","actualOrderId":"77","triggerPrice":"100"}"""),
            "/fapi/v1/order" => RecordingHandler.Json("""{"orderId":77,"symbol":"BTCUSDT","status":"PARTIALLY_FILLED","side":"SELL","type":"MARKET","origQty":"0.5","executedQty":"0.2","avgPrice":"99.5"}"""),
            _ => null,
        });
        var order = (await test.Venue.QueryAsync(Algo, default)).Value!;
        Assert.That(
            (order.VenueId, order.Status, order.Filled, order.AveragePrice, order.Quantity),
            Is.EqualTo(("5", VenueOrderStatus.PartiallyFilled, 0.2m, (decimal?)99.5m, 0.5m)));
    }

    [TestCase("binance/algo_order_place.json", "2146760", VenueOrderStatus.Untriggered)]
    [TestCase("binance/algo_order_cancel.json", "3000000000003505", VenueOrderStatus.Cancelled)]
    public async Task A_protection_order_is_acknowledged(string file, string venueId, VenueOrderStatus status)
    {
        await using var test = Answering(file);
        var ack = file.Contains("cancel", StringComparison.Ordinal)
            ? await test.Venue.CancelAsync(Algo, default)
            : await test.Venue.PlaceProtectionAsync(new("BTCUSDT", "abc", ProtectionKind.TakeProfit, OrderSide.Sell, 750m), default);
        Assert.That((ack.Value!.VenueId, ack.Value.Status), Is.EqualTo((venueId, (VenueOrderStatus?)status)));
    }

    [Test]
    public async Task Positions_that_are_flat_are_left_out()
    {
        await using var test = Answering("binance/positions_v3.json");
        var position = (await test.Venue.PositionsAsync(null, default)).Value!.Single();
        Assert.That(
            (position.Symbol, position.Side, position.Quantity, position.EntryPrice, position.UnrealizedPnl, position.LiquidationPrice, position.Leverage),
            Is.EqualTo(("BTCUSDT", (PositionSide?)PositionSide.Long, 0.001m, 22185.2m, (decimal?)-1.06214947m, (decimal?)19731.45529116m, (decimal?)4m)));
    }

    [Test]
    public async Task Balances_fills_and_incomes_are_read()
    {
        await using var balances = Answering("binance/balances_v3.json");
        await using var fills = Answering("binance/user_trades.json");
        await using var income = Answering("binance/income.json");
        var balance = (await balances.Venue.BalancesAsync(default)).Value!.Single();
        var fill = (await fills.Venue.FillsAsync(new("BTCUSDT", VenueOrderId: "25851813"), default)).Value!.Single();
        var paid = (await income.Venue.FundingAsync("BTCUSDT", null, default)).Value!;
        Assert.Multiple(() =>
        {
            Assert.That((balance.Asset, balance.Wallet, balance.Available), Is.EqualTo(("USDT", 122607.35137903m, (decimal?)23.72469206m)));
            Assert.That(
                (fill.FillId, fill.VenueOrderId, fill.Side, fill.PositionSide, fill.Quantity, fill.Price, fill.Fee, fill.RealizedPnl),
                Is.EqualTo(("698759", "25851813", OrderSide.Sell, (PositionSide?)PositionSide.Short, 0.002m, 7819.01m, (decimal?)-0.07819010m, (decimal?)-0.91539999m)));
            Assert.That(paid.Select(p => (p.Id, p.Amount)), Is.EqualTo(new[] { ("9689322392", -0.375m), ("9689322392:2059192", -0.01m) }));
        });
    }

    [TestCase("binance/margin_type.json")]
    [TestCase("binance/position_mode.json")]
    public async Task A_setting_is_done(string file)
    {
        await using var test = Answering(file);
        Assert.That((await test.Venue.PrepareAsync(new("BTCUSDT", 5m, MarginMode.Isolated, PositionMode.OneWay), default)).IsAccepted, Is.True);
    }

    [TestCase(21, null)]
    [TestCase(5, "LEVERAGE_DIFFERS")]
    public async Task A_leverage_counts_as_set_only_if_the_answer_says_the_same(int asked, string? refusal)
    {
        await using var test = Answering("binance/leverage.json");
        var reply = await ((BinanceVenue)test.Venue).SetLeverageAsync("BTCUSDT", asked, default);
        Assert.That((reply.IsAccepted, reply.Refusal?.Code), Is.EqualTo((refusal is null, refusal)));
    }

    [Test]
    public async Task An_error_is_a_refusal_with_its_code()
    {
        await using var test = new TestVenue(
            "binance",
            r => r.Path == "/fapi/v1/ticker/24hr" ? RecordingHandler.Json(ReplyFiles.Read("binance/error_invalid_symbol.json"), System.Net.HttpStatusCode.BadRequest) : null);
        Assert.That((await test.Venue.LastPriceAsync("NOPE", default)).Refusal, Is.EqualTo(new VenueRefusal(RefusalMeaning.Parameter, "-1121", "Invalid symbol.")));
    }

    [Test]
    public async Task The_listen_key_is_part_of_the_address()
    {
        await using var test = Answering("binance/listen_key.json");
        var target = await ((BinanceVenue)test.Venue).Stream.OpenAsync(default);
        Assert.That(
            target.Value!.Address.ToString(),
            Is.EqualTo("wss://fstream.binance.com/private/ws?listenKey=pqia91ma19a5s61cv6a81va65sdf19v8a65a1a5s61cv6a81va65sdf19v8a65a1"));
    }

    [TestCaseSource(nameof(Events))]
    public async Task A_message_of_the_stream_is_read(string file, Func<IReadOnlyList<VenueEvent>, bool> holds)
    {
        await using var test = new TestVenue("binance");
        var events = ((BinanceVenue)test.Venue).Stream.Read(System.Text.Encoding.UTF8.GetBytes(ReplyFiles.Read(file))).Events;
        Assert.That(holds(events), Is.True, string.Join('\n', events));
    }

    private static IEnumerable<TestCaseData> Events()
    {
        TestCaseData Case(string file, Func<IReadOnlyList<VenueEvent>, bool> holds) => new TestCaseData(file, holds).SetArgDisplayNames(file);
        TestCaseData[] all =
        [
            Case("binance/ws_order_new.json", e => e is [OrderChanged { Order: { ClientId: "TEST", Status: VenueOrderStatus.New, Filled: 0m, TriggerPrice: 7103.04m } }]),
            Case(
                "binance/ws_order_trade.json",
                e => e is [FillSeen { Fill: { FillId: "12345678", Quantity: 0.001m, Price: 7100.5m, Fee: 0.01m, FeeAsset: "USDT", RealizedPnl: 12.34m, IsMaker: true } }, OrderChanged { Order.Filled: 0.001m }]),
            Case("binance/ws_order_trade_partial.json", e => e is [FillSeen, OrderChanged { Order: { Status: VenueOrderStatus.PartiallyFilled, Quantity: 0.002m } }]),
            Case(
                "binance/ws_order_liquidation.json",
                e => e is [FillSeen { Fill: { Quantity: 0.014m, RealizedPnl: -5.67m } }, OrderChanged { Order: { ClientId: "autoclose-1234567890", Status: VenueOrderStatus.Filled } }]),
            Case(
                "binance/ws_account_update.json",
                e => e is [BalanceChanged { Balance.Wallet: 122624.12345678m }, PositionChanged { Position.Side: null }, PositionChanged { Position: { Side: PositionSide.Long, Quantity: 20m, EntryPrice: 6563.6m } }, PositionChanged { Position: { Side: PositionSide.Short, Quantity: -10m } }]),
            Case(
                "binance/ws_algo_new.json",
                e => e is [OrderChanged { Order: { IsProtection: true, Status: VenueOrderStatus.Untriggered, ClientId: "Q5xaq5EGKgXXa0fD7fs0Ip", TriggerPrice: 750m, Reason: null } }]),
            Case("binance/ws_algo_canceled.json", e => e is [OrderChanged { Order: { Status: VenueOrderStatus.Cancelled, Reason: "Reduce Only reject" } }]),
        ];
        return all.Where(c => ReplyFiles.Has((string)c.Arguments[0]!));
    }

    private static TestVenue Answering(string file)
    {
        var body = ReplyFiles.Read(file);
        return new(
            "binance",
            r => r.Path is "/fapi/v1/exchangeInfo" or "/fapi/v1/time"
                && !file.Contains("exchangeInfo", StringComparison.Ordinal) && !file.Contains("time", StringComparison.Ordinal)
            ? null
            : RecordingHandler.Json(body));
    }
}
