using System.Diagnostics;
using NUnit.Framework;
using TradingSystem.Venues;

namespace TradingSystem.IntegrationTests.Venues;

/// <summary>What every venue must do, whatever it is: the contract of <see cref="IVenue"/>. Facts, settings and account.</summary>
[TestFixtureSource(typeof(VenueStage), nameof(VenueStage.All))]
public sealed class VenueConformanceTests(string venue) : VenueConformance(venue)
{
    [Test]
    public async Task The_clock_is_read_and_hardly_differs_from_ours()
    {
        await using var trader = await Stage.OpenAsync();
        var began = Stopwatch.GetTimestamp();
        var reply = await trader.Venue.SyncClockAsync(default);
        Assert.That(reply.IsAccepted, Is.True, reply.ToString());
        // One clock: what is read off is no more than the way there and back, however busy the machine, and the exchange's rounding.
        Assert.That(trader.Venue.ClockOffset.Duration(), Is.LessThan(Stopwatch.GetElapsedTime(began) + TimeSpan.FromMilliseconds(10)));
    }

    [Test]
    public async Task Instruments_tell_their_rules_in_the_base_asset()
    {
        await using var trader = await Stage.OpenAsync();
        foreach (var symbol in new[] { "BTCUSDT", "ETHUSDT" })
        {
            var instrument = await trader.InstrumentAsync(symbol);
            Assert.That(instrument.IsTrading, Is.True);
            Assert.That(instrument.Tick, Is.GreaterThan(0m).And.LessThan(1m));
            Assert.That(instrument.Step, Is.GreaterThan(0m).And.LessThanOrEqualTo(0.01m));
            Assert.That(instrument.MinQuantity % instrument.Step, Is.Zero);
            Assert.That(instrument.MaxMarketQuantity, Is.GreaterThanOrEqualTo(100m));
            Assert.That(instrument.MinNotional, Is.InRange(0m, 100m));
        }
    }

    [Test]
    public async Task The_last_price_is_that_of_the_market_and_not_the_mark_price()
    {
        await using var trader = await Stage.OpenAsync();
        await Stage.SetPriceAsync("BTCUSDT", 60_100.5m, mark: 60_050m);
        var last = await trader.Venue.LastPriceAsync("BTCUSDT", default);
        Assert.That(last.Value?.Price, Is.EqualTo(60_100.5m), last.ToString());
    }

    [Test]
    public async Task A_symbol_that_is_not_listed_is_refused()
    {
        await using var trader = await Stage.OpenAsync();
        var reply = await trader.Venue.PlaceAsync(Trader.Market(OrderSide.Buy, 1m, symbol: "NOSUCHUSDT"), default);
        Assert.That(reply.IsRefused, Is.True, reply.ToString());
    }

    [Test]
    public async Task A_key_that_works_is_said_to_trade()
    {
        await using var trader = await Stage.OpenAsync();
        var reply = await trader.Venue.CheckCredentialsAsync(default);
        Assert.That(reply.Value?.CanTrade, Is.True, reply.ToString());
        Assert.That(reply.Value!.Problem, Is.Null);
        Assert.That(reply.Value.CanWithdraw, Is.Not.True);
    }

    [TestCase(PositionMode.OneWay, MarginMode.Cross)]
    [TestCase(PositionMode.OneWay, MarginMode.Isolated)]
    [TestCase(PositionMode.Hedge, MarginMode.Cross)]
    [TestCase(PositionMode.Hedge, MarginMode.Isolated)]
    public async Task Preparing_sets_leverage_and_is_success_again_when_all_is_so(PositionMode mode, MarginMode margin)
    {
        await using var trader = await Stage.OpenAsync(mode, margin);
        await trader.PrepareAsync(leverage: 5m);
        await trader.PrepareAsync(leverage: 5m);
        var side = mode == PositionMode.Hedge ? PositionSide.Long : (PositionSide?)null;
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.01m) with { PositionSide = side });
        var position = (await trader.PositionsAsync()).Single();
        Assert.That(position.Side, Is.EqualTo(side));
        Assert.That(position.Leverage, Is.Null.Or.EqualTo(5m));
        Assert.That(position.MarginMode, Is.Null.Or.EqualTo(margin));
    }

    [TestCase(PositionMode.OneWay, PositionMode.Hedge)]
    [TestCase(PositionMode.Hedge, PositionMode.OneWay)]
    public async Task Preparing_refuses_another_position_mode_and_does_not_switch_it(PositionMode there, PositionMode asked)
    {
        await using var trader = await Stage.OpenAsync(there);
        var reply = await trader.Venue.PrepareAsync(new SymbolSetup("BTCUSDT", 10m, MarginMode.Cross, asked), default);
        Assert.That(reply.Refusal?.Code, Is.EqualTo(VenueModes.PositionModeDiffers), reply.ToString());
        Assert.That((await trader.Venue.ModesAsync("BTCUSDT", default)).Value?.PositionMode, Is.EqualTo(there));
        Assert.That((await trader.Venue.ModesAsync(null, default)).Value?.PositionMode, Is.EqualTo(there), "nor where no symbol is named");
    }

    [Test]
    public async Task Preparing_refuses_another_margin_mode_where_it_is_the_accounts()
    {
        await using var trader = await Stage.OpenAsync();
        if (!Stage.MarginModeIsTheAccounts)
        {
            Assert.Ignore("Here it is a setting of the symbol or of the order.");
        }

        var reply = await trader.Venue.PrepareAsync(new SymbolSetup("BTCUSDT", 10m, MarginMode.Isolated, PositionMode.OneWay), default);
        Assert.That(reply.Refusal?.Code, Is.EqualTo(VenueModes.MarginModeDiffers), reply.ToString());
        Assert.That((await trader.Venue.ModesAsync(null, default)).Value?.MarginMode, Is.EqualTo(MarginMode.Cross));
    }

    [Test]
    public async Task Modes_are_not_switched_under_an_open_position()
    {
        await using var trader = await Stage.OpenAsync();
        await trader.PrepareAsync();
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.01m));
        if (await Stage.OtherModeAsync(trader, PositionMode.Hedge) is not { } other)
        {
            Assert.Ignore("Nobody else has this exchange.");
            return;
        }

        await using (other)
        {
            var reply = await other.Venue.SwitchModesAsync(default);
            Assert.That(reply.Is(RefusalMeaning.Configuration), Is.True, reply.ToString());
        }

        Assert.That(await trader.QtyAsync(), Is.EqualTo(0.01m));
    }

    [Test]
    public async Task A_leverage_is_set_as_it_is_or_refused_and_never_another_one()
    {
        await using var trader = await Stage.OpenAsync(margin: MarginMode.Isolated);
        var reply = await trader.Venue.PrepareAsync(new SymbolSetup("BTCUSDT", 2.5m, MarginMode.Isolated, PositionMode.OneWay), default);
        if ((await trader.InstrumentAsync()).LeverageStep == 1m)
        {
            Assert.That(reply.Refusal?.Code, Is.EqualTo("LEVERAGE"), reply.ToString());
            return;
        }

        Assert.That(reply.IsAccepted, Is.True, reply.ToString());
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.01m));
        Assert.That((await trader.PositionsAsync()).Single().Leverage, Is.EqualTo(2.5m));
    }

    [Test]
    public async Task An_impossible_leverage_is_refused()
    {
        await using var trader = await Stage.OpenAsync();
        var reply = await trader.Venue.PrepareAsync(new SymbolSetup("BTCUSDT", 1_000m, MarginMode.Cross, PositionMode.OneWay), default);
        Assert.That(reply.IsRefused, Is.True, reply.ToString());
    }

    [Test]
    public async Task The_balance_is_the_deposit_and_moves_by_profit_and_fees()
    {
        await using var trader = await Stage.OpenAsync();
        Assert.That((await trader.BalanceAsync()).Wallet, Is.EqualTo(VenueStage.Deposit));
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.1m));
        await Stage.SetPriceAsync("BTCUSDT", 61_000m);
        await trader.TradeAsync(Trader.Market(OrderSide.Sell, 0.1m) with { ReduceOnly = true });
        var fills = await trader.FillsAsync(new FillQuery("BTCUSDT"));
        var fees = fills.Sum(f => f.Fee ?? 0m);
        Assert.That(fees, Is.GreaterThan(0m));
        Assert.That((await trader.BalanceAsync()).Wallet, Is.EqualTo(VenueStage.Deposit + 100m - fees));
    }

    [Test]
    public async Task Funding_is_told_even_when_there_was_none()
    {
        await using var trader = await Stage.OpenAsync();
        var reply = await trader.Venue.FundingAsync("BTCUSDT", TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(1), default);
        Assert.That(reply.Value, Is.Empty, reply.ToString());
    }

    [Test]
    public async Task A_countdown_that_runs_out_takes_open_orders_and_leaves_protection()
    {
        await using var trader = await Stage.OpenAsync();
        var limits = trader.Venue.Capabilities.Countdown;
        var (order, stop) = (Trader.NewId(), Trader.NewId('S'));
        await trader.TradeAsync(Trader.Market(OrderSide.Buy, 0.01m));
        await trader.ProtectAsync(new ProtectionOrder("BTCUSDT", stop, ProtectionKind.StopLoss, OrderSide.Sell, 50_000m) { Quantity = 0.01m });
        await trader.PlaceAsync(Trader.Limit(OrderSide.Buy, 0.01m, 58_000m, order));
        var reply = await trader.Venue.CountdownAsync("BTCUSDT", limits?.Least ?? TimeSpan.FromSeconds(10), default);
        if (limits is null)
        {
            Assert.That(reply.IsRefused, Is.True, reply.ToString());
            return;
        }

        Assert.That(reply.IsAccepted, Is.True, reply.ToString());
        await Stage.PassCountdownAsync(trader);
        Assert.That((await trader.EndedAsync(order)).Status, Is.EqualTo(VenueOrderStatus.Cancelled));
        Assert.That((await trader.OpenAsync()).Select(o => o.ClientId), Is.EqualTo(new[] { stop }));
    }

    [Test]
    public async Task A_countdown_that_was_stopped_takes_nothing()
    {
        await using var trader = await Stage.OpenAsync();
        if (trader.Venue.Capabilities.Countdown is not { } limits)
        {
            return;
        }

        var order = Trader.NewId();
        await trader.PlaceAsync(Trader.Limit(OrderSide.Buy, 0.01m, 58_000m, order));
        await trader.Venue.CountdownAsync("BTCUSDT", limits.Least + TimeSpan.FromSeconds(1), default);
        var stopped = await trader.Venue.CountdownAsync("BTCUSDT", TimeSpan.Zero, default);
        Assert.That(stopped.IsAccepted, Is.True, stopped.ToString());
        await Stage.PassCountdownAsync(trader);
        Assert.That((await trader.FoundAsync(order)).Status, Is.EqualTo(VenueOrderStatus.New));
    }

    [Test]
    public async Task A_call_that_is_cancelled_by_its_caller_throws_and_nothing_else_does()
    {
        await using var trader = await Stage.OpenAsync();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        Assert.That(async () => await trader.Venue.PlaceAsync(Trader.Market(OrderSide.Buy, 0.01m), cancelled.Token), Throws.InstanceOf<OperationCanceledException>());
        await Wait.UntilAsync("nothing came of it", async () => (await trader.PositionsAsync()).Count == 0);
    }
}
