using TradingSystem.Contracts.Bus;

namespace TradingSystem.Tests.TradingGroup;

/// <summary>Minute candles and groups for tests.</summary>
internal static class Bars
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static Candle At(int minute, decimal high, decimal low, decimal close) =>
        new("BTCUSDT", "1m", Start.AddMinutes(minute), close, high, low, close, 1, true);

    public static List<Candle> Of(IEnumerable<decimal> closes, decimal wick = 5) =>
        [.. closes.Select((close, i) => At(i, close + wick, close - wick, close))];

    /// <summary>A long slide, then a turn upwards that just crossed the averages.</summary>
    public static List<Candle> CrossedUp()
    {
        var closes = Enumerable.Range(0, 60).Select(i => 95_000m - (10 * i)).ToList();
        closes.AddRange(Enumerable.Range(1, 7).Select(i => closes[59] + (25m * i)));
        return Of(closes);
    }

    public static GroupConfig Group(params GroupMember[] members) =>
        new(Guid.Parse("00000000-0000-0000-0000-0000000000aa"), "house_crypto_btcusdt", "crypto", "BTCUSDT", "15m", 10, 100, "oneway", true, true, members, 1);

    public static ImmediateEvent Event(string payload = "{}", string? correlationId = null) =>
        new(Guid.Parse("00000000-0000-0000-0000-0000000000ee"), "rule:ema_cross:BTCUSDT", 7, ["symbol:BTCUSDT"], "title", payload, [], null, correlationId, Start, null);
}
