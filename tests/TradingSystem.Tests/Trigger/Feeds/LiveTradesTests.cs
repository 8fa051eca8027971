using NUnit.Framework;
using TradingSystem.Tests.Time;
using TradingSystem.Trigger.Feeds;

namespace TradingSystem.Tests.Trigger.Feeds;

/// <summary>The connection of the trades against an exchange on this machine, on a clock that the test moves.</summary>
public sealed class LiveTradesTests
{
    private const string Btc = "BTCUSDT";
    private const string Eth = "ETHUSDT";
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private ManualTime _time = null!;
    private PlayedStream _exchange = null!;
    private WatchedMarket _market = null!;
    private CancellationTokenSource _stop = null!;
    private Task _run = null!;
    private decimal _marked;

    [SetUp]
    public async Task BeginAsync()
    {
        _time = new(Start);
        _exchange = await PlayedStream.StartAsync(_time);
        _market = new(_time);
        _stop = new();
        var options = new LiveOptions
        {
            RenewAfter = TimeSpan.FromMinutes(10),
            LongestOverlap = TimeSpan.FromSeconds(30),
            LongestBackoff = TimeSpan.FromMilliseconds(200),
            ConnectDeadline = TimeSpan.FromHours(1),
        };
        _marked = 0;
        _run = _exchange.Feed(options, _time, Btc, Eth).RunAsync(_market, _stop.Token);
        await WatchedMarket.UntilAsync("the first connection", () => _exchange.Standing == 1);
        await MarkAsync();
    }

    [TearDown]
    public async Task EndAsync()
    {
        await _stop.CancelAsync();
        Assert.That(async () => await _run, Throws.InstanceOf<OperationCanceledException>());
        await _exchange.DisposeAsync();
        _stop.Dispose();
    }

    [Test]
    public async Task A_connection_that_grows_old_is_followed_by_another_and_no_trade_is_missed_or_told_twice()
    {
        await TellAsync(Trade(Btc, 1), Trade(Eth, 70), Trade(Btc, 2));
        await RenewAsync();
        // The new one is a little ahead: what it brings first the old one has still to bring.
        await _exchange.TellAsync([Trade(Btc, 5), Trade(Btc, 6)], which: 1);
        await MarkAsync(which: 1);
        Assert.That(_market.Ids, Is.EqualTo(new long[] { 1, 70, 2 }), "3 and 4 are under way");
        await _exchange.TellAsync([Trade(Btc, 3), Trade(Btc, 4), Trade(Btc, 5)], which: 0);
        await WatchedMarket.UntilAsync("the old one is closed", () => _exchange.Standing == 1);
        await TellAsync(Trade(Btc, 6), Trade(Btc, 7), Trade(Eth, 71));
        Assert.That(_market.Ids, Is.EqualTo(new long[] { 1, 70, 2, 3, 4, 5, 6, 7, 71 }));
        Assert.That(_market.Tears, Has.Count.EqualTo(1), "only that of the start");
        Assert.That(_market.Statuses.Select(s => s.Status.Alive), Is.EqualTo(new bool?[] { false, true }));
        Assert.That(_exchange.Opened, Is.EqualTo(2));
    }

    [Test]
    public async Task Every_symbol_that_is_traded_must_overlap_before_the_old_one_is_closed()
    {
        await TellAsync(Trade(Btc, 1), Trade(Eth, 70));
        await RenewAsync();
        await TellAsync(which: 0, Trade(Eth, 71));
        await TellAsync(Trade(Btc, 2));
        await MarkAsync(which: 1);
        Assert.That(_exchange.Standing, Is.EqualTo(2), "of the other symbol the new one has brought nothing");
        await TellAsync(Trade(Eth, 72));
        await WatchedMarket.UntilAsync("the old one is closed", () => _exchange.Standing == 1);
        Assert.That((_market.Ids, _market.Tears.Count), Is.EqualTo((new long[] { 1, 70, 71, 2, 72 }, 1)));
    }

    [Test]
    public async Task Where_nobody_trades_the_overlap_ends_by_time_and_tears_nothing()
    {
        await TellAsync(Trade(Btc, 1));
        await RenewAsync();
        while (_exchange.Standing == 2)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            var (first, second) = (++_marked, ++_marked);
            await _exchange.TellAsync([PlayedStream.Mark(Btc, _time.GetUtcNow(), first)], which: 0);
            await _exchange.TellAsync([PlayedStream.Mark(Btc, _time.GetUtcNow(), second)], which: 1);
            await WatchedMarket.UntilAsync("both have come", () => (_market.WasMarked(first) && _market.WasMarked(second)) || _exchange.Standing == 1);
        }

        Assert.That(_time.GetUtcNow(), Is.GreaterThanOrEqualTo(Start.AddMinutes(9.5).AddSeconds(30)));
        await TellAsync(Trade(Btc, 2));
        Assert.That((_market.Ids, _market.Tears.Count), Is.EqualTo((new long[] { 1, 2 }, 1)));
    }

    [Test]
    public async Task An_old_connection_that_is_lost_in_the_overlap_is_a_gap_where_its_follower_does_not_say_otherwise()
    {
        await TellAsync(Trade(Btc, 1));
        await RenewAsync();
        await _exchange.TellAsync([Trade(Btc, 4)], which: 1);
        await MarkAsync(which: 1);
        _exchange.CutOldest();
        await WatchedMarket.UntilAsync("the new one leads", () => _market.Ids.Count == 2);
        await TellAsync(Trade(Btc, 5));
        Assert.That(_market.Ids, Is.EqualTo(new long[] { 1, 4, 5 }));
        Assert.That(_market.Tears, Has.Count.GreaterThan(1));
        Assert.That(_market.Statuses[^1].Status.Alive, Is.True);
    }

    [Test]
    public async Task Ids_that_jump_are_a_gap_at_once_and_known_ones_are_dropped()
    {
        await TellAsync(Trade(Btc, 1), Trade(Btc, 2), Trade(Btc, 1), Trade(Btc, 2), Trade(Eth, 9), Trade(Btc, 3));
        Assert.That((_market.Ids, _market.Tears.Count), Is.EqualTo((new long[] { 1, 2, 9, 3 }, 1)));
        await TellAsync(Trade(Btc, 5));
        Assert.That((_market.Ids[^1], _market.Tears.Count), Is.EqualTo((5L, 2)));
    }

    [Test]
    public async Task A_feed_whose_mark_prices_stay_away_is_dead_though_trades_come_and_is_connected_to_anew()
    {
        _time.Advance(TimeSpan.FromSeconds(2.9));
        await _exchange.TellAsync([Trade(Btc, 1)]);
        await WatchedMarket.UntilAsync("the trade", () => _market.Ids.Count == 1);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        var dead = _market.Statuses.First(s => s.Status is { Alive: false } && s.At > Start);
        Assert.That((dead.At, dead.Status.DeadSince), Is.EqualTo((Start.AddSeconds(3), (DateTimeOffset?)Start.AddSeconds(3))));
        Assert.That(dead.Status.Notice, Does.StartWith("feed dead, no entries since 2026-03-02 12:00:03 UTC"));
        await WatchedMarket.UntilAsync("it is connected to anew", () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return _exchange.Opened >= 2 && _exchange.Standing >= 1;
        });
        await WatchedMarket.UntilAsync("it ticks", () =>
        {
            _ = _exchange.TellAsync([PlayedStream.Mark(Btc, _time.GetUtcNow(), 1m)]);
            return _market.Statuses[^1].Status.Alive == true;
        });
        Assert.That(_market.Tears, Has.Count.GreaterThan(1));
    }

    private async Task RenewAsync()
    {
        // Nothing dies of it: the clock moves in steps that are shorter than a life.
        for (var i = 0; i < 300 && _exchange.Opened == 1; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            await MarkAsync();
        }

        await WatchedMarket.UntilAsync("the second connection", () => _exchange.Standing == 2);
    }

    private string Trade(string symbol, long id) => PlayedStream.Trade(symbol, id, _time.GetUtcNow(), 100m + id, 1m);

    private Task TellAsync(params string[] messages) => TellAsync(null, messages);

    private async Task TellAsync(int? which, params string[] messages)
    {
        await _exchange.TellAsync(messages, which);
        await MarkAsync(which);
    }

    /// <summary>Ends when it has arrived, and all that was told before it on the same connection.</summary>
    private async Task MarkAsync(int? which = null)
    {
        var price = ++_marked;
        await _exchange.TellAsync([PlayedStream.Mark(Btc, _time.GetUtcNow(), price)], which);
        await WatchedMarket.UntilAsync("the mark price", () => _market.WasMarked(price));
    }
}
