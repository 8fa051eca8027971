using System.Globalization;

namespace TradingSystem.Contracts.Wire;

/// <summary>How the feature <c>market</c> is asked for: <c>market</c>, <c>market:250ms</c>, <c>market:5s</c>, or <c>market:0</c> for candles alone.</summary>
public static class MarketFeature
{
    /// <summary>The parameter that asks for history.</summary>
    public const string CandlesParameter = "candles";

    /// <summary>The longest history.</summary>
    public const int MaxCandles = 1000;

    public static readonly TimeSpan DefaultPace = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan ShortestPace = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan LongestPace = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Reads what stands in the comma list. <paramref name="pace"/> is the least time between two prices; null for none. False for another feature,
    /// or a pace that is none.
    /// </summary>
    public static bool TryRead(string text, out TimeSpan? pace)
    {
        pace = null;
        if (text == Features.Market)
        {
            pace = DefaultPace;
            return true;
        }

        if (!text.StartsWith(Features.Market + ":", StringComparison.Ordinal))
        {
            return false;
        }

        var value = text.AsSpan(Features.Market.Length + 1);
        if (value is "0")
        {
            return true;
        }

        var unit = value.EndsWith("ms") ? 2 : value.EndsWith("s") ? 1 : 0;
        if (unit == 0 || !int.TryParse(value[..^unit], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return false;
        }

        var asked = unit == 2 ? TimeSpan.FromMilliseconds(count) : TimeSpan.FromSeconds(count);
        pace = asked;
        return asked >= ShortestPace && asked <= LongestPace;
    }

    /// <summary>Reads the number of candles; false for what is none, or too many.</summary>
    public static bool TryReadCandles(string text, out int candles) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out candles) && candles is >= 1 and <= MaxCandles;
}
