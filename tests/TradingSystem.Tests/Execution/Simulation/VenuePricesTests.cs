using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Settings;
using TradingSystem.Execution.Simulation;
using TradingSystem.Tests.Time;
using TradingSystem.Venues;
using TradingSystem.Venues.Instruments;
using TradingSystem.Venues.Simulated;
using static TradingSystem.Tests.Venues.Simulated.TestExchanges;

namespace TradingSystem.Tests.Execution.Simulation;

/// <summary>What of the prices that a node hears its simulated venues are told.</summary>
[TestFixture]
public sealed class VenuePricesTests
{
    private static readonly ExecutionOptions Options = new();

    private readonly InstrumentTable _instruments = new();
    private ManualTime _time = null!;
    private PriceBook _book = null!;
    private VenuePrices _prices = null!;
    private SimulatedVenue _venue = null!;

    [SetUp]
    public void Open()
    {
        _time = new(Start);
        _book = new(_instruments, Options, _time);
        _prices = new(_book, _instruments, Options, _time, NullLogger<VenuePrices>.Instance);
        var account = new VenueAccount(Guid.NewGuid(), SimulatedVenue.VenueName, VenueEnvironment.Sandbox, new("", ""));
        var symbols = _instruments.All.Select(i => SimulationOptions.Terms(i, Options));
        var exchange = new SimulatedExchange(SimulationOptions.Terms(Options), symbols, 10_000m, account.MarginMode, account.PositionMode);
        _venue = new(account, exchange, new VenueHistory(), _time, Options.MaxPriceAge);
    }

    [TearDown]
    public async Task CloseAsync() => await _venue.DisposeAsync();

    [Test]
    public async Task A_venue_begins_with_the_last_fresh_prices_and_goes_on_in_their_order()
    {
        _book.Update([At(Btc, 100_000m, 0), At(Eth, 4_000m, -60)]);
        await using var feed = _prices.Open(_venue);
        _prices.See([At(Btc, 99_000m, 0), At(Btc, 101_000m, -5), At("XRPUSDT", 0.5m, -11), At("SOLUSDT", 150m, 0)]);
        // What comes last says that the others were there.
        while ((await _venue.LastPriceAsync("SOLUSDT", default)).IsRefused)
        {
            await Task.Yield();
        }

        Assert.That(Accepted(await _venue.LastPriceAsync(Btc, default)).Price, Is.EqualTo(99_000m), "an older price does not come after a newer one");
        Assert.That((await _venue.LastPriceAsync(Eth, default)).IsRefused, "a stale price is none");
        Assert.That((await _venue.LastPriceAsync("XRPUSDT", default)).IsRefused, "a stale price is none");
    }

    [Test]
    public async Task An_order_takes_a_share_of_what_each_tick_says_was_traded_and_nothing_of_what_was_before()
    {
        _book.Update([At(Btc, 100_000m, 0) with { Trades = [new(100_000m, 500m, true)] }]);
        await using var feed = _prices.Open(_venue);
        await PricedAsync(Btc, 100_000m);
        Accepted(await _venue.PrepareAsync(new(Btc, 100m, MarginMode.Cross, PositionMode.OneWay), default));
        var ack = Accepted(await _venue.PlaceAsync(Market(OrderSide.Buy, 1m), default));
        Assert.That((ack.Status, ack.Filled), Is.EqualTo(((VenueOrderStatus?)VenueOrderStatus.New, (decimal?)0m)), "what was traded before the venue was opened is not there");
        _prices.See([At(Btc, 100_002m, 1) with { Trades = [new(100_001m, 3m, true), new(100_002m, 2m, false)] }]);
        await PricedAsync(Btc, 100_002m);
        Assert.That(await FilledAsync(), Is.EqualTo(0.5m), "a tenth of each trade");
        _prices.See([At(Btc, 100_003m, 2)]);
        await PricedAsync(Btc, 100_003m);
        Assert.That(await FilledAsync(), Is.EqualTo(1m), "a tick of a feed without volume limits nothing");
    }

    [Test]
    public async Task A_fill_has_the_market_time_of_the_price_that_filled_it()
    {
        var replayed = Start.AddYears(-1);
        await using var feed = _prices.Open(_venue);
        _prices.See([At(Btc, 100_000m, 0) with { MarketTime = replayed }]);
        await PricedAsync(Btc, 100_000m);
        Accepted(await _venue.PrepareAsync(new(Btc, 100m, MarginMode.Cross, PositionMode.OneWay), default));
        Accepted(await _venue.PlaceAsync(Market(OrderSide.Buy, 1m), default));
        _prices.See([At(Btc, 100_001m, 1) with { MarketTime = replayed.AddMinutes(10), Trades = [] }]);
        await PricedAsync(Btc, 100_001m);
        Accepted(await _venue.PlaceAsync(Market(OrderSide.Buy, 1m, "second"), default));
        _prices.See([At(Btc, 100_002m, 2) with { MarketTime = replayed.AddMinutes(20), Trades = [new(100_002m, 50m, true)] }]);
        await PricedAsync(Btc, 100_002m);
        Assert.That(Accepted(await _venue.FillsAsync(new(Btc), default)).Select(f => f.MarketTime), Is.EqualTo(new DateTimeOffset?[] { replayed, replayed.AddMinutes(20) }));
    }

    [Test]
    public async Task A_symbol_that_nobody_trades_takes_orders_while_its_mark_price_ticks_and_fills_with_the_next_trade()
    {
        await using var feed = _prices.Open(_venue);
        _prices.See([At(Btc, 100_000m, 0) with { Trades = [new(100_000m, 500m, true)], MarkPrice = 100_000m, MarkedAt = Start }]);
        await PricedAsync(Btc, 100_000m);
        Accepted(await _venue.PrepareAsync(new(Btc, 100m, MarginMode.Cross, PositionMode.OneWay), default));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.That((await _venue.PlaceAsync(Market(OrderSide.Buy, 1m, "early"), default)).Refusal?.Code, Is.EqualTo(SimulatedVenue.PriceStale));
        var quiet = At(Btc, 100_000m, 0) with { Trades = [], MarkPrice = 90_000m, MarkedAt = _time.GetUtcNow() };
        _prices.See([quiet, At(Eth, 4_000m, 60)]);
        await PricedAsync(Eth, 4_000m);
        var ack = Accepted(await _venue.PlaceAsync(Market(OrderSide.Buy, 1m), default));
        Assert.That((ack.Status, ack.Filled), Is.EqualTo(((VenueOrderStatus?)VenueOrderStatus.New, (decimal?)0m)), "nobody trades: there is nothing to take");
        Assert.That(Accepted(await _venue.LastPriceAsync(Btc, default)).Price, Is.EqualTo(100_000m), "a mark price sets nothing off");
        _prices.See([At(Btc, 90_500m, 61) with { Trades = [new(90_500m, 50m, true)], Bid = 90_400m, Ask = 90_600m }]);
        await PricedAsync(Btc, 90_500m);
        Assert.That(await FilledAsync(), Is.EqualTo(1m));
    }

    [Test]
    public async Task A_price_that_is_told_again_for_its_mark_price_takes_nothing_from_what_was_traded()
    {
        await using var feed = _prices.Open(_venue);
        _prices.See([At(Btc, 100_000m, 0) with { Trades = [new(100_000m, 500m, true)], MarkPrice = 100_000m, MarkedAt = Start }]);
        _prices.See([At(Btc, 100_000m, 0) with { Trades = [], MarkPrice = 100_000m, MarkedAt = Start.AddSeconds(1) }, At(Eth, 4_000m, 0)]);
        await PricedAsync(Eth, 4_000m);
        Accepted(await _venue.PrepareAsync(new(Btc, 100m, MarginMode.Cross, PositionMode.OneWay), default));
        Assert.That(Accepted(await _venue.PlaceAsync(Market(OrderSide.Buy, 1m), default)).Filled, Is.EqualTo(1m));
    }

    private async Task PricedAsync(string symbol, decimal price)
    {
        while ((await _venue.LastPriceAsync(symbol, default)) is not { IsAccepted: true } reply || reply.Value?.Price != price)
        {
            await Task.Yield();
        }
    }

    private async Task<decimal> FilledAsync() => Accepted(await _venue.PositionsAsync(Btc, default)).Sum(p => p.Quantity);

    [Test]
    public void Terms_hold_together_whatever_fees_and_slippage_are()
    {
        var dear = new ExecutionOptions { SlippageBps = 300m, TakerFeeBps = 200m }.Validated();
        var terms = SimulationOptions.Terms(_instruments.Find(Btc)!, dear);
        Assert.That(terms.MaintenanceRate, Is.GreaterThan(0.05m));
        Assert.That(SimulationOptions.Terms(_instruments.Find(Btc)!, Options), Has.Property("MaintenanceRate").EqualTo(0.004m).And.Property("FundingRate").EqualTo(0.0001m));
    }

    [Test]
    public void A_symbol_has_a_funding_rate_of_its_own_where_one_is_set()
    {
        var options = new ExecutionOptions { Simulation = new() { FundingRates = { [Eth] = -0.002m } } }.Validated();
        Assert.That(SimulationOptions.Terms(_instruments.Find(Eth)!, options).FundingRate, Is.EqualTo(-0.002m));
        Assert.That(SimulationOptions.Terms(_instruments.Find(Btc)!, options).FundingRate, Is.EqualTo(0.0001m));
        Assert.Throws<InvalidOperationException>(() => new ExecutionOptions { FillModel = "queue" }.Validated());
        Assert.Throws<InvalidOperationException>(() => new ExecutionOptions { Simulation = new() { FundingRate = 0.2m } }.Validated());
    }

    private static PriceTick At(string symbol, decimal price, int seconds) => new(symbol, price, null, null, Start, Start.AddSeconds(seconds), "test");
}
