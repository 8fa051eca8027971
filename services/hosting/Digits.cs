using System.Globalization;

namespace TradingSystem.Hosting;

/// <summary>Numbers in texts for people: as many digits as they have, never an exponent, thousands separated.</summary>
public static class Digits
{
    // What a decimal can have behind its point.
    private const int Most = 28;

    /// <summary>
    /// How many places the finest of <paramref name="values"/> has, zeros behind its last digit left out: what a market is quoted in, as far as it
    /// was seen.
    /// </summary>
    public static int Places(params ReadOnlySpan<decimal> values)
    {
        var places = 0;
        foreach (var value in values)
        {
            places = Math.Max(places, PlainDecimal.Of(value).Scale);
        }

        return places;
    }

    /// <summary>All the digits that the number has: 96,863.6 or 0.00000394.</summary>
    public static string Of(decimal value) => value.ToString("#,0.############################", CultureInfo.InvariantCulture);

    /// <summary>Exactly <paramref name="places"/> behind the point: 96,863.60.</summary>
    public static string Of(decimal value, int places) => value.ToString("N" + places.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>
    /// Rounded to <paramref name="places"/>, and to no fewer than <paramref name="significant"/> digits: of a tiny number the places alone would
    /// leave nothing.
    /// </summary>
    public static decimal Round(decimal value, int places, int significant)
    {
        if (value == 0m)
        {
            return 0m;
        }

        var leading = (int)Math.Floor(Math.Log10((double)Math.Abs(value)));
        return PlainDecimal.Of(Math.Round(value, Math.Clamp(Math.Max(places, significant - 1 - leading), 0, Most)));
    }
}
