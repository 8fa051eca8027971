using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using TradingSystem.Indicators;

namespace TradingSystem.Tests.Indicators;

/// <summary>What holds for every indicator.</summary>
[TestFixture]
public sealed class IndicatorListTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static IEnumerable<string> Names => IndicatorList.All.Select(d => d.Name);

    [Test]
    public void There_are_twelve_each_with_a_name_of_its_own() => Assert.That(Names, Is.Unique.And.Exactly(12).Items);

    [TestCaseSource(nameof(Names))]
    public void Nothing_is_said_before_the_stated_number_of_bars_and_every_output_from_there_on(string name)
    {
        var definition = Definition(name);
        var indicator = definition.Make();
        foreach (var (bar, count) in Walk(7, 200).Select((b, i) => (b, i + 1)))
        {
            indicator.Add(bar);

            Assert.That(
                Said(definition, indicator), count < indicator.WarmUp ? Is.All.Null : Is.All.Not.Null, $"bar {count}, warm from {indicator.WarmUp}");
        }
    }

    [TestCaseSource(nameof(Names))]
    public void Five_hundred_bars_at_once_come_to_the_same_as_most_of_them_and_the_rest_one_by_one(string name)
    {
        var definition = Definition(name);
        var bars = Walk(11, 500);
        var live = Over(definition, bars[..450]);
        for (var i = 450; i < bars.Length; i++)
        {
            live.Add(bars[i]);

            Assert.That(Said(definition, live), Is.EqualTo(Said(definition, Over(definition, bars[..(i + 1)]))), $"bar {i}");
        }
    }

    [TestCase("sma", 20)]
    [TestCase("bollinger", 20)]
    [TestCase("donchian", 20)]
    [TestCase("stochastic", 16)]
    public void What_looks_at_a_window_depends_on_nothing_before_it(string name, int window)
    {
        var definition = Definition(name);
        var bars = Walk(13, 3_000);

        Assert.That(Said(definition, Over(definition, bars)), Is.EqualTo(Said(definition, Over(definition, bars[^window..]))));
    }

    [TestCase("sma", "p")]
    [TestCase("ema", "p")]
    [TestCase("rsi", "100")]
    [TestCase("macd", "0 0 0")]
    [TestCase("bollinger", "p p p 0.5 0")]
    [TestCase("atr", "0")]
    [TestCase("vwap", "p")]
    [TestCase("donchian", "p p p")]
    [TestCase("adx", "0 0 0")]
    [TestCase("stochastic", "50 50")]
    [TestCase("obv", "0")]
    [TestCase("supertrend", "p 1")]
    public void A_market_that_never_moved_has_stated_values_exactly_at_any_price_and_volume(string name, string stated)
    {
        var definition = Definition(name);
        foreach (var price in new[] { 1.0, 0.1, 0.3, 0.00000394, 96_831.7, 3.3e-9, 1e12 / 3 })
        {
            foreach (var volume in new[] { 0, 0.1, 12.7 })
            {
                var bars = Enumerable.Range(0, 400).Select(i => new Bar(Start.AddMinutes(5 * i), price, price, price, price, volume)).ToArray();
                double?[] values = [.. stated.Split(' ').Select(v => v == "p" ? price : double.Parse(v, System.Globalization.CultureInfo.InvariantCulture))];

                Assert.That(Said(definition, Over(definition, bars)), Is.EqualTo(values), $"at {price} with {volume}");
            }
        }
    }

    [TestCaseSource(nameof(Names))]
    public void Whatever_the_market_does_values_are_finite_and_bounded_ones_within_their_bounds(string name)
    {
        var definition = Definition(name);
        Prop.ForAll(Markets(), bars =>
        {
            var indicator = definition.Make(Short(definition));
            foreach (var bar in bars)
            {
                indicator.Add(bar);
                foreach (var (value, output) in Said(definition, indicator).Zip(definition.Outputs))
                {
                    var isBounded = name is "rsi" or "adx" or "stochastic";
                    if (value is { } said && (!double.IsFinite(said) || (isBounded && (said < -1e-9 || said > 100 + 1e-9))))
                    {
                        return false.Label($"{output} is {said}");
                    }
                }
            }

            return true.ToProperty();
        }).QuickCheckThrowOnFailure();
    }

    [TestCaseSource(nameof(Names))]
    public void The_unit_of_prices_changes_nothing_but_the_unit(string name)
    {
        var definition = Definition(name);
        var bars = Walk(17, 400);
        // Eight times is exact in binary, so the figures are, too.
        var dearer = bars.Select(b => b with { Open = 8 * b.Open, High = 8 * b.High, Low = 8 * b.Low, Close = 8 * b.Close }).ToArray();
        var factors = definition.Outputs.Select(o => name is "rsi" or "adx" or "stochastic" or "obv" || o is "percent_b" or "width" or "direction" ? 1 : 8);

        Assert.That(
            Said(definition, Over(definition, dearer)), Is.EqualTo(Said(definition, Over(definition, bars)).Zip(factors, (v, f) => v * f)));
    }

    [TestCase("rsi", "period", 0, "rsi: period must be a whole number from 1 to 1000, got 0")]
    [TestCase("rsi", "period", 14.5, "rsi: period must be a whole number from 1 to 1000, got 14.5")]
    [TestCase("rsi", "period", 1001, "rsi: period must be a whole number from 1 to 1000, got 1001")]
    [TestCase("rsi", "period", double.NaN, "rsi: period must be a whole number from 1 to 1000, got NaN")]
    [TestCase("bollinger", "deviations", 0, "bollinger: deviations must be a number from 0.1 to 20, got 0")]
    [TestCase("rsi", "perod", 14, "rsi has no parameter perod, only period")]
    [TestCase("macd", "fast", 26, "macd: fast must be less than slow, got 26 and 26")]
    public void A_parameter_that_breaks_its_rule_is_named_with_it(string name, string parameter, double value, string message) =>
        Assert.That(
            () => Definition(name).Make(new Dictionary<string, double> { [parameter] = value }), Throws.ArgumentException.With.Message.StartsWith(message));

    [TestCaseSource(nameof(Names))]
    public void Parameters_that_are_not_given_are_the_usual_ones(string name)
    {
        var definition = Definition(name);
        var given = definition.Make(definition.Parameters.ToDictionary(p => p.Name, p => p.Default));
        var usual = definition.Make();
        foreach (var bar in Walk(19, 100))
        {
            given.Add(bar);
            usual.Add(bar);
        }

        Assert.That(Said(definition, given), Is.EqualTo(Said(definition, usual)));
    }

    private static IndicatorDefinition Definition(string name) => IndicatorList.All.Single(d => d.Name == name);

    private static double?[] Said(IndicatorDefinition definition, IIndicator indicator) => [.. definition.Outputs.Select((_, i) => indicator[i])];

    private static IIndicator Over(IndicatorDefinition definition, Bar[] bars)
    {
        var indicator = definition.Make();
        foreach (var bar in bars)
        {
            indicator.Add(bar);
        }

        return indicator;
    }

    /// <summary>Periods that a short market reaches.</summary>
    private static Dictionary<string, double> Short(IndicatorDefinition definition) =>
        definition.Parameters.Where(p => p.IsWhole).ToDictionary(p => p.Name, p => p.Name == "slow" ? 5.0 : 3.0);

    /// <summary>A market drawn from a fixed seed.</summary>
    private static Bar[] Walk(int seed, int count)
    {
        var random = new Random(seed);
        var close = 96_000.0;
        return
        [
            .. Enumerable.Range(0, count).Select(i =>
            {
                var open = close;
                close += random.Next(-400, 401) / 10.0;
                return new Bar(
                    Start.AddMinutes(i), open, Math.Max(open, close) + (random.Next(100) / 10.0), Math.Min(open, close) - (random.Next(100) / 10.0), close,
                    random.Next(5_000) / 1000.0);
            }),
        ];
    }

    /// <summary>Markets that jump, stand still, fall to nearly nothing and rise again, with and without volume.</summary>
    private static Arbitrary<Bar[]> Markets()
    {
        var price = Gen.OneOf(
            Gen.Choose(1, 200_000).Select(n => n / 10.0), Gen.Constant(100.0), Gen.Choose(1, 50).Select(n => n * 1e-9), Gen.Choose(1, 50).Select(n => n * 1e9));
        var bar =
            from a in price
            from b in price
            from c in price
            from d in price
            from stands in Gen.Choose(0, 2)
            from volume in Gen.Elements(0.0, 0.001, 1e9)
            let prices = stands == 0 ? new[] { a, a, a, a } : new[] { a, b, c, d }
            select new Bar(Start, prices[0], prices.Max(), prices.Min(), prices[3], volume);
        return Gen.ArrayOf(bar).Select(bars => bars.Select((b, i) => b with { OpenTime = Start.AddMinutes(37 * i) }).ToArray()).ToArbitrary();
    }
}
