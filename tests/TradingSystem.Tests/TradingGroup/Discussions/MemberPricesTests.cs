using NUnit.Framework;
using TradingSystem.TradingGroup.Discussions;
using TradingSystem.TradingGroup.Roles;
using TradingSystem.TradingGroup.Settings;

namespace TradingSystem.Tests.TradingGroup.Discussions;

/// <summary>Members tell prices in the digits that the market is quoted in, however small they are.</summary>
[TestFixture]
public sealed class MemberPricesTests
{
    // A slide by a tick a bar, then a turn upwards by two; the last close is 394 ticks.
    private static readonly int[] Ticks = [.. Enumerable.Range(0, 60).Select(i => 439 - i), .. Enumerable.Range(1, 7).Select(i => 380 + (2 * i))];

    [TestCase("0.00000001", 0, "0.00000394")]
    [TestCase("0.000000001", 0, "0.000000394")]
    [TestCase("0.1", 968_242, "96,863.6")]
    [TestCase("1", 968_242, "968,636")]
    public void Analysts_name_the_price_as_it_is_quoted(string tick, int above, string price)
    {
        var opinions = Hear(decimal.Parse(tick, System.Globalization.CultureInfo.InvariantCulture), above).Opinions;
        Assert.That(opinions[0].Reasoning, Does.Contain($"price {price} at"));
        Assert.That(opinions[1].Reasoning, Does.Contain($"of the price {price};"));
    }

    [Test]
    public void What_is_computed_from_tiny_prices_is_told_in_digits_that_say_something()
    {
        var minutes = Hear(0.00000001m, 0);
        var (technical, risk) = (minutes.Opinions[0], minutes.Opinions[1]);
        Assert.That(technical.Reasoning, Does.Match(@"EMA 8 0\.0000038\d{3} (above|below) EMA 21 0\.0000038\d\d").And.Match(@"histogram 0\.0000000\d*[1-9]"));
        Assert.That(risk.Reasoning, Does.Match(@"ATR 14 0\.0000000[1-9]").And.Match(@"Stop 0\.000003\d\d, target 0\.00000\d\d\d,"));
        Assert.That(minutes.Verdict.Reasoning, Does.Not.Match(@"\d[eE]-\d"), "no exponents");
        Assert.That(risk.Indicators["atr_14"] % 0.00000001m, Is.Not.Zero, "more than its eighth place is told");
        Assert.That(technical.Indicators["macd_histogram"], Is.Not.Zero);
    }

    [Test]
    public void Stop_and_target_are_prices_that_the_market_has()
    {
        var verdict = Hear(0.00000001m, 0).Verdict;
        Assert.That(verdict.StopLoss, Is.LessThan(0.00000394m));
        Assert.That(verdict.TakeProfit, Is.GreaterThan(0.00000394m));
        Assert.That((verdict.StopLoss % 0.00000001m, verdict.TakeProfit % 0.00000001m), Is.EqualTo((0m, 0m)));
    }

    private static Minutes Hear(decimal tick, int above)
    {
        var candles = Bars.Of(Ticks.Select(t => (above + t) * tick), wick: tick);
        return Panel.Hear(new Briefing(Bars.Group(), "1m", candles, candles[^1].Close, 1, new TradingGroupOptions()))(0);
    }
}
