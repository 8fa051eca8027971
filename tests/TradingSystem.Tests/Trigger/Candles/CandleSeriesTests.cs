using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Tests.Time;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;

namespace TradingSystem.Tests.Trigger.Candles;

public sealed class CandleSeriesTests
{
    private static readonly DateTimeOffset Midnight = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Symbols = ["BTCUSDT"];

    [Test]
    public void Trades_become_bars_of_every_interval()
    {
        var state = Started();
        for (var i = 0; i < 1_800; i++)
        {
            state.Trades([new Trade("BTCUSDT", 100 + (i % 60), 1, Midnight.AddSeconds(i))]);
        }

        var quarter = state.Candles("BTCUSDT", "15m", 10, null);
        Assert.Multiple(() =>
        {
            Assert.That(quarter, Has.Count.EqualTo(2));
            Assert.That(quarter[0], Is.EqualTo(new Candle("BTCUSDT", "15m", Midnight, 100, 159, 100, 159, 900, true)));
            Assert.That(quarter[1].Closed, Is.False);
            Assert.That(state.Candles("BTCUSDT", "1m", 1000, null), Has.Count.EqualTo(30));
            Assert.That(state.Candles("BTCUSDT", "5m", 1000, null).Select(c => c.Volume), Is.All.EqualTo(300));
            Assert.That(state.Candles("BTCUSDT", "1s", 2000, null), Has.Count.EqualTo(1001), "the ring keeps a thousand closed bars");
            Assert.That(state.TakeClosed().Count(c => c.Interval == "1m"), Is.EqualTo(29));
            Assert.That(state.TakeMoved(), Has.Count.EqualTo(1));
            Assert.That(state.TakeMoved(), Is.Empty);
        });
    }

    [Test]
    public void A_bar_that_has_ended_is_not_opened_again_by_history_in_which_it_still_moves()
    {
        var (series, closed) = (new CandleSeries("BTCUSDT", Interval.Minute), new List<Candle>());
        series.Apply(Midnight, 100m, 100m, 100m, 100m, 1m, closed);
        series.Advance(Midnight.AddMinutes(1), false, closed);
        var minute = closed.Single();
        series.Seed([minute with { Closed = false }], exact: true);
        series.Apply(Midnight.AddMinutes(1), 101m, 101m, 101m, 101m, 1m, closed);
        Assert.That((closed, series.Closed(10)), Is.EqualTo((new[] { minute }, new[] { minute })), "told once and kept once");
        Assert.That(series.Seed([minute], exact: true), Is.Empty);
        Assert.That(series.Current!.OpenTime, Is.EqualTo(Midnight.AddMinutes(1)));
    }

    [Test]
    public void A_tick_tells_what_was_traded_since_the_one_before()
    {
        var state = Started();
        state.Trades([Traded(100m, 1m, true), Traded(100m, 2m, true), Traded(100m, 3m, false), Traded(101m, 4m, false), Traded(101m, 5m, null)]);
        TickTrade[] told = [new(100m, 3m, true), new(100m, 3m, false), new(101m, 4m, false), new(101m, 5m, null)];
        Assert.That(state.TakeMoved().Single().Trades, Is.EqualTo(told));
        state.Trades([Traded(102m, 6m, true)]);
        Assert.That(state.TakeMoved().Single(), Has.Property("Price").EqualTo(102m).And.Property("Trades").EqualTo(new TickTrade[] { new(102m, 6m, true) }));
        Assert.That(state.Prices().Single().Trades, Is.Null, "whoever only asks for the price takes nothing away");
    }

    [Test]
    public void A_tick_of_many_trades_leaves_out_prices_and_no_volume()
    {
        var state = Started();
        state.Trades([.. Enumerable.Range(0, 1_000).Select(i => Traded(100m + i, 1m, true)), Traded(2_000m, 1m, false)]);
        var tick = state.TakeMoved().Single();
        Assert.That((tick.Trades!.Count, tick.Trades.Sum(t => t.Quantity), tick.Trades[^1].Price), Is.EqualTo((64, 1_001m, 2_000m)));
        Assert.That((tick.Trades[0].TakerBuys, tick.Trades[^1].TakerBuys), Is.EqualTo(((bool?)true, (bool?)null)), "takers of both sides are in the last");
    }

    private static Trade Traded(decimal price, decimal quantity, bool? takerBuys) => new("BTCUSDT", price, quantity, Midnight, TakerBuys: takerBuys);

    [Test]
    public void A_trade_whose_bar_has_closed_is_in_no_bar()
    {
        var series = new CandleSeries("BTCUSDT", Interval.Second);
        var closed = new List<Candle>();
        series.Apply(Midnight, 10, 10, 10, 10, 1, closed);
        series.Advance(Midnight.AddSeconds(1), false, closed);
        Assert.That(series.Apply(Midnight.AddMilliseconds(900), 12, 12, 12, 12, 1, closed), Is.False);
        Assert.That((series.Current, series.Closed(10)), Is.EqualTo(((Candle?)null, closed)));
        Assert.That(series.Apply(Midnight.AddSeconds(1), 11, 11, 11, 11, 2, closed), Is.True);
        Assert.That(series.Apply(Midnight.AddMilliseconds(950), 13, 13, 13, 13, 1, closed), Is.False);
        Assert.That(series.Current, Is.EqualTo(new Candle("BTCUSDT", "1s", Midnight.AddSeconds(1), 11, 11, 11, 11, 2, false)));
        Assert.That(closed.Single().High, Is.EqualTo(10));
    }

    [Test]
    public void A_trade_that_comes_late_in_its_own_bar_moves_all_but_the_close()
    {
        var series = new CandleSeries("BTCUSDT", Interval.Minute);
        series.Apply(Midnight.AddSeconds(1), 10, 10, 10, 10, 1, []);
        series.Apply(Midnight.AddSeconds(9), 11, 11, 11, 11, 1, []);
        Assert.That(series.Apply(Midnight.AddSeconds(5), 14, 14, 14, 14, 1, []), Is.True);
        Assert.That(series.Current, Is.EqualTo(new Candle("BTCUSDT", "1m", Midnight, 10, 14, 10, 11, 3, false)));
    }

    [Test]
    public void Late_trades_are_counted_by_symbol_and_move_no_last_price()
    {
        var state = Started(FeedStatus.Live);
        state.Trades([Id(10, 57, 100m), Id(11, 61, 101m), Id(12, 59, 99m), Id(13, 62, 102m)]);
        state.CloseQuiet();
        Assert.Multiple(() =>
        {
            Assert.That(state.SymbolStates().Single().LateTrades, Is.EqualTo(1));
            Assert.That(
                state.TakeClosed().Where(c => c.Interval == "1m"), Is.EqualTo(new[] { new Candle("BTCUSDT", "1m", Midnight, 100, 100, 100, 100, 1, true) }));
            Assert.That(state.TakeMoved().Single().Trades!.Select(t => t.Price), Is.EqualTo(new[] { 100m, 101m, 102m }));
        });
        state.Trades([Id(14, 61.5, 98m)]);
        Assert.That(state.Prices().Single().Price, Is.EqualTo(102m));
        var moving = state.Candles("BTCUSDT", "1m", 1, null).Single();
        Assert.That((moving.Low, moving.Close), Is.EqualTo((98m, 102m)), "its minute is open still");

        static Trade Id(long id, double second, decimal price) => new("BTCUSDT", price, 1, Midnight.AddSeconds(second), Id: id);
    }

    [Test]
    public void Spans_without_a_trade_are_filled_flat_only_when_asked()
    {
        var closed = new List<Candle>();
        var filled = new CandleSeries("BTCUSDT", Interval.Second);
        filled.Apply(Midnight, 10, 11, 9, 10.5m, 1, closed);
        filled.Advance(Midnight.AddSeconds(4), true, closed);
        Assert.That(closed.Select(c => (c.OpenTime.Second, c.Open, c.Volume)), Is.EqualTo(new[] { (0, 10m, 1m), (1, 10.5m, 0m), (2, 10.5m, 0m), (3, 10.5m, 0m) }));

        closed.Clear();
        var bare = new CandleSeries("BTCUSDT", Interval.Second);
        bare.Apply(Midnight, 10, 11, 9, 10.5m, 1, closed);
        bare.Advance(Midnight.AddSeconds(4), false, closed);
        Assert.That(closed, Has.Count.EqualTo(1));
    }

    [Test]
    public void History_derives_longer_bars_and_trades_go_on_where_it_ends()
    {
        var state = Started();
        var minutes = Enumerable.Range(0, 7).Select(i => new Candle("BTCUSDT", "1m", Midnight.AddMinutes(3 + i), 10 + i, 11 + i, 9 + i, 10 + i, 1, i < 6)).ToList();
        state.History("BTCUSDT", Interval.Minute, minutes, derive: true);
        state.Trades([new Trade("BTCUSDT", 50, 2, Midnight.AddMinutes(9).AddSeconds(30))]);
        var five = state.Candles("BTCUSDT", "5m", 10, null);
        Assert.Multiple(() =>
        {
            Assert.That(five, Is.EqualTo(new[] { new Candle("BTCUSDT", "5m", Midnight.AddMinutes(5), 12, 50, 11, 50, 7, false) }), "the bar from 0:00 would lack its beginning");
            Assert.That(state.Candles("BTCUSDT", "1m", 1, null)[0].Volume, Is.EqualTo(3));
            Assert.That(state.Candles("BTCUSDT", "1m", 2, Midnight.AddMinutes(6)).Select(c => c.OpenTime.Minute), Is.EqualTo(new[] { 4, 5 }));
            Assert.That(state.TakeClosed(), Is.Empty, "history is told in windows");
        });
    }

    [Test]
    public void A_bar_that_trades_were_missed_in_is_never_closed_until_the_record_brings_it()
    {
        var (state, time) = (Started(FeedStatus.Live), Midnight);
        void Trade(double seconds, decimal price) => state.Trades([new Trade("BTCUSDT", price, 1, time.AddSeconds(seconds))]);
        List<(int, decimal)> Minutes() => [.. state.TakeClosed().Where(c => c.Interval == "1m").Select(c => (c.OpenTime.Minute, c.Close))];

        Trade(10, 100);
        Trade(70, 101);
        Trade(118, 102);
        Assert.That(Minutes(), Is.EqualTo(new[] { (0, 100m) }));

        state.Torn();
        state.CloseQuiet();
        Trade(190, 110);
        Trade(241, 111);
        Trade(302, 112);
        Assert.That(Minutes(), Is.EqualTo(new[] { (4, 111m) }), "1 lacks its end, 2 everything, 3 its beginning");
        Assert.That(state.Candles("BTCUSDT", "1m", 10, null).Select(c => (c.OpenTime.Minute, c.Closed)), Is.EqualTo(new[] { (0, true), (4, true), (5, false) }));
        Assert.That(state.Lacking(TimeSpan.Zero).Single(l => l.Interval == Interval.Minute), Has.Property("Since").EqualTo(Midnight.AddMinutes(5 - 120)));

        state.History("BTCUSDT", Interval.Minute, [.. Enumerable.Range(-120, 125).Select(i => Bar(i, i + 1_000m)), Bar(5, 113) with { Closed = false }], derive: false);
        Assert.That(Minutes(), Is.SupersetOf(new[] { (1, 1_001m), (2, 1_002m), (3, 1_003m) }));
        Assert.That(state.Lacking(TimeSpan.Zero), Has.None.Property("Interval").EqualTo(Interval.Minute));
        Assert.That(state.Candles("BTCUSDT", "1m", 1, null)[0].Close, Is.EqualTo(112), "trades made the moving bar whole, so the record's snapshot of it changes nothing");

        static Candle Bar(int minute, decimal close) => new("BTCUSDT", "1m", Midnight.AddMinutes(minute), close, close, close, close, 1, true);
    }

    [Test]
    public void Silence_closes_nothing_and_another_symbols_trades_show_that_a_quiet_one_was_quiet()
    {
        var time = new ManualTime(Midnight);
        var state = new MarketState(time, []);
        state.Started(new FeedStatus(FeedStatus.Live, FeedStatus.Live, Interval.Second, Interval.Second, ["BTCUSDT", "ETHUSDT"], null));
        state.Trades([new Trade("BTCUSDT", 100, 1, Midnight.AddSeconds(57)), new Trade("ETHUSDT", 10, 1, Midnight.AddSeconds(30))]);
        time.Advance(TimeSpan.FromSeconds(4));
        state.CloseQuiet();
        Assert.That(state.TakeClosed().Where(c => c.Interval == "1m"), Is.Empty, "the stream may have ended at :57");

        state.Trades([new Trade("BTCUSDT", 101, 1, Midnight.AddSeconds(62))]);
        state.CloseQuiet();
        Assert.That(state.TakeClosed().Where(c => c.Interval == "1m").Select(c => (c.Symbol, c.Close)), Is.EquivalentTo(new[] { ("BTCUSDT", 100m), ("ETHUSDT", 10m) }));
    }

    private static MarketState Started(string source = FeedStatus.Simulated)
    {
        var state = new MarketState(new ManualTime(Midnight), []);
        state.Started(new FeedStatus(source, source, Interval.Second, Interval.Second, Symbols, null));
        return state;
    }
}
