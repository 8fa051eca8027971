using System.Globalization;

namespace TradingSystem.VenueEmulator.Engine;

/// <summary>Numbers as the venues write them: in strings, with a point.</summary>
public static class Number
{
    public static string Text(decimal value) => Trim(value).ToString(CultureInfo.InvariantCulture);

    /// <summary>Empty for what there is not.</summary>
    public static string Text(decimal? value) => value is { } present ? Text(present) : "";

    public static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A fixed number of places, as Binance writes quantities and prices.</summary>
    public static string Fixed(decimal value, int places) => value.ToString("F" + places.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    public static bool TryParse(string? text, out decimal value) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    public static long Ms(DateTimeOffset at) => at.ToUnixTimeMilliseconds();

    public static string MsText(DateTimeOffset at) => Text(at.ToUnixTimeMilliseconds());

    // 1.500 and 1.5 are one number, but decimal keeps the zeros.
    private static decimal Trim(decimal value) => value / 1.0000000000000000000000000000m;
}
