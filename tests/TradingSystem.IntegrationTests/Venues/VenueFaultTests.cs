using NUnit.Framework;
using TradingSystem.VenueEmulator.Faults;
using TradingSystem.Venues;
using Permission = TradingSystem.VenueEmulator.Engine.Permission;

namespace TradingSystem.IntegrationTests.Venues;

/// <summary>
/// What an adapter makes of a bad network and a bad day of the venue: definite answers are told as such, everything else is
/// unknown and can be found out, and no order is ever there twice.
/// </summary>
[TestFixtureSource(typeof(VenueStage), nameof(VenueStage.Emulated))]
public sealed partial class VenueFaultTests(string venue)
{
    private const decimal Price = 60_000m;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private EmulatedStage _stage = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _stage = await EmulatedStage.StartAsync(venue, Patience);

    [OneTimeTearDown]
    public async Task StopAsync() => await _stage.DisposeAsync();

    [SetUp]
    public async Task OpenMarketAsync() => await _stage.SetPriceAsync("BTCUSDT", Price);

    [TestCase(FaultKind.TimeoutAfter)]
    [TestCase(FaultKind.ResetAfter)]
    [TestCase(FaultKind.ErrorAfter)]
    public async Task An_order_whose_answer_is_lost_is_unknown_and_then_found_once(FaultKind fault)
    {
        await using var trader = await _stage.OpenAsync();
        await _stage.FaultAsync(trader, fault, count: null);
        for (var i = 0; i < Times(fault); i++)
        {
            var id = Trader.NewId();
            var reply = await trader.Venue.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m, id), default);
            Assert.That(reply.IsUnknown, Is.True, reply.ToString());
            Assert.That((await trader.EndedAsync(id)).Filled, Is.EqualTo(0.01m));
            Assert.That(await _stage.CountAsync(trader, id), Is.EqualTo(1));
        }

        Assert.That(await trader.QtyAsync(), Is.EqualTo(0.01m * Times(fault)));
    }

    [TestCase(FaultKind.TimeoutBefore)]
    [TestCase(FaultKind.ResetBefore)]
    [TestCase(FaultKind.ErrorBefore)]
    public async Task An_order_that_was_lost_on_its_way_is_unknown_and_then_proven_absent(FaultKind fault)
    {
        await using var trader = await _stage.OpenAsync();
        await _stage.FaultAsync(trader, fault, count: null);
        for (var i = 0; i < Times(fault); i++)
        {
            var id = Trader.NewId();
            var reply = await trader.Venue.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m, id), default);
            Assert.That(reply.IsUnknown, Is.True, reply.ToString());
            Assert.That((await trader.QueryAsync(id)).Is(RefusalMeaning.NotFound), Is.True);
            Assert.That(await trader.FillsAsync(new FillQuery("BTCUSDT")), Is.Empty);
            Assert.That(await _stage.CountAsync(trader, id), Is.Zero);
        }
    }

    [Test]
    public async Task What_the_venue_had_no_room_for_is_not_there_and_never_called_accepted()
    {
        await using var trader = await _stage.OpenAsync();
        await _stage.FaultAsync(trader, FaultKind.BusyBefore);
        var id = Trader.NewId();
        var reply = await trader.Venue.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m, id), default);
        Assert.That(reply.IsUnknown || reply.Is(RefusalMeaning.Busy) || reply.Is(RefusalMeaning.RateLimited), Is.True, reply.ToString());
        Assert.That(await _stage.CountAsync(trader, id), Is.Zero);
    }

    [Test]
    public async Task An_answer_that_says_duplicate_leads_to_the_order_that_is_there()
    {
        await using var trader = await _stage.OpenAsync();
        await _stage.FaultAsync(trader, FaultKind.DuplicateAnswer);
        var id = Trader.NewId();
        var reply = await trader.Venue.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m, id), default);
        Assert.That(reply.Is(RefusalMeaning.Duplicate), Is.True, reply.ToString());
        Assert.That((await trader.EndedAsync(id)).Filled, Is.EqualTo(0.01m));
        Assert.That(await _stage.CountAsync(trader, id), Is.EqualTo(1));
    }

    [Test]
    public async Task A_rate_limit_is_told_and_trading_goes_on_after_it()
    {
        await using var trader = await _stage.OpenAsync();
        await _stage.FaultAsync(trader, FaultKind.RateLimit);
        var id = Trader.NewId();
        var reply = await trader.Venue.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m, id), default);
        Assert.That(reply.Is(RefusalMeaning.RateLimited), Is.True, reply.ToString());
        Assert.That(reply.Refusal!.RetryAfter, Is.Null.Or.LessThanOrEqualTo(TimeSpan.FromSeconds(2)));
        Assert.That(await _stage.CountAsync(trader, id), Is.Zero);
        await Wait.UntilAsync("the venue takes orders again", async () => (await trader.Venue.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m), default)).IsAccepted);
    }

    [TestCase(40)]
    [TestCase(-40)]
    public async Task A_clock_that_went_wrong_is_a_certain_refusal_and_put_right_by_it(int seconds)
    {
        // The other accounts of this fixture are not running meanwhile.
        await using var trader = await _stage.OpenAsync();
        await trader.PrepareAsync();
        try
        {
            await _stage.Emulator.SkewAsync(_stage.Kind, TimeSpan.FromSeconds(seconds));
            var id = Trader.NewId();
            var reply = await trader.Venue.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m, id), default);
            Assert.That(reply.Is(RefusalMeaning.Clock), Is.True, reply.ToString());
            Assert.That(await _stage.CountAsync(trader, id), Is.Zero);
            Assert.That(trader.Venue.ClockOffset.TotalSeconds, Is.EqualTo(seconds).Within(1));
            await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.01m, id));
            Assert.That(await _stage.CountAsync(trader, id), Is.EqualTo(1));
        }
        finally
        {
            await _stage.Emulator.SkewAsync(_stage.Kind, TimeSpan.Zero);
        }
    }

    [Test]
    public async Task A_key_that_may_only_read_trades_nothing_and_says_so()
    {
        await using var trader = await _stage.OpenAsync();
        await _stage.Emulator.PermitAsync(_stage.Kind, trader.Key, Permission.Read);
        var reply = await trader.Venue.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m), default);
        Assert.That(reply.Is(RefusalMeaning.PermissionOrKey), Is.True, reply.ToString());
        var check = await trader.Venue.CheckCredentialsAsync(default);
        Assert.That(check.IsAccepted && !check.Value.CanTrade, Is.True, check.ToString());
        Assert.That(await trader.PositionsAsync(), Is.Empty);
    }

    [Test]
    public async Task A_key_that_was_deleted_is_a_matter_of_the_key_everywhere()
    {
        await using var trader = await _stage.OpenAsync();
        await _stage.Emulator.PermitAsync(_stage.Kind, trader.Key, Permission.None);
        var place = await trader.Venue.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m), default);
        var check = await trader.Venue.CheckCredentialsAsync(default);
        var read = await trader.Venue.PositionsAsync(null, default);
        Assert.That(place.Is(RefusalMeaning.PermissionOrKey), Is.True, place.ToString());
        Assert.That(check.Is(RefusalMeaning.PermissionOrKey), Is.True, check.ToString());
        Assert.That(read.Is(RefusalMeaning.PermissionOrKey), Is.True, read.ToString());
    }

    [Test]
    public async Task A_wrong_secret_is_a_matter_of_the_key()
    {
        await using var right = await _stage.OpenAsync();
        var account = right.Venue.Account with { Credentials = new VenueCredentials(right.Key, "wrong", right.Venue.Account.Credentials.Passphrase) };
        await using var trader = _stage.Connect(account);
        var reply = await trader.Venue.CheckCredentialsAsync(default);
        Assert.That(reply.Is(RefusalMeaning.PermissionOrKey), Is.True, reply.ToString());
        Assert.That(reply.ToString(), Does.Not.Contain(right.Venue.Account.Credentials.Secret).And.Not.Contain("wrong"));
    }

    [Test]
    public async Task A_sandbox_account_trades_in_its_own_environment_only()
    {
        await using var trader = await _stage.OpenAsync(VenueEnvironment.Sandbox, PositionMode.OneWay, MarginMode.Cross, null);
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.01m));
        await using var elsewhere = _stage.Connect(trader.Venue.Account with { Environment = VenueEnvironment.Live });
        var reply = await elsewhere.Venue.CheckCredentialsAsync(default);
        // Where both environments are one host, the header tells them apart; elsewhere the host does.
        Assert.That(reply.IsAccepted || reply.Is(RefusalMeaning.PermissionOrKey), Is.True, reply.ToString());
    }

    [Test]
    public async Task A_late_fill_is_an_open_order_until_it_comes()
    {
        await using var trader = await _stage.OpenAsync();
        await _stage.FaultAsync(trader, FaultKind.LateFill, seconds: 0.6);
        var id = Trader.NewId();
        await trader.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m, id));
        Assert.That((await trader.FoundAsync(id)).IsOpen, Is.True);
        Assert.That(await trader.QtyAsync(), Is.Zero);
        Assert.That((await trader.EndedAsync(id)).Status, Is.EqualTo(VenueOrderStatus.Filled));
        Assert.That(await trader.QtyAsync(), Is.EqualTo(0.01m));
    }

    [Test]
    public async Task A_partial_fill_is_told_as_such_and_completed()
    {
        await using var trader = await _stage.OpenAsync();
        await _stage.FaultAsync(trader, FaultKind.PartialFill, seconds: 0.6, fraction: 0.4m);
        var id = Trader.NewId();
        await trader.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m, id));
        var part = await trader.UntilAsync(id, o => o.Filled > 0m);
        Assert.That(part.Status, Is.EqualTo(VenueOrderStatus.PartiallyFilled));
        Assert.That(part.Filled, Is.EqualTo(0.004m));
        Assert.That(part.IsOpen, Is.True);
        Assert.That((await trader.EndedAsync(id)).Filled, Is.EqualTo(0.01m));
        Assert.That(await trader.FillsAsync(new FillQuery("BTCUSDT", ClientId: id)), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task An_order_that_ends_with_a_part_filled_keeps_its_fill()
    {
        await using var trader = await _stage.OpenAsync();
        await _stage.FaultAsync(trader, FaultKind.PartialFill, fraction: 0.3m);
        var ended = await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.01m));
        Assert.That(ended.Status, Is.AnyOf(VenueOrderStatus.Cancelled, VenueOrderStatus.Expired));
        Assert.That(ended.Filled, Is.EqualTo(0.003m));
        Assert.That(await trader.QtyAsync(), Is.EqualTo(0.003m));
    }

    [Test]
    public async Task A_limit_order_filled_in_part_and_cancelled_keeps_its_fill()
    {
        await using var trader = await _stage.OpenAsync();
        var id = Trader.NewId();
        await trader.PlaceAsync(Trader.Limit(OrderSide.Buy, 0.01m, 59_000m, id));
        await _stage.Emulator.FillAsync(_stage.Kind, trader.Key, id, 0.004m);
        Assert.That((await trader.FoundAsync(id)).Status, Is.EqualTo(VenueOrderStatus.PartiallyFilled));
        await trader.Venue.CancelAsync(new OrderRef("BTCUSDT", id), default);
        var ended = await trader.EndedAsync(id);
        Assert.That(ended.Status, Is.EqualTo(VenueOrderStatus.Cancelled));
        Assert.That(ended.Filled, Is.EqualTo(0.004m));
    }

    [Test]
    public async Task A_query_may_lag_behind_and_finds_it_a_little_later()
    {
        await using var trader = await _stage.OpenAsync();
        await _stage.FaultAsync(trader, FaultKind.QueryLag, count: null, seconds: 0.5);
        var id = Trader.NewId();
        await trader.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m, id));
        Assert.That((await trader.QueryAsync(id)).Is(RefusalMeaning.NotFound), Is.True);
        Assert.That((await trader.EndedAsync(id)).Filled, Is.EqualTo(0.01m));
    }

    [Test]
    public async Task An_order_rejected_after_its_acknowledgement_ends_without_a_fill()
    {
        await using var trader = await _stage.OpenAsync();
        await using var listener = trader.Listen();
        await listener.OpenedAsync();
        await _stage.FaultAsync(trader, FaultKind.RejectLater);
        var id = Trader.NewId();
        await trader.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m, id));
        var ended = await trader.EndedAsync(id);
        Assert.That(ended.Status, Is.AnyOf(VenueOrderStatus.Rejected, VenueOrderStatus.Cancelled, VenueOrderStatus.Expired));
        await listener.SeenAsync<OrderChanged>(e => e.Order.ClientId == id && !e.Order.IsOpen);
        Assert.That(await trader.PositionsAsync(), Is.Empty);
    }

    [Test]
    public async Task A_cancel_that_loses_the_race_leaves_a_filled_order()
    {
        await using var trader = await _stage.OpenAsync();
        await _stage.FaultAsync(trader, FaultKind.FillOnCancel);
        var id = Trader.NewId();
        await trader.PlaceAsync(Trader.Limit(OrderSide.Buy, 0.01m, 59_000m, id));
        var reply = await trader.Venue.CancelAsync(new OrderRef("BTCUSDT", id), default);
        Assert.That(reply.IsAccepted || reply.Is(RefusalMeaning.NotFound), Is.True, reply.ToString());
        Assert.That((await trader.EndedAsync(id)).Status, Is.EqualTo(VenueOrderStatus.Filled));
        Assert.That(await trader.QtyAsync(), Is.EqualTo(0.01m));
    }

    [TestCase(FaultKind.TimeoutAfter)]
    [TestCase(FaultKind.ErrorAfter)]
    public async Task Protection_whose_answer_is_lost_is_unknown_and_then_found_once(FaultKind fault)
    {
        await using var trader = await _stage.OpenAsync();
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.01m));
        await _stage.FaultAsync(trader, fault);
        var id = Trader.NewId('S');
        var reply = await trader.Venue.PlaceProtectionAsync(new ProtectionOrder("BTCUSDT", id, ProtectionKind.StopLoss, OrderSide.Sell, 58_000m) { Quantity = 0.01m }, default);
        Assert.That(reply.IsUnknown, Is.True, reply.ToString());
        Assert.That((await trader.FoundAsync(id, protection: true)).Status, Is.EqualTo(VenueOrderStatus.Untriggered));
        Assert.That(await _stage.CountAsync(trader, id), Is.EqualTo(1));
    }

    [Test]
    public async Task A_cancel_whose_answer_is_lost_is_unknown_and_then_seen_done()
    {
        await using var trader = await _stage.OpenAsync();
        var id = Trader.NewId();
        await trader.PlaceAsync(Trader.Limit(OrderSide.Buy, 0.01m, 59_000m, id));
        await _stage.FaultAsync(trader, FaultKind.TimeoutAfter, on: [Operation.Cancel]);
        var reply = await trader.Venue.CancelAsync(new OrderRef("BTCUSDT", id), default);
        Assert.That(reply.IsUnknown, Is.True, reply.ToString());
        Assert.That((await trader.EndedAsync(id)).Status, Is.EqualTo(VenueOrderStatus.Cancelled));
    }

    [Test]
    public async Task A_trigger_that_gets_stuck_is_seen_as_such_and_the_position_as_open()
    {
        await using var trader = await _stage.OpenAsync();
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.01m));
        await _stage.FaultAsync(trader, FaultKind.StuckTrigger, on: [Operation.Protect]);
        var id = Trader.NewId('S');
        await trader.ProtectAsync(new ProtectionOrder("BTCUSDT", id, ProtectionKind.StopLoss, OrderSide.Sell, 58_000m) { Quantity = 0.01m });
        await _stage.SetPriceAsync("BTCUSDT", 57_000m);
        var stuck = await trader.FoundAsync(id, protection: true);
        Assert.That(stuck.IsOpen, Is.True);
        Assert.That(stuck.Filled, Is.Zero);
        Assert.That(await trader.QtyAsync(), Is.EqualTo(0.01m));
    }

    [Test]
    public async Task Reads_are_repeated_over_a_venue_that_stumbles()
    {
        await using var trader = await _stage.OpenAsync();
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.01m));
        foreach (var fault in new[] { FaultKind.ErrorBefore, FaultKind.ResetBefore, FaultKind.TimeoutBefore, FaultKind.BusyBefore })
        {
            await _stage.FaultAsync(trader, fault, on: [Operation.Read]);
            Assert.That(await trader.QtyAsync(), Is.EqualTo(0.01m), fault.ToString());
        }
    }

    [Test]
    public async Task A_read_that_never_works_is_unknown_within_its_deadline()
    {
        await using var trader = await _stage.OpenAsync(change: o => (o.ReadAttempt, o.ReadDeadline) = (TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(600)));
        await trader.PositionsAsync();
        await _stage.FaultAsync(trader, FaultKind.TimeoutBefore, count: null, on: [Operation.Read]);
        var reply = await trader.Venue.PositionsAsync(null, default).WaitAsync(Wait.Most);
        Assert.That(reply.IsUnknown, Is.True, reply.ToString());
    }

    [Test]
    public async Task An_answer_after_the_deadline_is_unknown_and_the_order_there_once()
    {
        await using var trader = await _stage.OpenAsync(change: o => o.OrderDeadline = TimeSpan.FromMilliseconds(400));
        await _stage.FaultAsync(trader, FaultKind.DelayAnswer, seconds: 1);
        var id = Trader.NewId();
        var reply = await trader.Venue.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m, id), default);
        Assert.That(reply.IsUnknown, Is.True, reply.ToString());
        await trader.EndedAsync(id);
        Assert.That(await _stage.CountAsync(trader, id), Is.EqualTo(1));
    }

    [Test]
    public async Task A_request_that_arrives_after_its_window_does_nothing_any_more()
    {
        await using var trader = await _stage.OpenAsync(change: o => (o.OrderDeadline, o.RecvWindow) = (TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(600)));
        await trader.PrepareAsync();
        await _stage.FaultAsync(trader, FaultKind.DelayRequest, seconds: 1.5);
        var (late, next) = (Trader.NewId(), Trader.NewId());
        var reply = await trader.Venue.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m, late), default);
        Assert.That(reply.IsUnknown, Is.True, reply.ToString());
        // What comes later than the delayed one is dealt with after it.
        await _stage.FaultAsync(trader, FaultKind.DelayAnswer, on: [Operation.Read], seconds: 1.5);
        await trader.Venue.PositionsAsync(null, default);
        await Wait.UntilAsync("another order goes through", async () => (await trader.Venue.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m, next), default)).IsAccepted);
        await trader.EndedAsync(next);
        Assert.That(await _stage.CountAsync(trader, late), Is.Zero);
        Assert.That(await trader.QtyAsync(), Is.EqualTo(0.01m));
    }

    [Test]
    public async Task Position_closed_by_hand_at_the_venue_is_seen_with_its_fill_and_profit()
    {
        await using var trader = await _stage.OpenAsync();
        await using var listener = trader.Listen();
        await listener.OpenedAsync();
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.1m));
        await _stage.SetPriceAsync("BTCUSDT", 60_500m);
        await _stage.Emulator.CloseByHandAsync(_stage.Kind, trader.Key, "BTCUSDT");
        await trader.FlatAsync();
        await listener.SeenAsync<PositionChanged>(e => e.Position is { Symbol: "BTCUSDT", Quantity: 0m });
        var fills = await trader.FillsAsync(new FillQuery("BTCUSDT"));
        var fill = fills.Single(f => f.Side == OrderSide.Sell);
        Assert.That(fill.Price, Is.EqualTo(60_500m));
        Assert.That(fill.RealizedPnl, Is.Null.Or.EqualTo(50m));
        Assert.That((await trader.BalanceAsync()).Wallet, Is.EqualTo(VenueStage.Deposit + 50m - fills.Sum(f => f.Fee!.Value)));
    }

    /// <summary>Venues have three ways of saying that they do not know, and one of saying nothing.</summary>
    private static int Times(FaultKind fault) => fault is FaultKind.ErrorAfter or FaultKind.ErrorBefore ? 3 : 1;
}
