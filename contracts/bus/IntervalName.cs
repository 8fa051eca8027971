using System.Globalization;

namespace TradingSystem.Contracts.Bus;

/// <summary>A candle length as groups name it: a number and s, m, h, d or w.</summary>
public static class IntervalName
{
    /// <summary>Null for a name that is none.</summary>
    public static TimeSpan? Length(string name)
    {
        var unit = name.Length < 2 ? TimeSpan.Zero : name[^1] switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            'w' => TimeSpan.FromDays(7),
            _ => TimeSpan.Zero,
        };
        return unit > TimeSpan.Zero
            && int.TryParse(name.AsSpan(0, name.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count is > 0 and <= 1_000_000
            ? count * unit
            : null;
    }
}
