using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Tests.Time;
using TradingSystem.Trigger.Candles;
using TradingSystem.Trigger.Feeds;
using TradingSystem.Trigger.Market;

namespace TradingSystem.Tests.Trigger.Market;

/// <summary>Who waits for a price is told of the first that meets it, once.</summary>
public sealed class PriceWatchTests
{
    private const string Symbol = "BTCUSDT";
    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private readonly ManualTime _time = new(Noon);
    private PriceWatch _watch = null!;

    [SetUp]
    public void Begin()
    {
        _watch = new(_time);
        _watch.Started(Status(FeedStatus.Live));
    }

    [TestCase("lt", 99.99, true)]
    [TestCase("lt", 100, false)]
    [TestCase("lte", 100, true)]
    [TestCase("lte", 100.01, false)]
    [TestCase("gt", 100.01, true)]
    [TestCase("gt", 100, false)]
    [TestCase("gte", 100, true)]
    [TestCase("gte", 99.99, false)]
    public void A_price_meets_what_compares_so(string op, double price, bool isMet)
    {
        _watch.Arm([Waits(op, 100m)]);
        Trade((decimal)price, 1);
        Assert.That(Met(), Has.Count.EqualTo(isMet ? 1 : 0));
    }

    [Test]
    public void Each_is_told_once_in_the_order_that_prices_met_them()
    {
        var (near, far, above) = (Waits("lt", 99m), Waits("lte", 98m), Waits("gt", 103m));
        _watch.Arm([far, above, near]);
        foreach (var (price, second) in new[] { (100m, 1), (98.5m, 2), (98.6m, 3), (98m, 4), (97m, 5), (104m, 6), (90m, 7) })
        {
            Trade(price, second);
        }

        Assert.That(Met(), Is.EqualTo(new[]
        {
            new PriceMet(near.Id, 98.5m, Noon.AddSeconds(2)), new PriceMet(far.Id, 98m, Noon.AddSeconds(4)), new PriceMet(above.Id, 104m, Noon.AddSeconds(6)),
        }));
    }

    [Test]
    public void Of_one_bound_those_that_it_meets_itself_do_not_wait_for_those_that_it_does_not()
    {
        var (below, orEqual) = (Waits("lt", 100m), Waits("lte", 100m));
        _watch.Arm([below, orEqual]);
        Trade(100m, 1);
        Assert.That(Met().Select(m => m.Id), Is.EqualTo(new[] { orEqual.Id }));
    }

    [Test]
    public void A_price_of_before_it_was_made_or_of_another_symbol_or_behind_its_end_counts_for_nothing()
    {
        var (late, ended, other) = (Waits("lt", 100m, armed: 10), Waits("lt", 101m, until: 0), Waits("lt", 99m));
        _watch.Arm([late, ended, other]);
        Trade(98m, 5, "ETHUSDT");
        Assert.That(Met(), Is.Empty);
        Trade(98m, 5);
        Assert.That(Met().Select(m => m.Id), Is.EqualTo(new[] { other.Id }), "what stands before it does not hide it");
        Trade(98m, 10);
        Assert.That(Met().Select(m => m.Id), Is.EqualTo(new[] { late.Id }));
    }

    [Test]
    public void A_bar_shows_the_price_of_a_time_when_nobody_looked()
    {
        var waits = Waits("lt", 100m, armed: 60);
        _watch.Arm([waits]);
        _watch.Closed(Bar(0, low: 90m));
        Assert.That(Met(), Is.Empty, "it was before");
        _watch.History(Symbol, Interval.Minute, [Bar(0, low: 90m), Bar(60, low: 99m), Bar(120, low: 90m)], []);
        Assert.That(Met(), Is.EqualTo(new[] { new PriceMet(waits.Id, 99m, Noon.AddSeconds(120)) }), "the first of them");
    }

    [TestCase(101, true)]
    [TestCase(99.5, false)]
    [TestCase(null, false)]
    public void Of_the_bar_in_which_it_was_made_only_what_came_after_it_counts(double? shown, bool isMet)
    {
        _watch.Arm([Waits("lt", 100m, armed: 30, low: (decimal?)shown)]);
        _watch.Closed(Bar(0, low: 99m));
        Assert.That(Met(), Has.Count.EqualTo(isMet ? 1 : 0));
    }

    [TestCase(FeedStatus.Live, 59, false)]
    [TestCase(FeedStatus.Live, 60, true)]
    [TestCase(FeedStatus.Replay, 59, true)]
    public void A_bar_counts_when_it_ended_in_time_and_in_a_recording_while_the_clock_says_so(string source, int until, bool isMet)
    {
        _watch.Started(Status(source));
        _watch.Arm([Waits("lt", 100m, until: until)]);
        _watch.Closed(Bar(0, low: 99m));
        Assert.That(Met(), Has.Count.EqualTo(isMet ? 1 : 0));
    }

    [Test]
    public void Longer_bars_say_nothing_that_minutes_have_not_said()
    {
        _watch.Arm([Waits("lt", 100m)]);
        _watch.Closed(Bar(0, low: 99m) with { Interval = "5m" });
        Assert.That(Met(), Is.Empty);
    }

    [Test]
    public void Another_market_is_not_what_was_waited_for()
    {
        _watch.Arm([Waits("lt", 100m)]);
        _watch.Started(Status(FeedStatus.Simulated));
        _watch.History(Symbol, Interval.Minute, [Bar(60, low: 90m)], []);
        Trade(90m, 200);
        Assert.That(Met(), Is.Empty);
    }

    [Test]
    public void What_does_not_fit_is_waited_for_on()
    {
        var many = Enumerable.Range(0, 20_001).Select(_ => Waits("lt", 100m)).ToList();
        _watch.Arm(many);
        Trade(99m, 1);
        var first = Met();
        Trade(99m, 2);
        Assert.That((first.Count, Met().Count), Is.EqualTo((20_000, 1)));
    }

    private List<PriceMet> Met()
    {
        var met = new List<PriceMet>();
        while (_watch.Met.TryRead(out var one))
        {
            met.Add(one);
        }

        return met;
    }

    private void Trade(decimal price, int second, string symbol = Symbol) => _watch.Traded(new Trade(symbol, price, 1m, Noon.AddSeconds(second)));

    private static Candle Bar(int second, decimal low) => new(Symbol, "1m", Noon.AddSeconds(second), 101m, 102m, low, 101m, 1m, true);

    private static WatchedPrice Waits(string op, decimal value, int armed = 0, decimal? low = null, int? until = null) =>
        new(Guid.NewGuid(), Symbol, op, value, Noon.AddSeconds(armed), low, null, until is { } s ? Noon.AddSeconds(s) : null);

    private static FeedStatus Status(string source) => new(source, source, Interval.Second, Interval.Minute, [Symbol, "ETHUSDT"], null);
}
