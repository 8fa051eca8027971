using NUnit.Framework;
using TradingSystem.Indicators;
using TradingSystem.Tests.TradingGroup;

namespace TradingSystem.Tests.Indicators;

[TestFixture]
public sealed class IndicatorTests
{
    private const double Tolerance = 1e-9;

    [Test]
    public void Ema_begins_with_the_simple_average_and_then_follows()
    {
        var series = Ema.Series([1, 2, 3, 4, 5], 3);

        Assert.That(series[..2], Is.All.NaN);
        Assert.That(series[2..], Is.EqualTo(new[] { 2.0, 3.0, 4.0 }).Within(Tolerance));
    }

    [Test]
    public void Ema_of_too_few_values_is_not_a_number() => Assert.That(Ema.Series([1, 2], 3), Is.All.NaN);

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
        double[] closes = [44.34, 44.09, 44.15, 43.61, 44.33, 44.83, 45.10, 45.42, 45.84, 46.08, 45.89, 46.03, 45.61, 46.28, 46.28];

        // Gains add up to 3.34, losses to 1.40.
        Assert.That(Rsi.Last(closes), Is.EqualTo(100 * 3.34 / 4.74).Within(Tolerance));
    }

    [Test]
    public void Rsi_smooths_as_Wilder_did()
    {
        // Seed: gain 0.5, loss 0.25; then +1.5: gain (0.5 + 1.5) / 2 = 1, loss 0.125.
        Assert.That(Rsi.Last([1, 2, 1.5, 3], 2), Is.EqualTo(100 / 1.125).Within(Tolerance));
    }

    [Test]
    public void Rsi_at_its_ends()
    {
        Assert.That(Rsi.Last([1, 2, 3], 2), Is.EqualTo(100));
        Assert.That(Rsi.Last([3, 2, 1], 2), Is.Zero);
        Assert.That(Rsi.Last([2, 2, 2], 2), Is.EqualTo(50));
        Assert.That(Rsi.Last([1, 2], 2), Is.Null);
    }

    [Test]
    public void Macd_is_the_difference_of_the_averages_and_its_own_average()
    {
        // Slow: 1.5, then 1.5 + 2/3 × 2.5; line: 0.5, 0.8333; signal: 0.6667.
        var macd = Macd.Last([1, 2, 4], fast: 1, slow: 2, signal: 2)!;

        Assert.That(macd.Line, Is.EqualTo(5.0 / 6).Within(Tolerance));
        Assert.That(macd.Signal, Is.EqualTo(2.0 / 3).Within(Tolerance));
        Assert.That(macd.Histogram, Is.EqualTo(1.0 / 6).Within(Tolerance));
        Assert.That(macd.Previous, Is.Null);
    }

    [TestCase(33, false)]
    [TestCase(34, true)]
    public void Macd_needs_both_windows(int count, bool known) =>
        Assert.That(Macd.Last([.. Enumerable.Range(1, count).Select(i => (double)i)]) is not null, Is.EqualTo(known));

    [Test]
    public void Bollinger_bands_lie_two_population_deviations_apart_from_the_mean()
    {
        var bands = Bollinger.Last([100, 2, 4, 4, 4, 5, 5, 7, 9], period: 8)!;

        Assert.That((bands.Lower, bands.Middle, bands.Upper), Is.EqualTo((1.0, 5.0, 9.0)));
        Assert.That(bands.PercentB(3), Is.EqualTo(0.25));
        Assert.That(Bollinger.Last([1, 1], period: 2)!.PercentB(1), Is.EqualTo(0.5));
    }

    [Test]
    public void Atr_averages_true_ranges()
    {
        // True ranges 2, 2, 5: seed 2, then (2 + 5) / 2.
        var atr = Atr.Last([Bars.At(0, 10, 10, 10), Bars.At(1, 11, 9, 10), Bars.At(2, 12, 10, 11), Bars.At(3, 16, 12, 15)], period: 2)!;

        Assert.That(atr, Is.EqualTo(new AtrValue(3.5, 2, 5)));
    }
}
