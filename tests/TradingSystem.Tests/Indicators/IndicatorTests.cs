using NUnit.Framework;
using TradingSystem.Indicators;
using TradingSystem.Tests.TradingGroup;

namespace TradingSystem.Tests.Indicators;

/// <summary>Figures that were worked out by hand.</summary>
[TestFixture]
public sealed class IndicatorTests
{
    private const double Tolerance = 1e-9;

    [Test]
    public void Sma_is_the_mean_of_the_last_closes() => Assert.That(Closes(new Sma(3), 9, 1, 2, 6).Value, Is.EqualTo(3).Within(Tolerance));

    [Test]
    public void Ema_begins_with_the_simple_average_and_then_follows()
    {
        var series = Ema.Series([1, 2, 3, 4, 5], 3);

        Assert.That(series[..2], Is.All.NaN);
        Assert.That(series[2..], Is.EqualTo(new[] { 2.0, 3.0, 4.0 }).Within(Tolerance));
    }

    [TestCase(new[] { 1.0, 1, 3 }, new[] { 2.0, 2, 2 }, 0)]
    [TestCase(new[] { 1.0, 3, 3 }, new[] { 2.0, 2, 2 }, 1)]
    [TestCase(new[] { 1.0, 2, 3 }, new[] { 2.0, 2, 2 }, 1)]
    [TestCase(new[] { 3.0, 3, 3 }, new[] { 2.0, 2, 2 }, null)]
    [TestCase(new[] { 1.0, 1, 2 }, new[] { 2.0, 2, 2 }, null)]
    [TestCase(new[] { double.NaN, 3, 3 }, new[] { double.NaN, 2, 2 }, null)]
    public void Bars_since_the_cross_are_counted_from_the_last_bar(double[] fast, double[] slow, int? bars) =>
        Assert.That(Ema.BarsSinceCross(fast, slow), Is.EqualTo(bars));

    [Test]
    public void Rsi_of_the_first_period_is_gains_over_all_changes()
    {
        var rsi = Closes(new Rsi(), 44.34, 44.09, 44.15, 43.61, 44.33, 44.83, 45.10, 45.42, 45.84, 46.08, 45.89, 46.03, 45.61, 46.28, 46.28);

        // Gains add up to 3.34, losses to 1.40.
        Assert.That(rsi.Value, Is.EqualTo(100 * 3.34 / 4.74).Within(Tolerance));
    }

    [Test]
    public void Rsi_smooths_as_Wilder_did()
    {
        // Seed: gain 0.5, loss 0.25; then +1.5: gain (0.5 + 1.5) / 2 = 1, loss 0.125.
        Assert.That(Closes(new Rsi(2), 1, 2, 1.5, 3).Value, Is.EqualTo(100 / 1.125).Within(Tolerance));
    }

    [Test]
    public void Rsi_at_its_ends()
    {
        Assert.That(Closes(new Rsi(2), 1, 2, 3).Value, Is.EqualTo(100));
        Assert.That(Closes(new Rsi(2), 3, 2, 1).Value, Is.Zero);
        Assert.That(Closes(new Rsi(2), 2, 2, 2).Value, Is.EqualTo(100), "it never fell");
    }

    [Test]
    public void Rsi_and_adx_keep_what_they_had_however_long_the_market_stands_still()
    {
        var (rsi, adx) = (new Rsi(), new Adx());
        for (var i = 0; i < 40; i++)
        {
            rsi.Add(100 + (i % 3));
            adx.Add(At(i, 101 + (i % 3) + (i * 0.1), 99 + (i % 5), 100 + (i % 3)));
        }

        var last = At(40, 102, 102, 102);
        rsi.Add(102);
        adx.Add(last);
        var (strength, direction) = (rsi.Value, adx.Value!.Value);
        // Smoothed moves would be 0 after about ten thousand bars.
        for (var i = 0; i < 30_000; i++)
        {
            rsi.Add(102);
            adx.Add(last with { OpenTime = last.OpenTime.AddMinutes(i + 1) });
        }

        Assert.That(strength, Is.GreaterThan(20).And.LessThan(80));
        Assert.That(rsi.Value, Is.EqualTo(strength).Within(1e-6));
        Assert.That(adx.Value!.Value.PlusDi, Is.EqualTo(direction.PlusDi).Within(1e-6));
        Assert.That(adx.Value!.Value.MinusDi, Is.EqualTo(direction.MinusDi).Within(1e-6));
    }

    [Test]
    public void Macd_is_the_difference_of_the_averages_and_its_own_average()
    {
        // Slow: 1.5, then 1.5 + 2/3 × 2.5; line: 0.5, 0.8333; signal: 0.6667.
        var macd = Closes(new Macd(fast: 1, slow: 2, signal: 2), 1, 2, 4);

        Assert.That(macd.Value!.Value.Line, Is.EqualTo(5.0 / 6).Within(Tolerance));
        Assert.That(macd.Value!.Value.Signal, Is.EqualTo(2.0 / 3).Within(Tolerance));
        Assert.That(macd.Value!.Value.Histogram, Is.EqualTo(1.0 / 6).Within(Tolerance));
        Assert.That(macd.Before, Is.Null);
        var before = macd.Value;
        macd.Add(5);
        Assert.That(macd.Before, Is.EqualTo(before));
    }

    [Test]
    public void Bollinger_bands_lie_two_population_deviations_apart_from_the_mean()
    {
        var bands = Closes(new Bollinger(8), 100, 2, 4, 4, 4, 5, 5, 7, 9).Value!.Value;

        Assert.That((bands.Lower, bands.Middle, bands.Upper, bands.Width), Is.EqualTo((1.0, 5.0, 9.0, 1.6)));
        Assert.That(bands.PercentB(3), Is.EqualTo(0.25));
    }

    [Test]
    public void Atr_averages_true_ranges()
    {
        // True ranges 2, 2, 5: seed 2, then (2 + 5) / 2.
        var atr = new Atr(2).Over([Bars.At(0, 10, 10, 10), Bars.At(1, 11, 9, 10), Bars.At(2, 12, 10, 11), Bars.At(3, 16, 12, 15)]);

        Assert.That((atr.Value, atr.Before, atr.LastRange), Is.EqualTo((3.5, 2.0, 5.0)));
    }

    [Test]
    public void Vwap_weighs_typical_prices_and_begins_anew_at_midnight_utc()
    {
        var vwap = new Vwap();
        var noon = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
        vwap.Add(new(noon, 10, 12, 9, 9, 1));
        vwap.Add(new(noon.AddHours(1), 10, 22, 19, 19, 3));

        // Typical prices 10 and 20.
        Assert.That(vwap.Value, Is.EqualTo(17.5).Within(Tolerance));
        vwap.Add(new(noon.AddHours(12), 30, 33, 27, 30, 5));
        Assert.That(vwap.Value, Is.EqualTo(30).Within(Tolerance));
    }

    [Test]
    public void Donchian_is_the_highest_high_and_the_lowest_low_of_its_bars()
    {
        var channel = new Donchian(2);
        foreach (var (high, low) in new[] { (99, 1), (10, 5), (12, 6) })
        {
            channel.Add(At(0, high, low, low));
        }

        Assert.That(channel.Value, Is.EqualTo(new DonchianValue(12, 5)));
        Assert.That(channel.Value!.Value.Middle, Is.EqualTo(8.5));
    }

    [Test]
    public void Adx_counts_the_way_that_reaches_further_and_neither_of_two_alike()
    {
        var adx = new Adx(1);
        adx.Add(At(0, 10, 8, 9));
        adx.Add(At(1, 13, 7, 12));

        // Up 3, down 1: only up counts, of a true range of 6.
        Assert.That(adx.Value, Is.EqualTo(new AdxValue(100, 50, 0)));
        adx.Add(At(2, 14, 6, 12));
        Assert.That(adx.Value, Is.EqualTo(new AdxValue(0, 0, 0)));
    }

    [Test]
    public void Stochastic_places_the_close_in_the_range_of_its_bars()
    {
        var stochastic = new Stochastic(2, smoothing: 1, signal: 2);
        stochastic.Add(At(0, 10, 0, 5));
        stochastic.Add(At(1, 8, 4, 5));
        stochastic.Add(At(2, 12, 4, 10));

        // 5 of 0 to 10, then 10 of 4 to 12.
        Assert.That(stochastic.Value, Is.EqualTo(new StochasticValue(75, 62.5)));
    }

    [Test]
    public void Obv_adds_the_volume_of_rises_and_takes_off_that_of_falls()
    {
        var obv = new Obv();
        foreach (var (close, volume) in new[] { (5, 100), (6, 7), (6, 50), (4, 2) })
        {
            obv.Add(new(Bars.Start, close, close, close, close, volume));
        }

        Assert.That(obv.Value, Is.EqualTo(5));
    }

    [Test]
    public void Supertrend_follows_below_never_goes_back_and_changes_sides_beyond_its_line()
    {
        var trend = new SuperTrend(1, multiplier: 1);
        trend.Add(At(0, 11, 9, 10));
        trend.Add(At(1, 13, 11, 12));
        // Middle 12, true range 3.
        Assert.That(trend.Value, Is.EqualTo(new SuperTrendValue(9, 1)));
        trend.Add(At(2, 15, 7, 12));
        // Middle 11, true range 8: a line at 3 would be a step back.
        Assert.That(trend.Value, Is.EqualTo(new SuperTrendValue(9, 1)));
        trend.Add(At(3, 9, 7, 8));
        // Middle 8, true range 5; the close is below 9, so the line is the upper one, which came down from 15 to 13.
        Assert.That(trend.Value, Is.EqualTo(new SuperTrendValue(13, -1)));
    }

    private static Bar At(int minute, double high, double low, double close) => new(Bars.Start.AddMinutes(minute), close, high, low, close, 1);

    private static T Closes<T>(T indicator, params double[] closes)
        where T : IIndicator
    {
        foreach (var close in closes)
        {
            indicator.Add(At(0, close, close, close));
        }

        return indicator;
    }
}
