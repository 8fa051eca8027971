using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Tests.Time;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;

namespace TradingSystem.Tests.Trigger.Candles;

/// <summary>Mark price and funding rate beside a candle.</summary>
public sealed class MarksTests
{
    private const string Btc = "BTCUSDT";
    private static readonly DateTimeOffset Midnight = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
    private static readonly FeedStatus Live = new(FeedStatus.Live, FeedStatus.Live, Interval.Second, Interval.Second, [Btc], null);

    private MarketState _market = null!;

    [SetUp]
    public void Begin()
    {
        _market = new MarketState(new ManualTime(Midnight), []);
        _market.Started(Live);
    }

    [Test]
    public void A_candle_has_the_newest_figures_of_before_its_end()
    {
        Trade(0);
        Mark(0.5, 100.5m, 0.0001m);
        Mark(0.999, 100.9m, 0.0002m);
        Mark(1, 101m, 0.0003m);
        Trade(1);
        Assert.That(Second(0), Is.EqualTo((100.9m, 0.0002m)), "what was told at its end is of the next");
        Trade(2);
        Assert.That(Second(1), Is.EqualTo((101m, 0.0003m)));
        Assert.That(_market.Candles(Btc, "1s", 1, null).Single().MarkPrice, Is.Null, "one that moves has none yet");
    }

    [Test]
    public void A_mark_that_comes_before_the_trade_that_closes_its_candle_counts_and_one_that_comes_behind_it_does_not()
    {
        Trade(0);
        Mark(0.2, 100.2m);
        // Those of the next second have come before the candle closes, and the last of its own behind them.
        Mark(1.1, 101.1m);
        Mark(0.8, 100.8m);
        Trade(1.2);
        Assert.That(Second(0).Price, Is.EqualTo(100.8m));
        Mark(0.9, 100.9m);
        Assert.That(Second(0).Price, Is.EqualTo(100.8m), "a candle that has closed is not altered");
        Trade(2);
        Assert.That(Second(1).Price, Is.EqualTo(101.1m));
    }

    [Test]
    public void What_a_second_connection_tells_again_or_behind_the_first_changes_nothing()
    {
        Trade(0);
        Mark(0.1, 100.1m);
        Mark(0.7, 100.7m);
        Mark(0.1, 100.1m);
        Mark(0.7, 100.7m);
        Mark(0.4, 100.4m);
        Trade(1);
        Assert.That(Second(0).Price, Is.EqualTo(100.7m));
        Assert.That(_market.SymbolStates()[0].MarkPrice, Is.EqualTo(100.7m), "what is known of the symbol is the newest, too");
    }

    [Test]
    public void Figures_of_longer_than_ten_seconds_before_the_end_are_not_known()
    {
        Mark(1, 100m);
        for (var second = 0; second < 16; second++)
        {
            Trade(second);
        }

        Assert.That(_market.Candles(Btc, "1s", 100, Midnight.AddSeconds(15)).Select(c => c.MarkPrice is not null), Is.EqualTo(Enumerable.Range(0, 15).Select(s => s is >= 1 and <= 10)));
    }

    [Test]
    public void A_mark_without_the_exchanges_time_is_beside_no_candle()
    {
        Trade(0);
        _market.Mark(new(Btc, 100m, 0.0001m));
        Trade(1);
        Assert.That(Second(0), Is.EqualTo(((decimal?)null, (decimal?)null)));
        Assert.That(_market.SymbolStates()[0].MarkPrice, Is.EqualTo(100m));
    }

    [Test]
    public void A_mark_of_a_time_that_is_far_ahead_or_that_no_row_holds_is_in_nobodys_way()
    {
        Trade(0);
        Mark(0.5, 100.5m);
        _market.Mark(new(Btc, 7m, null, null, Midnight.AddYears(100)));
        Mark(0.6, 1e20m);
        Mark(0.7, 8m, -1e20m);
        Trade(1);
        Mark(1.5, 101.5m);
        Trade(2);
        Assert.That((Second(0).Price, Second(1).Price), Is.EqualTo((100.5m, 101.5m)));
        Assert.That(_market.SymbolStates()[0].MarkPrice, Is.EqualTo(101.5m));
    }

    [Test]
    public void A_longer_candle_has_what_its_last_short_one_has()
    {
        for (var second = 0; second <= 300; second++)
        {
            Mark(second - 0.3, 1_000 + second, second / 1_000_000m);
            Trade(second);
        }

        Assert.That(Of("1m", 4), Is.EqualTo(Second(299)));
        Assert.That(Of("5m", 0), Is.EqualTo(Second(299)));
        Assert.That(Second(299), Is.EqualTo((1_300m, 0.0003m)));
    }

    [Test]
    public void Candles_of_seconds_that_nobody_traded_in_have_the_figures_of_their_own_ends()
    {
        Trade(0);
        for (var second = 0; second < 10; second++)
        {
            Mark(second + 0.5, 100 + second);
        }

        Trade(10);
        Assert.That(_market.Candles(Btc, "1s", 100, Midnight.AddSeconds(10)).Select(c => c.MarkPrice), Is.EqualTo(Enumerable.Range(0, 10).Select(s => 100m + s)));
    }

    [Test]
    public void History_takes_no_figures_from_a_candle_and_gives_none_to_one_that_closed_without()
    {
        Trade(0);
        Mark(59.5, 100m, 0.0001m);
        Trade(60);
        Trade(120.5);
        Mark(119.5, 102m);
        _market.History(Btc, Interval.Minute, [Minute(0), Minute(1)], derive: false);

        Assert.That(Of("1m", 0), Is.EqualTo((100m, 0.0001m)));
        Assert.That(Of("1m", 1).Price, Is.Null, "what came behind its close does not count later either");
        Assert.That(_market.Candles(Btc, "1m", 10, Midnight.AddMinutes(2)).Select(c => c.Volume), Is.All.EqualTo(7), "all else is the record's");
    }

    [Test]
    public void The_record_of_a_minute_that_trades_were_missed_in_has_what_was_told_of_marks()
    {
        _market.Torn();
        Trade(30);
        Mark(59, 100m);
        Trade(61);
        Assert.That(_market.Candles(Btc, "1m", 10, Midnight.AddMinutes(1)), Is.Empty);
        _market.History(Btc, Interval.Minute, [Minute(-1), Minute(0)], derive: false);

        Assert.That(Of("1m", 0).Price, Is.EqualTo(100m));
        Assert.That(Of("1m", -1).Price, Is.Null, "of the time before nothing was told");
    }

    [Test]
    public void A_candle_that_ended_while_the_connection_was_lost_has_none_although_its_record_comes()
    {
        Trade(0);
        Mark(4, 100m);
        _market.Torn();
        Mark(70, 101m);
        _market.History(Btc, Interval.Minute, [Minute(0)], derive: false);

        Assert.That(Of("1m", 0).Price, Is.Null, "its close is of almost a minute later");
    }

    [TestCase(true)]
    [TestCase(false)]
    public void All_candles_of_one_end_have_the_same_whenever_they_come(bool isKnown)
    {
        for (var minute = 0; minute < 5; minute++)
        {
            Trade(minute * 60);
            if (minute == 0)
            {
                _market.Torn();
            }
        }

        if (isKnown)
        {
            Mark(299.2, 100m);
        }

        Trade(300.1);
        // It comes behind the trade that closed the minute, and the five minutes lack trades: only their record brings them.
        Mark(299.9, 101m);
        _market.History(Btc, Interval.FiveMinutes, [Minute(0) with { Interval = "5m" }], derive: false);

        Assert.That(Of("5m", 0), Is.EqualTo(Of("1m", 4)));
        Assert.That(Of("5m", 0).Price, Is.EqualTo(isKnown ? 100m : null));
    }

    [Test]
    public void An_hour_whose_record_comes_late_has_what_its_last_minute_has()
    {
        _market.Torn();
        Trade(3_480);
        Trade(3_540);
        Mark(3_599, 100m);
        Trade(3_600);
        for (var second = 3_601; second < 9_000; second++)
        {
            Mark(second, 7m);
        }

        _market.History(Btc, Interval.Hour, [Minute(0) with { Interval = "1h" }], derive: false);
        Assert.That(Of("1h", 0), Is.EqualTo(Of("1m", 59)));
        Assert.That(Of("1h", 0).Price, Is.EqualTo(100m));
    }

    [Test]
    public void Each_symbol_has_its_own()
    {
        _market.Started(Live with { Symbols = [Btc, "ETHUSDT"] });
        foreach (var (symbol, price) in new[] { ("ETHUSDT", 7m), (Btc, 100m) })
        {
            _market.Trades([new(symbol, price, 1m, Midnight)]);
            _market.Mark(new(symbol, price, null, null, Midnight.AddMilliseconds(500)));
        }

        _market.Trades([new("ETHUSDT", 7m, 1m, Midnight.AddSeconds(1)), new(Btc, 100m, 1m, Midnight.AddSeconds(1))]);
        Assert.That(
            new[] { Btc, "ETHUSDT" }.Select(s => _market.Candles(s, "1s", 10, Midnight.AddSeconds(1)).Single().MarkPrice), Is.EqualTo(new decimal?[] { 100m, 7m }));
    }

    [Test]
    public void Figures_are_plain_wherever_they_come_from()
    {
        _market.Keep(FeedStatus.Live, Btc, Midnight.AddMinutes(1), new(60_000.000000000000000000m, 0.000100000000000000m));
        _market.History(Btc, Interval.Minute, [Minute(0)], derive: false);
        Trade(60);
        Mark(60.5, 60_000.00000000m, 0.00010000m);
        Trade(61);
        Assert.That(
            new[] { Of("1m", 0), Second(60) }.Select(f => FormattableString.Invariant($"{f.Price} {f.Rate}")), Is.EqualTo(new[] { "60000 0.0001", "60000 0.0001" }));
    }

    [Test]
    public void What_is_kept_of_before_a_start_is_beside_the_candles_that_history_brings_also_the_longer_ones()
    {
        var market = new MarketState(new ManualTime(Midnight), []);
        market.Keep(FeedStatus.Live, Btc, Midnight.AddMinutes(5), new(100m, 0.0001m));
        market.Keep(FeedStatus.Live, "ETHUSDT", Midnight.AddMinutes(4), new(7m, null));
        market.Keep(FeedStatus.Simulated, Btc, Midnight.AddMinutes(4), new(8m, null));
        market.Started(Live);
        market.History(Btc, Interval.Minute, [Minute(3), Minute(4)], derive: false);
        market.History(Btc, Interval.FiveMinutes, [Minute(0) with { Interval = "5m" }], derive: false);

        Assert.That(market.Candles(Btc, "1m", 10, Midnight.AddMinutes(9)).Select(c => (c.MarkPrice, c.FundingRate)), Is.EqualTo(new[] { ((decimal?)null, (decimal?)null), (100m, 0.0001m) }));
        Assert.That(market.Candles(Btc, "5m", 10, Midnight.AddMinutes(9)).Single().MarkPrice, Is.EqualTo(100m));
    }

    private void Trade(double second) => _market.Trades([new(Btc, 100m, 1m, Midnight.AddSeconds(second))]);

    private void Mark(double second, decimal price, decimal? rate = null) => _market.Mark(new(Btc, price, rate, null, Midnight.AddSeconds(second)));

    private (decimal? Price, decimal? Rate) Second(int number) => Of("1s", number);

    /// <summary>Beside the closed candle of that number from midnight.</summary>
    private (decimal? Price, decimal? Rate) Of(string interval, int number)
    {
        var length = Interval.From(Interval.Second).Single(i => i.Name == interval).Length;
        var candle = _market.Candles(Btc, interval, 1_000, DateTimeOffset.MaxValue).Single(c => c.OpenTime == Midnight + (number * length));
        return (candle.MarkPrice, candle.FundingRate);
    }

    private static Candle Minute(int number) => new(Btc, "1m", Midnight.AddMinutes(number), 100m, 101m, 99m, 100m, 7m, true);
}
