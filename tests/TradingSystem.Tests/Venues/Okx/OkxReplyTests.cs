using System.Text;
using System.Text.Json;
using NUnit.Framework;
using TradingSystem.Venues;
using TradingSystem.Venues.Http;
using TradingSystem.Venues.Okx;
using TradingSystem.Venues.Streams;

namespace TradingSystem.Tests.Venues.Okx;

[TestFixture]
public sealed class OkxReplyTests
{
    private const decimal Btc = 0.01m;

    [TestCaseSource(nameof(Replies))]
    public void A_reply_is_read(string file, Func<JsonElement, object?> read, object? expected)
    {
        using var document = JsonDocument.Parse(ReplyFiles.Read(file));
        var root = document.RootElement;
        Assert.That(read(root.TryGetProperty("data", out var data) ? data : root), Is.EqualTo(expected));
    }

    [Test]
    public async Task Instruments_are_told_in_the_base_asset()
    {
        await using var test = new TestVenue("okx");
        var all = (await test.Venue.InstrumentsAsync(default)).Value!;
        var btc = all.Single(i => i.Symbol == "BTCUSDT");
        Assert.Multiple(() =>
        {
            Assert.That(all.Select(i => i.Symbol), Is.EquivalentTo(new[] { "BTCUSDT", "ETHUSDT" }), "no inverse ones");
            Assert.That(
                (btc.VenueSymbol, btc.Tick, btc.Step, btc.MinQuantity, btc.MaxMarketQuantity, btc.ContractSize, btc.MaxLeverage),
                Is.EqualTo(("BTC-USDT-SWAP", 0.1m, 0.0001m, 0.0001m, 120m, 0.01m, (decimal?)100m)));
        });
    }

    [TestCase("okx/error_51010_rejected_recorded.json", "51010", RefusalMeaning.Configuration)]
    [TestCase("okx/place_algo_order_rejected.json", "51000", RefusalMeaning.Parameter)]
    public async Task The_code_of_an_item_counts_whatever_the_code_of_the_whole_is(string file, string code, RefusalMeaning meaning)
    {
        if (!ReplyFiles.Has(file))
        {
            Assert.Pass("Kept elsewhere.");
        }

        var body = ReplyFiles.Read(file);
        await using var test = new TestVenue("okx", r => r.Path.StartsWith("/api/v5/trade/order", StringComparison.Ordinal) ? RecordingHandler.Json(body) : null);
        var reply = await test.Venue.PlaceAsync(new("BTCUSDT", "a1", OrderSide.Buy, 1m), default);
        Assert.That((reply.Refusal!.Code, reply.Refusal.Meaning), Is.EqualTo((code, meaning)));
    }

    [TestCaseSource(nameof(Events))]
    public async Task A_message_of_the_stream_is_read(string file, Func<StreamReading, bool> holds)
    {
        await using var test = new TestVenue("okx");
        using var shared = new VenueShared(test.Handler, test.Handler);
        var context = new VenueContext(
            TestVenue.Account("okx"), OkxVenue.Definition.Hosts[VenueEnvironment.Live], shared, new(), test.Time,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        await using var venue = new OkxVenue(context);
        await venue.InstrumentsAsync(default);
        using var caller = new VenueCaller(context, new OkxDialect(context), new(test.Time));
        var book = shared.Part<InstrumentBook>(() => throw new InvalidOperationException("The instruments are there."));
        var reading = new OkxStream(caller, context, book, _ => Task.FromResult(true), isBusiness: false).Read(Encoding.UTF8.GetBytes(ReplyFiles.Read(file)));
        Assert.That(holds(reading), Is.True, string.Join('\n', reading.Events));
    }

    private static IEnumerable<TestCaseData> Replies()
    {
        TestCaseData Case(string file, Func<JsonElement, object?> read, object? expected) => new TestCaseData(file, read, expected).SetArgDisplayNames(file);
        TestCaseData[] all =
        [
            Case("okx/time.json", d => d[0].Time("ts"), DateTimeOffset.FromUnixTimeMilliseconds(1597026383085)),
            Case("okx/ticker.json", d => OkxReplies.LastPrice(d, "BTCUSD").Price, 9999.99m),
            Case("okx/order_place.json", d => OkxReplies.Ack(d), new OrderAck("312269865356374016", "oktswap6")),
            Case("okx/order_place_recorded.json", d => OkxReplies.Ack(d), new OrderAck("2896576259728695296", "6b9ad766b55dBCDE63969a1144bfb943")),
            Case("okx/order_cancel.json", d => OkxReplies.Ack(d), new OrderAck("12345689", "oktswap6")),
            Case("okx/algo_order_place_recorded.json", d => OkxReplies.AlgoAck(d), new OrderAck("2896574163517353984", "6b9ad766b55dBCDEd524d810f42296b8")),
            Case("okx/place_algo_order_response.json", d => OkxReplies.AlgoAck(d), new OrderAck("12345", "test_algo_1")),
            Case("okx/cancel_algo_order_response.json", d => OkxReplies.AlgoAck(d), new OrderAck("12345", null)),
            Case(
                "okx/order_details.json", d => Short(OkxReplies.Order(d[0], "BTCUSDT", 1m)),
                ("680800019749904384", VenueOrderStatus.Filled, 0.00192834m, (decimal?)51858m, (decimal?)null)),
            Case(
                "okx/orders_history.json", d => Short(OkxReplies.Order(d[0], "BTCUSDT", Btc)),
                ("2497956918703120384", VenueOrderStatus.Filled, 0.0003m, (decimal?)103698.9m, (decimal?)null)),
            Case(
                "okx/orders_pending.json", d => Short(OkxReplies.Order(d[0], "BTCUSDT", Btc)),
                ("1234567890123456789", VenueOrderStatus.New, 0m, (decimal?)null, (decimal?)103500m)),
            Case("okx/orders_pending_with_attached_tp_sl.json", d => OkxReplies.Order(d[0], "ETHUSDT", 0.1m).Quantity, 0.001m),
            Case(
                "okx/orders_algo_pending.json", d => Short(OkxReplies.AlgoOrder(d[0], "BTCUSDT", Btc)),
                ("123456789", VenueOrderStatus.Untriggered, 0m, (decimal?)null, (decimal?)40000m)),
            Case("okx/positions.json", d => OkxReplies.Position(d[0], "BTCUSDT", Btc).Quantity, 0.005m),
            Case("okx/account_balance.json", d => OkxReplies.Balances(d[0]).Single(), new VenueBalance("USDT", 94.42612990333333m, 94.42612990333333m, -0.0273000000000002m)),
            Case("okx/account_config.json", d => OkxReplies.Credentials(d), new CredentialCheck(true, true, PositionMode.OneWay, null, null)),
            Case(
                "okx/bills.json", d => OkxReplies.Funding(d[0], "BTCUSDT"),
                new FundingPayment("BTCUSDT", "623950854533513219", 0.021933823221m, DateTimeOffset.FromUnixTimeMilliseconds(1695033476167))),
            Case("okx/fills.json", d => Fill(OkxReplies.Fill(d[0], "BTCUSDT", 1m)), ("744876980", 0.00192834m, 51858m, (decimal?)0.00000192834m, "BTC", (bool?)false)),
            Case("okx/instruments_swap.json", d => OkxReplies.Instruments(d).Count(), 2),
            Case("okx/set_leverage.json", d => OkxReplies.First(d).Text("lever"), "30"),
            Case("okx/set_position_mode_response.json", d => OkxReplies.PositionModeOf(d), PositionMode.Hedge),
            Case("okx/place_order_response.json", d => d.Text("ordId"), "12345678901234567890"),
        ];
        return all.Where(c => ReplyFiles.Has((string)c.Arguments[0]!));
    }

    private static IEnumerable<TestCaseData> Events()
    {
        TestCaseData Case(string file, Func<StreamReading, bool> holds) => new TestCaseData(file, holds).SetArgDisplayNames(file);
        TestCaseData[] all =
        [
            Case(
                "okx/ws_orders.json",
                r => r.Events is [FillSeen { Fill: { FillId: "1518905529", Quantity: 0.0003m, Price: 103698.9m, Fee: 0.021776769m, IsMaker: true } }, OrderChanged { Order: { ClientId: "001BTCUSDT20250106001", Status: VenueOrderStatus.Filled, PositionSide: PositionSide.Long } }]),
            Case("okx/ws_orders_ioc.json", r => r.Events is []),
            Case(
                "okx/ws_orders_liquidation.json",
                r => r.Events is [FillSeen { Fill: { Quantity: 0.005m, Fee: 20m } }, OrderChanged { Order: { ClientId: null, Filled: 0.005m } }]),
            Case(
                "okx/ws_orders_algo.json",
                r => r.Events.Cast<OrderChanged>().Select(e => e.Order.Status).SequenceEqual([VenueOrderStatus.Untriggered, VenueOrderStatus.Untriggered, VenueOrderStatus.Triggered, VenueOrderStatus.Cancelled, VenueOrderStatus.Filled])),
            Case("okx/ws_account.json", r => r.Events is [BalanceChanged { Balance: { Asset: "USDT", Wallet: 100.52768569797846m } }, BalanceChanged, BalanceChanged]),
        ];
        return all.Where(c => ReplyFiles.Has((string)c.Arguments[0]!));
    }

    private static (string, VenueOrderStatus, decimal, decimal?, decimal?) Short(VenueOrder o) => (o.VenueId, o.Status, o.Filled, o.AveragePrice, o.Price);

    private static (string, decimal, decimal, decimal?, string?, bool?) Fill(VenueFill f) => (f.FillId, f.Quantity, f.Price, f.Fee, f.FeeAsset, f.IsMaker);
}
