using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.TradingGroup.Market;

namespace TradingSystem.Tests.TradingGroup.Market;

/// <summary>A group's candles as the market's nodes repeat them.</summary>
[TestFixture]
public sealed class CandleMemoryTests
{
    [Test]
    public void A_window_of_a_node_that_heard_of_other_marks_is_the_same_market()
    {
        var memory = new CandleMemory();
        memory.Replace(new("BTCUSDT", "1m", [Bar(0, 100m), Bar(1, 101m)]));
        memory.Add(Bar(2, 102m));
        memory.Replace(new("BTCUSDT", "1m", [Bar(0, null), Bar(1, null)]));

        Assert.That(memory.Closed("BTCUSDT", "1m").Select(c => c.OpenTime.Minute), Is.EqualTo(new[] { 0, 1, 2 }), "the newest closed behind the window");
    }

    [Test]
    public void A_window_that_has_nothing_in_common_with_what_is_known_is_another_markets()
    {
        var memory = new CandleMemory();
        memory.Replace(new("BTCUSDT", "1m", [Bar(0, 100m), Bar(1, 101m), Bar(2, 102m)]));
        memory.Replace(new("BTCUSDT", "1m", [Bar(0, 100m) with { Close = 7m }, Bar(1, 101m) with { Close = 7m }]));

        Assert.That(memory.Closed("BTCUSDT", "1m").Select(c => c.OpenTime.Minute), Is.EqualTo(new[] { 0, 1 }));
    }

    private static Candle Bar(int minute, decimal? mark) => new("BTCUSDT", "1m", DateTimeOffset.UnixEpoch.AddMinutes(minute), 1, 1, 1, 1, 1, true, mark);
}
