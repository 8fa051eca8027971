using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using TradingSystem.Contracts.Bus;
using TradingSystem.Tests.TradingGroup;
using TradingSystem.TradingGroup.Discussions;
using TradingSystem.TradingGroup.Market;
using TradingSystem.TradingGroup.Roles;
using TradingSystem.TradingGroup.Settings;

namespace TradingSystem.Tests.Indicators;

/// <summary>What a process happens to remember must not change what a group decides.</summary>
public sealed class WarmUpProperties
{
    [FsCheck.NUnit.Property(MaxTest = 200)]
    public Property Opinions_are_the_same_to_the_last_digit_whether_120_or_240_candles_are_remembered() => Prop.ForAll(Walks(), steps =>
    {
        var closes = steps.Aggregate(new List<decimal> { 95_000m }, (known, step) => [.. known, known[^1] + step]);
        var candles = Bars.Of(closes);
        var (few, many) = (Speak(candles, 120), Speak(candles, 240));
        return (few == many).Label($"{few}\n{many}");
    });

    private static string Speak(List<Candle> candles, int remembered)
    {
        var memory = new CandleMemory();
        candles.TakeLast(remembered).ToList().ForEach(memory.Add);
        var options = new TradingGroupOptions();
        var group = Bars.Group();
        // Once as a discussion asks for them, once with all that is remembered.
        var asked = memory.InARow("BTCUSDT", "1m", TimeSpan.FromMinutes(1), options.Candles);
        return string.Join('\n', new[] { asked, memory.Closed("BTCUSDT", "1m") }.Select(c =>
            JsonSerializer.Serialize(Panel.Hear(new Briefing(group, "1m", c, candles[^1].Close, 1, options))(0).Opinions)));
    }

    private static Arbitrary<int[]> Walks() => Gen.Choose(-60, 60).ArrayOf(239).ToArbitrary();
}
