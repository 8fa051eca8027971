using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Tests.Time;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;

namespace TradingSystem.Tests.Trigger.Market;

/// <summary>What is told of a symbol beside its candles.</summary>
public sealed class MarketStateTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private ManualTime _time = null!;
    private MarketState _state = null!;

    [SetUp]
    public void Begin()
    {
        _time = new(Start);
        _state = new MarketState(_time, []);
        _state.Started(Status(alive: true));
        _state.Trades([new Trade("BTCUSDT", 100m, 1m, Start)]);
    }

    [Test]
    public void A_mark_price_tells_the_price_of_a_symbol_anew_that_nobody_trades()
    {
        _ = _state.TakeMoved();
        _time.Advance(TimeSpan.FromSeconds(90));
        _state.Quote("BTCUSDT", 101m, 101.5m);
        _state.Mark(new Mark("BTCUSDT", 101.2m, 0.0001m, Start.AddHours(4)));
        var told = _state.TakeMoved().Single();
        Assert.Multiple(() =>
        {
            Assert.That((told.Price, told.ObservedAt, told.MarketTime), Is.EqualTo((100m, Start, Start)), "the last trade is what it was");
            Assert.That((told.Bid, told.Ask, told.MarkPrice), Is.EqualTo(((decimal?)101m, (decimal?)101.5m, (decimal?)101.2m)));
            Assert.That((told.MarkedAt, told.NextFundingAt), Is.EqualTo(((DateTimeOffset?)Start.AddSeconds(90), (DateTimeOffset?)Start.AddHours(4))));
            Assert.That(told.FundingRate, Is.EqualTo(0.0001m));
            Assert.That(told.Trades, Is.Empty);
            Assert.That(_state.SymbolStates(), Is.EqualTo(new[]
            {
                new SymbolState("BTCUSDT", true, Start, 101.2m, Start.AddSeconds(90), 0.0001m, Start.AddHours(4), 0),
                new SymbolState("ETHUSDT", true, null, null, null, null, null, 0),
            }));
        });
    }

    [Test]
    public void Quotes_and_mark_prices_of_a_connection_that_was_lost_are_not_told_for_long()
    {
        _state.Quote("BTCUSDT", 99m, 99.5m);
        _state.Mark(new Mark("BTCUSDT", 99.2m, 0.0001m));
        _time.Advance(TimeSpan.FromSeconds(9.9));
        _state.Trades([new Trade("BTCUSDT", 110m, 1m, Start.AddSeconds(9))]);
        Assert.That(Told(), Is.EqualTo((110m, (decimal?)99m, (decimal?)99.5m, (decimal?)99.2m, (decimal?)0.0001m)));
        _time.Advance(TimeSpan.FromSeconds(0.1));
        _state.Trades([new Trade("BTCUSDT", 111m, 1m, Start.AddSeconds(10))]);
        Assert.That(Told(), Is.EqualTo((111m, (decimal?)null, (decimal?)null, (decimal?)null, (decimal?)null)));

        (decimal, decimal?, decimal?, decimal?, decimal?) Told()
        {
            var p = _state.Prices().Single();
            return (p.Price, p.Bid, p.Ask, p.MarkPrice, p.FundingRate);
        }
    }

    [Test]
    public void A_symbol_is_quiet_when_nobody_trades_it_for_a_while_on_a_feed_that_lives()
    {
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.That(Quiet(), Is.EqualTo(new[] { false, false }));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.That(Quiet(), Is.EqualTo(new[] { true, true }));
        _state.Trades([new Trade("ETHUSDT", 10m, 1m, Start.AddMinutes(1))]);
        Assert.That(Quiet(), Is.EqualTo(new[] { true, false }));
        _state.Started(Status(alive: false));
        Assert.That(Quiet(), Is.EqualTo(new[] { false, false }), "of a dead feed it is not known");
        Assert.That(_state.Prices(), Has.Count.EqualTo(2), "it is the same market that died");
        _state.Started(Status(alive: null) with { Source = FeedStatus.Simulated });
        _time.Advance(TimeSpan.FromDays(1));
        Assert.That(Quiet(), Is.EqualTo(new[] { false, false }), "a simulated market has no such channel");
    }

    private bool[] Quiet() => [.. _state.SymbolStates().Select(s => s.Quiet)];

    private static FeedStatus Status(bool? alive) =>
        new(FeedStatus.Live, FeedStatus.Live, Interval.Second, Interval.Second, Symbols, null)
        {
            Alive = alive,
            DeadSince = alive is false ? Start : null,
            QuietAfter = TimeSpan.FromMinutes(1),
        };

    private static readonly string[] Symbols = ["BTCUSDT", "ETHUSDT"];
}
