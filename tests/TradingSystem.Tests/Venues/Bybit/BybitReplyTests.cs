using System.Text;
using System.Text.Json;
using NUnit.Framework;
using TradingSystem.Venues;
using TradingSystem.Venues.Bybit;
using TradingSystem.Venues.Http;
using TradingSystem.Venues.Streams;

namespace TradingSystem.Tests.Venues.Bybit;

[TestFixture]
public sealed class BybitReplyTests
{
    [Test]
    public async Task Instruments_come_with_their_filters()
    {
        await using var test = Answering("/v5/market/instruments-info", "bybit/instruments_linear.json");
        var btc = (await test.Venue.InstrumentsAsync(default)).Value!.Single();
        Assert.That(
            (btc.Symbol, btc.Tick, btc.Step, btc.MinQuantity, btc.MaxMarketQuantity, btc.MaxLimitQuantity, btc.MinNotional, btc.MaxLeverage),
            Is.EqualTo(("BTCUSDT", 0.10m, 0.001m, 0.001m, 500m, 1190m, 5m, (decimal?)100m)));
    }

    [Test]
    public async Task Time_and_the_last_price_are_read()
    {
        await using var time = Answering("/v5/market/time", "bybit/time.json");
        await using var ticker = Answering("/v5/market/tickers", "bybit/tickers_linear.json");
        Assert.Multiple(async () =>
        {
            Assert.That((await time.Venue.SyncClockAsync(default)).Value!.At, Is.EqualTo(DateTimeOffset.UnixEpoch.AddTicks(16886394034232139)));
            Assert.That((await ticker.Venue.LastPriceAsync("BTCUSD", default)).Value!.Price, Is.EqualTo(120635.50m));
        });
    }

    [Test]
    public async Task Placing_and_cancelling_are_acknowledged()
    {
        await using var place = Answering("/v5/order/create", "bybit/order_place.json");
        await using var cancel = Answering("/v5/order/cancel", "bybit/order_cancel.json");
        Assert.Multiple(async () =>
        {
            Assert.That(
                (await place.Venue.PlaceAsync(new("BTCUSDT", "x", OrderSide.Buy, 1m), default)).Value,
                Is.EqualTo(new OrderAck("1321003749386327552", "spot-test-postonly")));
            Assert.That(
                (await cancel.Venue.CancelAsync(new("BTCUSDT", "linear-004"), default)).Value,
                Is.EqualTo(new OrderAck("c6f055d9-7f21-4079-913d-e6523a9cfffa", "linear-004")));
        });
    }

    [Test]
    public async Task An_order_is_looked_for_among_the_open_ones_and_then_in_the_history()
    {
        await using var test = Answering("/v5/order/history", "bybit/order_history.json");
        var order = (await test.Venue.QueryAsync(new("BTCUSDT", "YLxaWKMiHU"), default)).Value!;
        Assert.Multiple(() =>
        {
            Assert.That(
                test.Handler.Requests.Select(r => r.Path).Where(p => p.StartsWith("/v5/order", StringComparison.Ordinal)),
                Is.EqualTo(new[] { "/v5/order/realtime", "/v5/order/history" }));
            Assert.That(
                (order.Status, order.Reason, order.PositionSide, order.Price, order.Quantity, order.TriggerPrice),
                Is.EqualTo((VenueOrderStatus.Cancelled, "EC_PostOnlyWillTakeLiquidity", (PositionSide?)PositionSide.Long, (decimal?)26864.40m, 0.003m, (decimal?)null)));
        });
    }

    [Test]
    public async Task An_order_that_is_nowhere_is_not_found()
    {
        await using var test = new TestVenue("bybit");
        Assert.That((await test.Venue.QueryAsync(new("BTCUSDT", "a1"), default)).Is(RefusalMeaning.NotFound), Is.True);
    }

    [TestCaseSource(nameof(Orders))]
    public void An_order_is_read(string file, Func<VenueOrder, bool> holds)
    {
        var orders = List(file).Select(BybitReplies.Order).ToList();
        Assert.That(orders.Any(holds), Is.True, string.Join('\n', orders));
    }

    [Test]
    public void Positions_are_signed()
    {
        Assert.That(
            List("bybit/positions.json").Select(BybitReplies.Position).Select(p => (p.Quantity, p.EntryPrice, p.UnrealizedPnl, p.Leverage)),
            Is.EqualTo(new[] { (-300m, 27464.50441675m, (decimal?)-0.00029413m, (decimal?)10m) }));
        if (ReplyFiles.Has("bybit/n_http_get_positions.json"))
        {
            Assert.That(
                List("bybit/n_http_get_positions.json").Select(BybitReplies.Position).Select(p => (p.Symbol, p.Quantity)),
                Is.EqualTo(new[] { ("BTCUSDT", 0.5m), ("ETHUSDT", -5m), ("SOLUSDT", 0m) }));
        }
    }

    [Test]
    public async Task Balances_and_fills_are_read()
    {
        await using var wallet = Answering("/v5/account/wallet-balance", "bybit/wallet_balance.json");
        await using var fills = Answering("/v5/execution/list", "bybit/executions.json");
        var balance = (await wallet.Venue.BalancesAsync(default)).Value!.Single();
        var fill = (await fills.Venue.FillsAsync(new("ETHPERP"), default)).Value!.Single();
        Assert.Multiple(() =>
        {
            Assert.That(balance, Is.EqualTo(new VenueBalance("BTC", 0m, 0m, 0m)));
            Assert.That(
                (fill.FillId, fill.Quantity, fill.Price, fill.Fee, fill.IsMaker, fill.At.ToUnixTimeMilliseconds()),
                Is.EqualTo(("e0cbe81d-0f18-5866-9415-cf319b5dab3b", 0.1m, 1190.15m, (decimal?)0.071409m, (bool?)false, 1672282722429)));
        });
    }

    [Test]
    public async Task Settings_are_done_or_refused_with_the_reason()
    {
        await using var leverage = Answering("/v5/position/set-leverage", "bybit/set_leverage.json");
        await using var mode = Answering("/v5/position/switch-mode", "bybit/switch_mode.json");
        await using var margin = Answering("/v5/account/set-margin-mode", "bybit/set_margin_mode.json");
        await using var demo = Answering("/v5/position/switch-mode", "bybit/error_example.json");
        Assert.Multiple(async () =>
        {
            Assert.That((await ((BybitVenue)leverage.Venue).SetLeverageAsync("BTCUSDT", 5m, default)).IsAccepted, Is.True);
            Assert.That((await ((BybitVenue)mode.Venue).SetPositionModeAsync("BTCUSDT", PositionMode.Hedge, default)).IsAccepted, Is.True);
            Assert.That(
                (await ((BybitVenue)margin.Venue).SetMarginModeAsync(MarginMode.Isolated, default)).Refusal,
                Is.EqualTo(new VenueRefusal(RefusalMeaning.Configuration, "3400045", "Set margin mode failed")));
            Assert.That((await ((BybitVenue)demo.Venue).SetPositionModeAsync("BTCUSDT", PositionMode.Hedge, default)).Refusal!.Meaning, Is.EqualTo(RefusalMeaning.Configuration));
        });
    }

    [TestCaseSource(nameof(Events))]
    public void A_message_of_the_stream_is_read(string file, Func<StreamReading, bool> holds)
    {
        var reading = Read(ReplyFiles.Read(file));
        Assert.That(holds(reading), Is.True, string.Join('\n', reading.Events));
    }

    [Test]
    public void What_is_not_linear_is_left_out() => Assert.That(Read(ReplyFiles.Read("bybit/ws_order.json")).Events, Is.Empty);

    [Test]
    public void An_option_order_reads_all_the_same()
    {
        using var document = JsonDocument.Parse(ReplyFiles.Read("bybit/ws_order.json"));
        var order = BybitReplies.Order(document.RootElement.GetProperty("data")[0]);
        Assert.That((order.Status, order.Quantity, order.AveragePrice, order.Reason), Is.EqualTo((VenueOrderStatus.Filled, 1m, (decimal?)75m, (string?)null)));
    }

    private static IEnumerable<TestCaseData> Orders()
    {
        TestCaseData Case(string file, Func<VenueOrder, bool> holds) => new TestCaseData(file, holds).SetArgDisplayNames(file);
        TestCaseData[] all =
        [
            Case(
                "bybit/orders_realtime.json",
                o => o is { Symbol: "ETHUSDT", ClientId: "test-000005", Status: VenueOrderStatus.New, Price: 1600m, Quantity: 0.1m, PositionSide: PositionSide.Long, IsProtection: false, Reason: null }),
            Case(
                "bybit/n_http_get_order_partially_filled_rejected.json",
                o => o is { Status: VenueOrderStatus.Rejected, Filled: 0.005m, AveragePrice: 30000m, Reason: "INSUFFICIENT_MARGIN" }),
            Case("bybit/n_http_get_orders_history_with_duplicate.json", o => o is { ClientId: "client-open-1", IsOpen: true, AveragePrice: null }),
            Case(
                "bybit/n_http_get_orders_realtime_tp_sl.json",
                o => o is { Kind: ProtectionKind.StopLoss, Status: VenueOrderStatus.Untriggered, TriggerPrice: 48000m, Price: 47500m, IsProtection: true, ReduceOnly: true }),
        ];
        return all.Where(c => ReplyFiles.Has((string)c.Arguments[0]!));
    }

    private static IEnumerable<TestCaseData> Events()
    {
        TestCaseData Case(string file, Func<StreamReading, bool> holds) => new TestCaseData(file, holds).SetArgDisplayNames(file);
        TestCaseData[] all =
        [
            Case(
                "bybit/ws_execution.json",
                r => r.Events is [FillSeen { Fill: { Quantity: 0.5m, Price: 95900.1m, Fee: 26.3725275m, RealizedPnl: 0.05m, IsMaker: false, ClientId: null } }]),
            Case("bybit/ws_position.json", r => r.Events is [PositionChanged { Position: { Symbol: "BTCUSDT", Side: PositionSide.Short, Quantity: 0m } }]),
            Case("bybit/ws_wallet.json", r => r.Events is [BalanceChanged { Balance: { Asset: "BTC", Wallet: 0.00102964m } }]),
            Case("bybit/n_ws_account_execution.json", r => r.Events is [FillSeen { Fill.ClientId: "test-order-link-001" }]),
            Case("bybit/n_ws_account_order_filled.json", r => r.Events is [OrderChanged { Order: { Status: VenueOrderStatus.Filled, Filled: 0.1m, AveragePrice: 30000.50m } }]),
            Case("bybit/n_ws_account_order_partially_filled_rejected.json", r => r.Events is []),
            Case(
                "bybit/n_ws_account_order_stop_loss.json",
                r => r.Events is [OrderChanged { Order: { Kind: ProtectionKind.StopLoss, ClosesPosition: true, TriggerPrice: 48000m, Quantity: 0.5m } }]),
            Case("bybit/n_ws_account_position.json", r => r.Events is [PositionChanged { Position: { Quantity: -0.01m, EntryPrice: 3641.075m, Side: null } }]),
            Case("bybit/n_ws_auth_success.json", r => r.Send is not null && r.Broken is null),
            Case("bybit/n_ws_auth_failure.json", r => r.Broken is not null),
        ];
        return all.Where(c => ReplyFiles.Has((string)c.Arguments[0]!));
    }

    private static StreamReading Read(string message)
    {
        using var test = new RecordingHandler(_ => RecordingHandler.Json("{}"));
        using var shared = new VenueShared(test, test);
        var context = new VenueContext(
            TestVenue.Account("bybit"), BybitVenue.Definition.Hosts[VenueEnvironment.Live], shared, new(), TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        using var caller = new VenueCaller(context, new BybitDialect(context), new(TimeProvider.System));
        return new BybitStream(caller, context).Read(Encoding.UTF8.GetBytes(message));
    }

    private static List<JsonElement> List(string file)
    {
        using var document = JsonDocument.Parse(ReplyFiles.Read(file));
        return [.. BybitReplies.List(document.RootElement.GetProperty("result").Clone())];
    }

    private static TestVenue Answering(string path, string file)
    {
        var body = ReplyFiles.Read(file);

        // A recorded page names a next one; there is none.
        return new("bybit", r => r.Path != path ? null : RecordingHandler.Json(r.Query.Contains("cursor=", StringComparison.Ordinal) ? """{"retCode":0,"result":{"list":[]}}""" : body));
    }
}
