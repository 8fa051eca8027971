using System.Text.Json.Nodes;
using NUnit.Framework;
using TradingSystem.Indicators;
using TradingSystem.Tests.Venues.Simulated;
using TradingSystem.TestSupport.Wire;
using TradingSystem.Venues.Simulated;

namespace TradingSystem.Tests.Indicators;

/// <summary>
/// Every indicator against two libraries that are not ours and do not know each other, on a stretch of real candles (drawn ones where the month of real
/// ones is not at hand). Where they begin otherwise is in the README of the indicators.
/// </summary>
[TestFixture]
public sealed class IndicatorOracleTests
{
    private const int Bars = 5_000;

    // What is smoothed for ever remembers how it began; this long after, in its last digits only.
    private const int Settled = 2_000;
    private const double Relative = 1e-8;

    // Differences of prices lose digits that the prices had.
    private const double OfPrice = 1e-13;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    [TestCase(14, 20, 3)]
    [TestCase(9, 50, 1)]
    public async Task Every_output_agrees_with_both_libraries(int momentum, int trend, int smoothing)
    {
        var bars = Untied(CandleFile.Month().Candles).Take(Bars).ToList();
        var parameters = new Dictionary<string, Dictionary<string, double>>
        {
            ["sma"] = new() { ["period"] = trend },
            ["ema"] = new() { ["period"] = trend },
            ["rsi"] = new() { ["period"] = momentum },
            ["macd"] = new() { ["fast"] = momentum, ["slow"] = trend + 6, ["signal"] = 9 },
            ["bollinger"] = new() { ["period"] = trend, ["deviations"] = 2.5 },
            ["atr"] = new() { ["period"] = momentum },
            ["vwap"] = [],
            ["donchian"] = new() { ["period"] = trend },
            ["adx"] = new() { ["period"] = momentum },
            ["stochastic"] = new() { ["period"] = momentum, ["smoothing"] = smoothing, ["signal"] = 3 },
            ["obv"] = [],
            ["supertrend"] = new() { ["period"] = momentum, ["multiplier"] = 3 },
        };

        var theirs = await TheirsAsync(bars, parameters);

        var compared = new Dictionary<string, int>();
        foreach (var definition in IndicatorList.All)
        {
            var ours = Series(definition, parameters[definition.Name], bars);
            foreach (var (library, indicators) in theirs)
            {
                for (var output = 0; output < definition.Outputs.Count; output++)
                {
                    if (indicators![definition.Name]?[output] is JsonArray series)
                    {
                        var name = $"{definition.Name}.{definition.Outputs[output]}";
                        compared[name] = compared.GetValueOrDefault(name) + 1;
                        Compare($"{name} of {library}", bars, ours[output], series);
                    }
                }
            }
        }

        var alone = IndicatorList.All.SelectMany(d => d.Outputs.Select(o => $"{d.Name}.{o}")).Where(n => compared.GetValueOrDefault(n) < 2);
        Assert.That(alone, Is.EquivalentTo(new[] { "bollinger.width", "donchian.middle" }), "outputs that only one library has");
    }

    private static void Compare(string what, List<Bar> bars, double?[] ours, JsonArray theirs)
    {
        for (var i = Settled; i < bars.Count; i++)
        {
            var (a, b) = (ours[i]!.Value, theirs[theirs.Count - bars.Count + i]!.GetValue<double>());
            var tolerance = Math.Max(Relative * Math.Max(Math.Abs(a), Math.Abs(b)), OfPrice * bars[i].Close);
            if (Math.Abs(a - b) > tolerance)
            {
                Assert.Fail($"{what} at bar {i}: {a:R} here, {b:R} there");
            }
        }
    }

    private static double?[][] Series(IndicatorDefinition definition, Dictionary<string, double> parameters, List<Bar> bars)
    {
        var indicator = definition.Make(parameters);
        var series = definition.Outputs.Select(_ => new double?[bars.Count]).ToArray();
        for (var i = 0; i < bars.Count; i++)
        {
            indicator.Add(bars[i]);
            for (var output = 0; output < series.Length; output++)
            {
                series[output][i] = indicator[output];
            }
        }

        return series;
    }

    private static async Task<JsonObject> TheirsAsync(List<Bar> bars, Dictionary<string, Dictionary<string, double>> parameters)
    {
        var job = new JsonObject
        {
            ["candles"] = new JsonArray([.. bars.Select(b => new JsonArray(b.OpenTime.ToUnixTimeMilliseconds(), b.Open, b.High, b.Low, b.Close, b.Volume))]),
            ["parameters"] = new JsonObject(
                parameters.Select(p => KeyValuePair.Create<string, JsonNode?>(
                    p.Key, new JsonObject(p.Value.Select(v => KeyValuePair.Create<string, JsonNode?>(v.Key, v.Value)))))),
        };
        var (exitCode, output) = await ContractScript.RunAsync("indicators.mjs", "technicalindicators", job, Deadline);
        Assert.That(exitCode, Is.Zero, output);
        return JsonNode.Parse(output)!.AsObject();
    }

    /// <summary>Without bars that reach equally far up and down from the one before: there one library counts both ways in its ADX, Wilder neither.</summary>
    private static IEnumerable<Bar> Untied(IEnumerable<MarketCandle> candles)
    {
        Bar? before = null;
        foreach (var c in candles)
        {
            var bar = new Bar(c.OpenTime, (double)c.Open, (double)c.High, (double)c.Low, (double)c.Close, (double)c.Volume);
            if (before is not { } last || bar.High - last.High != last.Low - bar.Low || bar.High <= last.High)
            {
                before = bar;
                yield return bar;
            }
        }
    }
}
